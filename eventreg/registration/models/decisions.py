"""What organizers decided."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, PERSONAL, Base, UtcDateTime, choice_column
from eventreg.registration.rules.states import Action, Status


class Decision(Base):
    """One decision on one registration. Its mails go at `mails_at`; undone before, they never go.

    Decided without a mail, nobody is told: until something else tells the person, `status_known` is what the person knows.
    """

    __tablename__ = "decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
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
