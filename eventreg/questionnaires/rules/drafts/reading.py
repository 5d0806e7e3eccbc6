"""Reading a draft for show: whatever of it can be made out, unfinished as it may be. Nothing here refuses.

Publishing reads strictly (`rules.parsing`); what is shown to organizers while they write must never fail.

What cannot be done to a draft.

What differs between two documents: for "3 changes not published", and for the history.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from eventreg.kernel.errors import N_, Keyed, Reason
from eventreg.kernel.text import LocalizedText, is_blank
from eventreg.questionnaires.rules.conditions import Condition, ConditionInvalid, read_condition
from eventreg.questionnaires.rules.schema import IDENTITY_COLUMNS, Definition, Option, Question, Section, Stage

_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")

Document = Mapping[str, Any]


def read_draft(document: Any) -> Definition:
    """Return a definition of what can be made out in the document of a draft; the rest is left out or empty."""
    return Definition(
        sections=tuple(_section(entry) for entry in entries(document, "sections")),
        is_stepwise=_part(document, "is_stepwise") is True,
        has_summary=_part(document, "has_summary") is True,
    )


def read_question(entry: Any) -> Question:
    """Return one question as far as it can be made out."""
    return Question(
        key=_line(entry, "key"),
        kind=_line(entry, "kind"),
        label=texts(entry, "label"),
        help=texts(entry, "help"),
        purpose=texts(entry, "purpose"),
        is_required=_part(entry, "is_required") is True,
        required_for=_keys(entry, "required_for"),
        condition=condition_of(entry),
        frozen_after=_date(_part(entry, "frozen_after")),
        is_sensitive=_part(entry, "is_sensitive") is True,
        retention_days=_number(_part(entry, "retention_days")),
        categories=_keys(entry, "categories"),
        options=tuple(_option(option) for option in entries(entry, "options", "value")),
        column=_line(entry, "column") if _line(entry, "column") in IDENTITY_COLUMNS else None,
        settings=dict(_mapping(_part(entry, "settings"))),
    )


def condition_of(entry: Any) -> Condition | None:
    """Return the condition of a question as data; None where there is none, or none that can be read."""
    data = _part(entry, "condition")
    if data is None:
        return None
    try:
        return read_condition(data)
    except ConditionInvalid:
        return None


def entries(parent: Any, name: str, key: str = "key") -> list[dict[str, Any]]:
    """Return the entries of a list in a document that have a usable key: sections, questions, options (`value`)."""
    found = _part(parent, name)
    if not isinstance(found, list | tuple):
        return []
    return [entry for entry in found if isinstance(entry, dict) and _KEY.fullmatch(_line(entry, key))]


def questions_in(document: Any) -> Iterator[dict[str, Any]]:
    """Yield the entries of all questions of a document, in order."""
    for section in entries(document, "sections"):
        yield from entries(section, "questions")


def find_question(document: Any, key: str) -> dict[str, Any] | None:
    """Return the entry of a question; None where there is none (any more)."""
    return next((entry for entry in questions_in(document) if entry["key"] == key), None)


def find_section(document: Any, key: str) -> dict[str, Any] | None:
    """Return the entry of a section; None where there is none (any more)."""
    return next((entry for entry in entries(document, "sections") if entry["key"] == key), None)


def texts(entry: Any, name: str) -> LocalizedText:
    """Return a text of an entry by language, without what is no text."""
    found = _mapping(_part(entry, name))
    return {str(language): text for language, text in found.items() if isinstance(text, str) and not is_blank(text)}


def fingerprint(entry: Any) -> str:
    """Return a mark of an entry as it stands: whoever saves says which one was seen. A section's leaves out its questions."""
    seen = {name: value for name, value in _mapping(entry).items() if name != "questions"}
    written = json.dumps(seen, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()[:20]


def _section(entry: Document) -> Section:
    try:
        stage = Stage(_part(entry, "stage"))
    except ValueError:
        stage = Stage.REGISTRATION
    return Section(
        key=_line(entry, "key"),
        title=texts(entry, "title"),
        intro=texts(entry, "intro"),
        questions=tuple(read_question(question) for question in entries(entry, "questions")),
        stage=stage,
        answer_by=_date(_part(entry, "answer_by")),
    )


def _option(entry: Document) -> Option:
    return Option(_line(entry, "value"), texts(entry, "label"), texts(entry, "hint"), _number(_part(entry, "places")))


def _keys(entry: Any, name: str) -> frozenset[str]:
    found = _part(entry, name)
    return frozenset(key for key in found if isinstance(key, str)) if isinstance(found, list | tuple) else frozenset()


def _line(entry: Any, name: str) -> str:
    found = _part(entry, name)
    return found if isinstance(found, str) else ""


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _part(entry: Any, name: str) -> Any:
    return entry.get(name) if isinstance(entry, Mapping) else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


class DraftReason(Reason):
    """Why a draft was not changed: something else of it was, or depends on it."""

    #: somebody else changed the same part of it meanwhile
    CHANGED_MEANWHILE = "changed_meanwhile", N_("Somebody else changed this meanwhile. Nothing was overwritten.")
    #: somebody else removed it, or the section that it was to go to, meanwhile
    GONE = "gone", N_("Somebody else removed it meanwhile.")
    #: others are asked depending on its answer. Details: `question`, its label; `others`, their labels
    STILL_NEEDED = (
        "still_needed",
        N_("“%(question)s” stays: %(others)s is asked depending on its answer. Change that first."),
    )
    #: it would stand after one that is asked depending on it, or be answered later. Details: as above
    WRONG_ORDER = (
        "wrong_order",
        N_("“%(question)s” has to be asked before %(others)s, which depends on its answer."),
    )
    #: others are asked depending on an answer that is to be removed. Details: as above, and `answer`, its label
    ANSWER_STILL_NEEDED = (
        "answer_still_needed",
        N_("The answer “%(answer)s” stays: %(others)s is asked depending on it. Change that first."),
    )
    TOO_MANY_SECTIONS = "too_many_sections", N_("There can be %(most)s sections.")
    TOO_MANY_QUESTIONS = "too_many_questions", N_("There can be %(most)s questions.")
    TOO_MANY_OPTIONS = "too_many_options", N_("A question can offer %(most)s answers.")
    #: another question fills the same part of the registration. Details: `question`, its label; `column`
    COLUMN_TAKEN = (
        "column_taken",
        N_("“%(question)s” already gives this of the person: %(column)s. Only one question can."),
    )
    #: it was published as a question of another kind: answers may hang on it
    KIND_FIXED = "kind_fixed", N_("It was published, and its kind stays: retire it, and add another question.")
    #: only an empty section is removed
    NOT_EMPTY = "not_empty", N_("Only an empty section is removed. Move its questions, or retire them, first.")

    def __init__(self, key: str, sentence: str) -> None:
        super().__init__(key, sentence, status_code=409)


class How(Keyed):
    """What happened to a section or question."""

    ADDED = "added", N_("New question"), N_("New section")
    CHANGED = "changed", N_("Changed question"), N_("Changed section")
    REMOVED = "removed", N_("Removed question"), N_("Removed section")
    #: only its place is another
    MOVED = "moved", N_("Moved question"), N_("Moved section")

    def __init__(self, key: str, of_question: str = "", of_section: str = "") -> None:
        self.of_question, self.of_section = of_question, of_section


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
