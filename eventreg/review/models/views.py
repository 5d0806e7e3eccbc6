"""Views of the list that were given a name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, PERSONAL, Base, UtcDateTime


class SavedView(Base):
    """A state of the list under a name: one's own, or the team's."""

    __tablename__ = "saved_views"
    audited_as = "saved_view"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80), info=NOT_PERSONAL)
    #: the query string of the list, as `ListState.query` writes it; what was searched for can be a name
    query: Mapped[str] = mapped_column(Text, info=PERSONAL)
    #: every member who may see the list has it too
    is_shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
