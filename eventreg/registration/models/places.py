"""The ledger of places taken: what is counted towards capacity, and nothing else is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, Base, UtcDateTime


class Place(Base):
    """A place that is taken. One set free by a decision stays taken until the time to undo is over."""

    __tablename__ = "places"
    __table_args__ = (Index("ix_places_event_id_category_id", "event_id", "category_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), unique=True)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: set by a decision that frees the place: from then on it goes to the waiting list
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


class SessionPlace(Base):
    """A place in a session of the programme that somebody signed up for."""

    __tablename__ = "session_places"
    __table_args__ = (UniqueConstraint("session_id", "registration_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("programme_sessions.id", ondelete="CASCADE"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), index=True)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OptionPlace(Base):
    """A place of an option that has places of its own, like a seat in the field visit."""

    __tablename__ = "option_places"
    __table_args__ = (
        UniqueConstraint("registration_id", "question_key", "option"),
        Index("ix_option_places_event_id_question_key_option", "event_id", "question_key", "option"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"))
    question_key: Mapped[str] = mapped_column(String(64), info=NOT_PERSONAL)
    option: Mapped[str] = mapped_column(String(64), info=NOT_PERSONAL)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: set by a decision that frees the place, which can be undone for a minute: as of `Place`
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
