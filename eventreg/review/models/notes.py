"""What the team notes about a registration, for itself alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import PERSONAL, Base, UtcDateTime


class Note(Base):
    """A note. The person never sees it, unless they ask what is kept of them."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    text: Mapped[str] = mapped_column(Text, info=PERSONAL)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class NoteMention(Base):
    """A colleague whom a note names."""

    __tablename__ = "note_mentions"
    __table_args__ = (UniqueConstraint("note_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("notes.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    #: when the colleague opened the registration; None: still to be seen
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
