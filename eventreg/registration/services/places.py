"""The ledger of places, read and written under the lock of the event's row.

Places of options: taken with the answer and freed with it, counted under the lock of the event's row.

Places in sessions of the programme: chosen by who is confirmed, set free with the registration.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, insert, select

from eventreg.audit.services import Actor, note
from eventreg.db import change_rows, db, delete_rows, insert_rows
from eventreg.db.transactions import UNTOLD
from eventreg.events.models import Category, Event
from eventreg.events.queries.events import holding_event_in_any_state
from eventreg.events.rules.publication import ALIVE
from eventreg.events.rules.seats import Places
from eventreg.kernel import clock, text
from eventreg.kernel.errors import Refused
from eventreg.questionnaires.queries import definition_of, get_current_version, get_version
from eventreg.questionnaires.rules.schema import Question
from eventreg.registration.models import Answer, Decision, OptionPlace, Place, Registration, SessionPlace
from eventreg.registration.queries.answers import SESSIONS_KIND
from eventreg.registration.queries.places import OptionKey, get_seats, limited_options, list_option_places
from eventreg.registration.queries.registrations import lock_registration
from eventreg.registration.queries.sessions import list_offered
from eventreg.registration.rules.availability import UNDO_WINDOW, told_of
from eventreg.registration.rules.sessions import OfferedSession, SessionReason, check_choice, first_overlap
from eventreg.registration.rules.states import OptionsFull, Status


class PlaceCount:
    """What is taken at an event, counted once under the lock and kept true while a use case takes and frees places."""

    def __init__(self, event: Event) -> None:
        self.seats = get_seats(event)
        self._few_places = event.few_places
        self._is_discreet = event.is_discreet

    def of(self, category: Category) -> Places:
        """Return the places that somebody of a category needs one of."""
        return self.seats.of(category.id)

    def take(self, registration: Registration, now: datetime) -> None:
        """Enter a place for a registration that has none."""
        place = {
            "event_id": registration.event_id,
            "category_id": registration.category_id,
            "registration_id": registration.id,
            "taken_at": now,
        }
        seats = self.seats.take(registration.category_id)
        # Most places change no word of the event's pages, which are then still the ones that are kept.
        is_untold = self._is_discreet or told_of(seats, self._few_places) == told_of(self.seats, self._few_places)
        db.session.execute(insert(Place).values(place), execution_options={UNTOLD: is_untold})
        self.seats = seats

    def free(self, registration: Registration) -> bool:
        """Remove a registration's place at once. False when it had none."""
        # The statement is flushed with what came before it, so that a place taken in this block is seen.
        db.session.flush()
        freed = db.session.scalars(
            delete(Place)
            .where(Place.registration_id == registration.id)
            .returning(Place.category_id)
            .execution_options(synchronize_session=False)
        ).all()
        for category_id in freed:
            self.seats = self.seats.without(category_id)
        return bool(freed)


def find_place(registration_id: int) -> Place | None:
    """Return a registration's place."""
    return find_places([registration_id]).get(registration_id)


def find_places(registration_ids: Collection[int]) -> dict[int, Place]:
    """Return the place of each registration that has one."""
    found = db.session.scalars(select(Place).where(Place.registration_id.in_(registration_ids)))
    return {place.registration_id: place for place in found}


def list_released(event_id: int, at: datetime, *, but: int = 0) -> Sequence[int]:
    """Return the category of each place that decisions set free until an instant, but for that of one registration."""
    released = select(Place.category_id).where(Place.event_id == event_id, Place.released_at <= at)
    return db.session.scalars(released.where(Place.registration_id != but)).all()


def find_holders_of_options(registration_ids: Collection[int]) -> set[int]:
    """Return the registrations that hold places of options."""
    held = select(OptionPlace.registration_id).where(OptionPlace.registration_id.in_(registration_ids))
    return set(db.session.scalars(held))


Answers = Mapping[str, Sequence[str]]


def take_new(registration: Registration, limits: Mapping[OptionKey, int], answers: Answers, now: datetime) -> None:
    """Take the places that a new registration's answers need, all or none. Raises OptionsFull."""
    _take(registration, _needed(limits, answers), now)


