"""Work that is due later. A row that is done is deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, PERSONAL, Base, UtcDateTime


class Job(Base):
    """One piece of work. `key` keeps the same work from being queued twice while it waits."""

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_due_at", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(48), info=NOT_PERSONAL)
    key: Mapped[str] = mapped_column(String(160), unique=True, info=NOT_PERSONAL)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, info=PERSONAL)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(String(400), default="", info=NOT_PERSONAL)
