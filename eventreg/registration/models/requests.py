"""What somebody who is registered is asked to answer, beside the form they registered by."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, PERSONAL, Base, UtcDateTime, choice_column, partial_index
from eventreg.registration.rules.requests import RequestKind


class AnswerRequest(Base):
    """Questions that one person is asked to answer by their own page. It is open until answered or taken back."""

    __tablename__ = "answer_requests"
    __table_args__ = (
        # Everybody is asked a follow-up once.
        partial_index(
            "uq_answer_requests_follow_up", "registration_id", "section_key", unique=True, where="kind = 'follow_up'"
        ),
        Index("ix_answer_requests_event_id_kind", "event_id", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), index=True)
    kind: Mapped[RequestKind] = mapped_column(choice_column(RequestKind, "kind"), info=NOT_PERSONAL)
    #: the version whose questions are asked, until it is answered
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_versions.id"))
    #: of a follow-up: its section; empty for the others
    section_key: Mapped[str] = mapped_column(String(64), default="", info=NOT_PERSONAL)
    question_keys: Mapped[list[str]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    #: what the person reads: why they are asked
    reason: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: the last day, in the event's zone; None: until changes end
    answer_by: Mapped[date | None] = mapped_column(Date)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
