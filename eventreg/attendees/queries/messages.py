"""The messages of an event as lines of a list: without their bodies, which only their own page loads."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased

from eventreg.db import db
from eventreg.events.rules.team import Scope
from eventreg.kernel.errors import NotFound
from eventreg.mail.models import MailMessage
from eventreg.mail.queries import get_message
from eventreg.mail.rules import (
    NOT_ARRIVED,
    BounceKind,
    DeliveryState,
    Outcome,
    Standing,
    standing,
    what_happened,
)
from eventreg.registration.emails.messages import Again, find_by_template
from eventreg.registration.models import Registration
from eventreg.registration.queries.scoping import about_scope
from eventreg.registration.rules.states import Status

PAGE_SIZE = 50
#: made once: what an alias knows of its columns it finds out anew each time that one is made
_newer = aliased(MailMessage)


class MessageLine(NamedTuple):
    """One message."""

    id: int
    subject: str
    audience: str
    recipient: str
    state: DeliveryState
    attempts: int
    outcome: Outcome | None
    bounce: BounceKind | None
    created_at: datetime
    sent_at: datetime | None
    #: of the registration it is about
    reference: str | None

    @property
    def standing(self) -> Standing:
        """Where it stands, as people are shown it."""
        return standing(self.state, self.attempts)

    @property
    def told(self) -> tuple[str, str]:
        """What happened, and what to do about it."""
        return what_happened(self.state, self.outcome, self.bounce)


@dataclass(frozen=True)
class MessagePage:
    """Some messages, newest first, with the ids that the pages around them begin from."""

    lines: Sequence[MessageLine]
    #: the page before shows what is newer than this
    newer_than: int | None
    #: the page after shows what is older than this
    older_than: int | None


_LINE = (
    select(
        *(getattr(MailMessage, name) for name in MessageLine._fields if name != "reference"),
        Registration.reference,
    )
    .select_from(MailMessage)
    .outerjoin(
        Registration,
        (MailMessage.record_kind == "registration")
        & (Registration.id == MailMessage.record_id)
        & (Registration.event_id == MailMessage.event_id),
    )
)


def list_messages_about(event_id: int, registration_id: int) -> Sequence[MessageLine]:
    """Return the messages about one registration of an event, newest first."""
    rows = db.session.execute(
        _LINE.where(
            MailMessage.event_id == event_id,
            MailMessage.record_kind == "registration",
            MailMessage.record_id == registration_id,
        ).order_by(MailMessage.id.desc())
    )
    return [MessageLine._make(row) for row in rows]


def get_message_in_scope(event_id: int, message_id: int, scope: Scope) -> MailMessage:
    """Return a message of the event about a registration in scope. Any other is NotFound, like none at all."""
    if not scope.is_whole:
        seen = select(MailMessage.id).where(MailMessage.id == message_id, *about_scope(event_id, scope))
        if db.session.scalar(seen) is None:
            raise NotFound
    return get_message(event_id, message_id)


def get_message_page(
    event_id: int, where: Standing | None, newer_than: int | None, older_than: int | None, scope: Scope
) -> MessagePage:
    """Return the newest messages that stand there (None: anywhere), or those beside a message of an earlier page."""
    conditions: list[ColumnElement[bool]] = [MailMessage.event_id == event_id, *about_scope(event_id, scope)]
    if where is not None:
        conditions += _standing_there(where)
    if newer_than is not None:
        conditions.append(MailMessage.id > newer_than)
    elif older_than is not None:
        conditions.append(MailMessage.id < older_than)
    order = MailMessage.id.asc() if newer_than is not None else MailMessage.id.desc()
    rows = db.session.execute(_LINE.where(*conditions).order_by(order).limit(PAGE_SIZE + 1))
    found = [MessageLine._make(row) for row in rows]
    has_more, lines = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    if newer_than is not None:
        lines.reverse()
    has_newer = has_more if newer_than is not None else older_than is not None
    has_older = newer_than is not None or has_more
    return MessagePage(
        lines,
        lines[0].id if lines and has_newer else None,
        lines[-1].id if lines and has_older else None,
    )


def has_trouble(
    event_id: int, states: Collection[DeliveryState] = NOT_ARRIVED, *, of_few: bool = False
) -> ColumnElement[bool]:
    """Return whether the newest message of the event to the participant did not arrive, or stands where `states` says, those
    apart that were taken back. `of_few`: it is asked of some lines only."""
    about = (MailMessage.record_kind == "registration", MailMessage.audience == "participant")
    failed = select(MailMessage.record_id).where(
        (MailMessage.event_id + 0 if of_few else MailMessage.event_id) == event_id,
        MailMessage.state.in_(states),
        *about,
        ~exists().where(
            _newer.record_kind == MailMessage.record_kind,
            _newer.record_id == MailMessage.record_id,
            _newer.audience == MailMessage.audience,
            _newer.state != DeliveryState.DROPPED,
            _newer.id > MailMessage.id,
        ),
    )
    if of_few:
        # By the person's messages, not by all of the event that stand so.
        return failed.where(MailMessage.record_id == Registration.id).correlate(Registration).exists()
    # From the few that failed, not from everybody.
    return Registration.id.in_(failed)


def find_reference(event_id: int, message: MailMessage) -> str | None:
    """Return the reference of the registration that a message is about, if it is about one."""
    if message.record_kind != "registration":
        return None
    return db.session.scalar(
        select(Registration.reference).where(Registration.event_id == event_id, Registration.id == message.record_id)
    )


def _standing_there(where: Standing) -> list[ColumnElement[bool]]:
    """Return the conditions that `mail.rules.standing` means."""
    if where is Standing.RETRYING:
        return [MailMessage.state == DeliveryState.QUEUED, MailMessage.attempts > 0]
    if where is Standing.QUEUED:
        return [MailMessage.state == DeliveryState.QUEUED, MailMessage.attempts == 0]
    return [MailMessage.state == DeliveryState(where.value)]


def goes_again(message: MailMessage) -> bool:
    """Say whether a message is about a registration as it is now, and goes to its holder."""
    if message.record_kind != "registration" or message.event_id is None:
        return False
    row = db.session.scalar(
        select(Registration).where(Registration.event_id == message.event_id, Registration.id == message.record_id)
    )
    if row is None or not _has_living_link(message, row):
        return False
    return may_go_again(message.template, message.audience, message.recipient, row.email, row.status)


def may_go_again(template: str, audience: str, recipient: str, address: str, status: Status) -> bool:
    """Say whether a message about a registration still tells what is, and goes to the person's address of now."""
    if audience != "participant" or recipient != address or status is Status.CANCELLED:
        return False
    message = find_by_template(template)
    if message is None:
        # What organizers wrote themselves; and what this version no longer writes, which told its news once.
        return template == WRITTEN
    if message.goes_again is Again.IN_ITS_STATUS:
        return status is message.status
    return message.goes_again is Again.ALWAYS


def _has_living_link(message: MailMessage, row: Registration) -> bool:
    """Say whether the personal link in a message, if there is one, still opens the page (`mail.content`)."""
    link = f":{row.public_id}:"
    return link not in message.text or f"{link}{row.link_generation}]]" in message.text


#: names the messages in lists, and those that one tries on oneself
WRITTEN, TRIED = "registration/written", "registration/written_trial"
