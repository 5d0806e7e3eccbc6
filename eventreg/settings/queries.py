"""Reads of the settings. Every page needs them, so a process keeps them for a few seconds."""

import time
from collections.abc import Sequence

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from eventreg.db import db, found
from eventreg.media.models import Picture
from eventreg.settings.models import InstanceSettings, LegalPage
from eventreg.settings.rules import UNSET, Logo, PageLink, Settings
from eventreg.web.kept import keep_not, page_to_keep

#: seconds; so long may another process still show what was set before
KEPT_FOR = 10.0
_EXTENSION = "eventreg_settings"


def current_settings() -> Settings:
    """Return what is set, at most `KEPT_FOR` seconds old; what was known last while the database does not answer."""
    kept: tuple[float, Settings, int | None] | None = current_app.extensions.get(_EXTENSION)
    page = page_to_keep()
    if kept is not None:
        # A page that will be kept shows no settings of before the number that it is kept under.
        is_fresh = time.monotonic() - kept[0] < KEPT_FOR if page is None else page.number == kept[2]
        if is_fresh:
            return kept[1]
    try:
        settings = read_settings()
    except SQLAlchemyError:
        # The page that tells of the trouble has to be shown as well, and a database without tables is prepared later.
        keep_not()
        return kept[1] if kept is not None else UNSET
    current_app.extensions[_EXTENSION] = (time.monotonic(), settings, page.number if page is not None else None)
    return settings


def forget_settings() -> None:
    """Read the settings anew with the next request of this process: they were changed."""
    current_app.extensions.pop(_EXTENSION, None)


def read_settings() -> Settings:
    """Return what is set now, in two statements."""
    with db.session.no_autoflush:
        row = db.session.execute(
            select(InstanceSettings, Picture.public_id, Picture.width, Picture.height).outerjoin(
                Picture, Picture.id == InstanceSettings.logo_id
            )
        ).one_or_none()
        pages = db.session.execute(
            select(LegalPage.key, LegalPage.title)
            .where(LegalPage.is_published)
            .order_by(LegalPage.position, LegalPage.id)
        ).all()
    links = tuple(PageLink(page.key, page.title) for page in pages)
    if row is None:
        return Settings(pages=links)
    settings: InstanceSettings = row.InstanceSettings
    return Settings(
        name=settings.name,
        logo=Logo(row.public_id, row.width, row.height) if row.public_id else None,
        palette=settings.palette,
        languages=tuple(settings.languages),
        demands_second_factor=settings.demands_second_factor,
        revision=settings.revision,
        pages=links,
    )


def list_pages() -> Sequence[LegalPage]:
    """Return every legal page in its order."""
    return db.session.scalars(select(LegalPage).order_by(LegalPage.position, LegalPage.id)).all()


def get_page(key: str, *, published_only: bool = False) -> LegalPage:
    """Return a legal page. Raises NotFound."""
    statement = select(LegalPage).where(LegalPage.key == key)
    if published_only:
        statement = statement.where(LegalPage.is_published)
    return found(db.session.scalars(statement).one_or_none())
