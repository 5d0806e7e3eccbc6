"""Who has which rights on an event."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, PERSONAL, Base, UtcDateTime, choice_column
from eventreg.events.rules.team import TeamRole


class TeamMember(Base):
    """An account with rights on an event."""

    __tablename__ = "team_members"
    audited_as = "team_member"
    __table_args__ = (UniqueConstraint("event_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    role: Mapped[TeamRole] = mapped_column(choice_column(TeamRole, "role"), info=NOT_PERSONAL)
    #: what was agreed and is less than the role: keys of categories, dates ("2027-03-11"), values of Permission.
    #: an empty list narrows nothing
    only_categories: Mapped[list[str]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    only_days: Mapped[list[str]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    withheld: Mapped[list[str]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    added_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TeamInvitation(Base):
    """An account that was asked to join a team and has not answered. Its link is derived from `public_id`."""

    __tablename__ = "team_invitations"
    audited_as = "team_invitation"
    __table_args__ = (Index("ix_team_invitations_event_id_account_id", "event_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    role: Mapped[TeamRole] = mapped_column(choice_column(TeamRole, "role"), info=NOT_PERSONAL)
    #: as of TeamMember
    only_categories: Mapped[list[str]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    only_days: Mapped[list[str]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    withheld: Mapped[list[str]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    #: a few words of whoever invites, in the mail
    note: Mapped[str] = mapped_column(String(500), default="", info=PERSONAL)
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: taken back, or declined
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
