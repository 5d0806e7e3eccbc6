"""The days of an event and what happens on them."""

from __future__ import annotations

from datetime import date, time

from sqlalchemy import CheckConstraint, Date, ForeignKey, Time, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventreg.db import NOT_PERSONAL, Base, Localized, choice_column
from eventreg.events.rules.programme import SessionKind


class EventDay(Base):
    """A day of an event, with its hours in the event's zone."""

    __tablename__ = "event_days"
    __table_args__ = (
        UniqueConstraint("event_id", "held_on"),
        CheckConstraint("starts_at < ends_at", name="hours"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    held_on: Mapped[date] = mapped_column(Date)
    #: wall-clock times in the event's zone
    starts_at: Mapped[time] = mapped_column(Time)
    ends_at: Mapped[time] = mapped_column(Time)

    sessions: Mapped[list[ProgrammeSession]] = relationship(
        order_by="ProgrammeSession.starts_at", lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )


class ProgrammeSession(Base):
    """An item of a day's programme."""

    __tablename__ = "programme_sessions"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="hours"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day_id: Mapped[int] = mapped_column(ForeignKey("event_days.id", ondelete="CASCADE"), index=True)
    kind: Mapped[SessionKind] = mapped_column(choice_column(SessionKind, "kind"), info=NOT_PERSONAL)
    starts_at: Mapped[time] = mapped_column(Time)
    ends_at: Mapped[time] = mapped_column(Time)
    title: Mapped[dict[str, str]] = mapped_column(Localized, info=NOT_PERSONAL)
    #: a line under the title: the form of the session, who leads it
    note: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)
