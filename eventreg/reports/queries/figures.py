"""Figures: registrations, places and messages counted, and what comes next at an event. No person is in them.

All that the figures of one event show is counted by one statement.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask_babel import gettext as _, ngettext
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    String,
    case,
    cast,
    extract,
    func,
    literal,
    literal_column,
    select,
    union_all,
)

from eventreg.attendees.queries.messages import has_trouble
from eventreg.db import db
from eventreg.events.models import Category, Event, EventDay
from eventreg.events.rules.seats import Seats
from eventreg.events.rules.team import Scope
from eventreg.i18n import formats, languages
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import Standing, standing
from eventreg.registration.models import Answer, Decision, ErasedRegistration, Place, Registration
from eventreg.registration.queries.scoping import about_scope, conditions, list_erased
from eventreg.registration.rules.states import Status
from eventreg.reports.rules import Cell

#: what stands in place of a status in the lines about places; a category counts towards those of the event, or beside them
_PLACE, _PLACE_BESIDE = "place", "place beside"


@dataclass(frozen=True)
class Figures:
    """How many registrations of one event stand where."""

    #: by (status, id of the category)
    registrations: Mapping[tuple[Status, int], int]
    #: places taken, by id of the category
    places: Mapping[int, int]
    #: of those, what does not count towards the places of the event
    beside: int = 0

    def with_status(self, status: Status) -> int:
        """Return how many have this status."""
        return sum(number for (found, _), number in self.registrations.items() if found is status)

    def in_category(self, category_id: int) -> int:
        """Return how many are of a category, whatever their status."""
        return sum(number for (_, found), number in self.registrations.items() if found == category_id)

    @property
    def total(self) -> int:
        """How many registrations there are, whatever their status."""
        return sum(self.registrations.values())

    @property
    def taken(self) -> int:
        """How many places of the event are taken, by those who count towards them."""
        return sum(self.places.values()) - self.beside


def count_places(event_id: int, scope: Scope, capacity: int | None = None) -> Seats:
    """Return the places taken, by whoever is in scope: one statement. Beside the `capacity` no limit is looked up."""
    statement = select(Place.category_id, Category.counts_toward_event, func.count()).join(
        Category, Category.id == Place.category_id
    )
    if not scope.is_whole:
        # A place that is held without a person is nobody's, and so in no part of an event.
        statement = statement.join(Registration, Registration.id == Place.registration_id)
        statement = statement.where(*conditions(event_id, scope))
    rows = db.session.execute(
        statement.where(Place.event_id == event_id).group_by(Place.category_id, Category.counts_toward_event)
    ).all()
    return Seats(capacity, {}, {row[0]: row[2] for row in rows}, frozenset(row[0] for row in rows if not row[1]))


def list_figures(scopes: Mapping[int, Scope]) -> dict[int, Figures]:
    """Return the figures of events by id, each as far as its scope goes.

    One statement for all events that are seen whole, and two more for each that is not.
    """
    whole = [event_id for event_id, scope in scopes.items() if scope.is_whole]
    parts = {event_id: scope for event_id, scope in scopes.items() if not scope.is_whole}
    return _whole_figures(whole) | {event_id: _part_figures(event_id, scope) for event_id, scope in parts.items()}


def _part_figures(event_id: int, scope: Scope) -> Figures:
    narrowed = conditions(event_id, scope)
    registrations = db.session.execute(
        select(Registration.status, Registration.category_id, func.count())
        .where(Registration.event_id == event_id, *narrowed)
        .group_by(Registration.status, Registration.category_id)
    )
    seats = count_places(event_id, scope)
    counted = Counter({(row[0], row[1]): row[2] for row in registrations})
    counted.update((shell.status, shell.category_id) for shell in list_erased(event_id, scope))
    return Figures(counted, seats.taken, sum(seats.taken.values()) - seats.whole.taken)


def _whole_figures(event_ids: Collection[int]) -> dict[int, Figures]:
    if not event_ids:
        return {}
    counted = select(
        Registration.event_id, cast(Registration.status, String), Registration.category_id, func.count()
    ).where(Registration.event_id.in_(event_ids))
    by_registration = counted.group_by(Registration.event_id, Registration.status, Registration.category_id)
    shell = ErasedRegistration
    erased = (
        select(shell.event_id, cast(shell.status, String), shell.category_id, func.count())
        .where(shell.event_id.in_(event_ids))
        .group_by(shell.event_id, shell.status, shell.category_id)
    )
    is_beside = case((Category.counts_toward_event, _PLACE), else_=_PLACE_BESIDE)
    taken = (
        select(Place.event_id, is_beside, Place.category_id, func.count())
        .join(Category, Category.id == Place.category_id)
        .where(Place.event_id.in_(event_ids))
        .group_by(Place.event_id, Place.category_id, Category.counts_toward_event)
    )
    registrations: dict[int, Counter[tuple[Status, int]]] = {id_: Counter() for id_ in event_ids}
    places: dict[int, dict[int, int]] = {id_: {} for id_ in event_ids}
    beside = dict.fromkeys(event_ids, 0)
    for event_id, kind, category_id, number in db.session.execute(union_all(by_registration, erased, taken)):
        if kind not in (_PLACE, _PLACE_BESIDE):
            registrations[event_id][Status(kind), category_id] += number
            continue
        places[event_id][category_id] = number
        beside[event_id] += number if kind == _PLACE_BESIDE else 0
    return {id_: Figures(registrations[id_], places[id_], beside[id_]) for id_ in event_ids}


def count_standings(event_id: int, scope: Scope) -> dict[Standing, int]:
    """Return how many messages of an event stand where, as people are shown it: those about registrations in scope."""
    # Written out: PostgreSQL takes two parameters for two expressions, and would refuse the grouping.
    was_tried = MailMessage.attempts > literal_column("0")
    rows = db.session.execute(
        select(MailMessage.state, was_tried, func.count())
        .where(MailMessage.event_id == event_id, *about_scope(event_id, scope))
        .group_by(MailMessage.state, was_tried)
    )
    counted: dict[Standing, int] = {}
    for state, is_retried, number in rows:
        shown = standing(state, int(is_retried))
        counted[shown] = counted.get(shown, 0) + number
    return counted


#: as many institutions are named, those of the most people first
MOST_INSTITUTIONS = 10
#: registrations are counted by so many seconds, which every zone's midnight is a multiple of
_QUARTER = 900
#: parts of the answer that are one number
_NUMBERS = frozenset({"with_institution", "institution_count", "with_days", "troubled"})
#: a decision is waited for not long, some days, or too long
SOME_DAYS, TOO_LONG = timedelta(days=2), timedelta(days=7)


@dataclass(frozen=True)
class WantedFigures:
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


def break_down(event_id: int, scope: Scope, wanted: WantedFigures, now: datetime) -> Breakdown:
    """Count the registrations in scope: one statement. Of whoever was let go, the status, the category and the day stay."""
    counted = _Parts(event_id, scope, wanted, now)
    found = Breakdown()
    for name, first, second, third, number in db.session.execute(union_all(*counted.parts())):
        _put(found, wanted, (name, first, second, third), int(number or 0))
    found.institutions.sort(key=lambda each: (-each[2], each[0]))
    return found


class _Parts:
    """The parts of the statement: each a name, up to three values, and a number."""

    def __init__(self, event_id: int, scope: Scope, wanted: WantedFigures, now: datetime) -> None:
        self._event_id, self._scope, self._wanted, self._now = event_id, scope, wanted, now
        self._seen = [Registration.event_id == event_id, *conditions(event_id, scope)]
        self._statuses = sorted(wanted.statuses, key=lambda each: each.value)
        self._counted = [*self._seen, Registration.status.in_(self._statuses)]

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
        if self._scope.days is None:
            yield from self._erased()
        yield from self._answers()
        yield from self._waiting()
        yield self._one("troubled", has_trouble(self._event_id))

    def _erased(self) -> Iterator[Any]:
        """Yield what is left of those who were let go: as what they came, and when they registered."""
        shell = ErasedRegistration
        where = (shell.event_id == self._event_id, *conditions(self._event_id, self._scope, shell))
        grouped = (cast(shell.status, String), cast(shell.category_id, String))
        yield select(_text("each"), *grouped, _text(""), func.count()).where(*where).group_by(*grouped)
        quarter, counted = cast(_quarters(shell.submitted_at), String), shell.status.in_(self._statuses)
        received = select(_text("received"), quarter, _text(""), _text(""), func.count())
        yield received.where(*where, counted).group_by(quarter)

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


def _put(found: Breakdown, wanted: WantedFigures, values: tuple[str, str, str, str], number: int) -> None:
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


def count_by_day(event: Event, scope: Scope, since: date) -> dict[date, tuple[int, int]]:
    """Return how many registrations came and how many were decided on each day from this one on: one statement."""
    zone = ZoneInfo(event.time_zone)
    begin = datetime.combine(since, time(), zone).astimezone(UTC)
    in_sight = (Registration.event_id == event.id, *conditions(event.id, scope))
    came, decided = _quarters(Registration.submitted_at), _quarters(Decision.decided_at)
    received: Any = select(cast(came, String), func.count(), literal_column("0")).where(
        *in_sight, Registration.submitted_at >= begin
    )
    acted: Any = (
        select(cast(decided, String), literal_column("0"), func.count())
        .join(Registration, Registration.id == Decision.registration_id)
        .where(*in_sight, Decision.decided_at >= begin)
    )
    found: dict[date, tuple[int, int]] = {}
    for quarter, one, other in db.session.execute(union_all(received.group_by(came), acted.group_by(decided))):
        day = _instant(quarter).astimezone(zone).date()
        before = found.get(day, (0, 0))
        found[day] = (before[0] + one, before[1] + other)
    return found


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


class Deadline(NamedTuple):
    """A day on which something begins or ends, in the event's zone."""

    on: date
    #: the day as text, short
    day: str
    text: str
    #: how far away, in words
    away: str


def coming_deadlines(
    event: Event, days: Sequence[EventDay], now: datetime, more: Sequence[tuple[date, str]] = ()
) -> list[Deadline]:
    """Return what has not passed yet, the nearest first. `more`: other days, with what ends on them."""
    zone = ZoneInfo(event.time_zone)
    today = now.astimezone(zone).date()
    found = [
        (event.registration_opens_at.astimezone(zone).date(), _("Registration opens")),
        (event.registration_closes_at.astimezone(zone).date(), _("Registration closes")),
        (event.changes_until.astimezone(zone).date(), _("Participants' last changes")),
        (event.promotes_until.astimezone(zone).date(), _("The waiting list stops moving by itself")),
        *more,
    ]
    if days:
        found.append((days[0].held_on, _("The event begins")))
    return [
        Deadline(on, formats.short_day(on, languages.current_language()), text, _away((on - today).days))
        for on, text in sorted(found)
        if on >= today
    ]


def _away(number: int) -> str:
    return ngettext("in %(num)d day", "in %(num)d days", number) if number else _("today")
