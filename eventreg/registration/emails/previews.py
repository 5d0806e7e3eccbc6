"""A message as somebody would get it, without anything having happened: nothing is written, no link in it leads anywhere."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import inspect

from eventreg.events.models import Event
from eventreg.i18n import formats
from eventreg.i18n.languages import speaking
from eventreg.mail.content import Change
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails.about_registration import AboutRegistration, News, RequestWording
from eventreg.registration.emails.composing import participant_message
from eventreg.registration.emails.messages import Message, ToAddress
from eventreg.registration.emails.occasions import Occasion
from eventreg.registration.models import Registration

#: stands where the id of a record would
_NOBODY = "AAAAAAAAAAAA"


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
    occasion: Occasion,
    message: type[Message],
    language: str,
    person: Registration,
    day_ids: frozenset[int],
    now: datetime,
) -> OutgoingMessage:
    """Return a message in a language as `person` would get it, with made-up news where the message tells some.

    Words that are not saved come with the occasion (`Occasion.trying`).
    """
    # A registration that no session knows: whatever becomes of it, nothing is written.
    values = {column.key: getattr(person, column.key) for column in inspect(Registration).column_attrs}
    made_up = {"language": language, "public_id": _NOBODY, "id": person.id or 0, "status": message.status}
    told = Registration(**values | made_up)
    if issubclass(message, ToAddress):
        return message.example(occasion, told, now)
    assert issubclass(message, AboutRegistration)  # noqa: S101 - there is no other kind
    with speaking(language):
        reason = _("Here stands the reason that is given.")
    news = News(
        message,
        day_ids,
        reason=reason,
        changes=lambda _language: (Change(_("Institution"), _("what it was"), _("what it is now")),),
        takes_back=message.takes_back,
        request=lambda spoken: RequestWording(
            (_("First question"), _("Second question")),
            _("Your journey"),
            formats.instant(now + timedelta(days=7), occasion.event.time_zone, spoken),
            "",
        ),
    )
    return participant_message(occasion, told, news, now)
