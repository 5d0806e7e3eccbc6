"""The registrations of an event counted by everything that its figures show, in one statement. No person is in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, String, case, cast, extract, func, literal, select, union_all

from eventreg.db import db
from eventreg.events.rules.team import Scope
from eventreg.registration.models import Answer, Registration
from eventreg.registration.queries.scoping import conditions
from eventreg.registration.rules.states import Status
from eventreg.review.queries.messages import has_trouble
from eventreg.review.rules.figures import Cell

#: as many institutions are named, those of the most people first
MOST_INSTITUTIONS = 10
#: registrations are counted by so many seconds, which every zone's midnight is a multiple of
_QUARTER = 900
#: parts of the answer that are one number
_NUMBERS = frozenset({"with_institution", "institution_count", "with_days", "troubled"})
#: a decision is waited for not long, some days, or too long
SOME_DAYS, TOO_LONG = timedelta(days=2), timedelta(days=7)


@dataclass(frozen=True)
class Wanted:
    """What is counted beside what every registration has."""

    statuses: Collection[Status]
    time_zone: str
    #: the key of the question for the sex; empty: none asks it
    sex_key: str = ""
    #: the keys of the questions for days
    day_keys: Sequence[str] = ()


@dataclass
class Breakdown:
    """How many registrations have what. Beside `by_status`, only those of the statuses that were asked for."""

    by_status: dict[Status, int] = field(default_factory=dict)
    by_category: dict[int, int] = field(default_factory=dict)
    #: by name of a figure and value: "country"; "sex"; "day", by its id as answered, whoever was never asked comes on all;
    #: "waiting": those to review by how long they wait, "new", "days", "long"
    by: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    #: those of the most people, as (folded, as somebody wrote it, number)
    institutions: list[tuple[str, str, int]] = field(default_factory=list)
    #: people of any institution, and how many institutions there are
    with_institution: int = 0
    institution_count: int = 0
    with_days: int = 0
    received: dict[date, int] = field(default_factory=dict)
    waiting_since: datetime | None = None
    #: whose newest message failed
    troubled: int = 0

    @property
    def total(self) -> int:
        """How many are counted."""
        return sum(self.by_category.values())

    def countries(self) -> list[Cell]:
        """Return the countries, the most frequent first; whoever named none at the end."""
        found = [Cell(code, number) for code, number in self.by["country"].items()]
        return sorted(found, key=lambda cell: (not cell.key, -cell.number, cell.key))


def break_down(event_id: int, scope: Scope, wanted: Wanted, now: datetime) -> Breakdown:
    """Count the registrations in scope: one statement, whatever their number."""
    counted = _Parts(event_id, scope, wanted, now)
    found = Breakdown()
    for name, first, second, third, number in db.session.execute(union_all(*counted.parts())):
        _put(found, wanted, (name, first, second, third), int(number or 0))
    found.institutions.sort(key=lambda each: (-each[2], each[0]))
    return found


class _Parts:
    """The parts of the statement: each a name, up to three values, and a number."""

    def __init__(self, event_id: int, scope: Scope, wanted: Wanted, now: datetime) -> None:
        self._event_id, self._wanted, self._now = event_id, wanted, now
        self._seen = [Registration.event_id == event_id, *conditions(event_id, scope)]
        self._counted = [*self._seen, Registration.status.in_(sorted(wanted.statuses, key=lambda each: each.value))]

    def parts(self) -> Iterator[Any]:
        """Yield them."""
        # The first one says of what types the columns are; an index answers it.
        grouped = (cast(Registration.status, String), cast(Registration.category_id, String), Registration.country)
        yield self._part("each", *grouped, only=self._seen)
        yield self._institutions()
        yield self._one("with_institution", Registration.sort_institution != "")
        yield self._one(
            "institution_count", number=func.count(func.nullif(Registration.sort_institution, "").distinct())
        )
        yield self._part("received", cast(_quarters(Registration.submitted_at), String))
        yield from self._answers()
        yield from self._waiting()
        yield self._one("troubled", has_trouble(self._event_id))

    def _answers(self) -> Iterator[Any]:
        people = func.count(Registration.id.distinct())
        for name, keys in (("sex", [self._wanted.sex_key]), ("day", self._wanted.day_keys)):
            if any(keys):
                answered = Answer.value.is_not(None) & Answer.question_key.in_(keys)
                statement = self._part(name, Answer.value, only=[*self._counted, answered], number=people)
                yield statement.join(Answer, Answer.registration_id == Registration.id)
        if self._wanted.day_keys:
            statement = self._one("with_days", Answer.question_key.in_(self._wanted.day_keys), number=people)
            yield statement.join(Answer, Answer.registration_id == Registration.id)

    def _waiting(self) -> Iterator[Any]:
        since = Registration.status_changed_at
        length = case((since > self._now - SOME_DAYS, "new"), (since > self._now - TOO_LONG, "days"), else_="long")
        pending = [*self._seen, Registration.status == Status.PENDING]
        inner = select(length.label("length")).where(*pending).subquery()
        yield select(_text("waiting"), inner.c.length, _text(""), _text(""), func.count()).group_by(inner.c.length)
        oldest = cast(func.min(_quarters(since)), String)
        yield select(_text("since"), oldest, _text(""), _text(""), func.count()).where(*pending)

    def _institutions(self) -> Any:
        folded, number = Registration.sort_institution, func.count()
        most = (
            select(folded.label("folded"), func.min(Registration.institution).label("written"), number.label("number"))
            .where(*self._counted, folded != "")
            .group_by(folded)
            .order_by(number.desc(), folded)
            .limit(MOST_INSTITUTIONS)
            .subquery()
        )
        return select(_text("institution"), most.c.folded, most.c.written, _text(""), most.c.number)

    def _part(self, name: str, *by: Any, only: Sequence[Any] | None = None, number: Any = None) -> Any:
        values = [*by, *(_text("") for _ in range(3 - len(by)))]
        counted = func.count() if number is None else number
        conditions_of_it = self._counted if only is None else only
        statement = select(_text(name), *values, counted).select_from(Registration).where(*conditions_of_it)
        return statement.group_by(*by)

    def _one(self, name: str, *only: Any, number: Any = None) -> Any:
        return self._part(name, only=[*self._counted, *only], number=number)


def _put(found: Breakdown, wanted: Wanted, values: tuple[str, str, str, str], number: int) -> None:
    """Put one line of the answer where it belongs."""
    name, first, second, third = values
    if name == "each":
        status = Status(first)
        found.by_status[status] = found.by_status.get(status, 0) + number
        if status in wanted.statuses:
            found.by_category[int(second)] = found.by_category.get(int(second), 0) + number
            found.by["country"][third] = found.by["country"].get(third, 0) + number
    elif name == "institution":
        found.institutions.append((first, second, number))
    elif name == "received":
        day = _instant(first).astimezone(ZoneInfo(wanted.time_zone)).date()
        found.received[day] = found.received.get(day, 0) + number
    elif name == "since":
        found.waiting_since = _instant(first) if number else None
    elif name in _NUMBERS:
        setattr(found, name, number)
    else:
        found.by[name][first] = number


def _quarters(column: Any) -> ColumnElement[Any]:
    """Return how many quarters of an hour an instant is from the beginning of 1970, cut off to a whole number."""
    seconds = extract("epoch", column)
    if db.session.get_bind().dialect.name == "sqlite":
        return cast(seconds, BigInteger).op("/")(_QUARTER)
    return cast(func.floor(seconds.op("/")(_QUARTER)), BigInteger)


def _instant(quarters: str) -> datetime:
    return datetime.fromtimestamp(int(quarters) * _QUARTER, UTC)


def _text(value: str) -> ColumnElement[str]:
    return cast(literal(value), String)
