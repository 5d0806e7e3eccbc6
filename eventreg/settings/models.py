"""The instance's settings and its legal pages; the number that says whether a public page kept in memory still holds."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, Base, Localized, UtcDateTime


class InstanceSettings(Base):
    """The one row of what is set in the browser; while there is none, everything is at its default."""

    __tablename__ = "instance_settings"
    audited_as = "settings"
    event_id = None
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: empty: the name of the configuration, or a plain one
    name: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)
    logo_id: Mapped[int | None] = mapped_column(ForeignKey("pictures.id"))
    #: the key of one of the palettes (web.templating.PALETTES)
    palette: Mapped[str] = mapped_column(String(24), default="", info=NOT_PERSONAL)
    #: languages of the interface, the first one being the default; empty: those of the configuration
    languages: Mapped[list[str]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    #: whether everybody who signs in needs a second factor
    demands_second_factor: Mapped[bool] = mapped_column(default=False)
    #: raised with every change: whoever saves says which one was seen
    revision: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LegalPage(Base):
    """A page of the instance: imprint, terms of use, privacy of the site."""

    __tablename__ = "legal_pages"
    audited_as = "legal_page"
    event_id = None

    #: in its address: "imprint"
    key: Mapped[str] = mapped_column(String(40), unique=True, info=NOT_PERSONAL)
    position: Mapped[int]
    title: Mapped[dict[str, str]] = mapped_column(Localized, info=NOT_PERSONAL)
    #: Markdown
    body: Mapped[dict[str, str]] = mapped_column(Localized, info=NOT_PERSONAL)
    is_published: Mapped[bool] = mapped_column(default=False)
    #: raised with every change: whoever saves says which one was seen
    revision: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PublicNumber(Base):
    """The one row that is another after every change of what public pages show: see `site.kept_pages`."""

    __tablename__ = "public_number"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: drawn, not counted: after a restore it is never one under which a process keeps what came later
    number: Mapped[int] = mapped_column(BigInteger)
    #: the same for what forms alone show
    form_number: Mapped[int] = mapped_column(BigInteger)
