"""Changes of a draft's document. Each takes the document as it stands under the lock and returns it changed.

What is looked for is found by its key; whoever saves says by `seen` (a `fingerprint`) what it was like when the page was
opened. A part of the document that is faulty is left where it is.
"""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

from eventreg.questionnaires.rules.drafts.needs import refuse_new_faults
from eventreg.questionnaires.rules.drafts.reading import entries, fingerprint, questions_in, texts
from eventreg.questionnaires.rules.drafts.refusals import DraftReason, DraftRefused

#: longer is no form that anybody fills in
MOST_SECTIONS, MOST_QUESTIONS, MOST_OPTIONS = 30, 200, 100

Document = dict[str, Any]


class _Spot(NamedTuple):
    """Where a question stands: the list of its section, and its place in it."""

    section: dict[str, Any]
    questions: list[Any]
    place: int

    @property
    def entry(self) -> dict[str, Any]:
        """The question."""
        found: dict[str, Any] = self.questions[self.place]
        return found


def add_section(document: Document, entry: dict[str, Any]) -> Document:
    """Put a section at the end. Raises DraftRefused."""
    document = _whole(document)
    if len(document["sections"]) >= MOST_SECTIONS:
        raise DraftRefused(DraftReason.TOO_MANY, what="sections", most=MOST_SECTIONS)
    document["sections"].append({**entry, "questions": []})
    return document


def save_section(document: Document, key: str, seen: str, entry: dict[str, Any]) -> Document:
    """Replace what is said of a section; its questions stay. Raises DraftRefused."""
    document = _whole(document)
    before = copy.deepcopy(document)
    section = _section(document, key)
    if fingerprint(section) != seen:
        raise DraftRefused(DraftReason.CHANGED_MEANWHILE)
    questions = section["questions"]
    section.clear()
    section.update({**entry, "key": key, "questions": questions})
    refuse_new_faults(before, document)
    return document


def move_section(document: Document, key: str, step: int) -> Document:
    """Let a section change places with the one before (`step` -1) or after it (1). Raises DraftRefused."""
    document = _whole(document)
    before = copy.deepcopy(document)
    _section(document, key)
    order = [entry["key"] for entry in entries(document, "sections")]
    other = order.index(key) + step
    if 0 <= other < len(order):
        _swap(document["sections"], key, order[other])
    refuse_new_faults(before, document)
    return document


def remove_section(document: Document, key: str) -> Document:
    """Remove an empty section. Raises DraftRefused."""
    document = _whole(document)
    section = _section(document, key)
    if entries(section, "questions"):
        raise DraftRefused(DraftReason.NOT_EMPTY)
    document["sections"] = [entry for entry in document["sections"] if entry is not section]
    return document


def add_question(document: Document, section: str, entry: dict[str, Any], after: str = "") -> Document:
    """Put a question at the end of a section, or behind another one of it. Raises DraftRefused."""
    document = _whole(document)
    before = copy.deepcopy(document)
    if sum(1 for _entry in questions_in(document)) >= MOST_QUESTIONS:
        raise DraftRefused(DraftReason.TOO_MANY, what="questions", most=MOST_QUESTIONS)
    _check_options(entry)
    _check_column(document, entry)
    questions = _section(document, section)["questions"]
    places = [index for index, other in enumerate(questions) if _key(other) == after and after]
    questions.insert(places[0] + 1 if places else len(questions), entry)
    refuse_new_faults(before, document)
    return document


def save_question(document: Document, key: str, seen: str, entry: dict[str, Any], section: str = "") -> Document:
    """Replace a question where it stands, or at the end of another section. Raises DraftRefused."""
    document = _whole(document)
    before = copy.deepcopy(document)
    spot = _spot(document, key)
    if fingerprint(spot.entry) != seen:
        raise DraftRefused(DraftReason.CHANGED_MEANWHILE)
    _check_options(entry)
    entry = {**entry, "key": key}
    if entry.get("column") != spot.entry.get("column"):
        _check_column(document, entry)
    if section and section != spot.section["key"]:
        questions = _section(document, section)["questions"]
        del spot.questions[spot.place]
        questions.append(entry)
    else:
        spot.questions[spot.place] = entry
    refuse_new_faults(before, document)
    return document


