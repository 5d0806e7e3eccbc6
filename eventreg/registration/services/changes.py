"""What participants do with their own registration: change language or consents, withdraw, verify an address."""

from __future__ import annotations

from collections.abc import Mapping

from eventreg.audit.services import Actor, note
from eventreg.db import db, transaction
from eventreg.events.queries.for_registration import lock_event, lock_event_in_any_state
from eventreg.kernel import clock
from eventreg.kernel.errors import Refused
from eventreg.registration.emails import News, Occasion, changing, tell
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import find_day_ids
from eventreg.registration.queries.asked import find_asked
from eventreg.registration.queries.consents import current_consents
from eventreg.registration.queries.registrations import lock_registration
from eventreg.registration.rules.admission import admit
from eventreg.registration.rules.deadlines import may_withdraw
from eventreg.registration.rules.refusals import ChangeReason
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.services.answer_changes import tell_changes
from eventreg.registration.services.answers import CONSENT_KIND, record_consents
from eventreg.registration.services.option_drops import take_or_drop
from eventreg.registration.services.pending_decisions import overtake_pending_decision
from eventreg.registration.services.places import PlaceCount
from eventreg.registration.services.promotion import promote_from_waiting_list
from eventreg.registration.services.registering import NEWS_OF
from eventreg.registration.services.statuses import move


def change_language(event_id: int, registration_id: int, language: str) -> None:
    """Have the person's messages written in another language from now on."""
    now = clock.now()
    with transaction():
        lock_event_in_any_state(event_id)
        registration = lock_registration(event_id, registration_id)
        if registration.language == language:
            return
        old, registration.language = registration.language, language
        note(registration, "language_changed", Actor.participant(registration_id), now, old=old, new=language)


def record_consent_changes(event_id: int, registration_id: int, given: Mapping[str, bool], language: str) -> None:
    """Record what is agreed to from now on. Only what differs from the newest record of a purpose is appended.

    What a registration cannot do without stays agreed to: who takes that back withdraws.
    """
    now = clock.now()
    with transaction():
        event = lock_event_in_any_state(event_id)
        registration = lock_registration(event_id, registration_id)
        standing, asked = current_consents(registration.id), find_asked(registration)
        category = event.category_of(registration).key
        questions = [
            question
            for question in asked.definition.questions()
            if question.kind == CONSENT_KIND
            and not question.is_required_of(category)
            and question.key in given
            and given[question.key] != standing.get(question.key, False)
        ]
        if not questions:
            return
        answers = {question.key: ["yes"] if given[question.key] else [] for question in questions}
        for version_id in sorted({asked.versions[question.key] for question in questions}):
            shown = [question for question in questions if asked.versions[question.key] == version_id]
            record_consents(
                registration,
                shown,
                answers,
                language=language,
                fallbacks=event.languages,
                now=now,
                version_id=version_id,
            )
        agreed = {key: bool(value) for key, value in answers.items()}
        note(registration, "consents_changed", Actor.participant(registration_id), now, **agreed)


def withdraw(event_id: int, registration_id: int) -> None:
    """Withdraw at the person's own wish; the place goes to the waiting list at once. Raises Refused."""
    now = clock.now()
    with transaction():
        event = lock_event(event_id)
        registration = lock_registration(event_id, registration_id)
        if not may_withdraw(registration.status, event.publication):
            raise Refused(ChangeReason.NOT_POSSIBLE_NOW)
        known = overtake_pending_decision(registration, now)
        day_ids = find_day_ids(registration)
        move(registration, Action.WITHDRAW, now)
        count = PlaceCount(event)
        count.free(registration)
        note(registration, "withdrew", Actor.participant(registration_id), now)
        db.session.flush()
        occasion = Occasion.load(event)
        taken_back = known is Status.CONFIRMED
        tell(occasion, registration, News(changing.Withdrawn, day_ids, takes_back=taken_back), now)
        promote_from_waiting_list(event, count, now, occasion)


def verify_address(event_id: int, registration_id: int) -> Registration:
    """Let a registration count whose address was verified, with the places of now. Verified twice changes nothing.

    Raises Refused (LINK_EXPIRED, CALLED_OFF).
    """
    now = clock.now()
    with transaction():
        event = lock_event(event_id)
        registration = lock_registration(event_id, registration_id)
        if registration.status is Status.CANCELLED:
            raise Refused(ChangeReason.LINK_EXPIRED)
        if registration.status is not Status.UNVERIFIED:
            return registration
        if event.is_called_off:
            raise Refused(ChangeReason.CALLED_OFF)
        category = event.category_of(registration)
        count = PlaceCount(event)
        is_approved = registration.approved_at is not None
        admission = admit(category.approval, category.pending_counts, count.of(category), is_approved)
        move(registration, admission.action, now)
        if admission.takes_place:
            count.take(registration, now)
        verified = registration.status.value
        note(registration, "address_verified", Actor.participant(registration_id), now, status=verified)
        db.session.flush()
        dropped = take_or_drop(registration, now)
        news = News(NEWS_OF[registration.status], find_day_ids(registration))
        tell(Occasion.load(event), registration, news, now)
        if dropped:
            tell_changes(event_id, registration, dropped, now)
        return registration
