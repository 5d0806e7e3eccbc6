"""Changes of a draft's document. Each takes the document as it stands under the lock and returns a changed copy.

What is looked for is found by its key; whoever saves says by `seen` (a `fingerprint`) what it was like when the page was
opened. A part of the document that is faulty is left where it is. Each raises Refused with a `DraftReason`.

What of a document hangs on what: conditions look at questions that stand before, and at answers that are offered.
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any, Concatenate, NamedTuple, ParamSpec

from eventreg.kernel.errors import Refused
from eventreg.questionnaires.rules.conditions import BESIDE_QUESTIONS, AllOf, AnyOf, Condition, IsOneOf, Not
from eventreg.questionnaires.rules.drafts import reading
from eventreg.questionnaires.rules.schema import Definition, Question, Stage

#: longer is no form that anybody fills in
MOST_SECTIONS, MOST_QUESTIONS, MOST_OPTIONS = 30, 200, 100

Document = dict[str, Any]
_Given = ParamSpec("_Given")


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


def _changing(
    change: Callable[Concatenate[Document, _Given], None],
) -> Callable[Concatenate[Document, _Given], Document]:
    """Let `change` work on a copy, and refuse what leaves a condition without what it looks at."""

    @wraps(change)
    def changed(document: Document, /, *given: _Given.args, **named: _Given.kwargs) -> Document:
        before = _whole(document)
        after = copy.deepcopy(before)
        change(after, *given, **named)
        refuse_new_faults(before, after)
        return after

    return changed


@_changing
def add_section(document: Document, entry: dict[str, Any]) -> None:
    """Put a section at the end."""
    if len(document["sections"]) >= MOST_SECTIONS:
        raise Refused(reading.DraftReason.TOO_MANY_SECTIONS, most=MOST_SECTIONS)
    document["sections"].append({**entry, "questions": []})


@_changing
def save_section(document: Document, key: str, seen: str, entry: dict[str, Any]) -> None:
    """Replace what is said of a section; its questions stay."""
    section = _section(document, key)
    if reading.fingerprint(section) != seen:
        raise Refused(reading.DraftReason.CHANGED_MEANWHILE)
    questions = section["questions"]
    section.clear()
    section.update({**entry, "key": key, "questions": questions})


@_changing
def move_section(document: Document, key: str, step: int) -> None:
    """Let a section change places with the one before (`step` -1) or after it (1)."""
    _section(document, key)
    _swap(document, "sections", key, step)


@_changing
def remove_section(document: Document, key: str) -> None:
    """Remove an empty section."""
    section = _section(document, key)
    if reading.entries(section, "questions"):
        raise Refused(reading.DraftReason.NOT_EMPTY)
    document["sections"] = [entry for entry in document["sections"] if entry is not section]


@_changing
def add_question(document: Document, section: str, entry: dict[str, Any]) -> None:
    """Put a question at the end of a section."""
    _check_room(document, entry)
    _section(document, section)["questions"].append(entry)


@_changing
def save_question(document: Document, key: str, seen: str, entry: dict[str, Any], section: str = "") -> None:
    """Replace a question where it stands, or at the end of another section."""
    spot = _spot(document, key)
    if reading.fingerprint(spot.entry) != seen:
        raise Refused(reading.DraftReason.CHANGED_MEANWHILE)
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


@_changing
def move_question(document: Document, key: str, step: int) -> None:
    """Let a question change places with its neighbour; the first goes to the end of the section before, the last to the
    beginning of the one after."""
    spot = _spot(document, key)
    if _swap(spot.section, "questions", key, step):
        return
    sections = reading.entries(document, "sections")
    neighbour = sections.index(spot.section) + step
    if 0 <= neighbour < len(sections):
        questions = sections[neighbour]["questions"]
        questions.insert(0 if step > 0 else len(questions), spot.questions.pop(spot.place))


@_changing
def place_question(document: Document, key: str, section: str, before: str = "") -> None:
    """Put a question into a section, before another one of it, else at its end."""
    spot = _spot(document, key)
    target = _section(document, section)["questions"]
    if before == key:
        return
    entry = spot.questions.pop(spot.place)
    places = [index for index, other in enumerate(target) if _key(other) == before and before]
    target.insert(places[0] if places else len(target), entry)


@_changing
def copy_question(document: Document, key: str, new_key: str) -> None:
    """Put a copy behind a question. It fills no column of the registration: only one question does."""
    spot = _spot(document, key)
    entry = {name: value for name, value in copy.deepcopy(spot.entry).items() if name != "column"}
    _check_room(document, entry)
    spot.questions.insert(spot.place + 1, {**entry, "key": new_key})


@_changing
def remove_question(document: Document, key: str) -> None:
    """Take a question out; answers already given stay with their version."""
    spot = _spot(document, key)
    del spot.questions[spot.place]


def empty(document: Document) -> Document:
    """Take every section out, with its questions."""
    return {**document, "sections": []}


def save_shape(document: Document, shape: dict[str, bool]) -> Document:
    """Say how the form is shown: `is_stepwise`, `has_summary`. What is not so is left out, as where nobody ever said it."""
    return {name: value for name, value in (document | shape).items() if name not in shape or value}


def _whole(document: Any) -> Document:
    """Return a copy in which every list that is changed is one."""
    found: Document = copy.deepcopy(dict(document)) if isinstance(document, dict) else {}
    if not isinstance(found.get("sections"), list):
        found["sections"] = []
    for section in reading.entries(found, "sections"):
        if not isinstance(section.get("questions"), list):
            section["questions"] = []
    return found


def _section(document: Document, key: str) -> dict[str, Any]:
    for section in reading.entries(document, "sections"):
        if section["key"] == key:
            return section
    raise Refused(reading.DraftReason.GONE)


def _spot(document: Document, key: str) -> _Spot:
    for section in reading.entries(document, "sections"):
        for index, entry in enumerate(section["questions"]):
            if _key(entry) == key:
                return _Spot(section, section["questions"], index)
    raise Refused(reading.DraftReason.GONE)


def _swap(parent: dict[str, Any], name: str, key: str, step: int) -> bool:
    """Let an entry of a list change places with its neighbour; False where there is none."""
    order = [entry["key"] for entry in reading.entries(parent, name)]
    other = order.index(key) + step
    if not 0 <= other < len(order):
        return False
    listed = parent[name]
    first, second = (
        next(place for place, entry in enumerate(listed) if _key(entry) == each) for each in (key, order[other])
    )
    listed[first], listed[second] = listed[second], listed[first]
    return True


def _check_room(document: Document, entry: dict[str, Any]) -> None:
    """Refuse one question more than anybody keeps apart, and what it cannot have."""
    if sum(1 for _entry in reading.questions_in(document)) >= MOST_QUESTIONS:
        raise Refused(reading.DraftReason.TOO_MANY_QUESTIONS, most=MOST_QUESTIONS)
    _check_options(entry)
    _check_column(document, entry)


def _check_options(entry: dict[str, Any]) -> None:
    if len(entry.get("options", ())) > MOST_OPTIONS:
        raise Refused(reading.DraftReason.TOO_MANY_OPTIONS, most=MOST_OPTIONS)


def _check_column(document: Document, entry: dict[str, Any]) -> None:
    """Refuse a second question that fills the same part of a registration: two people may add one each at once."""
    column = entry.get("column")
    for other in reading.questions_in(document) if column else ():
        if other["key"] != entry.get("key") and other.get("column") == column:
            raise Refused(reading.DraftReason.COLUMN_TAKEN, question=reading.texts(other, "label"), column=column)


def _key(entry: Any) -> str:
    key = entry.get("key") if isinstance(entry, dict) else None
    return key if isinstance(key, str) else ""


#: in the order in which they are answered
_STAGES = tuple(Stage)


class Fault(NamedTuple):
    """A condition that looks at what is not there, or comes too late. `value`: the answer that is not offered."""

    reason: reading.DraftReason
    question: str
    dependent: str
    value: str = ""


def list_faults(definition: Definition) -> list[Fault]:
    """Return every condition that cannot be decided, in order."""
    everywhere = {question.key: question for question in definition.questions()}
    before: dict[str, Stage] = {}
    found: list[Fault] = []
    for section in definition.sections:
        for question in section.questions:
            for part in _singles(question.condition):
                found += _faults(question.key, part, before, section.stage, everywhere)
            before[question.key] = section.stage
    return list(dict.fromkeys(found))


def refuse_new_faults(before: Any, after: Any) -> None:
    """Refuse a change that leaves a condition without what it looks at. Raises Refused, which names the questions.

    What was at fault before is nobody's hindrance: publishing will tell.
    """
    old, new = reading.read_draft(before), reading.read_draft(after)
    known = set(list_faults(old))
    faults = [fault for fault in list_faults(new) if fault not in known]
    if not faults:
        return
    first = faults[0]
    alike = [fault for fault in faults if (fault.reason, fault.question) == (first.reason, first.question)]
    looked_at = old.find(first.question) or new.find(first.question)
    dependents = [new.find(key) for key in dict.fromkeys(fault.dependent for fault in alike)]
    raise Refused(
        first.reason,
        question=looked_at.label if looked_at else {},
        others=[question.label for question in dependents if question],
        answer=_label_of(looked_at, first.value),
    )


def _faults(
    dependent: str, part: Condition, before: Mapping[str, Stage], stage: Stage, everywhere: Mapping[str, Question]
) -> Iterator[Fault]:
    for key in set(part.refers_to()) - BESIDE_QUESTIONS:
        if key not in everywhere:
            yield Fault(reading.DraftReason.STILL_NEEDED, key, dependent)
        elif key not in before or _STAGES.index(before[key]) > _STAGES.index(stage):
            yield Fault(reading.DraftReason.WRONG_ORDER, key, dependent)
        elif isinstance(part, IsOneOf) and (options := everywhere[key].options):
            offered = {option.value for option in options}
            for value in part.values:
                if value not in offered:
                    yield Fault(reading.DraftReason.ANSWER_STILL_NEEDED, key, dependent, value)


def _singles(condition: Condition | None) -> Iterator[Condition]:
    if isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from _singles(part)
    elif isinstance(condition, Not):
        yield from _singles(condition.part)
    elif condition is not None:
        yield condition


def _label_of(question: Question | None, value: str) -> Mapping[str, str]:
    options = question.options if question is not None else ()
    return next((option.label for option in options if option.value == value), {})
