"""Acts on many registrations at once, and messages that wait for their moment."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, String, Text, Time, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventreg.attendees.rules.acts import ItemOutcome, RunAct
from eventreg.bulk import rules
from eventreg.db import NOT_PERSONAL, PERSONAL, Base, OfEvent, UtcDateTime, choice_column


class Run(OfEvent):
    """One act on a selection, done in batches by the worker, so that a kill leaves nobody out or twice."""

    __tablename__ = "runs"
    __table_args__ = (Index("ix_runs_event_id_created_at", "event_id", "created_at"),)

    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    act: Mapped[RunAct] = mapped_column(choice_column(RunAct, "act"), info=NOT_PERSONAL)
    #: what the act needs: reason or text by language, questions to mend, the tag, whether a mail goes
    details: Mapped[dict[str, Any]] = mapped_column(JSON, info=PERSONAL)
    #: the random key of the form that began it: the same form sent twice is one run
    submission_key: Mapped[str] = mapped_column(String(64), unique=True, info=NOT_PERSONAL)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: a draft of a message was saved, and is kept for all who may write; None: it is its maker's, for a day
    saved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: the words of a message, folded, as they are looked for
    search_text: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    #: None: chosen and looked at, not confirmed yet
    begun_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: somebody stopped it: what is not done stays undone
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: whose run this one takes back
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id", ondelete="SET NULL"), index=True)

    #: when a draft of a message begins by itself
    schedule: Mapped[Schedule | None] = relationship(
        back_populates="run", lazy="joined", cascade="all, delete-orphan", passive_deletes=True
    )


class Schedule(Base):
    """The draft of a message that begins by itself, once: its run. Words, lists and whose it is stand there."""

    __tablename__ = "schedules"
    __table_args__ = (
        CheckConstraint("(anchor = 'day') = (day IS NOT NULL)", name="day"),
        Index("ix_schedules_state", "state"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), unique=True)
    #: the key of a message of the program; empty: words that somebody wrote
    message: Mapped[str] = mapped_column(String(32), default="", info=NOT_PERSONAL)
    anchor: Mapped[rules.Anchor] = mapped_column(choice_column(rules.Anchor, "anchor"), info=NOT_PERSONAL)
    days: Mapped[int] = mapped_column(default=0)
    #: on the clocks of the event's place
    hour: Mapped[time] = mapped_column(Time)
    day: Mapped[date | None] = mapped_column(Date)
    state: Mapped[rules.ScheduleState] = mapped_column(
        choice_column(rules.ScheduleState, "state"), default=rules.ScheduleState.OFF, info=NOT_PERSONAL
    )
    #: why its moment passed without it
    lapse: Mapped[rules.Lapse | None] = mapped_column(choice_column(rules.Lapse, "lapse"), info=NOT_PERSONAL)
    #: when it was set up, switched on, stopped, begun, or found to have lapsed
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    run: Mapped[Run] = relationship(back_populates="schedule", lazy="raise")

    @property
    def moment(self) -> rules.Moment:
        """When it is due, as it is said."""
        return rules.Moment(self.anchor, self.days, self.hour, self.day)

    @property
    def is_on(self) -> bool:
        """Whether it waits for its moment."""
        return self.state is rules.ScheduleState.ON


class RunItem(Base):
    """One registration of a run, and what came of it."""

    __tablename__ = "run_items"
    __table_args__ = (
        UniqueConstraint("run_id", "registration_id"),
        Index("ix_run_items_run_id_outcome_id", "run_id", "outcome", "id"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), index=True)
    #: the registration's revision that was chosen: whoever was changed since is left and named
    seen_revision: Mapped[int]
    outcome: Mapped[ItemOutcome] = mapped_column(
        choice_column(ItemOutcome, "outcome"), default=ItemOutcome.WAITING, info=NOT_PERSONAL
    )
    #: why it was left, as the refusal's reason
    refusal: Mapped[str] = mapped_column(String(40), default="", info=NOT_PERSONAL)
    #: the decision it made, to be undone with the run
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id", ondelete="SET NULL"), index=True)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
