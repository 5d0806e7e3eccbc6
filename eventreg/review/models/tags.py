"""Words that the team puts on registrations."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, Base, UtcDateTime, choice_column
from eventreg.review.rules.tags import TagColour


class Tag(Base):
    """A word with a colour, of one event."""

    __tablename__ = "tags"
    audited_as = "tag"
    __table_args__ = (UniqueConstraint("event_id", "name_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(40), info=NOT_PERSONAL)
    #: the name folded: two tags of one name would be told apart by nobody
    name_key: Mapped[str] = mapped_column(String(80), info=NOT_PERSONAL)
    colour: Mapped[TagColour] = mapped_column(choice_column(TagColour, "colour"), info=NOT_PERSONAL)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Tagging(Base):
    """A tag on a registration."""

    __tablename__ = "taggings"
    __table_args__ = (UniqueConstraint("registration_id", "tag_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"))
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id", ondelete="CASCADE"), index=True)
