"""From words to a row of the outbox: the event's head and foot, its sender, and whom the reader can ask."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from eventreg.mail.content import Change, Contact, MailContent, render_content
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails.occasions import Occasion
from eventreg.web.addresses import address_of


def outgoing(
    occasion: Occasion, content: MailContent, language: str, *, audience: str = "participant", **fields: Any
) -> OutgoingMessage:
    """Return the message that carries `content`; `fields` are others of `OutgoingMessage`. The language must be in force."""
    event = occasion.event
    contact = None
    if audience == "participant":
        office = occasion.text(event.contact_office, language)
        contact = Contact(event.contact_name, office, event.contact_phone, event.contact_email)
        fields.setdefault("reply_to", event.contact_email)
    kicker = f"{occasion.host_name(language)} · {event.city}"
    text, html = render_content(content, language=language, kicker=kicker, contact=contact)
    return OutgoingMessage(
        event_id=event.id,
        audience=audience,
        language=language,
        sender_name=_("%(host)s, registration", host=occasion.host_name(language)),
        subject=content.subject,
        text=text,
        html=html,
        is_held_back=event.holds_mail,
        **fields,
    )


def foot(occasion: Occasion, language: str, why: str) -> tuple[str, ...]:
    """Return the foot of a message to a participant: who stands behind the event, and why the reader gets it."""
    privacy = _("How we use your data: %(address)s", address=address_of("site.show_privacy", slug=occasion.event.slug))
    lines = (occasion.credits(language), *occasion.phrases(language), why, privacy)
    return tuple(line for line in lines if line)


def contact_content(
    occasion: Occasion,
    language: str,
    heading: str,
    *paragraphs: str,
    subject: str,
    facts: tuple[tuple[str, str], ...],
    action: tuple[str, str],
    changes: tuple[Change, ...] = (),
) -> MailContent:
    """Return the words of a message to the contact person, whose language is in force."""
    title = occasion.title(language)
    return MailContent(
        subject=subject,
        heading=heading,
        greeting=_("Dear %(name)s,", name=occasion.event.contact_name),
        paragraphs=tuple(part for part in paragraphs if part),
        facts=facts,
        action=action,
        is_link_personal=False,
        changes=changes,
        footer=(
            occasion.credits(language),
            _("You receive this message because you are the contact person of “%(title)s”.", title=title),
        ),
    )
