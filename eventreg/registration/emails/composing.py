"""From a fact to rows of the outbox: words, rendering, calendar, keys; in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext as _

from eventreg.i18n.languages import speaking
from eventreg.mail.content import Change, Contact, Fact, MailContent, render_content
from eventreg.mail.markers import link_marker, new_marker
from eventreg.mail.services import OutgoingMessage, enqueue_all
from eventreg.registration.emails.calendar_parts import CalendarNeeds, OldEntry, part_of
from eventreg.registration.emails.messages import Message
from eventreg.registration.emails.occasions import Occasion
from eventreg.registration.emails.own_words import text_key, with_own_words
from eventreg.registration.emails.request_words import RequestWording
from eventreg.registration.emails.to_contact import TOLD, write_to_contact
from eventreg.registration.emails.writers import writer_of
from eventreg.registration.models import Registration
from eventreg.web.addresses import address_of

#: purposes of personal links, resolved when a message is sent
OWN_PAGE, VERIFY, CONFIRM_ADDRESS = "my", "verify", "address"


@dataclass(frozen=True)
class News:
    """What happened to one registration, as far as the messages tell of it."""

    message: Message
    #: the days the person comes; empty: all
    day_ids: frozenset[int] = frozenset()
    reason: str = ""
    #: what changed, in the words of a language
    changes: Callable[[str], tuple[Change, ...]] | None = None
    #: when the messages may go; a decision's wait until the time to undo it is over
    due_at: datetime | None = None
    #: the calendar of somebody who is confirmed gets the entry anew, for `day_ids`
    renews_calendar: bool = False
    #: the entry leaves the calendar, since an invitation had put it there
    takes_back: bool = False
    #: what somebody is asked to answer, in the words of a language
    request: Callable[[str], RequestWording] | None = None

    def changes_in(self, language: str) -> tuple[Change, ...]:
        """Return what changed in the words of a language."""
        return self.changes(language) if self.changes is not None else ()


def tell(occasion: Occasion, registration: Registration, news: News, now: datetime) -> list[str]:
    """Queue the messages that tell the participant and the contact person. Returns their keys."""
    messages = [participant_message(occasion, registration, news, now)]
    if news.message in TOLD:
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
        request = news.request(language) if news.request is not None else None
        words = writer_of(news.message, request)(
            occasion,
            registration,
            language,
            link_marker(marker, *target),
            day_ids=news.day_ids,
            reason=news.reason,
            changes=news.changes_in(language),
            renews_calendar=news.renews_calendar,
            takes_back=news.takes_back,
            privacy_url=address_of("site.show_privacy", slug=occasion.event.slug),
            now=now,
        )
        key = text_key(news.message, registration, takes_back=news.takes_back)
        content = with_own_words(words.write(news.message), key, words.facts())
        invites = news.renews_calendar or news.message in _INVITING
        needs = CalendarNeeds(news.day_ids, invites, news.takes_back, is_elsewhere=bool(recipient))
        part = part_of(occasion, registration, needs, language, now)
        if part.is_by_the_way:
            follows = Fact(_("This message brings your calendar up to date."))
            content = replace(content, paragraphs=(*content.paragraphs, follows))
        beside = tuple(
            _old_entry_message(occasion, registration, old, language, news.due_at, now, f"{key_suffix}/{number}")
            for number, old in enumerate(part.old)
        )
        return _outgoing(
            occasion, registration, news, content, now,
            audience="participant", language=language, recipient=recipient or registration.email,
            reply_to=occasion.event.contact_email, marker=marker, calendar=part.content, method=part.method,
            key_suffix=key_suffix, beside=beside,
        )  # fmt: skip


def _old_entry_message(
    occasion: Occasion,
    registration: Registration,
    old: OldEntry,
    language: str,
    due_at: datetime | None,
    now: datetime,
    key_suffix: str,
) -> OutgoingMessage:
    """Return what takes one entry of before out of the calendar, beside a message; the language is in force."""
    told = News(Message.OLD_ENTRY, old.day_ids, due_at=due_at, takes_back=True)
    words = writer_of(told.message, None)(
        occasion, registration, language, "",
        day_ids=old.day_ids, takes_back=True,
        privacy_url=address_of("site.show_privacy", slug=occasion.event.slug), now=now,
    )  # fmt: skip
    key = text_key(told.message, registration, takes_back=True)
    content = with_own_words(words.write(told.message), key, words.facts())
    return _outgoing(
        occasion, registration, told, content, now,
        audience="participant", language=language, recipient=registration.email,
        reply_to=occasion.event.contact_email, marker=new_marker(), calendar=old.content, method="CANCEL",
        key_suffix=key_suffix,
    )  # fmt: skip


def contact_message(occasion: Occasion, registration: Registration, news: News, now: datetime) -> OutgoingMessage:
    """Return the message to the contact person, in the contact person's language. Who answers it writes to the participant."""
    event = occasion.event
    with speaking(event.contact_language) as language:
        address = address_of("review.show_registration", slug=event.slug, reference=registration.reference)
        content = write_to_contact(
            news.message, occasion, registration, language, address,
            day_ids=news.day_ids, reason=news.reason, changes=news.changes_in(language),
        )  # fmt: skip
        return _outgoing(
            occasion, registration, news, content, now,
            audience="contact", language=language, recipient=event.contact_email, reply_to=registration.email,
            marker=new_marker(),
        )  # fmt: skip


def _outgoing(
    occasion: Occasion,
    registration: Registration,
    news: News,
    content: MailContent,
    now: datetime,
    *,
    audience: str,
    language: str,
    recipient: str,
    reply_to: str,
    marker: str,
    calendar: str = "",
    method: str = "",
    key_suffix: str = "",
    beside: tuple[OutgoingMessage, ...] = (),
) -> OutgoingMessage:
    event = occasion.event
    text, html = render_content(
        content,
        language=language,
        kicker=f"{occasion.host_name(language)} · {event.city}",
        contact=Contact(
            event.contact_name, occasion.text(event.contact_office, language), event.contact_phone, event.contact_email
        )
        if audience == "participant"
        else None,
    )
    name = news.message.value
    return OutgoingMessage(
        key=f"registration/{registration.public_id}/{registration.revision}/{name}{key_suffix}/{audience}",
        event_id=event.id,
        account_id=None,
        record_kind="registration",
        record_id=registration.id,
        template=f"registration/{name}",
        audience=audience,
        language=language,
        recipient=recipient,
        reply_to=reply_to,
        sender_name=_("%(host)s, registration", host=occasion.host_name(language)),
        subject=content.subject,
        text=text,
        html=html,
        calendar=calendar,
        calendar_method=method,
        due_at=news.due_at or now,
        is_held_back=event.holds_mail,
        marker=marker,
        beside=beside,
    )


#: what tells a confirmed person of the place, or reaches a mailbox that has no entry yet
_INVITING = frozenset(
    {
        Message.CONFIRMED,
        Message.PROMOTED,
        Message.ADDRESS_CHANGED,
        Message.EVENT_REINSTATED,
        Message.HANDED_TO,
    }
)
