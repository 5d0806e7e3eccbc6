"""Somebody takes part in another category, and the places are decided anew; or a registration goes to another person, where
the place stays and what is the former person's goes.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import delete

from eventreg.attendees.services.team_acts import TeamAct, change_address, open_for
from eventreg.audit.services import note
from eventreg.db import db, transaction
from eventreg.events.models import Category, Event
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.publication import ALIVE
from eventreg.i18n.languages import speaking
from eventreg.kernel import clock
from eventreg.kernel.errors import NotFound
from eventreg.kernel.text import email_key
from eventreg.mail.services import OutgoingMessage, enqueue_all
from eventreg.onbehalf.rules import action_of_move
from eventreg.questionnaires.rules.schema import Question, Stage
from eventreg.registration import models
from eventreg.registration.emails import News, Occasion, by_team, participant_message
from eventreg.registration.queries.answers import DAYS_KIND, current_consents, find_asked, find_day_ids, load_answers
from eventreg.registration.queries.registrations import find_asking
from eventreg.registration.rules import availability
from eventreg.registration.rules.states import LIVE, STANDING, ChangeReason, ChangeRefused, Status
from eventreg.registration.services import promotion, registering, requests, statuses
from eventreg.registration.services.answers import refresh_search
from eventreg.registration.services.places import PlaceCount, free_option_places, free_session_places


@dataclass(frozen=True)
class CategoryMove:
    """Where somebody is moved to, and what goes with it."""

    category_key: str
    #: what the person reads
    words: str = ""
    #: ask by mail for what the new category asks and is not answered
    asks: bool = False


def move_to_category(event_id: int, reference: str, wish: CategoryMove, act: TeamAct) -> Status:
    """Move somebody to another category of the event; returns the status that came of it.

    The place of before is given up, the new one taken by the rules of the new category (`rules.moving`), and what became free
    goes to the waiting list. Answers to what the new category does not ask stay kept, their places of options do not. Raises
    what `open_for` raises, Unannounced, NotFound for a category out of scope, and ChangeRefused (NOT_POSSIBLE_NOW) for no other
    category of this event.
    """
    now = clock.now()
    if not act.who.scope.has_category(wish.category_key):
        raise NotFound
    with transaction():
        event, registration = open_for(event_id, reference, act, now, LIVE)
        old, new = event.category_of(registration), _other(event, registration, wish.category_key)
        was_confirmed, day_ids = registration.status is Status.CONFIRMED, find_day_ids(registration)
        has_moved = _settle(event, registration, new, now)
        _free_options_not_asked(registration, new)
        if not has_moved:
            registration.revision += 1
        status = {"status": registration.status.value} if has_moved else {}
        note(registration, "moved_to_category", act.who, now, changed={"category": [old.key, new.key]}, **status)
        db.session.flush()
        occasion = Occasion.load(get_event_whole(event.id))
        if act.tells and registration.status is not Status.UNVERIFIED:
            takes_back = was_confirmed and has_moved
            message = registering.NEWS_OF[registration.status] if has_moved else by_team.Moved
            news = News(message, day_ids, reason=wish.words, takes_back=takes_back)
            enqueue_all([participant_message(occasion, registration, news, now)])
        if wish.asks:
            ask_for_unanswered(occasion, registration, new, act.who, now)
        promotion.promote_from_waiting_list(event, PlaceCount(event), now, occasion, announcing=act.announcing)
        return registration.status


def list_unanswered(registration: models.Registration, category: Category) -> Sequence[Question]:
    """Return what a category asks, must be answered, and is not by this registration, consents among it."""
    asked = find_asked(registration)
    answers = load_answers(registration, asked.definition)
    consents = current_consents(registration.id)
    answers |= {key: ["yes"] for key, is_given in consents.items() if is_given}
    hidden = asked.definition.hidden_keys(category.key, registration.came_by, answers)
    return [
        question
        for question in asked.definition.questions_for(category.key, Stage.REGISTRATION)
        if question.is_required_of(category.key)
        and question.key not in hidden
        and not any(answers.get(question.key, ()))
        and question.key not in consents
    ]


def ask_for_unanswered(
    occasion: Occasion, registration: models.Registration, category: Category, who: Organizer, now: datetime
) -> None:
    """Ask the person by mail for what the category asks and is not answered, in the caller's transaction."""
    event = occasion.event
    keys = [question.key for question in list_unanswered(registration, category)]
    if not keys or event.publication not in ALIVE or registration.status not in STANDING or now >= event.changes_until:
        return
    with speaking(registration.language):
        reason = _("You take part in another capacity now. Please answer what is asked of it.")
    requests.send_request(occasion, registration, requests.new_correction(registration, keys, reason, who, now), now)


