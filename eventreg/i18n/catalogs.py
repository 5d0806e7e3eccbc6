"""The translations that are there, found in `locale/`: one folder a language. Nothing of Flask, so that settings can ask."""

import gettext
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

LOCALE_FOLDER: Final = Path(__file__).parent / "locale"
#: the language that the texts in the code are written in; it has no catalog
SOURCE: Final = "en"
#: what an instance speaks before anything else, unless it says otherwise
_FIRST: Final = ("es", SOURCE)
_DOMAIN: Final = "messages"


def translated_languages(folder: Path = LOCALE_FOLDER) -> tuple[str, ...]:
    """Return the codes of all languages there are: Spanish, English, then the others in the order of the alphabet."""
    found = {catalog.parent.parent.name for catalog in folder.glob(f"*/LC_MESSAGES/{_DOMAIN}.mo")} | {SOURCE}
    return (*(language for language in _FIRST if language in found), *sorted(found.difference(_FIRST)))


def in_all_languages(text: str, context: str) -> dict[str, str]:
    """Return an English text of the catalogs in every language that has all its paragraphs.

    A paragraph is what stands between empty lines: each is an entry of its own, with this context.
    """
    paragraphs = text.split("\n\n")
    written = {SOURCE: text}
    for language in translated_languages():
        if language == SOURCE:
            continue
        found = list(_translated(paragraphs, context, language))
        if len(found) == len(paragraphs):
            written[language] = "\n\n".join(found)
    return written


def _translated(texts: Iterable[str], context: str, language: str) -> Iterable[str]:
    for text in texts:
        if found := _catalog(language).pgettext(context, text):
            yield found


class _Nothing(gettext.NullTranslations):
    """Says "" of every text: what is translated by the same word is told from what is not translated."""

    def pgettext(self, context: str, message: str) -> str:
        return ""


@cache
def _catalog(language: str) -> gettext.NullTranslations:
    catalog = gettext.translation(_DOMAIN, LOCALE_FOLDER, [language], fallback=True)
    catalog.add_fallback(_Nothing())
    return catalog
