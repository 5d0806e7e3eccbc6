"""From a fact to rows of the outbox: words, rendering, calendar, keys; in the caller's transaction.

The calendar that messages carry: one entry a person, which follows the registration and the event.

What stands in the person's calendar is kept with the registration, so that any message brings an entry up to date that no
longer shows what is, and what was put there under other identifiers is taken back once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from eventreg.events.models import Event
from eventreg.i18n.languages import speaking
from eventreg.mail.content import Fact, MailContent, link_marker, new_marker
from eventreg.mail.services import OutgoingMessage, enqueue_all
from eventreg.programme import calendars
from eventreg.registration.emails.about_registration import AboutRegistration, News, contact_subject
from eventreg.registration.emails.addresses import CHOICES, OWN_PAGE
from eventreg.registration.emails.changing import EntryTakenOut
from eventreg.registration.emails.occasions import Occasion, outgoing, unworded
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Status
from eventreg.web.instance import address_of, answer_box
from eventreg.web.sockets import FunctionSocket

#: where a person's mail program answers the invitation, asked where answers are read. Of a room above
answers_to: FunctionSocket[[Registration], str] = FunctionSocket("answers_to")
#: (message, suffix of its key) to its copies for whom the person named; of a room above
copies_of: FunctionSocket[[AboutRegistration, str], tuple[OutgoingMessage, ...]] = FunctionSocket("copies")


def tell(occasion: Occasion, registration: Registration, news: News, now: datetime) -> list[str]:
    """Queue the messages that tell the participant and, where it has words for them, the contact persons.

    Returns their keys.
    """
    messages = messages_of(occasion, registration, news, now)
    enqueue_all(messages)
    return [each.key for message in messages for each in (message, *message.beside)]


def messages_of(occasion: Occasion, registration: Registration, news: News, now: datetime) -> list[OutgoingMessage]:
    """Return the messages that `tell` queues. Whoever refused what is not essential is not told it."""
    is_refused = registration.mail_refused_at is not None and not news.of(registration).is_essential
    messages = [] if is_refused else [participant_message(occasion, registration, news, now)]
    if news.message.contact_words is not None:
        messages.append(contact_message(occasion, registration, news, now))
    return messages


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
        if not message.is_essential:
            choices = link_marker(marker, CHOICES, registration.public_id, registration.link_generation)
            content = replace(content, choice=(_("Choose which messages you get"), choices))
        part = part_of(message, is_elsewhere=bool(recipient))
        if part.is_by_the_way:
            follows = Fact(_("This message brings your calendar up to date."))
            content = replace(content, paragraphs=(*content.paragraphs, follows))
        beside = tuple(
            _old_entry_message(message, old, f"{key_suffix}/{number}") for number, old in enumerate(part.old)
        )
        if registration.copy_email and not recipient:
            beside += copies_of(message, key_suffix)
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
    """Return what the contact persons are told: it is written for each of them, in their language, when it is due."""
    event, told = occasion.event, news.of(registration)
    with speaking(event.contact_language) as language:
        heading = str(told.contact_words[0]) if told.contact_words else ""
        subject = heading if event.is_quiet else contact_subject(heading, registration)
    return unworded(
        occasion, subject, language, key=_key(told, registration, "contact"), record_kind="registration",
        record_id=registration.id, template=told.template(), reply_to=registration.email, due_at=news.due_at or now,
        news={"message": told.key, **news.kept((language, *event.languages))},
    )  # fmt: skip


def _outgoing(
    message: AboutRegistration,
    content: MailContent,
    *,
    key_suffix: str = "",
    **fields: Any,
) -> OutgoingMessage:
    about = message.registration
    return outgoing(
        message.occasion, content, message.language,
        key=_key(type(message), about, f"{key_suffix}/participant".lstrip("/")),
        record_kind="registration", record_id=about.id, template=message.template(),
        due_at=message.news.due_at or message.now, **fields,
    )  # fmt: skip


def _key(message: type[AboutRegistration], about: Registration, suffix: str) -> str:
    return f"registration/{about.public_id}/{about.revision}/{message.name}/{suffix}"


@dataclass(frozen=True)
class OldEntry:
    """What takes back an entry of one day, under an identifier of its own."""

    day_ids: frozenset[int]
    content: str


@dataclass(frozen=True)
class CalendarPart:
    """The calendar of a message, and what takes back entries of before: a message each, as one brings one object."""

    method: str = ""
    content: str = ""
    old: Sequence[OldEntry] = ()
    #: the message is about something else, and has to say that it brings the calendar up to date
    is_by_the_way: bool = False


def sequence_of(event: Event, registration: Registration) -> int:
    """Return the SEQUENCE of now: it counts the changes of the registration and of the event together."""
    return registration.revision + event.calendar_revision


def note_invited(event: Event, registration: Registration) -> None:
    """Keep that the person's calendar has the one entry, as the event is now. Told before the row is written, it costs
    no statement."""
    registration.calendar_uids = [calendars.personal_uid(event, registration.public_id)]
    registration.calendar_revision = event.calendar_revision


def part_of(message: AboutRegistration, *, is_elsewhere: bool) -> CalendarPart:
    """Return the calendar of a message, and keep with the registration what the calendar has once it has gone.

    `is_elsewhere`: it goes to another address than the person's.
    """
    registration, news, event = message.registration, message.news, message.occasion.event
    days = message.occasion.days_attended(news.day_ids)
    is_by_the_way = not (news.takes_back or news.renews_calendar or message.invites)
    is_due = news.takes_back or registration.status is Status.CONFIRMED
    if not is_due or not days or (is_by_the_way and (is_elsewhere or not _is_outdated(event, registration))):
        return CalendarPart()
    method: calendars.Method = "CANCEL" if news.takes_back else "REQUEST"
    own = calendars.personal_uid(event, registration.public_id)
    held = registration.calendar_uids or []
    old = [_old_entry(message, uid) for uid in held if uid != own]
    if news.takes_back:
        registration.calendar_uids = []
        if old and own not in held:
            return CalendarPart(method, old[0].content, old[1:])
    else:
        note_invited(event, registration)
    frame = message.occasion.calendar_frame(news.day_ids, method, message.language)
    content = calendars.framed(
        frame, own, _person(registration), method=method, sequence=sequence_of(event, registration), stamp=message.now,
        answers_to=answers_to(registration) if answer_box() else "",
    )  # fmt: skip
    return CalendarPart(method, content, old, is_by_the_way)


def _is_outdated(event: Event, registration: Registration) -> bool:
    """Say whether a calendar has an entry that shows the event as it was, or under identifiers of before."""
    held, own = registration.calendar_uids, [calendars.personal_uid(event, registration.public_id)]
    is_of_now = held == own and registration.calendar_revision == event.calendar_revision
    return bool(held) and not (event.is_called_off or is_of_now)


def _old_entry(message: AboutRegistration, uid: str) -> OldEntry:
    event, registration = message.occasion.event, message.registration
    day = next(
        (day for day in message.occasion.days if calendars.day_uid(event, day, registration.public_id) == uid), None
    )
    content = calendars.cancelled_entry(
        event, day, _person(registration), uid=uid, language=message.language, stamp=message.now,
        url=address_of("site.show_event", slug=event.slug), sequence=sequence_of(event, registration),
    )  # fmt: skip
    return OldEntry(frozenset({day.id} if day is not None else ()), content)


def _person(registration: Registration) -> calendars.CalendarPerson:
    return calendars.CalendarPerson(registration.full_name, registration.email)
