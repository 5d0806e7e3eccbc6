"""The last touch to a draft before it becomes a version."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from eventreg.kernel.text import LocalizedText
from eventreg.kernel.typed import is_blank
from eventreg.questionnaires.rules.fitting import fitted


def finished(document: Mapping[str, Any], languages: Collection[str]) -> Mapping[str, Any]:
    """Return a draft without empty texts and without those in languages that the event no longer speaks.

    A document that has not the form of a definition comes back as it is: reading it strictly says what is wrong.
    """

    def keep(text: LocalizedText) -> dict[str, str]:
        return {language: text[language] for language in languages if not is_blank(text.get(language, ""))}

    try:
        return fitted(document, keep)
    except (AttributeError, KeyError, TypeError):
        return document
