"""The team registers somebody: the same form, the same check, but what only the person can say is left to them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from flask_babel import gettext as _

from eventreg.audit.services import note
from eventreg.db import db
from eventreg.events.models import Category, Event
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import lock_event
from eventreg.events.rules.publication import ALIVE
from eventreg.i18n.languages import speaking
from eventreg.kernel import clock
from eventreg.kernel.errors import Refused
from eventreg.mail.services import enqueue_all
from eventreg.questionnaires.rules.schema import Definition, Stage
from eventreg.registration.emails import News, Occasion, participant_message
from eventreg.registration.models import Registration, Upload
from eventreg.registration.queries.answers import find_day_ids
from eventreg.registration.queries.registrations import find_earlier
from eventreg.registration.rules.states import AddressTaken, FormSentBefore, RegisteringReason
from eventreg.registration.rules.ways_in import WayKind
from eventreg.registration.services import answers, registering, requests
from eventreg.registration.services.places import PlaceCount


@dataclass(frozen=True)
class OnBehalf:
    """On what terms somebody is registered by the team."""

    #: nobody is added out of the account's sight
    who: Organizer
    #: approved with it: confirmed when there is a place, else on the waiting list as approved
    is_approved: bool = False
    #: the person is told by mail what came of it
    tells: bool = True
    #: the person is asked by mail for what is left open, and for the consents
    asks: bool = False


def register_on_behalf(
    event_id: int, submission: registering.Submission, occasion: Occasion, terms: OnBehalf
) -> Registration:
    """Register somebody for them, in any category, open or not, and queue the messages that are wanted.

    A consent is the person's alone: none is recorded, whatever was sent. The address counts as verified, since the team
    vouches for it. The same form twice is one registration (case 17). Raises AddressTaken, FormSentBefore, Refused
    (UNKNOWN_CATEGORY, CALLED_OFF, FILE_GONE, TOO_MANY_FILES), OptionsFull, Refused (a SessionReason), LifecycleRefused and Busy.
    """
    rest = _Rest(occasion, _left_open(submission))
    form = replace(submission, definition=without_consents(submission.definition), came_by=WayKind.TEAM)
    return registering.write_form(
        event_id, form, lambda hashed, sealed: partial(_register, event_id, form, rest, hashed, sealed, terms)
    )


def without_consents(definition: Definition) -> Definition:
    """Return what the team can answer: everything but the consents."""
    sections = (
        replace(section, questions=tuple(each for each in section.questions if each.kind != answers.CONSENT_KIND))
        for section in definition.sections
    )
    return replace(definition, sections=tuple(sections))


def _left_open(submission: registering.Submission) -> list[str]:
    """Return the keys of what the person alone can still say: required answers that are missing, and the consents."""
    answered = {key for key, values in submission.answers.items() if values}
    answered |= {*submission.kept_files, *(file.question_key for file in submission.files)}
    return [
        question.key
        for question in submission.questions()
        if question.kind == answers.CONSENT_KIND
        or (question.is_required_of(submission.category_key) and question.key not in answered)
    ]


@dataclass(frozen=True)
class _Rest:
    """What the messages need, and the questions that are left to the person."""

    occasion: Occasion
    keys: Sequence[str]


def _register(
    event_id: int,
    submission: registering.Submission,
    rest: _Rest,
    hashed: str,
    sealed: Sequence[Upload],
    terms: OnBehalf,
) -> Registration:
    now = clock.now()
    event = lock_event(event_id)
    if event.is_called_off:
        raise Refused(RegisteringReason.CALLED_OFF)
    category = _category(event, submission, terms.who)
    email = _address(submission)
    earlier = find_earlier(event, hashed, email)
    if earlier.by_form is not None:
        if earlier.is_sent_again:
            return earlier.by_form
        raise FormSentBefore(earlier.by_form.reference)
    if earlier.by_address is not None:
        raise AddressTaken(earlier.by_address.reference)
    registration = registering.new_registration(event, category, submission, email, hashed, now)
    registration.came_by, registration.approved_at = submission.way, now if terms.is_approved else None
    count = PlaceCount(event)
    takes_place = registering.let_in(category, registration, count, now)
    db.session.add(registration)
    db.session.flush()
    if takes_place:
        count.take(registration, now)
    registering.keep_answers(event, registration, submission, sealed, now, holds_files=earlier.holds_files)
    note(registration, f"added_{registration.status.value}", terms.who, now)
    _write(replace(rest, occasion=replace(rest.occasion, event=event)), registration, terms, now)
    return registration


def _write(rest: _Rest, registration: Registration, terms: OnBehalf, now: datetime) -> None:
    db.session.flush()
    if terms.tells:
        news = News(registering.NEWS_OF[registration.status], find_day_ids(registration))
        enqueue_all([participant_message(rest.occasion, registration, news, now)])
    if terms.asks and rest.keys and rest.occasion.event.publication in ALIVE:
        with speaking(registration.language):
            reason = _("We have registered you. Please complete what only you can say.")
        requests.send_request(
            rest.occasion, registration, requests.new_correction(registration, rest.keys, reason, terms.who, now), now
        )


def _category(event: Event, submission: registering.Submission, who: Organizer) -> Category:
    for category in event.categories:
        if category.key == submission.category_key and who.scope.has_category(category.key):
            return category
    raise Refused(RegisteringReason.UNKNOWN_CATEGORY)


def _address(submission: registering.Submission) -> str:
    question = next(found for found in submission.definition.questions(Stage.REGISTRATION) if found.column == "email")
    return submission.answers[question.key][0]
