"""Files that were taken out of the list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, PERSONAL, Base, UtcDateTime, choice_column
from eventreg.review.rules.exports import ExportFormat, ExportState, Plan


class Export(Base):
    """One export of personal data. The file, where one was made aside, is sealed on disk under the public id until
    `expires_at`; the row stays as the record of who took what."""

    __tablename__ = "exports"
    __table_args__ = (Index("ix_exports_event_id_created_at", "event_id", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    #: None: a command on the machine
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    format: Mapped[ExportFormat] = mapped_column(choice_column(ExportFormat, "format"), info=NOT_PERSONAL)
    state: Mapped[ExportState] = mapped_column(choice_column(ExportState, "state"), info=NOT_PERSONAL)
    #: the list's query string; what was searched for can be a name
    query: Mapped[str] = mapped_column(Text, info=PERSONAL)
    #: columns, sight, language, and all else that making the file needs
    details: Mapped[dict[str, Any]] = mapped_column(JSON, info=PERSONAL)
    has_sensitive: Mapped[bool] = mapped_column(default=False)
    #: why sensitive answers were taken
    reason: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    #: how many registrations are in it, and how many are written
    count: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    #: bytes before sealing
    size: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: when the file is deleted; None: it went straight to whoever asked
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)

    @property
    def plan(self) -> Plan:
        """What is in the file."""
        return Plan.from_data(self.details)
