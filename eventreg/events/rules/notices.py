"""What an event tells people about their data: a text to begin with, and what must not stand in one that is published."""

from __future__ import annotations

import enum
import tomllib
from collections.abc import Sequence
from importlib.resources import files
from typing import NamedTuple

from eventreg.kernel.errors import Refusal
from eventreg.kernel.text import LocalizedText

LONGEST_SUMMARY = 500
LONGEST_BODY = 20_000
#: what stands between is to be replaced by whoever publishes
_PLACE_HOLDER = "[["


class NoticeReason(enum.Enum):
    """Why a notice was not published."""

    #: somebody else published one meanwhile
    CHANGED_MEANWHILE = "changed_meanwhile"


class NoticeRefused(Refusal):
    """A notice that is not published. Nothing was written."""


class StartingText(NamedTuple):
    """Summary and body (Markdown) in the languages in which there is one."""

    summary: dict[str, str]
    body: dict[str, str]


def starting_text(languages: Sequence[str], contact_email: str) -> StartingText:
    """Return a notice to begin with, in those of `languages` in which we have one; empty in the others."""
    found = StartingText({}, {})
    for language in languages:
        source = files("eventreg.events") / "data" / "notices" / f"{language}.toml"
        if language.isalpha() and source.is_file():
            data = tomllib.loads(source.read_text(encoding="utf-8"))
            found.summary[language] = data["summary"]
            found.body[language] = data["body"].replace("{contact}", contact_email).strip()
    return found


def languages_to_adapt(text: LocalizedText) -> list[str]:
    """Return the languages in which something of the text to begin with is still to be replaced."""
    return [language for language, words in text.items() if _PLACE_HOLDER in words]
