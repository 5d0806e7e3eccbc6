"""Figures that were kept before the people they count were let go."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, Base, UtcDateTime


class FrozenFigures(Base):
    """The figures of an event as they were at one time, as whoever sees no people is told them: no group is small."""

    __tablename__ = "frozen_figures"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    frozen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: who had them kept; None: the program, before the first deletion
    author_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    #: {"total": …, "tables": {language: [{"title": …, "rows": [{"text": …, "count": …}, …]}, …]}}
    figures: Mapped[dict[str, Any]] = mapped_column(JSON, info=NOT_PERSONAL)
