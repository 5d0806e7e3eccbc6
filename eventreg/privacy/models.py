"""What was agreed with whom about giving people's data away."""

from datetime import date, datetime

from sqlalchemy import JSON, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventreg.db import NOT_PERSONAL, PERSONAL, Base, Localized, UtcDateTime
from eventreg.events.models import Partner


class SharingAgreement(Base):
    """Somebody outside the team is given data of an event's people: of which, what, why and until when.

    It is never deleted: whoever was given a file under it stays named. What it said before stands in the history.
    """

    __tablename__ = "sharing_agreements"
    audited_as = "sharing_agreement"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    #: the institution of the event that it is; None: somebody else, or it stands behind the event no more
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("event_partners.id", ondelete="SET NULL"), index=True)
    #: as it was written down; of an institution its name on that day
    recipient: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    #: keys of categories
    categories: Mapped[list[str]] = mapped_column(JSON, info=NOT_PERSONAL)
    #: names of columns of the attendee list, in its order
    columns: Mapped[list[str]] = mapped_column(JSON, info=NOT_PERSONAL)
    purpose: Mapped[dict[str, str]] = mapped_column(Localized, info=NOT_PERSONAL)
    #: the last day on which something is given, in the event's zone
    until: Mapped[date] = mapped_column(Date)
    #: raised with every change: whoever saves says which one was seen
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: when it was ended before its time
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    partner: Mapped[Partner | None] = relationship(lazy="raise")
