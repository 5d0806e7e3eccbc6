"""The texts and settings that new events begin with: `data/`, written in English, the other languages from the catalogs."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from eventreg.i18n.catalogs import SOURCE, in_all_languages

#: how a text begins that a template leaves for the organizers to write
_LEFT_OPEN = "To be completed"
#: the context of these texts in the catalogs
_CONTEXT = "starter"


@cache
def starting_document(path: str) -> Mapping[str, Any]:
    """Return one of the files of `data/`, its texts in every language that the catalogs have them in. Not to be changed."""
    source = files("eventreg.events") / "data" / f"{path}.toml"
    found: Mapping[str, Any] = _translated(tomllib.loads(source.read_text(encoding="utf-8")))
    return found


@cache
def texts_left_open(paths: tuple[str, ...]) -> frozenset[str]:
    """Return the texts of these documents that are only there to be replaced, in every language."""
    return frozenset(text for path in paths for text in _left_open(starting_document(path)))


def _left_open(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if str(value.get(SOURCE, "")).startswith(_LEFT_OPEN):
            yield from value.values()
        else:
            for part in value.values():
                yield from _left_open(part)
    elif isinstance(value, list):
        for part in value:
            yield from _left_open(part)


def _translated(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {SOURCE}:
            return in_all_languages(value[SOURCE].strip(), _CONTEXT)
        return {name: _translated(part) for name, part in value.items()}
    return [_translated(part) for part in value] if isinstance(value, list) else value


#: kinds of events that are offered, in the order of the page; their documents are `data/templates/<key>.toml`
TEMPLATES = ("seminar", "workshop", "webinar", "conference")
