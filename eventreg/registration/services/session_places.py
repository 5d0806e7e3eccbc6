"""Places in sessions of the programme: chosen by who is confirmed, set free with the registration."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, select

from eventreg.audit.services import Actor, note
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.queries.for_registration import lock_event_in_any_state
from eventreg.events.rules.publication import ALIVE
from eventreg.kernel import clock
from eventreg.kernel.errors import Refused
from eventreg.kernel.text import pick
from eventreg.questionnaires.queries import definition_of, get_version
from eventreg.registration.models import Answer, Decision, Registration, SessionPlace
from eventreg.registration.queries.answers import session_keys
from eventreg.registration.queries.registrations import lock_registration
from eventreg.registration.queries.sessions import list_offered
from eventreg.registration.rules.deadlines import UNDO_WINDOW
from eventreg.registration.rules.session_choices import (
    OfferedSession,
    SessionReason,
    check_choice,
    first_overlap,
)
from eventreg.registration.rules.states import Status


@dataclass(frozen=True)
class SessionsChosen:
    """What a choice changed, by session ids."""

    taken: frozenset[int]
    given_up: frozenset[int]

    @property
    def is_change(self) -> bool:
        """Whether anything is other than before."""
        return bool(self.taken or self.given_up)


def choose_sessions(event_id: int, registration_id: int, wanted: Collection[str]) -> SessionsChosen:
    """Let somebody hold places in exactly these sessions (public ids), all of them or nothing of the choice.

    The event's row is held, so that k places are taken k times, however many choose at once. Raises NotFound and
    Refused: a SessionReason.
    """
    now = clock.now()
    with transaction() as session:
        event = lock_event_in_any_state(event_id)
        registration = lock_registration(event_id, registration_id)
        if registration.status is not Status.CONFIRMED:
            raise Refused(SessionReason.NOT_CONFIRMED)
        if event.publication not in ALIVE:
            raise Refused(SessionReason.CLOSED)
        offered = list_offered(event, registration_id)
        before = {each.id for each in offered if each.is_chosen}
        after = {each.id for each in check_choice(offered, wanted, now)}
        chosen = SessionsChosen(frozenset(after - before), frozenset(before - after))
        if not chosen.is_change:
            return chosen
        session.execute(
            delete(SessionPlace).where(
                SessionPlace.registration_id == registration_id, SessionPlace.session_id.in_(chosen.given_up)
            )
        )
        session.add_all(
            SessionPlace(session_id=id_, registration_id=registration_id, taken_at=now) for id_ in sorted(chosen.taken)
        )
        _keep_as_answer(registration, [each.public_id for each in offered if each.id in after])
        _note(registration, now, [_titles(offered, ids, event.languages) for ids in (before, after)])
        return chosen


def take_at_once(event: Event, registration: Registration, wanted: Collection[str], now: datetime) -> None:
    """Take what somebody chose on the form, all of it or nothing: who registers is confirmed at once.

    In the caller's transaction, who holds the event's row. Raises Refused: a SessionReason.
    """
    if wanted:
        chosen = check_choice(list_offered(event, registration.id), wanted, now)
        _take(registration, chosen, event.languages, now)


def take_wished(registration: Registration, now: datetime) -> None:
    """Take what is still free of the sessions that somebody chose on the form: now they are confirmed.

    In the caller's transaction, who holds the event's row. The answer becomes what they hold.
    """
    keys = session_keys(definition_of(get_version(registration.questionnaire_id)))
    wished = set(_wished(registration.id, keys)) if keys else set()
    if not wished:
        return
    event = db.session.get_one(Event, registration.event_id)
    offered = list_offered(event, registration.id)
    held = [each for each in offered if each.is_chosen]
    taken: list[OfferedSession] = []
    for each in offered:
        is_open = not each.is_chosen and not each.is_full_for_them and each.begins_at > now
        if each.public_id in wished and is_open and first_overlap([*held, each]) is None:
            held.append(each)
            taken.append(each)
    if taken:
        _take(registration, taken, event.languages, now)
    _keep_as_answer(registration, [each.public_id for each in offered if each in held])


def free_session_places(registration_id: int) -> None:
    """Set free what somebody holds, at once, in the caller's transaction: the registration is given up."""
    db.session.execute(delete(SessionPlace).where(SessionPlace.registration_id == registration_id))


def pass_on_session_places(event_id: int, now: datetime) -> int:
    """Set free what is held by people who are confirmed no longer, once the decision on them cannot be undone silently.

    In the caller's transaction, who holds the event's row. Returns how many places are free again.
    """
    can_come_back = exists().where(
        Decision.registration_id == Registration.id, Decision.undone_at.is_(None), Decision.mails_at > now
    )
    gone = select(Registration.id).where(
        Registration.event_id == event_id,
        Registration.status != Status.CONFIRMED,
        Registration.status_changed_at <= now - UNDO_WINDOW,
        ~can_come_back,
    )
    freed = db.session.scalars(
        delete(SessionPlace)
        .where(SessionPlace.registration_id.in_(gone))
        .returning(SessionPlace.id)
        .execution_options(synchronize_session=False)
    )
    return len(freed.all())


def _take(
    registration: Registration, sessions: Collection[OfferedSession], languages: list[str], now: datetime
) -> None:
    db.session.add_all(
        SessionPlace(session_id=each.id, registration_id=registration.id, taken_at=now) for each in sessions
    )
    titles = _titles(sessions, {each.id for each in sessions}, languages)
    _note(registration, now, [[], titles])


def _wished(registration_id: int, keys: Collection[str]) -> list[str]:
    values = db.session.scalars(
        select(Answer.value).where(Answer.registration_id == registration_id, Answer.question_key.in_(keys))
    )
    return [value for value in values if value]


def _keep_as_answer(registration: Registration, public_ids: Collection[str]) -> None:
    """Have the answer to the question for sessions say what is held, where the form asked one."""
    keys = session_keys(definition_of(get_version(registration.questionnaire_id)))
    if not keys:
        return
    db.session.execute(delete(Answer).where(Answer.registration_id == registration.id, Answer.question_key.in_(keys)))
    db.session.add_all(
        Answer(registration_id=registration.id, question_key=keys[0], position=position, value=public_id)
        for position, public_id in enumerate(public_ids)
    )


def _titles(offered: Collection[OfferedSession], ids: Collection[int], languages: list[str]) -> list[str]:
    return [pick(each.title, languages[0], languages).text for each in offered if each.id in ids]


def _note(registration: Registration, now: datetime, titles: list[list[str]]) -> None:
    note(registration, "sessions_chosen", Actor.participant(registration.id), now, changed={"sessions": titles})
