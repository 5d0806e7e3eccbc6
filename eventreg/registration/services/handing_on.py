"""A registration goes to another person: the place stays, what is the former person's goes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete

from eventreg.audit.services import note
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.queries.for_registration import get_event_whole
from eventreg.kernel import clock
from eventreg.mail.services import OutgoingMessage, enqueue_all
from eventreg.questionnaires.rules.schema import Stage
from eventreg.registration.emails import News, Occasion, by_team, participant_message
from eventreg.registration.models import (
    AddressChange,
    Answer,
    AnswerRequest,
    Consent,
    Registration,
    Upload,
)
from eventreg.registration.queries.answers import DAYS_KIND, find_day_ids
from eventreg.registration.queries.asked import find_asked
from eventreg.registration.queries.requests import find_asking
from eventreg.registration.rules.refusals import ChangeReason, ChangeRefused
from eventreg.registration.rules.searching import email_key
from eventreg.registration.rules.states import STANDING, Status
from eventreg.registration.services.answers import refresh_search
from eventreg.registration.services.option_places import free_option_places
from eventreg.registration.services.request_mails import request_message
from eventreg.registration.services.requests import new_correction
from eventreg.registration.services.session_places import free_session_places
from eventreg.registration.services.team_acts import (
    TeamAct,
    category_of,
    change_address,
    open_for,
)

#: identity columns that are somebody's own; institution and country stay, since a colleague most often comes instead
_OWN_COLUMNS = ("badge_name", "position", "phone")
_AT_LEAST = timedelta(days=3)


@dataclass(frozen=True)
class NewPerson:
    """Who takes the place, and what is said to the one who had it."""

    given_name: str
    family_name: str
    email: str
    language: str
    #: the former person reads it
    words: str = ""


def hand_on(event_id: int, reference: str, person: NewPerson, act: TeamAct) -> None:
    """Give a registration to another person: name, address and language are theirs, the old link dies.

    Status, place, institution, country and days stay. Every other answer, the files, what was agreed to and what was asked of
    the former person go, and the places of options and sessions with them. The new person is asked by mail to complete the
    registration; the former one is told if that is wished. Raises what `open_for` raises, ChangeRefused (SAME_ADDRESS: the
    person's own name is changed by changing answers) and AddressTaken.
    """
    now = clock.now()
    with transaction():
        event, registration = open_for(event_id, reference, act, now, STANDING)
        if email_key(person.email) == registration.email_key:
            raise ChangeRefused(ChangeReason.SAME_ADDRESS)
        occasion = Occasion.load(get_event_whole(event.id))
        day_ids = find_day_ids(registration)
        farewell = _farewell(occasion, registration, person, day_ids, now) if act.tells else None
        old = {"name": registration.full_name, "email": registration.email}
        new = {"name": f"{person.given_name} {person.family_name}".strip(), "email": person.email}
        # The new person's calendar has nothing yet, whether or not the former one's was cleared.
        registration.calendar_uids = []
        change_address(registration, person.email, now)
        _forget(registration)
        registration.given_name, registration.family_name = person.given_name, person.family_name
        registration.language, registration.privacy_notice_id = person.language, None
        for column in _OWN_COLUMNS:
            setattr(registration, column, "")
        refresh_search(registration)
        registration.revision += 1
        note(registration, "handed_on", act.who, now, old=old, new=new)
        db.session.flush()
        enqueue_all([farewell] if farewell is not None else [])
        _welcome(occasion, registration, act, now)


def _farewell(
    occasion: Occasion, registration: Registration, person: NewPerson, day_ids: frozenset[int], now: datetime
) -> OutgoingMessage:
    takes_back = registration.status is Status.CONFIRMED
    news = News(by_team.HandedOn, day_ids, reason=person.words, takes_back=takes_back)
    return participant_message(occasion, registration, news, now)


def _forget(registration: Registration) -> None:
    """Remove what is the former person's own. Files leave the disk with the next sweep."""
    days = {q.key for q in find_asked(registration).definition.questions() if q.kind == DAYS_KIND}
    of_person = Answer.registration_id == registration.id
    db.session.execute(delete(Answer).where(of_person, Answer.question_key.not_in(days)))
    for table in (Upload, Consent, AddressChange, AnswerRequest):
        db.session.execute(delete(table).where(table.registration_id == registration.id))
    free_option_places(registration.id)
    free_session_places(registration.id)


def _welcome(occasion: Occasion, registration: Registration, act: TeamAct, now: datetime) -> None:
    """Ask the new person for everything that is asked in the form, with a link to exactly that."""
    event = occasion.event
    keys = _asked_keys(event, registration)
    # The form may be closed to changes by now: whoever comes so late still has to say who they are.
    answer_by = None if now < event.changes_until else _last_day(event, now)
    request = new_correction(registration, keys, "", act.who, now, answer_by)
    db.session.add(request)
    db.session.flush()
    asking = find_asking(registration, request)
    enqueue_all([request_message(occasion, registration, asking, by_team.HandedTo, now)])


def _asked_keys(event: Event, registration: Registration) -> Collection[str]:
    category = category_of(event, registration)
    asked = find_asked(registration).base.questions_for(category.key, Stage.REGISTRATION)
    return [question.key for question in asked if question.column != "email"]


def _last_day(event: Event, now: datetime) -> date:
    """Return until when somebody can complete the registration who takes it when changes have ended."""
    today = now.astimezone(ZoneInfo(event.time_zone)).date()
    return max([today + _AT_LEAST, *(day.held_on for day in event.days)])
