"""Institutions."""

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventreg.db import NOT_PERSONAL, Base, Localized, choice_column
from eventreg.media.models import Picture
from eventreg.organizations.rules import OrganizationKind


class Organization(Base):
    """An institution that hosts, organizes, funds or supports events."""

    __tablename__ = "organizations"
    audited_as = "organization"
    event_id = None

    key: Mapped[str] = mapped_column(String(64), unique=True, info=NOT_PERSONAL)
    name: Mapped[dict[str, str]] = mapped_column(Localized, info=NOT_PERSONAL)
    #: a short name for headers and signatures ("OIM México"), by language; may be empty
    short_name: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)
    #: "OIM", "CASEDE"; may be empty
    acronym: Mapped[str] = mapped_column(String(40), default="", info=NOT_PERSONAL)
    kind: Mapped[OrganizationKind] = mapped_column(
        choice_column(OrganizationKind, "kind"), default=OrganizationKind.OTHER, info=NOT_PERSONAL
    )
    #: ISO 3166-1 alpha-2, or empty
    country: Mapped[str] = mapped_column(String(2), default="", info=NOT_PERSONAL)
    website: Mapped[str] = mapped_column(String(300), default="", info=NOT_PERSONAL)
    logo_id: Mapped[int | None] = mapped_column(ForeignKey("pictures.id"))
    #: names and acronym folded, to search in
    search_text: Mapped[str] = mapped_column(Text, default="", info=NOT_PERSONAL)
    #: of two records of one institution, the one that stays; this one is kept for what refers to it and shown nowhere
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    #: raised with every change: whoever saves says which one was seen
    revision: Mapped[int] = mapped_column(default=1)

    logo: Mapped[Picture | None] = relationship(lazy="raise")
