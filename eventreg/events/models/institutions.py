"""Which institutions stand behind an event, and as what."""

from __future__ import annotations

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventreg.db import NOT_PERSONAL, Base, Localized, choice_column
from eventreg.events.rules.institutions import PartnerRole
from eventreg.organizations.models import Organization


class Partner(Base):
    """An institution's role at an event."""

    __tablename__ = "event_partners"
    audited_as = "partner"
    __table_args__ = (UniqueConstraint("event_id", "organization_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    role: Mapped[PartnerRole] = mapped_column(choice_column(PartnerRole, "role"), info=NOT_PERSONAL)
    position: Mapped[int]
    #: the words above its name, instead of those of the role: "With the support of"
    credit: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)
    #: a sentence that the institution obliges the organizers to use: on the page, in mails and on what is printed
    phrase: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)
    #: the institution obliges the organizers to show its logo before all others
    is_logo_first: Mapped[bool] = mapped_column(default=False)

    organization: Mapped[Organization] = relationship(lazy="raise")
