"""The texts and settings that new events begin with: `data/`, written in English, the other languages from the catalogs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from eventreg.i18n.catalogs import SOURCE, in_all_languages

#: the context of these texts in the catalogs
_CONTEXT = "starter"


@cache
def starting_document(path: str) -> Mapping[str, Any]:
    """Return one of the files of `data/`, its texts in every language that the catalogs have them in. Not to be changed."""
    source = files("eventreg.events") / "data" / f"{path}.toml"
    found: Mapping[str, Any] = _translated(tomllib.loads(source.read_text(encoding="utf-8")))
    return found


def _translated(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {SOURCE}:
            return in_all_languages(value[SOURCE].strip(), _CONTEXT)
        return {name: _translated(part) for name, part in value.items()}
    return [_translated(part) for part in value] if isinstance(value, list) else value
