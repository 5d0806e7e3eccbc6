"""A message as somebody would get it, without anything having happened: nothing is written, no link in it leads anywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import inspect

from eventreg.events.models import Event
from eventreg.i18n import formats
from eventreg.i18n.languages import speaking
from eventreg.mail.content import Change
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails.composing import News, participant_message
from eventreg.registration.emails.earlier_answers import earlier_answers_message
from eventreg.registration.emails.invitation import Invited, invitation_message, reminder_message
from eventreg.registration.emails.messages import WITH_REQUEST
from eventreg.registration.emails.occasions import Occasion
from eventreg.registration.emails.request_words import RequestWording
from eventreg.registration.emails.saved_form import saved_form_message
from eventreg.registration.emails.usual_words import message_of, status_told
from eventreg.registration.models import Invitation, Registration, SavedForm
from eventreg.registration.rules.message_texts import TextKey

#: stands where the id of a record would
_NOBODY = "AAAAAAAAAAAA"
_A_WEEK = timedelta(days=7)


def sample_person(event: Event, language: str) -> Registration:
    """Return somebody plainly made up, who is in no table, to show messages with."""
    with speaking(language) as spoken:
        return Registration(
            public_id=_NOBODY,
            reference=f"{event.reference_prefix}-000000",
            event_id=event.id,
            category_id=event.categories[0].id if event.categories else 0,
            language=spoken,
            given_name="Ana",
            family_name=_("Example"),
            institution=_("Example institution"),
            email="person@institution.example",
            revision=1,
            link_generation=1,
        )


def preview_message(
    occasion: Occasion, key: TextKey, language: str, person: Registration, day_ids: frozenset[int], now: datetime
) -> OutgoingMessage:
    """Return a message in a language as `person` would get it, with made-up news where the message tells some.

    Words that are not saved come with the occasion (`Occasion.trying`).
    """
    told = _copy(person, language)
    told.status = status_told(key)
    message = message_of(key)
    if message is None:
        return _about_something_else(occasion, key, told, now)
    news = News(
        message,
        day_ids,
        reason=_reason(language),
        changes=_changes,
        takes_back=key in (TextKey.PLACE_LOST, TextKey.OLD_ENTRY),
        request=_request(now, occasion.event.time_zone) if message in WITH_REQUEST else None,
    )
    return participant_message(occasion, told, news, now)


def _about_something_else(occasion: Occasion, key: TextKey, person: Registration, now: datetime) -> OutgoingMessage:
    if key in (TextKey.INVITATION, TextKey.INVITATION_REMINDER):
        invitation = Invitation(
            public_id=_NOBODY, id=0, generation=1, language=person.language, email=person.email, note="",
            given_name=person.given_name, family_name=person.family_name, institution=person.institution,
            skips_approval=False, expires_at=None,
        )  # fmt: skip
        compose = invitation_message if key is TextKey.INVITATION else reminder_message
        return compose(occasion, Invited(invitation, occasion.category_of(person)), now)
    if key is TextKey.SAVED_FORM:
        saved = SavedForm(
            public_id=_NOBODY, id=0, generation=1, language=person.language, email=person.email, expires_at=now + _A_WEEK
        )  # fmt: skip
        return saved_form_message(occasion, saved, now)
    return earlier_answers_message(occasion, person, person.language, now)


def _copy(person: Registration, language: str) -> Registration:
    """Return a registration that no session knows: whatever becomes of it, nothing is written."""
    values = {column.key: getattr(person, column.key) for column in inspect(Registration).column_attrs}
    return Registration(**values | {"language": language, "public_id": _NOBODY, "id": person.id or 0})


def _reason(language: str) -> str:
    with speaking(language):
        return _("Here stands the reason that is given.")


def _changes(language: str) -> tuple[Change, ...]:
    return (Change(_("Institution"), _("what it was"), _("what it is now")),)


def _request(now: datetime, zone: str) -> Callable[[str], RequestWording]:
    def wording(language: str) -> RequestWording:
        until = formats.instant(now + _A_WEEK, zone, language)
        return RequestWording((_("First question"), _("Second question")), _("Your journey"), until, "")

    return wording
