"""Acts on many registrations at once."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.attendees.rules.acts import ItemOutcome, RunAct
from eventreg.db import NOT_PERSONAL, PERSONAL, Base, UtcDateTime, choice_column


class Run(Base):
    """One act on a selection, done in batches by the worker, so that a kill leaves nobody out or twice."""

    __tablename__ = "runs"
    __table_args__ = (Index("ix_runs_event_id_created_at", "event_id", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
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


class RunItem(Base):
    """One registration of a run, and what came of it."""

    __tablename__ = "run_items"
    __table_args__ = (
        UniqueConstraint("run_id", "registration_id"),
        Index("ix_run_items_run_id_outcome_id", "run_id", "outcome", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
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
