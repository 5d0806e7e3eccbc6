"""One person at one event: the registration with what was answered, uploaded and consented to, and what is under way with it.

A change of its mail address that waits to be confirmed; what organizers decided; what somebody is asked to answer beside the
form they registered by. And the words in which an event tells people what happened, where they are its own.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventreg.db import (
    KEEPS_IDS,
    NOT_PERSONAL,
    PERSONAL,
    Base,
    OfEvent,
    UtcDateTime,
    choice_column,
    folded_column,
    partial_index,
)
from eventreg.events.models import Category
from eventreg.kernel.text import COMPARED, sort_value
from eventreg.registration.rules.asked import RequestKind
from eventreg.registration.rules.states import Action, Because, Status
from eventreg.registration.rules.ways_in import WayKind

#: names of constraints that a service maps to a refusal
ONE_LIVE_PER_ADDRESS = "uq_registrations_live_address"


class Registration(Base):
    """One person at one event."""

    __tablename__ = "registrations"
    audited_as = "registration"
    __table_args__ = (
        partial_index(ONE_LIVE_PER_ADDRESS, "event_id", "email_key", unique=True, where="status <> 'cancelled'"),
        Index("ix_registrations_submitted", "event_id", "submitted_at", "id"),
        Index("ix_registrations_name", "event_id", "sort_name", "id"),
        Index("ix_registrations_institution", "event_id", "sort_institution", "id"),
        Index("ix_registrations_address", "event_id", "email_key"),
        Index("ix_registrations_phone", "event_id", "phone_key"),
        # Of all, the cancelled among them, whom the unique one leaves out.
        Index("ix_registrations_email", "event_id", "email_key"),
        # Everything that the list counts beside its filters, so that counting reads no row.
        Index("ix_registrations_counted", "event_id", "status", "category_id", "country", "language", "came_by"),
        # The same in the order in which rows and answers lie, for lists whose people are asked for one by one.
        Index("ix_registrations_asked", "event_id", "id", "status", "category_id", "country", "language", "came_by"),
        # The history names registrations by their ids: the next person does not get that of somebody who was let go.
        KEEPS_IDS,
    )

    #: random; with the instance's key it makes the personal link
    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
    #: short human code, opens nothing
    reference: Mapped[str] = mapped_column(String(16), unique=True, info=NOT_PERSONAL)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"), index=True)
    #: the version the current answers were given under
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_versions.id"))
    #: the notice that was shown
    privacy_notice_id: Mapped[int | None] = mapped_column(ForeignKey("privacy_notices.id"))
    #: the code they came in by, which counts its uses
    access_code_id: Mapped[int | None] = mapped_column(ForeignKey("access_codes.id", ondelete="SET NULL"), index=True)
    #: None: by the public form alone
    came_by: Mapped[WayKind | None] = mapped_column(choice_column(WayKind, "came_by"), info=NOT_PERSONAL)
    status: Mapped[Status] = mapped_column(choice_column(Status, "status"), info=NOT_PERSONAL)
    #: raised with every change: whoever decides says which one was seen; a part of the SEQUENCE of the calendar entry
    revision: Mapped[int] = mapped_column(default=1)
    #: of the person's mails: that of sending the form, until changed
    language: Mapped[str] = mapped_column(String(12), info=NOT_PERSONAL)

    given_name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    family_name: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)
    badge_name: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)
    institution: Mapped[str] = mapped_column(String(300), default="", info=PERSONAL)
    position: Mapped[str] = mapped_column(String(300), default="", info=PERSONAL)
    #: ISO 3166-1 alpha-2
    country: Mapped[str] = mapped_column(String(2), default="", info=PERSONAL)
    email: Mapped[str] = mapped_column(String(320), info=PERSONAL)
    #: the address folded for comparing
    email_key: Mapped[str] = mapped_column(String(320), info=PERSONAL)
    #: as typed; the digits for comparing are in `search_text`
    phone: Mapped[str] = mapped_column(String(60), default="", info=PERSONAL)
    #: the last digits of the phone, to find the same one written differently
    phone_key: Mapped[str] = mapped_column(String(12), default="", info=PERSONAL)
    #: "family, given" folded, to order by
    sort_name: Mapped[str] = mapped_column(folded_column(400), info=PERSONAL)
    #: the institution folded, to order by
    sort_institution: Mapped[str] = mapped_column(folded_column(300), default="", info=PERSONAL)
    #: the position folded, to order by
    sort_position: Mapped[str] = mapped_column(folded_column(300), default="", info=PERSONAL)
    #: name, address, institution, reference and phone digits, folded, to search in
    search_text: Mapped[str] = mapped_column(Text, info=PERSONAL)

    #: keyed hash of the form's random key: the same form sent twice is one registration
    submission_hash: Mapped[str] = mapped_column(String(64), unique=True, info=NOT_PERSONAL)
    #: keyed hash of the address that the form was sent with, together with the key; empty: made before it was kept
    submission_address: Mapped[str] = mapped_column(String(64), default="", info=NOT_PERSONAL)
    #: raised when the link must die (address changed, erased)
    link_generation: Mapped[int] = mapped_column(default=1)
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: when an organizer approved the person, or the code or invitation they came by did, whether or not there was a place
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: the turn on the waiting list
    waitlisted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: what the person's calendar answered (of `calendars.ANSWERS`), which decides nothing; empty: nothing yet
    calendar_answer: Mapped[str] = mapped_column(String(12), default="", info=PERSONAL)
    calendar_answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: who gets copies, as the person wishes (`selfservice.copies`): address, language, generation of the link that ends it, and a
    #: hash of the address that wants none
    copy_email: Mapped[str] = mapped_column(String(320), default="", info=PERSONAL)
    copy_language: Mapped[str] = mapped_column(String(12), default="", info=NOT_PERSONAL)
    copy_generation: Mapped[int] = mapped_column(default=0)
    copy_refused: Mapped[str] = mapped_column(String(64), default="", info=NOT_PERSONAL)
    #: what the person lets the list of participants say (values of ListedColumn); empty: nothing. None: whatever it says
    listed_columns: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True), info=NOT_PERSONAL)
    #: since when the person gets only what the registration needs; None: everything
    mail_refused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: the identifiers under which messages put entries into the person's calendar and did not take them back
    calendar_uids: Mapped[list[str]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    #: the event's `calendar_revision` that the newest invitation showed; 0: none did, or it never went
    calendar_revision: Mapped[int] = mapped_column(default=0)

    category: Mapped[Category] = relationship(lazy="raise")
    answers: Mapped[list[Answer]] = relationship(
        order_by="(Answer.question_key, Answer.position)", lazy="raise", passive_deletes=True
    )
    consents: Mapped[list[Consent]] = relationship(order_by="Consent.id", lazy="raise", passive_deletes=True)

    @property
    def full_name(self) -> str:
        """The name as typed; people with one name have no family name."""
        return f"{self.given_name} {self.family_name}".strip()


class ErasedRegistration(Base):
    """What is left of a registration whose person was let go: it counts, and nobody is shown. It keeps the id."""

    __tablename__ = "erased_registrations"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"), index=True)
    status: Mapped[Status] = mapped_column(choice_column(Status, "status"), info=NOT_PERSONAL)
    #: the days of the event that the person came, and the sessions they signed up for
    day_ids: Mapped[list[int]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    session_ids: Mapped[list[int]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ErasureRequest(Base):
    """That somebody's data are erased, or were: who asked, when it was done, and what has to be told to whom. Of whom it was,
    nothing stays but the id of the shell."""

    __tablename__ = "erasure_requests"
    # Messages name it by its id.
    __table_args__ = (KEEPS_IDS,)

    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    #: None: of an address that was not registered
    registration_id: Mapped[int | None]
    because: Mapped[Because] = mapped_column(choice_column(Because, "because"), info=NOT_PERSONAL)
    #: who of the team did it; None: the person, or a command
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    #: where the receipts go; empty once the last one is written
    email: Mapped[str] = mapped_column(String(320), default="", info=PERSONAL)
    language: Mapped[str] = mapped_column(String(12), info=NOT_PERSONAL)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: until then the link in the mail works; None: it needs none
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: what cannot be called back: public ids of exports that the person may be in; how many mails the contact person got
    exports: Mapped[list[str]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    contact_mails: Mapped[int] = mapped_column(default=0)


class AddressChange(Base):
    """A new mail address that its holder has not confirmed yet. The link in the mail opens it."""

    __tablename__ = "address_changes"

    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(String(320), info=PERSONAL)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Decision(Base):
    """One decision on one registration. Its mails go at `mails_at`; undone before, they never go.

    Decided without a mail, nobody is told: until something else tells the person, `status_known` is what the person knows.
    """

    __tablename__ = "decisions"

    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), index=True)
    action: Mapped[Action] = mapped_column(choice_column(Action, "action"), info=NOT_PERSONAL)
    status_before: Mapped[Status] = mapped_column(choice_column(Status, "status_before"), info=NOT_PERSONAL)
    status_after: Mapped[Status] = mapped_column(choice_column(Status, "status_after"), info=NOT_PERSONAL)
    #: what the person had been told before: not `status_before` when that came of a decision whose mails never went
    status_known: Mapped[Status] = mapped_column(choice_column(Status, "status_known"), info=NOT_PERSONAL)
    #: the registration's revision that it made: whoever looked earlier was overtaken by it
    revision: Mapped[int]
    #: what of the registration the decision changed and an undo brings back
    approved_at_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    waitlisted_at_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: comes back also where something newer takes its messages back. None: decided before this was kept
    calendar_uids_before: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True), info=NOT_PERSONAL)
    #: the reason the person reads
    reason: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    mails_at: Mapped[datetime] = mapped_column(UtcDateTime)
    has_mail: Mapped[bool] = mapped_column(default=True)
    #: the keys of its messages in the outbox, the participant's first
    mail_keys: Mapped[list[str]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AnswerRequest(OfEvent):
    """Questions that one person is asked to answer by their own page. It is open until answered or taken back."""

    __tablename__ = "answer_requests"
    __table_args__ = (
        # Everybody is asked a follow-up once.
        partial_index(
            "uq_answer_requests_follow_up", "registration_id", "section_key", unique=True, where="kind = 'follow_up'"
        ),
        Index("ix_answer_requests_event_id_kind", "event_id", "kind"),
    )

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


class MessageText(OfEvent):
    """The event's own subject and words of one message in one language. Without a row the usual words stand."""

    __tablename__ = "message_texts"
    __table_args__ = (UniqueConstraint("event_id", "message", "language"),)

    #: the key of a `registration.emails.messages.Message`
    message: Mapped[str] = mapped_column(String(32), info=NOT_PERSONAL)
    language: Mapped[str] = mapped_column(String(12), info=NOT_PERSONAL)
    #: with placeholders in braces (`registration.rules.messages`)
    subject: Mapped[str] = mapped_column(String(400), info=NOT_PERSONAL)
    body: Mapped[str] = mapped_column(Text, info=NOT_PERSONAL)
    #: raised with every change: whoever saves says which one was seen
    revision: Mapped[int] = mapped_column(default=1)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


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

    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"))
    question_key: Mapped[str] = mapped_column(String(64), info=NOT_PERSONAL)
    position: Mapped[int]
    #: the version it was given under; None: that of the registration
    questionnaire_id: Mapped[int | None] = mapped_column(ForeignKey("questionnaire_versions.id"))
    value: Mapped[str | None] = mapped_column(Text, info=PERSONAL)
    #: the value to order and compare by (`sort_value`), written with each row; empty for a sealed one
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

    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), index=True)
    #: the key of the consent question
    purpose: Mapped[str] = mapped_column(String(64), info=NOT_PERSONAL)
    is_given: Mapped[bool]
    text: Mapped[str] = mapped_column(Text, info=NOT_PERSONAL)
    language: Mapped[str] = mapped_column(String(12), info=NOT_PERSONAL)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_versions.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
