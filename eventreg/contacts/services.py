"""Who hears of what, and when: news are written for each contact person when they are due; and what each chooses.

Registering leaves one row in the outbox that says what happened, as one statement with the message to the participant. The
worker decides what becomes of it, under the lock of those who hear: written and sent, or kept until their digest is due.
Nothing is counted, looked up or rendered while somebody registers; what is taken back until then is in no digest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, delete, select

from eventreg.accounts.models import Account
from eventreg.audit.services import SYSTEM, Actor, note
from eventreg.contacts.emails import FAILED, ContactDigest, ContactNews, DigestLine, Reader, Waiting, heading_of
from eventreg.db import db, found, get_of_event, transaction
from eventreg.events.models import ContactPerson, Event, TeamMember
from eventreg.events.queries.events import (
    get_event_whole,
    holding_event,
    holding_event_in_any_state,
    lock_event,
    lock_event_in_any_state,
)
from eventreg.events.queries.team import find_grant, find_member
from eventreg.events.rules.settings import AT_ONCE_A_DAY, SHORT_NOTICE, Hears, digest_due
from eventreg.events.rules.team import Permission
from eventreg.events.services.settings import set_columns
from eventreg.i18n.languages import speaking
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.mail.services import OutgoingMessage, enqueue_all, put_in_place, stays_held
from eventreg.registration.emails import News, Occasion, contact_message
from eventreg.registration.emails.addresses import CONTACT_CHOICE
from eventreg.registration.emails.changing import Withdrawn
from eventreg.registration.models import Registration
from eventreg.registration.queries.scoping import in_scope
from eventreg.registration.rules.states import Status
from eventreg.web.instance import holder_of

#: what of a contact person stands in the event's own columns where the event names them
_WHO = ("name", "email", "phone", "language")
_AT_ONCE = 200
#: more than so many that need action at the same time are told in one message
_SINGLY = 3
_WAITS = (DeliveryState.QUEUED, DeliveryState.HELD)
#: rows that wait for a digest
_GATHERED = MailMessage.template == ContactDigest.template()


def write_news(now: datetime) -> None:
    """Write what is due for contact persons: a message to each who hears of it at once, and their digests.

    Raises what one event met once all others are done.
    """
    met = None
    for event_id in db.session.scalars(select(MailMessage.event_id).where(*_due(now)).distinct()).all():
        try:
            while event_id is not None and _write_some(event_id, now) == _AT_ONCE:
                pass
        except Exception as error:
            met = error
            db.session.rollback()
    if met is not None:
        raise met


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return MailMessage.due_at <= now, MailMessage.news.is_not(None), MailMessage.state.in_(_WAITS)


def _write_some(event_id: int, now: datetime) -> int:
    with transaction():
        # First who hears: two workers count one after the other, and a choice is made before or after.
        persons = db.session.scalars(
            select(ContactPerson)
            .where(ContactPerson.event_id == event_id)
            .order_by(ContactPerson.is_public.desc(), ContactPerson.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).all()
        due = (
            select(MailMessage)
            .where(MailMessage.event_id == event_id, *_due(now))
            .order_by(MailMessage.due_at, MailMessage.id)
            .with_for_update(skip_locked=True)
        )
        rows = db.session.scalars(due.where(~_GATHERED).limit(_AT_ONCE)).all()
        writing = _Writing(get_event_whole(event_id), persons, now)
        writing.spread(rows)
        db.session.flush()
        writing.send_digests(db.session.scalars(due.where(_GATHERED)).all())
        return len(rows)


class _Writing:
    """What is due of one event, for those who may hear of it."""

    def __init__(self, event: Event, persons: Sequence[ContactPerson], now: datetime) -> None:
        self.event, self.now, self.occasion = event, now, Occasion.load(event)
        self.readers = [reader for each in persons if (reader := reader_of(event, each)) is not None]
        self.people: dict[int, Registration] = {}
        self.keys = {each.id: each.key for each in event.categories}

    def spread(self, rows: Sequence[MailMessage]) -> None:
        """Make each row what every reader gets of it: a message that goes, or a row that waits for a digest."""
        self._load(rows)
        urgent: dict[int, int] = defaultdict(int)
        for row in rows:
            needs_action, messages = self._needs_action(row), list[OutgoingMessage]()
            for reader in self.readers:
                if self._hears(reader, row):
                    urgent[reader.person.id] += needs_action and row.record_kind != "event"
                    due_at = None if needs_action else self._waits_until(reader)
                    if needs_action and urgent[reader.person.id] > _SINGLY:
                        due_at = self.now
                    key = f"{row.key[:100]}/{reader.person.public_id}" if messages else row.key
                    messages.append(self._message(reader, row, key, due_at))
            if messages:
                enqueue_all(messages[1:], is_held=stays_held(row))
                put_in_place(row, messages[0])
            else:
                db.session.delete(row)

    def send_digests(self, rows: Sequence[MailMessage]) -> None:
        """Send each reader one digest of what waited for it, and let go of the rows."""
        self._load(rows)
        for reader in self.readers:
            lines: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
            for row in rows:
                if row.news and row.news["for"] == reader.person.id and self._hears(reader, row):
                    lines[row.record_id or 0].append(row.news)
            if lines:
                told = [DigestLine(self.people[id_], news) for id_, news in lines.items()]
                message = reader.message(
                    ContactDigest, self.occasion, self.now, told, self._waiting(reader),
                    key=f"event/{self.event.public_id}/digest/{reader.person.public_id}/{self.now.isoformat()}",
                    record_kind="event", record_id=self.event.id,
                )  # fmt: skip
                enqueue_all([message], is_held=any(map(stays_held, rows)))
        db.session.execute(delete(MailMessage).where(MailMessage.id.in_([row.id for row in rows])))

    def _load(self, rows: Sequence[MailMessage]) -> None:
        ids = {row.record_id for row in rows if row.record_kind == "registration"}
        people = db.session.scalars(
            select(Registration).where(Registration.id.in_(ids), Registration.event_id == self.event.id)
        )
        self.people = {person.id: person for person in people}
        #: of those who may not know of everybody: whom they know of
        self.in_sight = {
            reader.person.id: set(
                db.session.scalars(self._seen(reader, Registration.id).where(Registration.id.in_(ids)))
            )
            for reader in self.readers
            if not reader.sight.scope.is_whole
        }

    def _seen(self, reader: Reader, *what: Any) -> Select[*tuple[Any, ...]]:
        """Return a statement about the registrations of which a reader may know, and wants to."""
        wanted = [id_ for id_, key in self.keys.items() if self._wants(reader, key)]
        of = (Registration.event_id == self.event.id, Registration.category_id.in_(wanted))
        return in_scope(select(*what).where(*of), self.event.id, reader.sight.scope)

    def _wants(self, reader: Reader, key: str) -> bool:
        chosen = {*reader.person.only_categories} & {*self.keys.values()}
        return not chosen or key in chosen

    def _hears(self, reader: Reader, row: MailMessage) -> bool:
        hears, person = reader.person.hears, self.people.get(row.record_id or 0)
        if hears is Hears.NOTHING or row.record_kind == "event":
            return hears is not Hears.NOTHING
        if person is None or not self._wants(reader, self.keys[person.category_id]):
            return False
        is_in_sight = person.id in self.in_sight.get(reader.person.id, {person.id})
        return is_in_sight and (hears is not Hears.ACTION or self._needs_action(row))

    def _needs_action(self, row: MailMessage) -> bool:
        told = (row.news or {})["message"]
        return row.record_kind == "event" or told == FAILED or (told == Withdrawn.key and self._is_soon())

    def _is_soon(self) -> bool:
        zone, days = ZoneInfo(self.event.time_zone), self.event.days
        begins = (datetime.combine(day.held_on, day.starts_at, zone) for day in days)
        ends = (datetime.combine(day.held_on, day.ends_at, zone) for day in days)
        return bool(days) and min(begins) - SHORT_NOTICE <= self.now <= max(ends)

    def _waits_until(self, reader: Reader) -> datetime | None:
        """Return when a reader's digest goes; None: the message goes now, and counts."""
        person, zone = reader.person, self.event.time_zone
        if person.hears is Hears.EACH:
            return None
        today = self.now.astimezone(ZoneInfo(zone)).date()
        if person.told_on != today:
            person.told_on, person.told = today, 0
        if person.hears is Hears.USUAL and person.told < AT_ONCE_A_DAY:
            person.told += 1
            return None
        return digest_due(person.hears, person.hour, person.weekday, zone, self.now)

    def _message(self, reader: Reader, row: MailMessage, key: str, due_at: datetime | None) -> OutgoingMessage:
        about: dict[str, Any] = {"record_kind": row.record_kind, "record_id": row.record_id, "key": key}
        if due_at is None:
            person = self.people.get(row.record_id or 0) if row.record_kind == "registration" else None
            return reader.message(
                ContactNews, self.occasion, self.now, row.news, person,
                template=row.template, reply_to=row.reply_to if reader.sight.has_contact_data else "", **about,
            )  # fmt: skip
        return OutgoingMessage(
            event_id=self.event.id, audience="team" if reader.is_colleague else "contact", language=reader.language,
            template=ContactDigest.template(), recipient=reader.email, subject=row.subject, text="", html="",
            marker=row.marker, due_at=due_at, is_held_back=row.is_held_back,
            news={**(row.news or {}), "for": reader.person.id}, **about,
        )  # fmt: skip

    def _waiting(self, reader: Reader) -> list[Waiting]:
        what = (Registration.category_id, Registration.country, Registration.status_changed_at)
        pending = self._seen(reader, *what).where(Registration.status == Status.PENDING)
        return [Waiting(*row) for row in db.session.execute(pending)]


