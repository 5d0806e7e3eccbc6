"""Published versions of an event's questionnaire."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, Base, UtcDateTime


class QuestionnaireVersion(Base):
    """What was asked under one version. A published row never changes: answers point to the version they were given
    under, and so keep its wording and options."""

    __tablename__ = "questionnaire_versions"
    __table_args__ = (UniqueConstraint("event_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    version: Mapped[int]
    #: see `questionnaires.rules.schema` for its form
    definition: Mapped[dict[str, Any]] = mapped_column(JSON, info=NOT_PERSONAL)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
