"""A message as somebody would get it, without anything having happened; and its usual words as a text with placeholders.

Nothing is written, and no link in it leads anywhere. The usual words come from the same code that writes the messages, with
placeholders where the facts would be, so they cannot differ.
"""

from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import inspect

from eventreg.events.models import Category, Event
from eventreg.i18n import formats, languages
from eventreg.mail.content import Change, Fact
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails import News, Occasion, RequestWording, participant_message
from eventreg.registration.emails.about_registration import AboutRegistration
from eventreg.registration.emails.messages import Message, ToAddress
from eventreg.registration.models import Registration
from eventreg.registration.rules.messages import OwnText

#: stands where the id of a record would
_NOBODY = "AAAAAAAAAAAA"


def sample_person(event: Event, language: str) -> Registration:
    """Return somebody plainly made up, who is in no table, to show messages with."""
    with languages.speaking(language) as spoken:
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
    with languages.speaking(language):
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


class _Slots(Occasion):
    """An event whose facts are the placeholders that stand for them."""

    def title(self, language: str) -> str:
        return "{event_title}"

    def host_name(self, language: str) -> str:
        return "{host}"

    def category_of(self, registration: Registration) -> Category:
        return Category(name=dict.fromkeys(self.event.languages, "{category}"))

    def dates(self, day_ids: frozenset[int], language: str) -> str:
        return "{event_dates}"

    def register_until(self, category: Category, expires_at: datetime | None, language: str) -> str:
        return "{register_until}"

    def kept_until(self, expires_at: datetime, language: str) -> str:
        return "{kept_until}"


def usual_words(occasion: Occasion, message: type[Message], language: str, now: datetime) -> OwnText:
    """Return what a message says in a language when the event has no words of its own, with placeholders."""
    with languages.speaking(language) as spoken:
        slots = _Slots(occasion.event, occasion.days, occasion.partners)
        content = message.in_slots(slots, spoken, now).write()
        said = [paragraph for paragraph in content.paragraphs if not isinstance(paragraph, Fact)]
        return OwnText(content.subject, "\n\n".join(["{greeting}", *said]))
