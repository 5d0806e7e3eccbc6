"""Kinds of participants."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, Base, Localized, UtcDateTime, choice_column
from eventreg.events.rules.categories import ApprovalRule
from eventreg.kernel.tokens import new_public_id


class Category(Base):
    """A kind of participant, with its own places, approval rule and questions."""

    __tablename__ = "categories"
    audited_as = "category"
    __table_args__ = (
        UniqueConstraint("event_id", "key"),
        CheckConstraint("places IS NULL OR places >= 0", name="places"),
        CheckConstraint("opens_at IS NULL OR closes_at IS NULL OR opens_at < closes_at", name="window"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: random; with the instance's key it makes the link of a private category
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id, info=NOT_PERSONAL)
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
    #: whether its people count towards the capacity of the event; speakers and staff may not
    counts_toward_event: Mapped[bool] = mapped_column(default=True)
    #: its own window inside that of the event; None: the event's
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: not offered in public: reached by its link, an access code or an invitation
    is_private: Mapped[bool] = mapped_column(default=False)
    #: of its link, raised with each new one, which kills the one before
    link_generation: Mapped[int] = mapped_column(default=1)