def _other(event: Event, registration: models.Registration, key: str) -> Category:
    found = [each for each in event.categories if each.key == key and each.id != registration.category_id]
    if not found:
        raise ChangeRefused(ChangeReason.NOT_POSSIBLE_NOW)
    return found[0]


def _settle(event: Event, registration: models.Registration, new: Category, now: datetime) -> bool:
    """Give up the place, change the category, and take a place again where there is one; says whether the status changed."""
    count = PlaceCount(event)
    count.free(registration)
    is_approved = registration.approved_at is not None
    was_confirmed = registration.status is Status.CONFIRMED
    registration.category_id = new.id
    db.session.flush()
    db.session.expire(registration, ["category"])
    action = action_of_move(registration.status, new.approval, new.pending_counts, count.of(new), is_approved)
    if was_confirmed:
        registration.approved_at = registration.approved_at or now
    if action is not None:
        statuses.move(registration, action, now)
    if availability.needs_place(registration.status, new.pending_counts):
        count.take(registration, now)
        db.session.flush()
    return action is not None


def _free_options_not_asked(registration: models.Registration, category: Category) -> None:
    asked = {question.key for question in find_asked(registration).definition.questions_for(category.key)}
    db.session.execute(
        delete(models.OptionPlace).where(
            models.OptionPlace.registration_id == registration.id, models.OptionPlace.question_key.not_in(asked)
        )
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
    occasion: Occasion, registration: models.Registration, person: NewPerson, day_ids: frozenset[int], now: datetime
) -> OutgoingMessage:
    takes_back = registration.status is Status.CONFIRMED
    news = News(by_team.HandedOn, day_ids, reason=person.words, takes_back=takes_back)
    return participant_message(occasion, registration, news, now)


def _forget(registration: models.Registration) -> None:
    """Remove what is the former person's own. Files leave the disk with the next sweep."""
    registration.listed_columns = registration.mail_refused_at = None
    days = {q.key for q in find_asked(registration).definition.questions() if q.kind == DAYS_KIND}
    of_person = models.Answer.registration_id == registration.id
    db.session.execute(delete(models.Answer).where(of_person, models.Answer.question_key.not_in(days)))
    for table in (models.Upload, models.Consent, models.AddressChange, models.AnswerRequest):
        db.session.execute(delete(table).where(table.registration_id == registration.id))
    free_option_places(registration.id)
    free_session_places(registration.id)


def _welcome(occasion: Occasion, registration: models.Registration, act: TeamAct, now: datetime) -> None:
    """Ask the new person for everything that is asked in the form, with a link to exactly that."""
    event = occasion.event
    keys = _asked_keys(event, registration)
    # The form may be closed to changes by now: whoever comes so late still has to say who they are.
    answer_by = None if now < event.changes_until else _last_day(event, now)
    request = requests.new_correction(registration, keys, "", act.who, now, answer_by)
    db.session.add(request)
    db.session.flush()
    asking = find_asking(registration, request)
    enqueue_all([requests.request_message(occasion, registration, asking, by_team.HandedTo, now)])


def _asked_keys(event: Event, registration: models.Registration) -> Collection[str]:
    category = event.category_of(registration)
    asked = find_asked(registration).base.questions_for(category.key, Stage.REGISTRATION)
    return [question.key for question in asked if question.column != "email"]


def _last_day(event: Event, now: datetime) -> date:
    """Return until when somebody can complete the registration who takes it when changes have ended."""
    today = now.astimezone(ZoneInfo(event.time_zone)).date()
    return max([today + _AT_LEAST, *(day.held_on for day in event.days)])
