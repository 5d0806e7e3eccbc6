"""The messages about the event as a whole: to everybody who lives with it, and once to the contact persons.

The reason that they name is the event's, not a decision's.
"""

from datetime import datetime
from typing import ClassVar

from flask_babel import gettext as _, lazy_gettext as _l, ngettext
from flask_babel.speaklater import LazyString

from eventreg.i18n.languages import speaking
from eventreg.mail.content import Fact, MailContent
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails.about_registration import AboutRegistration
from eventreg.registration.emails.messages import Again, Group
from eventreg.registration.emails.occasions import Occasion, unworded


class AboutEvent(AboutRegistration, is_base=True):
    """What happened to the event; the contact persons are told of it once, however many people are written to."""

    group = Group.EVENT
    goes_again = Again.NEVER
    #: what the contact persons are told, in short
    contact_heading: ClassVar[LazyString]

    @classmethod
    def contact_sentence(cls, people: int) -> str:
        """Return to how many people what is told."""
        raise NotImplementedError


class EventCancelled(AboutEvent):
    """It does not take place."""

    key = "event_cancelled"
    title = _l("Event cancelled")
    trigger = _l("Goes to everybody registered when the event is cancelled.")
    holds_reason = True
    contact_heading = _l("The event is cancelled")

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("The event will not take place"),
            _("We regret to tell you that “%(title)s” will not take place.", title=self.event_title),
            self.reason,
            self.out_of_calendar(),
            _("You do not have to do anything. If you bought tickets or booked a room, cancel them now."),
        )

    @classmethod
    def contact_sentence(cls, people: int) -> str:
        """See `AboutEvent.contact_sentence`."""
        return ngettext(
            "%(num)d person is told by email that the event will not take place.",
            "%(num)d people are told by email that the event will not take place.",
            people,
        )


class EventReinstated(AboutEvent):
    """It takes place after all."""

    key = "event_reinstated"
    title = _l("Event takes place after all")
    trigger = _l("Goes to everybody registered when a cancellation is taken back.")
    invites = True
    contact_heading = _l("The event will take place after all")

    def write(self) -> MailContent:
        """See `Message.write`."""
        is_back = self.news.renews_calendar
        return self.content(
            _("The event will take place after all"),
            _(
                "We had announced that “%(title)s” would not take place. This has changed: it will take place.",
                title=self.event_title,
            ),
            self.as_it_stands(),
            Fact(_("This message brings the dates back into your calendar.") if is_back else ""),
        )

    @classmethod
    def contact_sentence(cls, people: int) -> str:
        """See `AboutEvent.contact_sentence`."""
        return ngettext(
            "%(num)d person is told by email that the event will take place after all.",
            "%(num)d people are told by email that the event will take place after all.",
            people,
        )


def event_contact_message(
    occasion: Occasion, message: type[AboutEvent], people: int, note: dict[str, str], at: datetime
) -> OutgoingMessage:
    """Return what the contact persons are told of it, to be written for each; `people`: how many are written to.

    `at` is when the event changed its state: one message for each change.
    """
    event = occasion.event
    with speaking(event.contact_language) as language:
        heading = str(message.contact_heading)
    return unworded(
        occasion, heading, language, key=f"event/{event.public_id}/{at.isoformat()}/{message.key}/contact",
        record_kind="event", record_id=event.id, template=message.template(), due_at=at,
        news={"message": message.key, "people": people, "note": note if message.holds_reason else {}},
    )  # fmt: skip
