"""The words in which an event tells people what happened, where they are its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, Base, UtcDateTime


class MessageText(Base):
    """The event's own subject and words of one message in one language. Without a row the usual words stand."""

    __tablename__ = "message_texts"
    __table_args__ = (UniqueConstraint("event_id", "message", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    #: the key of a `registration.emails.messages.Message`
    message: Mapped[str] = mapped_column(String(32), info=NOT_PERSONAL)
    language: Mapped[str] = mapped_column(String(12), info=NOT_PERSONAL)
    #: with placeholders in braces (`registration.rules.placeholders`)
    subject: Mapped[str] = mapped_column(String(400), info=NOT_PERSONAL)
    body: Mapped[str] = mapped_column(Text, info=NOT_PERSONAL)
    #: raised with every change: whoever saves says which one was seen
    revision: Mapped[int] = mapped_column(default=1)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
