"""Somebody takes part in another category: the places are decided anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete

from eventreg.audit.services import note
from eventreg.db import db, transaction
from eventreg.events.models import Category, Event
from eventreg.events.organizers import Organizer
from eventreg.events.queries.for_registration import get_event_whole
from eventreg.events.rules.publication import ALIVE
from eventreg.i18n.languages import speaking
from eventreg.kernel import clock
from eventreg.kernel.errors import NotFound
from eventreg.mail.services import enqueue_all
from eventreg.questionnaires.rules.schema import Question, Stage
from eventreg.registration.emails import News, Occasion, by_team, participant_message
from eventreg.registration.models import OptionPlace, Registration
from eventreg.registration.queries.answers import find_day_ids, load_answers
from eventreg.registration.queries.asked import find_asked
from eventreg.registration.queries.consents import current_consents
from eventreg.registration.rules.admission import needs_place
from eventreg.registration.rules.moving import action_of_move
from eventreg.registration.rules.refusals import ChangeReason, ChangeRefused
from eventreg.registration.rules.states import LIVE, STANDING, Status
from eventreg.registration.services.places import PlaceCount
from eventreg.registration.services.promotion import promote_from_waiting_list
from eventreg.registration.services.registering import NEWS_OF
from eventreg.registration.services.requests import new_correction, send_request
from eventreg.registration.services.statuses import move
from eventreg.registration.services.team_acts import TeamAct, category_of, open_for


@dataclass(frozen=True)
class Move:
    """Where somebody is moved to, and what goes with it."""

    category_key: str
    #: what the person reads
    words: str = ""
    #: ask by mail for what the new category asks and is not answered
    asks: bool = False


def move_to_category(event_id: int, reference: str, wish: Move, act: TeamAct) -> Status:
    """Move somebody to another category of the event; returns the status that came of it.

    The place of before is given up, the new one taken by the rules of the new category (`rules.moving`), and what became free
    goes to the waiting list. Answers to what the new category does not ask stay kept, their places of options do not. Raises
    what `open_for` raises, NotFound for a category out of scope, and ChangeRefused (NOT_POSSIBLE_NOW) for no other category
    of this event.
    """
    now = clock.now()
    if not act.who.scope.has_category(wish.category_key):
        raise NotFound
    with transaction():
        event, registration = open_for(event_id, reference, act, now, LIVE)
        old, new = category_of(event, registration), _other(event, registration, wish.category_key)
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
            message = NEWS_OF[registration.status] if has_moved else by_team.Moved
            news = News(message, day_ids, reason=wish.words, takes_back=takes_back)
            enqueue_all([participant_message(occasion, registration, news, now)])
        if wish.asks:
            ask_for_unanswered(occasion, registration, new, act.who, now)
        promote_from_waiting_list(event, PlaceCount(event), now, occasion)
        return registration.status


def list_unanswered(registration: Registration, category: Category) -> Sequence[Question]:
    """Return what a category asks, must be answered, and is not by this registration, consents among it."""
    asked = find_asked(registration)
    answers = load_answers(registration, asked.definition)
    consents = current_consents(registration.id)
    answers |= {key: ["yes"] for key, is_given in consents.items() if is_given}
    hidden = asked.definition.hidden_keys(category.key, answers)
    return [
        question
        for question in asked.definition.questions_for(category.key, Stage.REGISTRATION)
        if question.is_required_of(category.key)
        and question.key not in hidden
        and not any(answers.get(question.key, ()))
        and question.key not in consents
    ]


def ask_for_unanswered(
    occasion: Occasion, registration: Registration, category: Category, who: Organizer, now: datetime
) -> None:
    """Ask the person by mail for what the category asks and is not answered, in the caller's transaction."""
    event = occasion.event
    keys = [question.key for question in list_unanswered(registration, category)]
    if not keys or event.publication not in ALIVE or registration.status not in STANDING or now >= event.changes_until:
        return
    with speaking(registration.language):
        reason = _("You take part in another capacity now. Please answer what is asked of it.")
    send_request(occasion, registration, new_correction(registration, keys, reason, who, now), now)


def _other(event: Event, registration: Registration, key: str) -> Category:
    found = [each for each in event.categories if each.key == key and each.id != registration.category_id]
    if not found:
        raise ChangeRefused(ChangeReason.NOT_POSSIBLE_NOW)
    return found[0]


def _settle(event: Event, registration: Registration, new: Category, now: datetime) -> bool:
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
        move(registration, action, now)
    if needs_place(registration.status, new.pending_counts):
        count.take(registration, now)
        db.session.flush()
    return action is not None


def _free_options_not_asked(registration: Registration, category: Category) -> None:
    asked = {question.key for question in find_asked(registration).definition.questions_for(category.key)}
    db.session.execute(
        delete(OptionPlace).where(
            OptionPlace.registration_id == registration.id, OptionPlace.question_key.not_in(asked)
        )
    )
