"""What figures count, and how they are told to somebody who may know of no person.

Whoever sees figures and no people (a funder, an administrator) is told of nobody in groups of fewer than five, and can
derive no such group from the totals: small groups are put together until they are large enough, days as well. For that
reader everything counts the same people, so that no table can be taken from another.

Which questions of an event tell what figures show.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from eventreg.kernel.errors import N_, Titled
from eventreg.questionnaires.rules.schema import Definition, Question
from eventreg.registration.rules.states import Status

#: groups of fewer people than this are told to nobody who may not see the people
FEWEST = 5
#: the key of what was put together, and of what is named no more
OTHERS = "…"
#: so many columns are drawn at the most; where more days went by, they are put together
_MOST_COLUMNS = 92


class Counting(Titled):
    """Whom figures count."""

    LIVE = "live", N_("All but the cancelled")
    CONFIRMED = "confirmed", N_("The confirmed")
    ALL = "all", N_("All")

    @property
    def statuses(self) -> tuple[Status, ...]:
        """The statuses of those who are counted."""
        if self is Counting.CONFIRMED:
            return (Status.CONFIRMED,)
        return tuple(status for status in Status if self is Counting.ALL or status is not Status.CANCELLED)


@dataclass(frozen=True)
class Cell:
    """How many people have one value. "" is no value."""

    key: str
    number: int
    #: what was put together; empty for a plain one
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Span:
    """How many registrations came from one day to another, both among them."""

    first: date
    last: date
    number: int


def is_told(number: int) -> bool:
    """Say whether a number of people may be told to somebody who may not know who they are."""
    return number == 0 or number >= FEWEST


def merged(cells: Sequence[Cell]) -> list[Cell]:
    """Return cells of people who are in one of them each, with the small ones put together; nothing where all are few.

    What is put together holds five people at least and two values, so that neither it nor the total tells one of them.
    """
    hidden = [cell for cell in cells if not is_told(cell.number)]
    if not hidden:
        return list(cells)
    shown = [cell for cell in cells if is_told(cell.number)]
    while sum(cell.number for cell in hidden) < FEWEST or len(hidden) < 2:
        large = [cell for cell in shown if cell.number]
        if not large:
            break
        smallest = min(large, key=lambda cell: (cell.number, cell.key))
        shown.remove(smallest)
        hidden.append(smallest)
    total = sum(cell.number for cell in hidden)
    if not is_told(total):
        return []
    return [*shown, Cell(OTHERS, total, tuple(cell.key for cell in hidden))]


def told(cells: Sequence[Cell], total: int) -> list[Cell]:
    """Return those cells of people who may be in several of which neither they nor all others are few."""
    return [cell for cell in cells if is_told(cell.number) and is_told(total - cell.number)]


def spans(by_day: Sequence[tuple[date, int]], until: date) -> list[Span]:
    """Return registrations over time without a gap, up to a day: by day, or by as many days as fit a drawing."""
    if not by_day:
        return []
    numbers = dict(by_day)
    first, last = min(numbers), max(max(numbers), until)
    step = -(-((last - first).days + 1) // _MOST_COLUMNS)
    found = []
    while first <= last:
        end = min(first + timedelta(days=step - 1), last)
        days = (first + timedelta(days=number) for number in range((end - first).days + 1))
        found.append(Span(first, end, sum(numbers.get(day, 0) for day in days)))
        first = end + timedelta(days=1)
    return found


def merged_spans(series: Sequence[Span]) -> list[Span]:
    """Return spans put together until each holds five people at least; the last joins the one before it."""
    found: list[Span] = []
    for span in series:
        if found and not found[-1].number >= FEWEST:
            before = found.pop()
            span = Span(before.first, span.last, before.number + span.number)
        found.append(span)
    if len(found) > 1 and found[-1].number < FEWEST:
        last, before = found.pop(), found.pop()
        found.append(Span(before.first, last.last, before.number + last.number))
    return [span for span in found if span.number >= FEWEST]


#: what the key of the question for the sex is in the ready-made sets, or made of in the languages of the product
_SEX_KEYS = ("sex", "sexo", "sexe", "gender", "genero", "genre")
_CHOICE, _DAYS = "choice", "days"


def sex_question(definitions: Collection[Definition]) -> Question | None:
    """Return the question for the sex in its newest wording; None where none asks it, or its answers are sealed.

    It offers one of several answers and has one of the known keys. `definitions`: the versions, the newest first.
    """
    asked = [question for each in definitions for question in each.questions() if question.key in _SEX_KEYS]
    sealed = {question.key for question in asked if question.is_sensitive}
    return next((each for each in asked if each.kind == _CHOICE and each.key not in sealed), None)


def day_keys_of(definitions: Collection[Definition]) -> list[str]:
    """Return the keys of the questions that ask, or asked, for days."""
    return sorted({key for each in definitions for key in each.keys_of(_DAYS)})
