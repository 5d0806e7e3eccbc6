"""Institutions."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, Base, Localized


class Organization(Base):
    """An institution that hosts, organizes, funds or supports events."""

    __tablename__ = "organizations"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True, info=NOT_PERSONAL)
    name: Mapped[dict[str, str]] = mapped_column(Localized, info=NOT_PERSONAL)
    #: a short name for headers and signatures ("OIM México"), by language; may be empty
    short_name: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)
    #: ISO 3166-1 alpha-2, or empty
    country: Mapped[str] = mapped_column(String(2), default="", info=NOT_PERSONAL)
    website: Mapped[str] = mapped_column(String(300), default="", info=NOT_PERSONAL)
