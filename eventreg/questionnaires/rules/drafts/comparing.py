"""What differs between two documents: for "3 changes not published", and for the history."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eventreg.kernel.text import LocalizedText
from eventreg.questionnaires.rules.drafts.reading import entries, texts


class How(enum.Enum):
    """What happened to a section or question."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    #: only its place is another
    MOVED = "moved"


@dataclass(frozen=True)
class Difference:
    """One section or question that is not as it was."""

    how: How
    is_section: bool
    key: str
    #: of a section its title; of one that was removed what it was
    label: LocalizedText
    #: names of the parts that differ, with what was and is there; of a changed one only
    parts: Mapping[str, tuple[Any, Any]]


def list_differences(before: Any, after: Any) -> Sequence[Difference]:
    """Return what differs, in the order of `after`, what was removed at the end. Of a change of order the fewest that moved."""
    found: list[Difference] = []
    old_sections = {entry["key"]: entry for entry in entries(before, "sections")}
    new_sections = {entry["key"]: entry for entry in entries(after, "sections")}
    moved_sections = _moved(list(old_sections), list(new_sections))
    for key, entry in new_sections.items():
        found += _difference(old_sections.get(key), entry, True, key in moved_sections)
    old, new = _placed(old_sections.values()), _placed(new_sections.values())
    moved = _moved(list(old), list(new)) | {key for key in new if key in old and old[key][0] != new[key][0]}
    for key, (_section, entry) in new.items():
        found += _difference(old[key][1] if key in old else None, entry, False, key in moved)
    gone = [(True, entry) for key, entry in old_sections.items() if key not in new_sections]
    gone += [(False, entry) for key, (_section, entry) in old.items() if key not in new]
    return found + [_told(How.REMOVED, is_section, entry) for is_section, entry in gone]


def _placed(sections: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    return {
        question["key"]: (section["key"], question)
        for section in sections
        for question in entries(section, "questions")
    }


def _difference(old: dict[str, Any] | None, new: dict[str, Any], is_section: bool, is_moved: bool) -> list[Difference]:
    if old is None:
        return [_told(How.ADDED, is_section, new)]
    parts = {
        name: (old.get(name), new.get(name))
        for name in [*new, *(name for name in old if name not in new)]
        if name != "questions" and old.get(name) != new.get(name)
    }
    if parts:
        return [_told(How.CHANGED, is_section, new, parts)]
    return [_told(How.MOVED, is_section, new)] if is_moved else []


def _told(
    how: How, is_section: bool, entry: dict[str, Any], parts: Mapping[str, tuple[Any, Any]] | None = None
) -> Difference:
    return Difference(how, is_section, entry["key"], texts(entry, "title" if is_section else "label"), parts or {})


def _moved(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """Return the fewest keys to be taken out so that what both have stands in the same order."""
    places = {key: place for place, key in enumerate(old)}
    common = [key for key in new if key in places]
    longest: list[list[str]] = []
    for index, key in enumerate(common):
        best: list[str] = []
        for earlier in range(index):
            if places[common[earlier]] < places[key] and len(longest[earlier]) > len(best):
                best = longest[earlier]
        longest.append([*best, key])
    kept = max(longest, key=len, default=[])
    return set(common) - set(kept)
