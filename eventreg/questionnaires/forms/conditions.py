"""When a question is asked, as rows of a form: each an answer to an earlier question, joined by "all" or "any".

A condition that is richer than rows can say (groups within groups) is kept as it is, and shown in words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from eventreg.questionnaires import kinds
from eventreg.questionnaires.kinds.person import OfLongList
from eventreg.questionnaires.rules import conditions
from eventreg.questionnaires.rules.schema import Question, Seeking

MOST_ROWS = 10
_MOST_BOXES = 30


@dataclass
class Row:
    """One line: `question` empty for a blank one, which offers one answer to pick among those to all questions."""

    question: str = ""
    #: "is", "answered", "unanswered", "at_least", "at_most"
    test: str = "is"
    values: tuple[str, ...] = ()
    bound: str = ""
    is_denied: bool = False
    #: of a blank row: "<test>:<question>:<value>"
    picked: str = ""
    error: str = ""


@dataclass(frozen=True)
class Subject:
    """An earlier question that a condition can look at, in the reader's words."""

    key: str
    label: str
    choices: Sequence[tuple[str, str]]
    seeking: Seeking

    @property
    def is_comparable(self) -> bool:
        """Whether an answer can lie on one side of a bound."""
        return self.seeking.has_ranges

    @property
    def is_long(self) -> bool:
        """Whether it offers more answers than anybody ticks boxes in, like every country."""
        return len(self.choices) > _MOST_BOXES


def subjects(questions: Sequence[Question], context: kinds.Context, language: str) -> list[Subject]:
    """Return what a condition can look at among these questions."""
    return [
        Subject(
            question.key,
            context.text(question.label, language) or question.key,
            _choices(question, context, language),
            kind.seeking,
        )
        for question in questions
        if question.kind in kinds.NAMES and (kind := kinds.get(question.kind)).is_answerable
    ]


def rows_of(condition: conditions.Condition | None) -> tuple[str, list[Row]] | None:
    """Return how the rows are joined and the rows; None for a condition that rows cannot say."""
    if condition is None:
        return "all", []
    parts = condition.parts if isinstance(condition, conditions.AllOf | conditions.AnyOf) else (condition,)
    rows = [_row_of(part) for part in parts]
    if len(rows) > MOST_ROWS or any(row is None for row in rows):
        return None
    return "any" if isinstance(condition, conditions.AnyOf) else "all", [row for row in rows if row is not None]


def rows_sent(sent: Any) -> tuple[str, list[Row]]:
    """Return what was sent: how the rows are joined, and the rows that are not to go."""
    found = []
    for number in range(MOST_ROWS + 1):
        name = f"condition-{number}-"
        if f"{name}question" not in sent or sent.get(f"{name}remove"):
            continue
        found.append(
            Row(
                sent.get(f"{name}question", ""),
                sent.get(f"{name}test", "is"),
                tuple(filter(None, [*sent.getlist(f"{name}value"), sent.get(f"{name}more")])),
                sent.get(f"{name}bound", "").strip(),
                bool(sent.get(f"{name}not")),
                sent.get(f"{name}pick", ""),
            )
        )
    return ("any" if sent.get("condition-join") == "any" else "all"), [_settled(row) for row in found]


def condition_from(join: str, rows: Sequence[Row], known: Sequence[Subject]) -> tuple[dict[str, Any] | None, bool]:
    """Return the condition as data (None: none) and whether every row is right; what is wrong stands in the row."""
    by_key = {subject.key: subject for subject in known}
    parts = []
    is_sound = True
    for row in rows:
        if not row.question:
            continue
        row.error = _fault(row, by_key.get(row.question))
        is_sound = is_sound and not row.error
        parts.append({"not": _data(row)} if row.is_denied else _data(row))
    if not is_sound or not parts:
        return None, is_sound
    return (parts[0] if len(parts) == 1 else {join: parts}), True


def _settled(row: Row) -> Row:
    """Turn a blank row in which something was picked into one on that question."""
    if row.question or row.picked.count(":") < 2:
        return row
    test, question, value = row.picked.split(":", 2)
    return Row(question, test, (value,) if value else (), row.bound, row.is_denied)


def _fault(row: Row, subject: Subject | None) -> str:
    if subject is None:
        return _("This question does not stand before this one any more")
    if row.test == "is" and not row.values:
        return _("Choose at least one answer")
    if row.test == "is" and not set(row.values) <= {value for value, _label in subject.choices}:
        return _("Choose among the answers that the question offers")
    try:
        conditions.read_condition(_data(row))
    except conditions.ConditionInvalid:
        return _("Write a number, a date like 2027-03-11, or a time like 14:30")
    return ""


def _data(row: Row) -> dict[str, Any]:
    if row.test in ("answered", "unanswered"):
        return {"question": row.question, "answered": row.test == "answered"}
    if row.test in ("at_least", "at_most"):
        return {"question": row.question, row.test: row.bound}
    return {"question": row.question, "is": list(row.values)}


def _row_of(part: conditions.Condition) -> Row | None:
    if isinstance(part, conditions.Not):
        row = _row_of(part.part)
        if row is None or row.is_denied:
            return None
        row.is_denied = True
        return row
    if isinstance(part, conditions.IsOneOf):
        return Row(part.question, "is", part.values)
    if isinstance(part, conditions.IsAnswered):
        return Row(part.question, "answered" if part.wanted else "unanswered")
    if isinstance(part, conditions.Compares):
        return Row(part.question, "at_least" if part.is_least else "at_most", bound=part.bound)
    return None


def _choices(question: Question, context: kinds.Context, language: str) -> list[tuple[str, str]]:
    return list(_offered(question, context, language))


def _offered(question: Question, context: kinds.Context, language: str) -> Iterator[tuple[str, str]]:
    """Yield the answers that can be chosen, those countries first that come first on the form.

    Sessions are chosen on a page of their own, and leave the programme: of them only whether any is.
    """
    kind = kinds.get(question.kind)
    values = kind.choices(question, context) or ()
    if not values and isinstance(kind, OfLongList):
        first = [code for code in context.region if code in kind.codes]
        values = [*first, *(code for code in kind.listed(language) if code not in first)]
    for value in values:
        yield value, kind.value_text(question, value, context, language)
