"""Practical information: items in an order, each with a key of its own, a topic, a label and a text.

Addresses of the contact person as links.

What an event tells people about their data: a text to begin with, and what must not stand in one that is published.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

from eventreg.events.rules.starting import starting_document
from eventreg.kernel.errors import N_, Titled
from eventreg.kernel.text import LocalizedText

#: more than these belong into the description
MOST_ITEMS = 30
_PREFIX = "practical."


class Topic(Titled):
    """What an item is about, in the order of a select. Its title is the heading of an item that has none."""

    GETTING_THERE = "getting_there", N_("Getting there")
    HOTELS = "hotels", N_("Hotels")
    VISA = "visa", N_("Visa")
    DRESS = "dress", N_("Dress")
    SECURITY = "security", N_("Security")
    OTHER = "other", N_("Something else")


@dataclass(frozen=True)
class NewItem:
    """An item to be added at the end."""

    topic: Topic
    label: LocalizedText
    text: LocalizedText


@dataclass(frozen=True)
class PracticalEdit:
    """What is done to the list of items besides their texts. Keys that are not there any more are left alone."""

    added: Sequence[NewItem] = ()
    #: key to the topic that it gets
    topics: Mapping[str, Topic] = field(default_factory=dict)
    moved: tuple[str, Literal["up", "down"]] | None = None
    removed: str = ""


def keyed(items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the items, each with a key: one that has none gets that of its place, the same every time."""
    taken = {str(item["key"]) for item in items if item.get("key")}
    found: list[dict[str, Any]] = []
    for number, item in enumerate(items, 1):
        key = str(item.get("key") or f"p{number}")
        while not item.get("key") and key in taken:
            key += "x"
        found.append({**item, "key": key})
    return found


def topic_of(item: Mapping[str, Any]) -> Topic:
    """Return the topic of an item; one that says none is about something else."""
    known = {topic.value: topic for topic in Topic}
    return known.get(str(item.get("topic", "")), Topic.OTHER)


def field_of(key: str, part: str) -> str:
    """Return the name of an item's text: "practical.k3f9.label"."""
    return f"{_PREFIX}{key}.{part}"


def split_field(name: str) -> tuple[str, str] | None:
    """Return key and part of an item's text, or None for the name of another text."""
    key, dot, part = name.removeprefix(_PREFIX).rpartition(".")
    return (key, part) if name.startswith(_PREFIX) and dot and key else None


def moved(items: Sequence[dict[str, Any]], key: str, direction: Literal["up", "down"]) -> list[dict[str, Any]]:
    """Return the items with one of them a place further up or down; at the edge nothing moves."""
    order = list(items)
    index = next((number for number, item in enumerate(order) if item["key"] == key), None)
    if index is None:
        return order
    other = index - 1 if direction == "up" else index + 1
    if 0 <= other < len(order):
        order[index], order[other] = order[other], order[index]
    return order


_EXTENSION = re.compile(r"(?:;ext=|\bext(?:ensi[oó]n)?\.?|\bx)\s*(\d+)\s*$", re.IGNORECASE)


def mail_uri(address: str) -> str:
    """Return the `mailto:` link of a mail address (RFC 6068)."""
    return "mailto:" + quote(address, safe="@+!$*'")


def telephone_uri(phone: str, country: str) -> str:
    """Return the `tel:` link (RFC 3966) of a number as people write it: "+525 555 36 39 54", "555 36 39 54 ext. 12".

    A number without its country code is only valid in its country, and the standard wants that said; `country` is ISO
    3166-1 alpha-2. Empty when there is no digit in it.
    """
    extension = _EXTENSION.search(phone)
    main = phone[: extension.start()] if extension else phone
    digits = "".join(str(int(char)) for char in main if char.isdecimal())
    if not digits:
        return ""
    suffix = f";ext={extension[1]}" if extension else ""
    if main.lstrip(" \t(").startswith("+"):
        return f"tel:+{digits}{suffix}"
    return f"tel:{digits}{suffix}{_context(country)}"


def _context(country: str) -> str:
    from phonenumbers import country_code_for_region

    code = country_code_for_region(country)
    return f";phone-context=+{code}" if code else ""


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
