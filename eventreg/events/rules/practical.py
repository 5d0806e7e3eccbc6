"""Practical information: items in an order, each with a key of its own, a topic, a label and a text."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from eventreg.kernel.text import LocalizedText

#: more than these belong into the description
MOST_ITEMS = 30
_PREFIX = "practical."


class Topic(enum.Enum):
    """What an item is about, in the order of a select."""

    GETTING_THERE = "getting_there"
    HOTELS = "hotels"
    VISA = "visa"
    DRESS = "dress"
    SECURITY = "security"
    OTHER = "other"


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
