"""What stands in the way of letting people go, and what became of it; what people were given of their own."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, PERSONAL, Base, UtcDateTime, partial_index


class Hold(Base):
    """A reason in law for which nothing of an event is let go, until a day, or until it is lifted."""

    __tablename__ = "holds"
    audited_as = "hold"

    id: Mapped[int] = mapped_column(primary_key=True)
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

    id: Mapped[int] = mapped_column(primary_key=True)
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

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: None: the worker has it still to make
    ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: bytes before sealing
    size: Mapped[int] = mapped_column(default=0)
