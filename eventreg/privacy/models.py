"""What stands in the way of letting people go, and what became of it;
what people were given of their own, and what was agreed with whom about giving their data away."""

from datetime import date, datetime

from sqlalchemy import JSON, Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventreg.db import NOT_PERSONAL, PERSONAL, Base, Localized, UtcDateTime, partial_index
from eventreg.events.models import Partner


class Hold(Base):
    """A reason in law for which nothing of an event is let go, until a day, or until it is lifted."""

    __tablename__ = "holds"
    audited_as = "hold"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(Text, info=PERSONAL)
    #: the last day, in the event's zone
    until: Mapped[date] = mapped_column(Date)
    placed_by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: why it was lifted before its last day
    lifted_because: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)


class Deletion(Base):
    """The receipt of what went of an event by one rule: what kind, how many, when. No names.

    While it is under way it is added to in the transactions that let go, so that it is true wherever they end.
    """

    __tablename__ = "deletions"
    __table_args__ = (
        partial_index("uq_deletions_under_way", "event_id", "holding", "days", unique=True, where="ended_at IS NULL"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    #: the key of the holding
    holding: Mapped[str] = mapped_column(String(24), info=NOT_PERSONAL)
    #: the rule: so many days after the event, or after it was made
    days: Mapped[int]
    number: Mapped[int]
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: when nothing more was left to go by it
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DataCopy(Base):
    """A copy of everything that is held about a person, asked for by that person. It lies sealed on the disk for a while."""

    __tablename__ = "data_copies"

    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: None: the worker has it still to make
    ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: bytes before sealing
    size: Mapped[int] = mapped_column(default=0)


class SharingAgreement(Base):
    """Somebody outside the team is given data of an event's people: of which, what, why and until when.

    It is never deleted: whoever was given a file under it stays named. What it said before stands in the history.
    """

    __tablename__ = "sharing_agreements"
    audited_as = "sharing_agreement"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    #: the institution of the event that it is; None: somebody else, or it stands behind the event no more
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("event_partners.id", ondelete="SET NULL"), index=True)
    #: as it was written down; of an institution its name on that day
    recipient: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    #: keys of categories
    categories: Mapped[list[str]] = mapped_column(JSON, info=NOT_PERSONAL)
    #: names of columns of the attendee list, in its order
    columns: Mapped[list[str]] = mapped_column(JSON, info=NOT_PERSONAL)
    purpose: Mapped[dict[str, str]] = mapped_column(Localized, info=NOT_PERSONAL)
    #: the last day on which something is given, in the event's zone
    until: Mapped[date] = mapped_column(Date)
    #: raised with every change: whoever saves says which one was seen
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: when it was ended before its time
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    partner: Mapped[Partner | None] = relationship(lazy="raise")