def reader_of(event: Event, person: ContactPerson) -> Reader | None:
    """Return somebody as the messages need them; None for a colleague who may know of nobody (any more)."""
    if person.is_public:
        return Reader.public(event, person)
    if person.member_id is None:
        return Reader(person, person.name, person.email, person.language)
    account = db.session.scalars(select(Account).join(TeamMember).where(TeamMember.id == person.member_id)).one()
    grant = find_grant(event.id, account.id)
    if account.closed_at is not None or not grant.allows(Permission.SEE_REGISTRATIONS):
        return None
    return Reader(person, account.name, account.email, account.language, grant.sight)


def tell_failure(message: MailMessage, now: datetime) -> None:
    """Have the contact persons told that a message to a participant failed, in the transaction that records it."""
    if message.record_kind != "registration" or message.event_id is None:
        return
    person = db.session.get(Registration, message.record_id)
    if person is None:
        return
    event = get_event_whole(message.event_id)
    told = contact_message(Occasion(event, (), ()), person, News(Withdrawn), now)
    key = f"registration/{person.public_id}/{FAILED}/{message.id}/{now.timestamp():.6f}"
    with speaking(event.contact_language):
        news = {"message": FAILED, "subject": message.subject}
        enqueue_all([replace(told, key=key, template=f"registration/{FAILED}", subject=heading_of(news), news=news)])


