"""Accounts and the ways into them."""

from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, PERSONAL, Base, UtcDateTime


class Account(UserMixin, Base):  # type: ignore[misc]  # flask-login ships no types
    """A person who signs in."""

    __tablename__ = "accounts"
    audited_as = "account"
    event_id = None

    email: Mapped[str] = mapped_column(String(320), info=PERSONAL)
    #: the address folded for comparing; one account an address
    email_key: Mapped[str] = mapped_column(String(320), unique=True, info=PERSONAL)
    name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    language: Mapped[str] = mapped_column(String(12), info=NOT_PERSONAL)
    #: argon2id in its own notation; empty where only links open the account
    password_hash: Mapped[str] = mapped_column(String(200), default="", info=NOT_PERSONAL)
    is_administrator: Mapped[bool] = mapped_column(default=False)
    #: whether it may make events; administrators may anyway, and whoever owns an event
    may_create_events: Mapped[bool] = mapped_column(default=False)
    #: the secret of its codes (RFC 6238), bound to "accounts/<id>/totp"; None: no second factor
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=PERSONAL)
    #: when a first right code proved that the secret arrived; before that it is not asked for
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: the last time step whose code was used: a code works once
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)
    last_signed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: raised when the password changes or the account is closed: every session of the older generation ends
    session_generation: Mapped[int] = mapped_column(default=1)
    #: whether it wants the rows of lists comfortable, not dense
    has_roomy_rows: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def stands_in(self) -> bool:
        """Whether it was closed from its beginning: for somebody named in what was put in, who never had an account here."""
        return self.closed_at is not None and self.closed_at == self.created_at

    def get_id(self) -> str:
        """Return what the session cookie holds: the account and the generation of its sessions."""
        return f"{self.id}.{self.session_generation}"


class AccountSession(Base):
    """A browser that is signed in. The cookie holds `public_id`; a row that has ended opens nothing."""

    __tablename__ = "account_sessions"

    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: last used; written every few minutes at most
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: when the person last proved who they are: what a dangerous act asks for
    proved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: "password", "link", "invitation"
    way: Mapped[str] = mapped_column(String(24), info=NOT_PERSONAL)
    has_second_factor: Mapped[bool] = mapped_column(default=False)
    #: browser and system in a few words, for the person to know it by
    client: Mapped[str] = mapped_column(String(120), default="", info=PERSONAL)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """A code that stands in for the second factor once. Only its keyed hash is kept."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("account_id", "code_hash"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(String(64), info=NOT_PERSONAL)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInLink(Base):
    """A single-use link. Its token is derived from `public_id` and the instance's key: no row opens an account."""

    __tablename__ = "sign_in_links"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: when it was used, or made void by a new password or the end of the account
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class GuardedAttempt(Base):
    """One counted try at something that is guessed at or flooded: a sign-in, a link asked for.

    `subject` is a keyed hash of what the limit is counted by (an address, a client), never the thing itself.
    """

    __tablename__ = "guarded_attempts"
    __table_args__ = (Index("ix_guarded_attempts_subject", "purpose", "subject", "at"),)

    purpose: Mapped[str] = mapped_column(String(32), info=NOT_PERSONAL)
    subject: Mapped[str] = mapped_column(String(64), info=NOT_PERSONAL)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
