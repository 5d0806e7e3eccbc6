"""When a public page that is kept in memory no longer holds: the one number in the database that every change renews.

A change is whatever a transaction writes (`db.transactions`), so no service has to think of it. The few tables of which public
pages show nothing are named here; a page that reads one of them all the same is not kept.
"""

import secrets
from collections import deque
from collections.abc import Set as AbstractSet
from contextlib import suppress
from functools import cache
from typing import Any, Final

from flask import Flask
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from eventreg.db import db, transaction
from eventreg.db.engines import USUAL
from eventreg.db.transactions import Change, Shelf, emptied_with, init_changes, init_shelf
from eventreg.settings.models import PublicNumber
from eventreg.web.kept import Kept, KeptForms, KeptPages

#: the tables of which no public page shows anything, by what they hold; whatever is not named here counts
UNSEEN: Final = {
    "people, what they answered and were told": (
        "registrations", "address_changes", "decisions", "answer_requests", "answers", "uploads", "consents",
        "session_places", "option_places", "used_forms", "saved_forms", "mail_messages", "erasure_requests",
        "mail_suppressions", "mail_lanes",
    ),
    "ways in, known to whoever has one": ("invitations", "access_codes"),
    "the desk's own": (
        "tags", "taggings", "notes", "note_mentions", "ready_reasons", "saved_views", "kept_apart", "mergers",
        "runs", "run_items", "schedules", "exports", "imports", "message_texts", "team_members", "team_invitations",
        "questionnaire_drafts", "questionnaire_versions", "holds", "deletions", "frozen_figures",
    ),
    "what was, and what is due": ("audit_entries", "audit_details", "text_versions", "jobs"),
    "who signs in": ("accounts", "account_sessions", "recovery_codes", "sign_in_links", "guarded_attempts"),
    "the number itself": ("public_number",),
}  # fmt: skip
#: those of them of which a form, or what is said of it, shows something. Not the places of options and sessions: they change
#: with every registration, so a form that shows how many are left is made anew each time
OF_FORMS: Final = frozenset({"questionnaire_versions", "access_codes", "message_texts"})
_UNSEEN = frozenset(name for names in UNSEEN.values() for name in names)
_UNSEEN_IN_FORMS = _UNSEEN - OF_FORMS
_RENEW = "INSERT INTO public_number VALUES (1, :number, :number) ON CONFLICT (id) DO UPDATE SET {0} = excluded.{0}"
_RENEW_PAGES, _RENEW_FORMS = (text(_RENEW.format(name)) for name in ("number", "form_number"))
_ASK_PAGES = "SELECT number FROM public_number WHERE id = 1"
#: another one when either is
_ASK_FORMS = "SELECT number - form_number FROM public_number WHERE id = 1"
_BITS, _NUMBERS, _KINDS = 62, "eventreg-numbers", "eventreg-kept"


def init_kept_pages(app: Flask) -> None:
    """Answer the public pages and forms of `app` from memory while they hold. Call it when every view is there."""
    init_changes(app, renew_number)
    with app.app_context():
        number = app.extensions[_NUMBERS] = _Numbers(db.engine)
    made_by = app.wsgi_app
    pages = KeptPages(app, made_by, made_by, lambda: number.read(_ASK_PAGES), _UNSEEN)
    init_shelf(app, Shelf(lambda: number.read(_ASK_FORMS), _ASK_FORMS, _UNSEEN_IN_FORMS))
    forms = KeptForms(app, made_by, pages, lambda: number.read(_ASK_FORMS), _UNSEEN_IN_FORMS)
    app.wsgi_app = forms  # type: ignore[method-assign]
    app.extensions[_KINDS] = (pages, forms)


def hand_over(app: Flask) -> tuple[Kept, ...]:
    """Return what this process keeps, for the one that comes after it."""
    return tuple(kind.hand_over() for kind in app.extensions[_KINDS])


def take_over(app: Flask, kept: tuple[Kept, ...]) -> None:
    """Keep what the process before this one did."""
    for kind, of_kind in zip(app.extensions[_KINDS], kept, strict=True):
        kind.take_over(of_kind)


def connect_ahead(app: Flask, visitors: int) -> None:
    """Have the connections by which so many visitors at once learn whether what is kept holds: to open one takes longer."""
    app.extensions[_NUMBERS].connect_ahead(visitors, _ASK_PAGES)


def begin_number() -> None:
    """Draw the number where there is none yet: without one nothing is kept. For whoever serves, at the start."""
    if db.session.get(PublicNumber, 1) is None:
        with transaction() as session:
            session.execute(_RENEW_PAGES, {"number": secrets.randbits(_BITS)})


def renew_number(session: Session, changes: AbstractSet[Change]) -> None:
    """Renew the number if one of these changes can be seen on a public page, or that of forms.

    The last statement before the commit: whoever writes elsewhere waits for this row no longer than for the disk.
    """
    for unseen, renew in ((_UNSEEN, _RENEW_PAGES), (_UNSEEN_IN_FORMS, _RENEW_FORMS)):
        if any(_is_seen(*change, unseen) for change in changes):
            session.execute(renew, {"number": secrets.randbits(_BITS)})
            return


@cache
def _is_seen(verb: str, table: str, unseen: frozenset[str]) -> bool:
    return table not in unseen or (verb == "DELETE" and not emptied_with(table) <= unseen)


class _Numbers:
    """Asks for a number, by one statement on a connection of its own: neither session nor pool, which cost more than it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: deque[Any] = deque()
        event.listen(engine, "engine_disposed", self._close)

    def read(self, question: str) -> int | None:
        """Return the number that is asked for; None where the database does not tell."""
        faults = (self._engine.dialect.loaded_dbapi.Error, SQLAlchemyError)
        if self._idle:
            try:
                return self._ask(self._idle.pop(), question)
            except (IndexError, *faults):
                self._close()  # another thread took it, or the server was away meanwhile
        try:
            return self._ask(self._connect(), question)
        except faults:
            return None

    def connect_ahead(self, count: int, question: str) -> None:
        """Open so many connections, each of which has answered once. A database that is away for now is no matter here."""
        with suppress(self._engine.dialect.loaded_dbapi.Error, SQLAlchemyError):
            for cursor in [self._connect() for _ in range(count)]:
                self._ask(cursor, question)

    def _ask(self, cursor: Any, question: str) -> int | None:
        rows = cursor.execute(question).fetchall()
        self._idle.append(cursor)
        return int(rows[0][0]) if rows else None

    def _connect(self) -> Any:
        pooled = self._engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        if self._engine.dialect.name == "postgresql":
            connection.autocommit, connection.patience = True, USUAL.connect
        return connection.cursor()

    def _close(self, _engine: object = None) -> None:
        while self._idle:
            self._idle.pop().connection.close()
