"""From a fact to rows of the outbox: words, rendering, calendar, keys; in the caller's transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from eventreg.i18n.languages import speaking
from eventreg.mail.content import Fact, MailContent
from eventreg.mail.markers import link_marker, new_marker
from eventreg.mail.services import OutgoingMessage, enqueue_all
from eventreg.registration.emails.about_registration import AboutRegistration, News
from eventreg.registration.emails.addresses import OWN_PAGE
from eventreg.registration.emails.calendar_parts import OldEntry, part_of
from eventreg.registration.emails.changing import EntryTakenOut
from eventreg.registration.emails.occasions import Occasion
from eventreg.registration.emails.outgoing import outgoing
from eventreg.registration.models import Registration
from eventreg.web.addresses import address_of


def tell(occasion: Occasion, registration: Registration, news: News, now: datetime) -> list[str]:
    """Queue the messages that tell the participant and, where it has words for them, the contact person.

    Returns their keys.
    """
    messages = [participant_message(occasion, registration, news, now)]
    if news.message.contact_words is not None:
        messages.append(contact_message(occasion, registration, news, now))
    enqueue_all(messages)
    return [each.key for message in messages for each in (message, *message.beside)]


def participant_message(
    occasion: Occasion,
    registration: Registration,
    news: News,
    now: datetime,
    *,
    recipient: str = "",
    link: tuple[str, str, int] | None = None,
    key_suffix: str = "",
) -> OutgoingMessage:
    """Return the message to the participant, or to `recipient`; `link` is (purpose, public id, generation), by default
    one's own page. What the calendar has with it is kept with the registration."""
    marker = new_marker()
    target = link or (OWN_PAGE, registration.public_id, registration.link_generation)
    with speaking(registration.language) as language:
        message = news.of(registration)(occasion, registration, news, language, link_marker(marker, *target), now)
        content = message.worded()
        part = part_of(message, is_elsewhere=bool(recipient))
        if part.is_by_the_way:
            follows = Fact(_("This message brings your calendar up to date."))
            content = replace(content, paragraphs=(*content.paragraphs, follows))
        beside = tuple(
            _old_entry_message(message, old, f"{key_suffix}/{number}") for number, old in enumerate(part.old)
        )
        return _outgoing(
            message, content,
            recipient=recipient or registration.email, marker=marker, calendar=part.content,
            calendar_method=part.method, key_suffix=key_suffix, beside=beside,
        )  # fmt: skip


def _old_entry_message(told: AboutRegistration, old: OldEntry, key_suffix: str) -> OutgoingMessage:
    """Return what takes one entry of before out of the calendar, beside a message whose language is in force."""
    news = News(EntryTakenOut, old.day_ids, due_at=told.news.due_at, takes_back=True)
    message = EntryTakenOut(told.occasion, told.registration, news, told.language, "", told.now)
    return _outgoing(
        message, message.worded(),
        recipient=told.registration.email, marker=new_marker(), calendar=old.content, calendar_method="CANCEL",
        key_suffix=key_suffix,
    )  # fmt: skip


def contact_message(occasion: Occasion, registration: Registration, news: News, now: datetime) -> OutgoingMessage:
    """Return the message to the contact person, in the contact person's language. Who answers it writes to the participant."""
    event = occasion.event
    with speaking(event.contact_language) as language:
        address = address_of("review.show_registration", slug=event.slug, reference=registration.reference)
        message = news.of(registration)(occasion, registration, news, language, address, now)
        return _outgoing(
            message, message.for_contact(),
            audience="contact", recipient=event.contact_email, reply_to=registration.email, marker=new_marker(),
        )  # fmt: skip


def _outgoing(
    message: AboutRegistration,
    content: MailContent,
    *,
    audience: str = "participant",
    key_suffix: str = "",
    **fields: Any,
) -> OutgoingMessage:
    about = message.registration
    return outgoing(
        message.occasion,
        content,
        message.language,
        audience=audience,
        key=f"registration/{about.public_id}/{about.revision}/{message.name}{key_suffix}/{audience}",
        record_kind="registration",
        record_id=about.id,
        template=message.template(),
        due_at=message.news.due_at or message.now,
        **fields,
    )
