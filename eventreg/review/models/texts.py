"""Ready-made reasons."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, Base, Localized, UtcDateTime, choice_column
from eventreg.kernel.text import LocalizedText
from eventreg.review.rules.runs import RunAct


class ReadyReason(Base):
    """A reason that the team gives often, in each language of the event."""

    __tablename__ = "ready_reasons"
    audited_as = "ready_reason"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    act: Mapped[RunAct] = mapped_column(choice_column(RunAct, "act"), info=NOT_PERSONAL)
    #: what the team calls it
    title: Mapped[str] = mapped_column(String(80), info=NOT_PERSONAL)
    text: Mapped[LocalizedText] = mapped_column(Localized, info=NOT_PERSONAL)
    position: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
