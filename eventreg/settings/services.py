"""Changing what is set in the browser."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from eventreg.audit.services import Actor, Target, note
from eventreg.db import db, found, lock_row, move_in_order, transaction
from eventreg.i18n.languages import configured_languages
from eventreg.kernel.clock import now
from eventreg.kernel.errors import Refused
from eventreg.kernel.text import LocalizedText, is_blank, merged
from eventreg.media.encoding import EncodedPicture
from eventreg.media.services import keep_picture
from eventreg.settings.models import InstanceSettings, LegalPage
from eventreg.settings.queries import forget_settings
from eventreg.settings.rules import SettingsReason, is_page_key
from eventreg.web.templating import PALETTES

_THE_ROW = 1


@dataclass(frozen=True)
class NewSettings:
    """The settings as they shall be. `logo` None: as it is; `removes_logo` takes it away."""

    name: LocalizedText
    palette: str
    #: of the interface, the default first
    languages: Sequence[str]
    demands_second_factor: bool
    logo: EncodedPicture | None = None
    removes_logo: bool = False


@dataclass(frozen=True)
class NewPage:
    """A legal page as it shall be; texts by language, the body in Markdown."""

    key: str
    title: LocalizedText
    body: LocalizedText
    is_published: bool
    #: languages that the form showed: what the page has in others stays
    languages: Sequence[str]


def save_settings(new: NewSettings, seen_revision: int, actor: Actor) -> None:
    """Save the settings that were seen at a revision (0: there were none).

    Raises Refused: LANGUAGE_UNKNOWN, NO_LANGUAGE, PALETTE_UNKNOWN, and OVERTAKEN when somebody else has saved
    since.
    """
    _check(new)
    with transaction() as session:
        row = _lock_settings()
        if row.revision != seen_revision:
            raise Refused(SettingsReason.OVERTAKEN)
        changed = _apply(row, new)
        if not changed:
            return
        row.revision += 1
        row.changed_at = now()
        session.flush()
        note(Target(InstanceSettings, None), "settings_changed", actor, changed=changed)
    forget_settings()


def save_page(page_id: int | None, new: NewPage, seen_revision: int, actor: Actor) -> str:
    """Make a legal page (`page_id` None) or change one that was seen at a revision, and return its key.

    Raises NotFound and Refused: KEY_INVALID, KEY_TAKEN, TITLE_MISSING, BODY_MISSING, OVERTAKEN.
    """
    _check_page(new)
    with transaction() as session:
        _lock_settings()
        taken = session.scalar(select(LegalPage.id).where(LegalPage.key == new.key))
        if taken is not None and taken != page_id:
            raise Refused(SettingsReason.KEY_TAKEN)
        page = _new_page() if page_id is None else lock_row(select(LegalPage).where(LegalPage.id == page_id))
        if page_id is not None and page.revision != seen_revision:
            raise Refused(SettingsReason.OVERTAKEN)
        before = {"key": page.key, "title": page.title, "is_published": page.is_published}
        page.key, page.is_published = new.key, new.is_published
        page.title = merged(page.title or {}, new.title, new.languages)
        page.body = merged(page.body or {}, new.body, new.languages)
        page.revision = 1 if page_id is None else page.revision + 1
        page.changed_at = now()
        session.add(page)
        session.flush()
        after = {"key": page.key, "title": page.title, "is_published": page.is_published}
        changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
        action = "legal_page_made" if page_id is None else "legal_page_changed"
        note(page, action, actor, changed=changed)
    forget_settings()
    return new.key


def remove_page(page_id: int, actor: Actor) -> None:
    """Remove a legal page. Raises NotFound."""
    with transaction() as session:
        page = lock_row(select(LegalPage).where(LegalPage.id == page_id))
        session.delete(page)
        note(page, "legal_page_removed", actor, key=page.key, title=page.title)
    forget_settings()


def move_page(page_id: int, by: int, actor: Actor) -> None:
    """Move a legal page one place up (-1) or down (1); at the end of the list nothing happens. Raises NotFound."""
    with transaction() as session:
        _lock_settings()
        pages = list(session.scalars(select(LegalPage).order_by(LegalPage.position, LegalPage.id)))
        index = found(next((index for index, page in enumerate(pages) if page.id == page_id), None))
        if not move_in_order(pages, index, by):
            return
        note(pages[index], "legal_page_moved", actor, position=pages[index].position)
    forget_settings()


def _check(new: NewSettings) -> None:
    configured = configured_languages()
    if not new.languages:
        raise Refused(SettingsReason.NO_LANGUAGE)
    if len(set(new.languages)) != len(new.languages) or not set(new.languages) <= set(configured):
        raise Refused(SettingsReason.LANGUAGE_UNKNOWN)
    if new.palette not in PALETTES:
        raise Refused(SettingsReason.PALETTE_UNKNOWN)


def _check_page(new: NewPage) -> None:
    if not is_page_key(new.key):
        raise Refused(SettingsReason.KEY_INVALID)
    if all(map(is_blank, new.title.values())):
        raise Refused(SettingsReason.TITLE_MISSING)
    if new.is_published and all(map(is_blank, new.body.values())):
        raise Refused(SettingsReason.BODY_MISSING)


def _lock_settings() -> InstanceSettings:
    """Hold the row of settings, made on the first use: what guards the legal pages too."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("eventreg/settings"))))
    row = db.session.get(InstanceSettings, _THE_ROW, populate_existing=True)
    if row is None:
        row = InstanceSettings(
            id=_THE_ROW, name={}, palette="", languages=[], demands_second_factor=False, revision=0, changed_at=now()
        )
        db.session.add(row)
    return row


def _apply(row: InstanceSettings, new: NewSettings) -> dict[str, list[Any]]:
    """Write what differs and return it as [old, new] by name."""
    wanted = {
        "name": merged(row.name, new.name, configured_languages()),
        "palette": new.palette,
        "languages": list(new.languages),
        "demands_second_factor": new.demands_second_factor,
    }
    changed = {name: [getattr(row, name), value] for name, value in wanted.items() if getattr(row, name) != value}
    for name in changed:
        setattr(row, name, wanted[name])
    if new.removes_logo and row.logo_id is not None:
        changed["logo"] = [True, False]
        row.logo_id = None
    if new.logo is not None:
        changed["logo"] = [row.logo_id is not None, True]
        row.logo_id = keep_picture(new.logo, now())
    return changed


def _new_page() -> LegalPage:
    last = db.session.scalar(select(func.max(LegalPage.position)))
    return LegalPage(position=(last or 0) + 1, key="", title={}, body={}, is_published=False)
