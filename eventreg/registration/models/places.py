"""The ledger of places taken: what is counted towards capacity, and nothing else is.

Ways in beside the public form: invitations of people, codes that several can use, forms kept for later.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import KEEPS_IDS, NOT_PERSONAL, PERSONAL, Base, OfEvent, Unnumbered, UtcDateTime


class Place(OfEvent):
    """A place that is taken. One set free by a decision stays taken until the time to undo is over."""

    __tablename__ = "places"
    __table_args__ = (Index("ix_places_event_id_category_id", "event_id", "category_id"),)

    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), unique=True)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: set by a decision that frees the place: from then on it goes to the waiting list
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


class SessionPlace(Base):
    """A place in a session of the programme that somebody signed up for."""

    __tablename__ = "session_places"
    __table_args__ = (UniqueConstraint("session_id", "registration_id"),)

    session_id: Mapped[int] = mapped_column(ForeignKey("programme_sessions.id", ondelete="CASCADE"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), index=True)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OptionPlace(OfEvent):
    """A place of an option that has places of its own, like a seat in the field visit."""

    __tablename__ = "option_places"
    __table_args__ = (
        UniqueConstraint("registration_id", "question_key", "option"),
        Index("ix_option_places_event_id_question_key_option", "event_id", "question_key", "option"),
    )

    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"))
    question_key: Mapped[str] = mapped_column(String(64), info=NOT_PERSONAL)
    option: Mapped[str] = mapped_column(String(64), info=NOT_PERSONAL)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: set by a decision that frees the place, which can be undone for a minute: as of `Place`
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Invitation(OfEvent):
    """A personal, single-use way in. Its link is derived from `public_id`, and works without mail too."""

    __tablename__ = "invitations"
    audited_as = "invitation"
    __table_args__ = (Index("ix_invitations_event_id_email_key", "event_id", "email_key"),)

    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id", ondelete="CASCADE"), index=True)
    #: empty: handed over some other way
    email: Mapped[str] = mapped_column(String(320), default="", info=PERSONAL)
    email_key: Mapped[str] = mapped_column(String(320), default="", info=PERSONAL)
    given_name: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)
    family_name: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)
    institution: Mapped[str] = mapped_column(String(300), default="", info=PERSONAL)
    language: Mapped[str] = mapped_column(String(12), info=NOT_PERSONAL)
    #: only this address can register with it
    is_bound: Mapped[bool] = mapped_column(default=True)
    #: whoever comes by it is confirmed at once where there is a place, whatever the category's rule
    skips_approval: Mapped[bool] = mapped_column(default=False)
    #: a few words of whoever invites, in the mail
    note: Mapped[str] = mapped_column(String(1000), default="", info=PERSONAL)
    #: raised when its link must die
    generation: Mapped[int] = mapped_column(default=1)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    declined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: who came by it
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registrations.id", ondelete="SET NULL"), index=True)


class AccessCode(OfEvent):
    """A word that lets several people in: into a private category, past the approval, or both."""

    __tablename__ = "access_codes"
    audited_as = "access_code"
    __table_args__ = (
        UniqueConstraint("event_id", "code_key"),
        CheckConstraint("most_uses IS NULL OR most_uses > 0", name="most_uses"),
    )

    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id", ondelete="CASCADE"), index=True)
    #: as organizers wrote it
    code: Mapped[str] = mapped_column(String(40), info=NOT_PERSONAL)
    #: folded for comparing
    code_key: Mapped[str] = mapped_column(String(80), info=NOT_PERSONAL)
    #: for the team: whom it was given to
    label: Mapped[str] = mapped_column(String(200), default="", info=NOT_PERSONAL)
    #: live registrations by it; None: no limit of its own
    most_uses: Mapped[int | None]
    skips_approval: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class UsedForm(Unnumbered):
    """A form that was sent and made no registration, since its address had one: its key is used all the same.

    At a discreet event each form that was sent leaves one.
    """

    __tablename__ = "used_forms"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    #: keyed hash of the form's random key, as on a registration
    submission_hash: Mapped[str] = mapped_column(String(64), primary_key=True, info=NOT_PERSONAL)
    #: keyed hash of the address that it was sent with, together with the key
    address_hash: Mapped[str] = mapped_column(String(64), info=NOT_PERSONAL)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    #: which it used up, at a discreet event: another try with the code must not tell that the address was registered
    access_code_id: Mapped[int | None] = mapped_column(ForeignKey("access_codes.id", ondelete="SET NULL"), index=True)


class SavedForm(OfEvent):
    """A form kept by whoever fills it in, to go on later by the link that was mailed. Its files are held as long."""

    __tablename__ = "saved_forms"
    # Messages name it by its id.
    __table_args__ = (UniqueConstraint("event_id", "submission_hash"), KEEPS_IDS)

    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id", ondelete="CASCADE"), index=True)
    #: keyed hash of the key under which it goes on, which its files are held under
    submission_hash: Mapped[str] = mapped_column(String(64), info=NOT_PERSONAL)
    #: what was typed, as JSON; bound to "saved_forms/<public id>"
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=PERSONAL)
    #: where the link was sent
    email: Mapped[str] = mapped_column(String(320), info=PERSONAL)
    language: Mapped[str] = mapped_column(String(12), info=NOT_PERSONAL)
    generation: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
