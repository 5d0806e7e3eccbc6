"""What the texts of an event were before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, PERSONAL, Base, UtcDateTime


class TextVersion(Base):
    """One text of an event in one language as it was saved. Append-only: the newest is what stands."""

    __tablename__ = "text_versions"
    __table_args__ = (Index("ix_text_versions_text", "event_id", "field", "language", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    #: which text: "title", "practical.k3f9.text", "session.<public id>.title"
    field: Mapped[str] = mapped_column(String(80), info=NOT_PERSONAL)
    language: Mapped[str] = mapped_column(String(12), info=NOT_PERSONAL)
    #: the position of the contact person is one of them
    text: Mapped[str] = mapped_column(Text, info=PERSONAL)
    #: None: the system (the event was made, copied or imported)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
