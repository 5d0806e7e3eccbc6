"""What the contact person is told of the event as a whole: once, however many people are written to."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from eventreg.i18n.languages import speaking
from eventreg.mail.content import MailContent, render_content
from eventreg.mail.markers import new_marker
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails.messages import Message
from eventreg.registration.emails.occasions import Occasion
from eventreg.web.addresses import address_of


def event_contact_message(
    occasion: Occasion, message: Message, people: int, note: dict[str, str], at: datetime
) -> OutgoingMessage:
    """Return the message that tells the contact person what everybody is told; `people`: how many are written to.

    `at` is when the event changed its state: one message for each change.
    """
    event = occasion.event
    with speaking(event.contact_language) as language:
        content = _content(occasion, message, people, occasion.text(note, language), language)
        text, html = render_content(
            content, language=language, kicker=f"{occasion.host_name(language)} · {event.city}", contact=None
        )
        return OutgoingMessage(
            key=f"event/{event.public_id}/{at.isoformat()}/{message.value}/contact",
            event_id=event.id,
            record_kind="event",
            record_id=event.id,
            template=f"registration/{message.value}",
            audience="contact",
            language=language,
            recipient=event.contact_email,
            sender_name=_("%(host)s, registration", host=occasion.host_name(language)),
            subject=content.subject,
            text=text,
            html=html,
            due_at=at,
            is_held_back=event.holds_mail,
            marker=new_marker(),
        )


def _content(occasion: Occasion, message: Message, people: int, note: str, language: str) -> MailContent:
    event, title = occasion.event, occasion.title(language)
    is_cancelled = message is Message.EVENT_CANCELLED
    heading = _("The event is cancelled") if is_cancelled else _("The event takes place after all")
    told = (
        ngettext(
            "%(num)d person is told by email that the event does not take place.",
            "%(num)d people are told by email that the event does not take place.",
            people,
        )
        if is_cancelled
        else ngettext(
            "%(num)d person is told by email that the event takes place after all.",
            "%(num)d people are told by email that the event takes place after all.",
            people,
        )
    )
    reason = _("The reason that is given: %(reason)s", reason=note) if note and is_cancelled else ""
    return MailContent(
        subject=_("%(heading)s: %(title)s", heading=heading, title=title),
        heading=heading,
        greeting=_("Dear %(name)s,", name=event.contact_name),
        paragraphs=tuple(part for part in (told, reason) if part),
        facts=(
            (_("Event"), title),
            (_("Dates"), occasion.dates(frozenset(), language)),
            (_("Place"), occasion.place(language)),
        ),
        action=(_("See the messages"), address_of("review.list_messages", slug=event.slug)),
        is_link_personal=False,
        footer=(
            occasion.credits(language),
            _("You receive this message because you are the contact person of “%(title)s”.", title=title),
        ),
    )
