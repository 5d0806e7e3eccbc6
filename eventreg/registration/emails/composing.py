"""From a fact to rows of the outbox: words, rendering, calendar, keys; in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from eventreg.events.calendars import CalendarPerson, Method, event_calendar
from eventreg.i18n.languages import speaking
from eventreg.mail.letters import Change, Contact, Letter, render_letter
from eventreg.mail.markers import link_marker, new_marker
from eventreg.mail.services import OutgoingMessage, enqueue_all
from eventreg.registration.emails.messages import Message
from eventreg.registration.emails.occasions import Occasion
from eventreg.registration.emails.own_words import text_key, with_own_words
from eventreg.registration.emails.request_words import RequestWording
from eventreg.registration.emails.to_contact import TOLD, write_to_contact
from eventreg.registration.emails.writers import writer_of
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Status
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
    #: the days were changed of somebody who is confirmed: the calendar gets the entries of `day_ids` anew
    renews_calendar: bool = False
    #: days whose entries leave the calendar, since an invitation had put them there; empty: all; None: none
    takes_back: frozenset[int] | None = None
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
    return [message.key for message in messages]


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
    one's own page."""
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
            takes_back=news.takes_back is not None,
            privacy_url=address_of("site.show_privacy", slug=occasion.event.slug),
            now=now,
        )
        key = text_key(news.message, registration, takes_back=news.takes_back is not None)
        letter = with_own_words(words.write(news.message), key, words.facts())
        method, calendar = _calendar(occasion, registration, news, language, now)
        return _outgoing(
            occasion, registration, news, letter, now,
            audience="participant", language=language, recipient=recipient or registration.email,
            reply_to=occasion.event.contact_email, marker=marker, calendar=calendar, method=method, key_suffix=key_suffix,
        )  # fmt: skip


def contact_message(occasion: Occasion, registration: Registration, news: News, now: datetime) -> OutgoingMessage:
    """Return the message to the contact person, in the contact person's language. Who answers it writes to the participant."""
    event = occasion.event
    with speaking(event.contact_language) as language:
        address = address_of("review.show_registration", slug=event.slug, reference=registration.reference)
        letter = write_to_contact(
            news.message, occasion, registration, language, address,
            day_ids=news.day_ids, reason=news.reason, changes=news.changes_in(language),
        )  # fmt: skip
        return _outgoing(
            occasion, registration, news, letter, now,
            audience="contact", language=language, recipient=event.contact_email, reply_to=registration.email,
            marker=new_marker(),
        )  # fmt: skip


def _outgoing(
    occasion: Occasion,
    registration: Registration,
    news: News,
    letter: Letter,
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
) -> OutgoingMessage:
    event = occasion.event
    text, html = render_letter(
        letter,
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
        subject=letter.subject,
        text=text,
        html=html,
        calendar=calendar,
        calendar_method=method,
        due_at=news.due_at or now,
        is_held_back=event.holds_mail,
        marker=marker,
    )


def _calendar(
    occasion: Occasion, registration: Registration, news: News, language: str, now: datetime
) -> tuple[str, str]:
    """Return (method, object) of the calendar part: entries to take back, else the invitation of a confirmed person."""
    method: Method
    if news.takes_back is not None:
        method, day_ids = "CANCEL", news.takes_back
    elif registration.status is Status.CONFIRMED and (news.renews_calendar or news.message in _INVITING):
        method, day_ids = "REQUEST", news.day_ids
    else:
        return "", ""
    event = occasion.event
    days = occasion.days_attended(day_ids)
    content = event_calendar(
        event,
        days,
        language=language,
        url=address_of("site.show_event", slug=event.slug),
        method=method,
        uid_suffix=registration.public_id,
        sequence=registration.revision,
        stamp=now,
        attendee=CalendarPerson(registration.full_name, registration.email),
    )
    return method, content


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
