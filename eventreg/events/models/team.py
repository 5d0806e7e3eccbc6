"""Who has which rights on an event."""

from __future__ import annotations

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, Base, choice_column
from eventreg.events.rules.team import TeamRole


class TeamMember(Base):
    """An account with rights on an event."""

    __tablename__ = "team_members"
    __table_args__ = (UniqueConstraint("event_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    role: Mapped[TeamRole] = mapped_column(choice_column(TeamRole, "role"), info=NOT_PERSONAL)
