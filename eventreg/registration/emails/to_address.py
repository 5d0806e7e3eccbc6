"""What is written about an event to an address that has no registration yet: a form kept for later, an invitation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext as _

from eventreg.mail.content import Contact, MailContent, render_content
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails.occasions import Occasion
from eventreg.web.addresses import address_of


@dataclass(frozen=True)
class Addressed:
    """To whom a message goes, about which record, under which key of the outbox."""

    email: str
    language: str
    #: the table of the record in singular, and its row
    record_kind: str
    record_id: int
    #: unlike any other: the same is never queued twice
    key: str
    #: names the message in lists: "registration/invitation"
    template: str


def addressed_message(
    occasion: Occasion, content: MailContent, to: Addressed, marker: str, now: datetime
) -> OutgoingMessage:
    """Return the message that carries the content, with the event's head and foot. The language in force must be `to`'s.

    Its own footer says why the reader gets it.
    """
    event, language = occasion.event, to.language
    privacy = _("How we use your data: %(address)s", address=address_of("site.show_privacy", slug=event.slug))
    footer = (occasion.credits(language), *occasion.phrases(language), *content.footer, privacy)
    office = occasion.text(event.contact_office, language)
    text, html = render_content(
        replace(content, footer=tuple(line for line in footer if line)),
        language=language,
        kicker=f"{occasion.host_name(language)} · {event.city}",
        contact=Contact(event.contact_name, office, event.contact_phone, event.contact_email),
    )
    return OutgoingMessage(
        key=to.key,
        event_id=event.id,
        record_kind=to.record_kind,
        record_id=to.record_id,
        template=to.template,
        audience="participant",
        language=language,
        recipient=to.email,
        reply_to=event.contact_email,
        sender_name=_("%(host)s, registration", host=occasion.host_name(language)),
        subject=content.subject,
        text=text,
        html=html,
        due_at=now,
        is_held_back=event.holds_mail,
        marker=marker,
    )