def get_by_token(token: str) -> ContactPerson:
    """Return whom a link is for. Raises NotFound: no such link, or it is dead."""
    return holder_of(token, CONTACT_CHOICE, select(ContactPerson), ContactPerson.generation)


def list_contacts(event_id: int) -> Sequence[ContactPerson]:
    """Return the contact persons of an event, the public one first."""
    of_event = (ContactPerson.event_id == event_id, ContactPerson.member_id.is_(None))
    order = (ContactPerson.is_public.desc(), ContactPerson.id)
    return db.session.scalars(select(ContactPerson).where(*of_event).order_by(*order)).all()


def choose(token: str, values: Mapping[str, Any], now: datetime) -> None:
    """Keep what a contact person chose by the link; of "nothing" the team is told. Raises NotFound."""
    with transaction():
        person = get_by_token(token)
        lock_event_in_any_state(person.event_id)
        db.session.refresh(person, with_for_update=True)
        person = get_by_token(token)
        if _change(person, values, "contact_chose", SYSTEM):
            person.declined_at = now if person.hears is Hears.NOTHING and person.member_id is None else None


def find_own(event_id: int, account_id: int) -> ContactPerson:
    """Return what a member of the team chose; somebody who hears nothing where nothing was chosen. Raises NotFound."""
    member = found(find_member(event_id, account_id))
    own = db.session.scalar(select(ContactPerson).where(ContactPerson.member_id == member.id))
    return own or ContactPerson(event_id=event_id, member_id=member.id, hears=Hears.NOTHING, hour=8, weekday=0)


def choose_own(event_id: int, account_id: int, values: Mapping[str, Any], actor: Actor) -> None:
    """Keep what a member of the team chose."""
    with holding_event_in_any_state(event_id):
        person = find_own(event_id, account_id)
        db.session.add(person)
        db.session.flush()
        _change(person, values, "contact_chose", actor)


def save_contact(event_id: int, public_id: str, values: Mapping[str, Any], actor: Actor) -> None:
    """Change a contact person, or add one ("" for `public_id`). Whoever has another address gets another link."""
    with holding_event(event_id) as event:
        if not public_id:
            person = ContactPerson(event_id=event.id, **values)
            db.session.add(person)
            db.session.flush()
            note(person, "contact_added", actor)
            return
        person = get_contact(event.id, public_id)
        if values.get("email", person.email) != person.email:
            person.generation += 1
        _change(person, values, "contact_changed", actor)
        person.declined_at = None


def remove_contact(event_id: int, public_id: str, actor: Actor) -> None:
    """Remove a contact person, not the public one: the links are dead, and what waits never goes."""
    with transaction():
        person = get_contact(lock_event(event_id).id, public_id)
        if not person.is_public:
            note(person, "contact_removed", actor)
            db.session.delete(person)


def make_public(event_id: int, public_id: str, actor: Actor) -> None:
    """Name another contact person to the public; whoever was named stays one of them. Each keeps the choice and the link."""
    with holding_event(event_id) as event:
        person = get_contact(event.id, public_id)
        if person.is_public:
            return
        named = next(each for each in list_contacts(event.id) if each.is_public)
        named.is_public = False
        for name in _WHO:
            setattr(named, name, getattr(event, f"contact_{name}"))
        db.session.flush()
        values = {f"contact_{name}": getattr(person, name) for name in _WHO} | {"contact_position": {}}
        if values["contact_language"] not in event.languages:
            values["contact_language"] = event.languages[0]
        changed = set_columns(event, values)
        event.settings_revision += 1
        db.session.flush()
        person.is_public = True
        for name in _WHO:
            setattr(person, name, "")
        note(event, "settings_changed", actor, changed=changed)


def get_contact(event_id: int, public_id: str) -> ContactPerson:
    """Return a contact person of the event. Raises NotFound."""
    return get_of_event(ContactPerson, event_id, public_id=public_id, member_id=None)


def _change(person: ContactPerson, values: Mapping[str, Any], action: str, actor: Actor) -> bool:
    """Set what was chosen. What waits for a digest goes when it would have gone."""
    changed = set_columns(person, values)
    if changed:
        note(person, action, actor, changed=changed)
    return bool(changed)
