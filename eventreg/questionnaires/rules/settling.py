"""What of a condition is still open on one form: the rest is known before anybody answers.

A form does not ask everything that conditions look at: some of it belongs to other categories, some is answered elsewhere,
some can be changed no more. What is known of such answers is put in, so that a form, and the browser that shows it, meet
only conditions on questions that stand on the form itself.
"""

from collections.abc import Collection, Sequence

from eventreg.questionnaires.rules.conditions import AllOf, Answers, AnyOf, Condition, Not
from eventreg.questionnaires.rules.schema import Question


def settle(condition: Condition, on_form: Collection[str], known: Answers) -> Condition | bool:
    """Return what is left of a condition once the answers to questions that are not `on_form` are put in.

    True or False where nothing is left to be decided. An answer that is not `known` is none.
    """
    if isinstance(condition, Not):
        part = settle(condition.part, on_form, known)
        return not part if isinstance(part, bool) else Not(part)
    if isinstance(condition, AllOf | AnyOf):
        return _settle_parts(condition, [settle(part, on_form, known) for part in condition.parts])
    return condition if set(condition.refers_to()) <= set(on_form) else condition.holds(known)


def _settle_parts(condition: AllOf | AnyOf, parts: Sequence[Condition | bool]) -> Condition | bool:
    # One part that does not hold decides "all", one that holds decides "any"; those that decide nothing are left out.
    decides = isinstance(condition, AnyOf)
    if any(part is decides for part in parts):
        return decides
    left = tuple(part for part in parts if not isinstance(part, bool))
    if not left:
        return not decides
    return left[0] if len(left) == 1 else type(condition)(left)


def conditions_on_form(
    questions: Sequence[Question], on_form: Collection[str], known: Answers
) -> dict[str, Condition | None]:
    """Return, for each question of a form that can be asked at all, the condition that is left; None: always asked.

    `questions` are in order, `on_form` the keys of those that the form asks. One that cannot come up whatever is answered
    is left out, and counts as unanswered for those after it.
    """
    asked: dict[str, Condition | None] = {}
    for question in questions:
        if question.key not in on_form:
            continue
        left = True if question.condition is None else settle(question.condition, asked, known)
        if left is not False:
            asked[question.key] = None if left is True else left
    return asked