def hold_exactly(registration: Registration, questions: Collection[Question], answers: Answers, now: datetime) -> None:
    """Hold the places that changed answers to these questions need, and no others of them. Raises OptionsFull.

    How many there are is what the event asks now. What somebody holds stays theirs where there are fewer than before.
    """
    keys = {question.key for question in questions if question.options}
    if not keys:
        return
    limits = limited_options(definition_of(get_current_version(registration.event_id)))
    needed = {key: places for key, places in _needed(limits, answers).items() if key[0] in keys}
    held = {key: id_ for key, id_ in _held(registration.id).items() if key[0] in keys}
    given_up = [id_ for key, id_ in held.items() if key[1] not in answers.get(key[0], ())]
    if given_up:
        db.session.execute(delete(OptionPlace).where(OptionPlace.id.in_(given_up)))
    _take(registration, {key: limit for key, limit in needed.items() if key not in held}, now)


def take_what_is_free(
    registration: Registration, limits: Mapping[OptionKey, int], answers: Answers, now: datetime
) -> list[OptionKey]:
    """Take what answers need and is free, for somebody who held nothing until now; returns the options that are full."""
    held = _held(registration.id)
    needed = {key: limit for key, limit in _needed(limits, answers).items() if key not in held}
    full = _full(registration, needed)
    _insert(registration, [key for key in needed if key not in full], now)
    return full


def free_option_places(registration_id: int) -> None:
    """Set free what somebody holds, at once, in the caller's transaction: the registration is given up."""
    db.session.execute(delete(OptionPlace).where(OptionPlace.registration_id == registration_id))


def release_option_places(registration_id: int, at: datetime | None) -> None:
    """Let what somebody holds go at an instant, when a decision can no longer be undone; None: it is kept."""
    change_rows(OptionPlace, OptionPlace.registration_id == registration_id, released_at=at)


def pass_on_option_places(event_id: int, now: datetime) -> None:
    """Set free the places whose time has come, in the caller's transaction, who holds the event's row."""
    db.session.execute(delete(OptionPlace).where(OptionPlace.event_id == event_id, OptionPlace.released_at <= now))


def _needed(limits: Mapping[OptionKey, int], answers: Answers) -> dict[OptionKey, int]:
    return {key: places for key, places in limits.items() if key[1] in answers.get(key[0], ())}


def _held(registration_id: int) -> dict[OptionKey, int]:
    rows = db.session.execute(
        select(OptionPlace.question_key, OptionPlace.option, OptionPlace.id).where(
            OptionPlace.registration_id == registration_id
        )
    )
    return {(key, option): id_ for key, option, id_ in rows}


def _take(registration: Registration, needed: Mapping[OptionKey, int], now: datetime) -> None:
    if full := _full(registration, needed):
        raise OptionsFull(full)
    _insert(registration, needed, now)


def _full(registration: Registration, needed: Mapping[OptionKey, int]) -> list[OptionKey]:
    return [key for key, places in list_option_places(registration.event_id, needed).items() if not places.has_free]


def _insert(registration: Registration, options: Collection[OptionKey], now: datetime) -> None:
    rows = [
        {
            "event_id": registration.event_id,
            "registration_id": registration.id,
            "question_key": key,
            "option": option,
            "taken_at": now,
        }
        for key, option in options
    ]
    if rows:
        insert_rows(OptionPlace, rows)


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
    with holding_event_in_any_state(event_id) as event:
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
        db.session.execute(
            delete(SessionPlace).where(
                SessionPlace.registration_id == registration_id, SessionPlace.session_id.in_(chosen.given_up)
            )
        )
        db.session.add_all(
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
        _take_of_session_places(registration, chosen, event.languages, now)


def take_wished(registration: Registration, now: datetime) -> None:
    """Take what is still free of the sessions that somebody chose on the form: now they are confirmed.

    In the caller's transaction, who holds the event's row. The answer becomes what they hold.
    """
    keys = definition_of(get_version(registration.questionnaire_id)).keys_of(SESSIONS_KIND)
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
        _take_of_session_places(registration, taken, event.languages, now)
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
    return delete_rows(SessionPlace, SessionPlace.registration_id.in_(gone))


def _take_of_session_places(
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
    keys = definition_of(get_version(registration.questionnaire_id)).keys_of(SESSIONS_KIND)
    if not keys:
        return
    db.session.execute(delete(Answer).where(Answer.registration_id == registration.id, Answer.question_key.in_(keys)))
    db.session.add_all(
        Answer(registration_id=registration.id, question_key=keys[0], position=position, value=public_id)
        for position, public_id in enumerate(public_ids)
    )


def _titles(offered: Collection[OfferedSession], ids: Collection[int], languages: list[str]) -> list[str]:
    return [text.pick(each.title, languages[0], languages).text for each in offered if each.id in ids]


def _note(registration: Registration, now: datetime, titles: list[list[str]]) -> None:
    note(registration, "sessions_chosen", Actor.participant(registration.id), now, changed={"sessions": titles})
