"""Published versions of an event's questionnaire."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, Base, OfEvent, UtcDateTime


class QuestionnaireDraft(Base):
    """What organizers are writing: the next version, unfinished as it may be. There is one draft of an event, or none."""

    __tablename__ = "questionnaire_drafts"
    audited_as = "question"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), unique=True)
    #: as of a version, but texts, options and settings may be missing
    definition: Mapped[dict[str, Any]] = mapped_column(JSON, info=NOT_PERSONAL)
    #: raised with every change: whoever saves says which one was seen
    revision: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))


class QuestionnaireVersion(OfEvent):
    """What was asked under one version. A published row never changes: answers point to the version they were given
    under, and so keep its wording and options."""

    __tablename__ = "questionnaire_versions"
    audited_as = "questionnaire"
    __table_args__ = (UniqueConstraint("event_id", "version"),)

    version: Mapped[int]
    #: see `questionnaires.rules.schema` for its form
    definition: Mapped[dict[str, Any]] = mapped_column(JSON, info=NOT_PERSONAL)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
