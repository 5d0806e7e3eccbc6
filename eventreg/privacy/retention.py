"""What is held about the people of an event, and when it goes: one line a kind and period, each found by one statement.

A period is the shortest of those that were said: by the event now, by the notice that a person saw, by the question under
which an answer was given, as it was then and as it is now. Nothing that hangs on a registration outlives it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true

from eventreg.attendees.queries.people import list_definitions
from eventreg.audit.models import AuditEntry
from eventreg.db import db
from eventreg.events.models import Event, PrivacyNotice
from eventreg.events.queries.events import get_event_whole
from eventreg.privacy import rules
from eventreg.privacy.holdings import ANSWERS, CONSENTS, HOLDINGS, IDENTITY, REGISTRATION, UPLOADS, Holding, identity
from eventreg.privacy.models import Hold
from eventreg.privacy.rules import Starts
from eventreg.questionnaires.rules.schema import Definition, Question
from eventreg.registration.models import Answer, Consent, Registration, Upload
from eventreg.registration.queries.answers import DAYS_KIND
from eventreg.registration.services.answers import CONSENT_KIND, FILE_KINDS

#: what is of one question: its key, the version it was given under where that is another than the registration's, and the
#: kinds of question that it can be of; none: of any
_OF_QUESTIONS: Mapping[str, tuple[Any, Any, frozenset[str]]] = {
    ANSWERS.key: (Answer.question_key, Answer.questionnaire_id, frozenset()),
    UPLOADS.key: (Upload.question_key, None, FILE_KINDS),
    CONSENTS.key: (Consent.purpose, Consent.questionnaire_id, frozenset({CONSENT_KIND})),
}
#: without these nobody is left whose data it could be
_WHO = frozenset({"given_name", "email"})


class Seen(NamedTuple):
    """What some of the people saw when they registered: the version of the questions, and of the notice."""

    questionnaire_id: int
    notice_id: int | None


class Part(NamedTuple):
    """Rows of a line: whose they are, as a condition on their registrations (None: nobody's alone), and which of those."""

    people: ColumnElement[bool] | None
    which: ColumnElement[bool]


@dataclass(frozen=True)
class Line:
    """Rows of a holding that go by one rule. `due_at` None: each counts from its own making, so that some may always go."""

    holding: Holding
    days: int
    due_at: datetime | None
    parts: Sequence[Part]

    def is_due(self, now: datetime) -> bool:
        """Say whether its time is over."""
        return self.due_at is None or self.due_at <= now

    def count(self) -> int:
        """Return how many rows there are now."""
        counts = (select(func.count()).select_from(self._found(part).subquery()) for part in self.parts)
        return sum(db.session.scalar(statement) or 0 for statement in counts)

    def some(self, most: int) -> list[int]:
        """Return the ids of some rows, so many at most; of none where nothing is left."""
        for part in self.parts:
            # From the event's people to their rows, in whichever order: all of them may be half a million.
            if ids := db.session.scalars(self._found(part).order_by(None).limit(most)).all():
                return list(ids)
        return []

    def still(self, ids: Sequence[int]) -> list[int]:
        """Return which of these rows are there and go, looked at one by one."""
        found = or_(*(and_(part.which, *self._is_of(part)) for part in self.parts))
        return list(db.session.scalars(self.holding.ids(self.holding.id.in_(ids), found)))

    def _found(self, part: Part) -> Select[Any]:
        owner: Any = self.holding.owner
        if part.people is None:
            return self.holding.ids(part.which)
        if self.holding.model is Registration:
            return self.holding.ids(part.people, part.which)
        return self.holding.ids(owner.in_(select(Registration.id).where(part.people)), part.which)

    def _is_of(self, part: Part) -> list[ColumnElement[bool]]:
        if part.people is None:
            return []
        if self.holding.model is Registration:
            return [part.people]
        return [exists().where(Registration.id == self.holding.owner, part.people)]


class Amount(NamedTuple):
    """So many rows of a line."""

    line: Line
    number: int


@dataclass(frozen=True)
class Plan:
    """What goes of one event, the soonest first."""

    event_id: int
    #: the revision of the event's settings and the hold that stands: with another of them it is another plan
    made_under: tuple[int, int | None]
    #: the day that periods count from, and whether that is a day of the event
    counted: date
    has_days: bool
    lines: Sequence[Line]

    def due(self, now: datetime) -> list[Line]:
        """Return what goes now."""
        return [line for line in self.lines if line.is_due(now)]

    def amounts(self, lines: Sequence[Line] | None = None) -> list[Amount]:
        """Return how much there is of these lines, or of all, without those of which there is nothing."""
        counted = [Amount(line, line.count()) for line in (self.lines if lines is None else lines)]
        return [amount for amount in counted if amount.number]

    def first_due(self) -> datetime | None:
        """Return when the first goes of what people were told of; None where nothing is held."""
        for line in self.lines:
            if line.due_at is not None and line.some(1):
                return line.due_at
        return None


def find_hold(event_id: int, today: date) -> Hold | None:
    """Return the hold that stands on that day of the event's zone, the longest where there are several."""
    stands = (Hold.event_id == event_id, Hold.lifted_at.is_(None), Hold.until >= today)
    return db.session.scalars(select(Hold).where(*stands).order_by(Hold.until.desc(), Hold.id).limit(1)).first()


def period_of(holding: Holding, chosen: Mapping[str, int]) -> int:
    """Return the days for which a holding is kept, where these are chosen."""
    return chosen.get(holding.key, holding.period.days) if holding.is_chosen else holding.period.days


def get_plan(event_id: int, now: datetime) -> Plan:
    """Return what goes of an event and when. Raises NotFound."""
    event = get_event_whole(event_id)
    hold = find_hold(event_id, today_of(event, now))
    counted = rules.counts_from([day.held_on for day in event.days], _changed_at(event), event.time_zone)
    reader = _Reader(event, now)

    def due_at(holding: Holding, days: int) -> datetime | None:
        if holding.period.starts is Starts.MADE:
            return None
        until = hold.until if hold is not None else None
        grace = event.retained_until
        return rules.goes_at(counted, days, event.time_zone, not_before=grace, held_until=until)

    lines = [Line(holding, days, due_at(holding, days), parts) for holding, days, parts in reader.lines()]
    # Whoever goes takes along what hangs on them, so that what has a rule of its own goes before.
    lines.sort(key=lambda line: (line.due_at is not None, line.due_at, line.holding is REGISTRATION, line.days))
    made_under = (event.settings_revision, hold.id if hold is not None else None)
    return Plan(event.id, made_under, counted, bool(event.days), lines)


def today_of(event: Event, now: datetime) -> date:
    """Return the day that it is where the event is."""
    return now.astimezone(ZoneInfo(event.time_zone)).date()


def _changed_at(event: Event) -> datetime:
    """Return when somebody last did something with an event; what the program does by itself is no change."""
    by_people = (AuditEntry.chain == event.id, AuditEntry.actor_kind != "system")
    return db.session.scalar(select(func.max(AuditEntry.at)).where(*by_people)) or event.created_at


#: a holding, the days it is kept, and its rows
_Found = tuple[Holding, int, list[Part]]


class _Reader:
    """Finds what of an event goes by which rule."""

    def __init__(self, event: Event, now: datetime) -> None:
        self._event, self._now = event, now
        self._definitions = list_definitions(event.id)
        self._newest: Definition | None = next(iter(self._definitions.values()), None)
        pairs = select(Registration.questionnaire_id, Registration.privacy_notice_id).distinct()
        self._seen = [Seen(*row) for row in db.session.execute(pairs.where(Registration.event_id == event.id))]
        notices = select(PrivacyNotice.id, PrivacyNotice.periods).where(PrivacyNotice.event_id == event.id)
        self._notices: dict[int | None, Mapping[str, int]] = {None: event.retention}
        self._notices |= {row.id: row.periods for row in db.session.execute(notices)}

    def lines(self) -> Iterator[_Found]:
        """Yield holding, days and parts."""
        for holding in HOLDINGS:
            if holding.owner is None or holding.made is not None:
                yield self._of_all(holding)
            elif holding.key in _OF_QUESTIONS:
                yield from self._of_questions(holding)
            else:
                yield from self._by_person(holding, {seen: self._days(holding, seen) for seen in self._seen})
        for column in IDENTITY:
            own = {seen: self._days_of_column(column, seen) for seen in self._seen}
            sooner = {seen: days for seen, days in own.items() if days < self._days_of_person[seen]}
            yield from self._by_person(identity(column), sooner)

    def _of_all(self, holding: Holding) -> _Found:
        """What belongs to nobody alone goes with the shortest that anybody was told."""
        days = rules.shortest(*(self._said(holding, each.notice_id) for each in (*self._seen, Seen(0, None))))
        which = holding.of_event(self._event.id)
        if holding.made is not None:
            which &= holding.made <= self._now - timedelta(days=days)
        return holding, days, [Part(None, which)]

    def _by_person(self, holding: Holding, days_of: Mapping[Seen, int]) -> Iterator[_Found]:
        for days in sorted(set(days_of.values())):
            yield holding, days, [Part(self._people([seen for seen in days_of if days_of[seen] == days]), true())]

    def _of_questions(self, holding: Holding) -> Iterator[_Found]:
        """Yield what was given to questions: each as long as its question says, the others as the holding says."""
        key, version, kinds = _OF_QUESTIONS[holding.key]
        found: dict[int, list[Part]] = defaultdict(list)
        for given_under in [None, *self._definitions] if version is not None else [None]:
            alike: dict[tuple[tuple[tuple[str, int], ...], int], list[Seen]] = defaultdict(list)
            for seen in self._seen:
                own = self._own_periods(seen, given_under or seen.questionnaire_id, kinds)
                alike[tuple(own.items()), self._days(holding, seen)].append(seen)
            was = version.is_not_distinct_from(given_under) if version is not None else true()
            for (own_items, usual), those in alike.items():
                people = self._people(those)
                apart = [*dict(own_items), *self._day_keys]
                found[usual].append(Part(people, was & key.not_in(apart) if apart else was))
                for days in sorted({days for _name, days in own_items}):
                    keys = [name for name, of_key in own_items if of_key == days]
                    found[days].append(Part(people, was & key.in_(keys)))
        for days in sorted(found):
            yield holding, days, found[days]

    def _people(self, those: Sequence[Seen]) -> ColumnElement[bool]:
        """Return the condition on the registrations of the people who saw one of these."""
        of_event = Registration.event_id == self._event.id
        if len(those) == len(self._seen):
            return of_event
        saw = (
            (Registration.questionnaire_id == each.questionnaire_id)
            & Registration.privacy_notice_id.is_not_distinct_from(each.notice_id)
            for each in those
        )
        return and_(of_event, or_(*saw))

    def _said(self, holding: Holding, notice_id: int | None) -> int:
        """Return the shorter of what the event says now and what a notice said."""
        then = period_of(holding, self._notices.get(notice_id, {}))
        return rules.shortest(period_of(holding, self._event.retention), then)

    def _days(self, holding: Holding, seen: Seen) -> int:
        """Return for how long a holding of people who saw this is kept: no longer than they themselves."""
        return rules.shortest(self._said(holding, seen.notice_id), self._days_of_person[seen])

    @cached_property
    def _days_of_person(self) -> dict[Seen, int]:
        """How long registrations are kept, by what was seen: without name or address nobody is there any more."""
        return {
            seen: rules.shortest(
                self._said(REGISTRATION, seen.notice_id),
                *(days for question, days in self._asked(seen.questionnaire_id) if _WHO & {*question.columns}),
            )
            for seen in self._seen
        }

    def _days_of_column(self, column: str, seen: Seen) -> int:
        own = (days for question, days in self._asked(seen.questionnaire_id) if column in question.columns)
        return rules.shortest(self._days_of_person[seen], *own)

    def _own_periods(self, seen: Seen, version_id: int, kinds: frozenset[str]) -> dict[str, int]:
        """Return the days of the questions that have a period of their own, by key."""
        found: dict[str, int] = {}
        for question, days in self._asked(version_id):
            if days is not None and question.key not in self._day_keys and (not kinds or question.kind in kinds):
                found[question.key] = rules.shortest(days, found.get(question.key), self._days_of_person[seen])
        return found

    def _asked(self, version_id: int) -> Iterator[tuple[Question, int | None]]:
        """Yield the questions of a version and those of the newest, with their periods."""
        definitions = (self._definitions.get(version_id), self._newest)
        for definition in definitions:
            for question in definition.questions() if definition is not None else ():
                yield question, question.retention_days

    @cached_property
    def _day_keys(self) -> list[str]:
        """The questions for days, whose answers stay with the person: of them the shell keeps on which days somebody came."""
        return sorted({key for each in self._definitions.values() for key in each.keys_of(DAYS_KIND)})
