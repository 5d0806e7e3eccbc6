"""What an event tells people about their data: a text to begin with, and what must not stand in one that is published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from eventreg.events.rules.starting import starting_document
from eventreg.kernel.text import LocalizedText

LONGEST_SUMMARY = 500
LONGEST_BODY = 20_000
#: what stands between is to be replaced by whoever publishes
_PLACE_HOLDER = "[["


class StartingText(NamedTuple):
    """Summary and body (Markdown) in the languages in which there is one."""

    summary: dict[str, str]
    body: dict[str, str]


def starting_text(languages: Sequence[str], contact_email: str) -> StartingText:
    """Return a notice to begin with, in those of `languages` in which we have one; empty in the others."""
    notice = starting_document("notice")
    known = [language for language in languages if language in notice["summary"] and language in notice["body"]]
    return StartingText(
        {language: notice["summary"][language] for language in known},
        {language: notice["body"][language].replace("{contact}", contact_email) for language in known},
    )


def languages_to_adapt(text: LocalizedText) -> list[str]:
    """Return the languages in which something of the text to begin with is still to be replaced."""
    return [language for language, words in text.items() if _PLACE_HOLDER in words]


class PlanInvalid(ValueError):
    """The plan is no event; the message names the place and what is wrong there."""
