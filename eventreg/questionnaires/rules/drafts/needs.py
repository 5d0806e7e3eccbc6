"""What of a document hangs on what: conditions look at questions that stand before, and at answers that are offered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from eventreg.kernel.errors import Refused
from eventreg.questionnaires.rules.conditions import AllOf, AnyOf, Condition, IsOneOf, Not
from eventreg.questionnaires.rules.drafts.reading import read_draft
from eventreg.questionnaires.rules.drafts.refusals import DraftReason
from eventreg.questionnaires.rules.schema import Definition, Question, Stage

#: in the order in which they are answered
_STAGES = tuple(Stage)


class Fault(NamedTuple):
    """A condition that looks at what is not there, or comes too late. `value`: the answer that is not offered."""

    reason: DraftReason
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
    old, new = read_draft(before), read_draft(after)
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
    for key in part.refers_to():
        if key not in everywhere:
            yield Fault(DraftReason.STILL_NEEDED, key, dependent)
        elif key not in before or _STAGES.index(before[key]) > _STAGES.index(stage):
            yield Fault(DraftReason.WRONG_ORDER, key, dependent)
        elif isinstance(part, IsOneOf) and (options := everywhere[key].options):
            offered = {option.value for option in options}
            for value in part.values:
                if value not in offered:
                    yield Fault(DraftReason.ANSWER_STILL_NEEDED, key, dependent, value)


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
