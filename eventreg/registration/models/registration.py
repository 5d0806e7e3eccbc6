"""The registration itself, and a change of its mail address that waits to be confirmed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventreg.db import NOT_PERSONAL, PERSONAL, Base, UtcDateTime, choice_column, folded_column, partial_index
from eventreg.events.models import Category
from eventreg.registration.rules.states import Status
from eventreg.registration.rules.ways_in import WayKind

if TYPE_CHECKING:
    from eventreg.registration.models.answers import Answer, Consent

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
    )

    id: Mapped[int] = mapped_column(primary_key=True)
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


class AddressChange(Base):
    """A new mail address that its holder has not confirmed yet. The link in the mail opens it."""

    __tablename__ = "address_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(String(320), info=PERSONAL)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