def move_question(document: Document, key: str, step: int) -> Document:
    """Let a question change places with its neighbour; the first goes to the end of the section before, the last to the
    beginning of the one after. Raises DraftRefused."""
    document = _whole(document)
    before = copy.deepcopy(document)
    spot = _spot(document, key)
    order = [entry["key"] for entry in entries(spot.section, "questions")]
    other = order.index(key) + step
    if 0 <= other < len(order):
        _swap(spot.questions, key, order[other])
    else:
        sections = entries(document, "sections")
        neighbour = sections.index(spot.section) + step
        if 0 <= neighbour < len(sections):
            entry = spot.questions.pop(spot.place)
            questions = sections[neighbour]["questions"]
            questions.insert(0 if step > 0 else len(questions), entry)
    refuse_new_faults(before, document)
    return document


def place_question(document: Document, key: str, section: str, before: str = "") -> Document:
    """Put a question into a section, before another one of it, else at its end. Raises DraftRefused."""
    document = _whole(document)
    old = copy.deepcopy(document)
    spot = _spot(document, key)
    target = _section(document, section)["questions"]
    if before == key:
        return document
    entry = spot.questions.pop(spot.place)
    places = [index for index, other in enumerate(target) if _key(other) == before and before]
    target.insert(places[0] if places else len(target), entry)
    refuse_new_faults(old, document)
    return document


def copy_question(document: Document, key: str, new_key: str) -> Document:
    """Put a copy behind a question. It fills no column of the registration: only one question does. Raises DraftRefused."""
    document = _whole(document)
    spot = _spot(document, key)
    entry = {name: value for name, value in copy.deepcopy(spot.entry).items() if name != "column"}
    return add_question(document, spot.section["key"], {**entry, "key": new_key}, after=key)


def remove_question(document: Document, key: str) -> Document:
    """Take a question out; answers already given stay with their version. Raises DraftRefused."""
    document = _whole(document)
    before = copy.deepcopy(document)
    spot = _spot(document, key)
    del spot.questions[spot.place]
    refuse_new_faults(before, document)
    return document


def _whole(document: Any) -> Document:
    """Return a copy in which every list that is changed is one."""
    found: Document = copy.deepcopy(dict(document)) if isinstance(document, dict) else {}
    if not isinstance(found.get("sections"), list):
        found["sections"] = []
    for section in entries(found, "sections"):
        if not isinstance(section.get("questions"), list):
            section["questions"] = []
    return found


def _section(document: Document, key: str) -> dict[str, Any]:
    for section in entries(document, "sections"):
        if section["key"] == key:
            return section
    raise DraftRefused(DraftReason.GONE)


def _spot(document: Document, key: str) -> _Spot:
    for section in entries(document, "sections"):
        for index, entry in enumerate(section["questions"]):
            if _key(entry) == key:
                return _Spot(section, section["questions"], index)
    raise DraftRefused(DraftReason.GONE)


def _swap(listed: list[Any], one: str, other: str) -> None:
    first, second = (next(index for index, entry in enumerate(listed) if _key(entry) == key) for key in (one, other))
    listed[first], listed[second] = listed[second], listed[first]


def _check_options(entry: dict[str, Any]) -> None:
    if len(entry.get("options", ())) > MOST_OPTIONS:
        raise DraftRefused(DraftReason.TOO_MANY, what="options", most=MOST_OPTIONS)


def _check_column(document: Document, entry: dict[str, Any]) -> None:
    """Refuse a second question that fills the same part of a registration: two people may add one each at once."""
    column = entry.get("column")
    for other in questions_in(document) if column else ():
        if other["key"] != entry.get("key") and other.get("column") == column:
            raise DraftRefused(DraftReason.COLUMN_TAKEN, question=texts(other, "label"), column=column)


def _key(entry: Any) -> str:
    key = entry.get("key") if isinstance(entry, dict) else None
    return key if isinstance(key, str) else ""
