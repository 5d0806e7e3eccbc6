"""How many people come on each day and what they answered to one question, with nobody's name in it; and who signed up for
the sessions, as far as somebody may know of them.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from eventreg.db import db
from eventreg.events.models import Event, EventDay, ProgrammeSession
from eventreg.events.rules.seats import Places
from eventreg.events.rules.team import Scope
from eventreg.kernel import sealing
from eventreg.questionnaires.rules.schema import Definition, Question
from eventreg.registration.models import Answer, Registration, SessionPlace
from eventreg.registration.queries.answers import DAYS_KIND, sealed_place
from eventreg.registration.queries.scoping import conditions, in_scope, list_erased
from eventreg.registration.rules.states import Status
from eventreg.web.instance import keys

#: kinds of questions whose answers can be counted: there are few of them, and nobody wrote them freely
COUNTABLE = frozenset({"choice", "multiple_choice", "yes_no"})


@dataclass
class DayCount:
    """One day: who comes, and what they answered. Somebody who gave several answers is in each of them."""

    held_on: date
    people: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0


def list_countable(definitions: Mapping[int, Definition], *, sees_sensitive: bool) -> dict[str, Question]:
    """Return the questions that can be counted, by key, each as its newest version asks it."""
    found: dict[str, Question] = {}
    hidden: set[str] = set()
    for definition in definitions.values():
        for question in definition.questions():
            if question.kind in COUNTABLE:
                found.setdefault(question.key, question)
                # Sensitive under any version: some answers to it are sealed.
                hidden |= {question.key} if question.is_sensitive and not sees_sensitive else set()
    return {key: question for key, question in found.items() if key not in hidden}


def count_by_day(event: Event, definitions: Mapping[int, Definition], key: str, scope: Scope) -> list[DayCount]:
    """Return the counts of the confirmed people in scope on each day of the event that is in scope: three statements.

    Whoever was not asked for days comes on all of them; of whoever was let go no answer is left. Sealed answers are opened:
    who calls has the right to see them, and has recorded it.
    """
    asked_days = {each for definition in definitions.values() for each in definition.keys_of(DAYS_KIND)}
    here = [
        Registration.event_id == event.id,
        Registration.status == Status.CONFIRMED,
        *conditions(event.id, scope),
    ]
    people = list(db.session.scalars(select(Registration.id).where(*here)))
    days: dict[int, set[str]] = {}
    answers: dict[int, list[str]] = {}
    for registration_id, question_key, value in _values(here, {key, *asked_days}):
        if question_key == key:
            answers.setdefault(registration_id, []).append(value)
        else:
            days.setdefault(registration_id, set()).add(value)
    erased = [shell for shell in list_erased(event.id, scope) if shell.status is Status.CONFIRMED]
    return [
        _counted(
            day.held_on,
            [id_ for id_ in people if str(day.id) in days.get(id_, {str(day.id)})],
            answers,
            erased=sum(not shell.day_ids or day.id in shell.day_ids for shell in erased),
        )
        for day in event.days
        if scope.days is None or day.held_on in scope.days
    ]


def _values(here: Sequence[object], question_keys: Collection[str]) -> Iterator[tuple[int, str, str]]:
    statement = (
        select(
            Answer.registration_id,
            Registration.public_id,
            Answer.question_key,
            Answer.position,
            Answer.value,
            Answer.sealed,
        )
        .join(Registration, Registration.id == Answer.registration_id)
        .where(Answer.question_key.in_(sorted(question_keys)), *here)  # type: ignore[arg-type]
    )
    for registration_id, public_id, question_key, position, value, sealed in db.session.execute(statement):
        if sealed is not None:
            place = sealed_place(public_id, question_key, position)
            value = sealing.unseal(keys(), sealed, place).decode("utf-8")
        yield registration_id, question_key, value or ""


def _counted(held_on: date, people: Sequence[int], answers: Mapping[int, Sequence[str]], erased: int) -> DayCount:
    found = DayCount(held_on, people=len(people) + erased, unanswered=erased)
    for registration_id in people:
        given = answers.get(registration_id, ())
        found.answers.update(set(given))
        found.unanswered += not given
    return found


@dataclass(frozen=True)
class SessionCount:
    """A session that people sign up for, with how many of those in sight did."""

    session: ProgrammeSession
    held_on: date
    count: int

    @property
    def is_over(self) -> bool:
        """Whether more places are taken than there are, since there are fewer than before."""
        return Places(self.session.places, self.count).over > 0


def list_session_counts(event_id: int, scope: Scope) -> Sequence[SessionCount]:
    """Return the sessions one signs up for, and those that still hold people, in the order of the programme."""
    people = (
        select(SessionPlace.session_id, func.count().label("people"))
        .join(Registration, Registration.id == SessionPlace.registration_id)
        .where(Registration.event_id == event_id)
        .group_by(SessionPlace.session_id)
    )
    counted = in_scope(people, event_id, scope).subquery()
    rows = db.session.execute(
        select(ProgrammeSession, EventDay.held_on, func.coalesce(counted.c.people, 0))
        .join(EventDay, EventDay.id == ProgrammeSession.day_id)
        .outerjoin(counted, counted.c.session_id == ProgrammeSession.id)
        .where(EventDay.event_id == event_id, ProgrammeSession.takes_sign_up | (counted.c.people > 0))
        .order_by(EventDay.held_on, ProgrammeSession.starts_at, ProgrammeSession.id)
    )
    erased = Counter(id_ for shell in list_erased(event_id, scope) for id_ in shell.session_ids)
    return [SessionCount(session, held_on, count + erased[session.id]) for session, held_on, count in rows]


def list_session_people(event_id: int, session_id: int, scope: Scope) -> Sequence[Registration]:
    """Return who holds a place in a session, by name, with their categories."""
    statement = (
        select(Registration)
        .join(SessionPlace, SessionPlace.registration_id == Registration.id)
        .where(SessionPlace.session_id == session_id, Registration.event_id == event_id)
        .options(joinedload(Registration.category))
        .order_by(Registration.sort_name, Registration.id)
    )
    return db.session.scalars(in_scope(statement, event_id, scope)).all()
