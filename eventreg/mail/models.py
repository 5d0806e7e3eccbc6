"""The outbox table."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, PERSONAL, Base, Unnumbered, UtcDateTime, choice_column
from eventreg.kernel import clock
from eventreg.mail.rules import BounceKind, DeliveryState, Outcome


class MailMessage(Base):
    """One mail to one person, rendered when it was queued, in that person's language.

    The bodies hold markers instead of personal links (see `mail.content`): nothing in the database opens a page.
    """

    __tablename__ = "mail_messages"
    __table_args__ = (
        CheckConstraint("(event_id IS NULL) <> (account_id IS NULL)", name="event_or_account"),
        Index("ix_mail_messages_due_at_id", "due_at", "id"),
        Index("ix_mail_messages_record", "record_kind", "record_id"),
        Index("ix_mail_messages_event_id_state_id", "event_id", "state", "id"),
    )

    #: says what the message is about, once: a second queuing under the same key is a programming error that is refused
    key: Mapped[str] = mapped_column(String(120), unique=True, info=NOT_PERSONAL)
    #: the event whose organizers may see the message; None for an account's mail, which is shown on no screen
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    #: the record it is about, like ("registration", 7)
    record_kind: Mapped[str] = mapped_column(String(24), info=NOT_PERSONAL)
    record_id: Mapped[int | None]
    #: which message of the system it is, like "registration/confirmed"
    template: Mapped[str] = mapped_column(String(64), info=NOT_PERSONAL)
    #: "participant", "contact", "team" or "account"
    audience: Mapped[str] = mapped_column(String(16), info=NOT_PERSONAL)
    language: Mapped[str] = mapped_column(String(12), info=NOT_PERSONAL)
    recipient: Mapped[str] = mapped_column(String(320), info=PERSONAL)
    reply_to: Mapped[str] = mapped_column(String(320), default="", info=PERSONAL)
    #: the display name of the From header
    sender_name: Mapped[str] = mapped_column(String(200), default="", info=NOT_PERSONAL)
    subject: Mapped[str] = mapped_column(String(400), info=PERSONAL)
    text: Mapped[str] = mapped_column(Text, info=PERSONAL)
    html: Mapped[str] = mapped_column(Text, info=PERSONAL)
    #: the marker of the link by which the person refuses such messages; None: it cannot be refused
    list_unsubscribe: Mapped[str | None] = mapped_column(String(160), info=NOT_PERSONAL)
    #: files that go with it, as JSON: [id, name, media type] of each; or empty
    enclosed: Mapped[str] = mapped_column(Text, default="", server_default="", info=PERSONAL)
    #: an iCalendar object, or empty
    calendar: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    #: "REQUEST", "CANCEL" or empty
    calendar_method: Mapped[str] = mapped_column(String(16), default="", info=NOT_PERSONAL)
    #: the random part of this message's markers: nobody who fills in a form can know it
    marker: Mapped[str] = mapped_column(String(32), info=NOT_PERSONAL)
    #: of a row that tells the contact persons something and is written for each of them when it is due: what. No worker sends
    #: it before (`contacts.services`); None: a message like any other
    news: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), info=PERSONAL)
    #: stable over every try, so that a receiver drops a repeat
    message_id: Mapped[str] = mapped_column(String(320), unique=True, info=NOT_PERSONAL)
    #: the event holds its mail for addresses outside `.example` (copied when queued: the holding outlives a change)
    is_held_back: Mapped[bool] = mapped_column(default=False)
    state: Mapped[DeliveryState] = mapped_column(
        choice_column(DeliveryState, "state"), default=DeliveryState.QUEUED, info=NOT_PERSONAL
    )
    #: when a worker may next take it: after the time to undo, or after a delay between two tries. While a worker has
    #: it, the end of the lease. None: no worker has anything to do with it. A held message is due until its file is
    #: written, a dropped one until its file is removed
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: when that was set; in the future: by a clock that was ahead (see `db.due`)
    due_set_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=clock.now)
    #: after this instant it is not tried again
    give_up_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    #: how many of them left it in doubt (`Outcome.IN_DOUBT`)
    doubts: Mapped[int] = mapped_column(default=0)
    #: what came of the last try; None before the first
    outcome: Mapped[Outcome | None] = mapped_column(choice_column(Outcome, "outcome"), info=NOT_PERSONAL)
    #: why it came back, or is late; None: nothing is known of it
    bounce: Mapped[BounceKind | None] = mapped_column(choice_column(BounceKind, "bounce"), info=NOT_PERSONAL)
    #: the server's last answer, without addresses and links
    last_error: Mapped[str] = mapped_column(String(400), default="", info=NOT_PERSONAL)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: when a mail server took it over, or was last given it
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Suppression(Base):
    """An address that nobody has, as a message found out: nothing more is sent to it until somebody says that it is right."""

    __tablename__ = "mail_suppressions"

    #: a keyed hash: nobody can read the address from it
    address_hash: Mapped[str] = mapped_column(String(64), unique=True, info=NOT_PERSONAL)
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Lane(Unnumbered):
    """What a rate is kept for: all mail, or that to one domain. Only where a rate is set."""

    __tablename__ = "mail_lanes"

    #: empty: all mail; else a keyed hash of a domain
    name: Mapped[str] = mapped_column(String(64), primary_key=True, info=NOT_PERSONAL)
    #: when the next message may go, by the pace alone; in the past: so much may be caught up on
    free_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: until when those that were put off have their turns
    taken_until: Mapped[datetime] = mapped_column(UtcDateTime)
