"""From words to a row of the outbox: the event's head and foot, sender and contact person, and the personal link."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Self

from flask_babel import gettext as _

from eventreg.i18n.languages import speaking
from eventreg.mail.content import Contact, MailContent, render_content
from eventreg.mail.markers import link_marker, new_marker
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails.messages import Message
from eventreg.registration.emails.occasions import Occasion
from eventreg.registration.models import Registration
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


class ToAddress(Message, is_base=True):
    """What is written to an address that has no registration at the event, or does not need one."""

    @classmethod
    def example(cls, occasion: Occasion, person: Registration, now: datetime) -> OutgoingMessage:
        """Return it as `person`, who is in no table, would get it."""
        raise NotImplementedError

    @classmethod
    def send(
        cls,
        occasion: Occasion,
        language: str,
        link: tuple[str, str, int],
        begin: Callable[[str, str], Self],
        now: datetime,
        **fields: Any,
    ) -> OutgoingMessage:
        """Return the message that `begin` makes of the language and the link (purpose, public id, generation)."""
        marker = new_marker()
        with speaking(language) as spoken:
            content = begin(spoken, link_marker(marker, *link)).worded()
            return outgoing(occasion, content, spoken, template=cls.template(), marker=marker, due_at=now, **fields)


def foot(occasion: Occasion, language: str, why: str) -> tuple[str, ...]:
    """Return the foot of a message to a participant: who stands behind the event, and why the reader gets it."""
    privacy = _("How we use your data: %(address)s", address=address_of("site.show_privacy", slug=occasion.event.slug))
    lines = (occasion.credits(language), *occasion.phrases(language), why, privacy)
    return tuple(line for line in lines if line)


def contact_foot(occasion: Occasion, language: str) -> tuple[str, ...]:
    """Return the foot of a message to the contact person."""
    return (
        occasion.credits(language),
        _(
            "You receive this message because you are the contact person of “%(title)s”.",
            title=occasion.title(language),
        ),
    )


def when_and_where(occasion: Occasion, language: str) -> tuple[tuple[str, str], ...]:
    """Return the facts of a message that tells nothing of a person."""
    return (_("Dates"), occasion.dates(frozenset(), language)), (_("Place"), occasion.place(language))
