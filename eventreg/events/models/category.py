"""Kinds of participants."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, Base, Localized, choice_column
from eventreg.events.rules.categories import ApprovalRule


class Category(Base):
    """A kind of participant, with its own places, approval rule and questions."""

    __tablename__ = "categories"
    __table_args__ = (
        UniqueConstraint("event_id", "key"),
        CheckConstraint("places IS NULL OR places >= 0", name="places"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(40), info=NOT_PERSONAL)
    position: Mapped[int]
    name: Mapped[dict[str, str]] = mapped_column(Localized, info=NOT_PERSONAL)
    description: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)
    #: None: only the event's capacity limits it
    places: Mapped[int | None]
    approval: Mapped[ApprovalRule] = mapped_column(choice_column(ApprovalRule, "approval"), info=NOT_PERSONAL)
    #: whether a registration that waits for a decision takes a place
    pending_counts: Mapped[bool] = mapped_column(default=False)
