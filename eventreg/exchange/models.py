"""Files of people: those that were taken out of the list, and those by which people are put in."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, PERSONAL, OfEvent, UtcDateTime, choice_column
from eventreg.exchange.rules.exports import ExportFormat, ExportState, Plan


class Export(OfEvent):
    """One export of personal data. The file, where one was made aside, is sealed on disk under the public id until
    `expires_at`; the row stays as the record of who took what."""

    __tablename__ = "exports"
    __table_args__ = (Index("ix_exports_event_id_created_at", "event_id", "created_at"),)

    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
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
    #: the ids of the registrations in it; None: made before that was kept
    people: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True), deferred=True, info=NOT_PERSONAL)
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


class Import(OfEvent):
    """A file that waits to be put in, or was. It lies sealed on disk under the public id until `expires_at`, and what its
    trial showed beside it; once it is in, only its rows that were refused do. The row stays as the record of who put in what."""

    __tablename__ = "imports"
    __table_args__ = (Index("ix_imports_event_id_created_at", "event_id", "created_at"),)

    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
    #: None: by a command on the machine
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    #: of the file, as it was called
    name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    #: marks of its heads, which column is which of ours, the terms it is put in under, and what its words mean, but for
    #: those of sensitive answers: the next file with these heads begins so
    details: Mapped[dict[str, Any]] = mapped_column(JSON, info=PERSONAL)
    #: bytes before sealing
    size: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: when it was tried last with what is in `details`; None: not yet
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: when it was put in; None: it waits
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: how many were added and changed
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    #: when the file is deleted; None: it is gone
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
