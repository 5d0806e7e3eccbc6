"""What a person answered, uploaded and consented to."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, PERSONAL, Base, UtcDateTime, folded_column
from eventreg.registration.rules.searching import COMPARED, sort_value


def _sort_value(context: Any) -> str:
    return sort_value(context.get_current_parameters()["value"] or "")


class Answer(Base):
    """One value of one answer; several of several are several rows. A sensitive value is only in `sealed`."""

    __tablename__ = "answers"
    __table_args__ = (
        UniqueConstraint("registration_id", "question_key", "position"),
        CheckConstraint("(value IS NULL) <> (sealed IS NULL)", name="value_or_sealed"),
        # A list is narrowed from either side: the answer of each of its people, or whoever gave an answer.
        Index("ix_answers_of_person", "registration_id", "question_key", "sort_value", "position"),
        Index("ix_answers_of_question", "question_key", "sort_value", "registration_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"))
    question_key: Mapped[str] = mapped_column(String(64), info=NOT_PERSONAL)
    position: Mapped[int]
    #: the version it was given under; None: that of the registration
    questionnaire_id: Mapped[int | None] = mapped_column(ForeignKey("questionnaire_versions.id"))
    value: Mapped[str | None] = mapped_column(Text, info=PERSONAL)
    #: the value to order and compare by (`searching.sort_value`), written with each row; empty for a sealed one
    sort_value: Mapped[str] = mapped_column(folded_column(COMPARED), default=_sort_value, info=PERSONAL)
    #: bound to "answers/<public id of the registration>/<question key>/<position>"
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=PERSONAL)


class Upload(Base):
    """A file, sealed on disk under its public id. It is held for a form (`held_until`) or belongs to a registration."""

    __tablename__ = "uploads"
    __table_args__ = (
        Index("ix_uploads_submission_hash", "submission_hash"),
        Index("ix_uploads_held_until", "held_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), index=True)
    question_key: Mapped[str] = mapped_column(String(64), info=NOT_PERSONAL)
    #: keyed hash of the key of the form it was sent with
    submission_hash: Mapped[str] = mapped_column(String(64), info=NOT_PERSONAL)
    #: the file's name, sealed: names of letters tell of people
    sealed_name: Mapped[bytes] = mapped_column(LargeBinary, info=PERSONAL)
    #: found from its content
    media_type: Mapped[str] = mapped_column(String(80), info=NOT_PERSONAL)
    #: bytes before sealing
    size: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: None once it belongs to a registration
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Consent(Base):
    """What somebody agreed to or took back, with the words that were shown. Append-only: the newest row of a purpose counts."""

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), index=True)
    #: the key of the consent question
    purpose: Mapped[str] = mapped_column(String(64), info=NOT_PERSONAL)
    is_given: Mapped[bool]
    text: Mapped[str] = mapped_column(Text, info=NOT_PERSONAL)
    language: Mapped[str] = mapped_column(String(12), info=NOT_PERSONAL)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_versions.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
