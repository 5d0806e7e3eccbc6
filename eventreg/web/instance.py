"""The running instance, from wherever an application context is: its settings, its keys, and its bell.

Whoever leaves work for later rings the bell, and the server that does such work wakes up. It is a named pipe in the instance
folder; a ring is one byte, in how many whole seconds the work is due: whoever comes early for it waits. Nothing depends on a
ring being heard: there is a look at the database once a minute in any case.

Absolute addresses for mails and calendars: always below the configured base URL, never from a request's Host.
"""

import os
import select
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from flask import Flask, current_app, request
from flask_babel import gettext as _
from sqlalchemy import Select

from eventreg.config import Config
from eventreg.db import Base, after_commit, db, found
from eventreg.i18n.languages import current_language, known_languages
from eventreg.kernel import clock, tokens
from eventreg.kernel.keys import Keys, KeysUnusable, load_keys
from eventreg.kernel.text import LocalizedText, pick
from eventreg.web.sockets import FunctionSocket

_EXTENSION = "eventreg"
_KEYS_SEEN = "eventreg_keys_seen"
#: of links that are used once, and have no second generation
ONE_GENERATION = 1
Held = TypeVar("Held", bound=Base)


class ChosenLogo(Protocol):
    """The instance's logo."""

    @property
    def public_id(self) -> str:
        """Of its picture."""

    @property
    def width(self) -> int:
        """In pixels."""

    @property
    def height(self) -> int:
        """In pixels."""


class ChosenPage(Protocol):
    """A legal page of the instance."""

    @property
    def key(self) -> str:
        """In its address."""

    @property
    def title(self) -> LocalizedText:
        """Its heading."""


class Chosen(Protocol):
    """What an administrator has set in the browser, as far as every page shows it."""

    @property
    def name(self) -> LocalizedText:
        """The instance's name; empty where none was set."""

    @property
    def logo(self) -> ChosenLogo | None:
        """Its logo."""

    @property
    def palette(self) -> str:
        """The key of its palette, or empty."""

    @property
    def pages(self) -> tuple[ChosenPage, ...]:
        """The legal pages that are public, in their order."""


@dataclass(frozen=True)
class Instance:
    """Settings of this process, fixed at start, and its keys: those that seal follow the keys file, see `refresh_keys`."""

    config: Config
    keys: Keys


def init_instance(app: Flask, instance: Instance) -> None:
    """Make `instance` the one of `app`, and look before each request whether the keys were rotated, and what it may need."""
    app.extensions[_EXTENSION] = instance
    app.extensions[_KEYS_SEEN] = _stamp(instance.config)
    app.before_request(refresh_keys)
    app.before_request(_load_what_seals)


def refresh_keys() -> None:
    """Take over the sealing keys of the keys file where it was replaced, so that a rotation needs no restart.

    The other keys stay those of the start: cookies and links go on working until then. A file that cannot be read changes
    nothing.
    """
    instance = _instance()
    stamp = _stamp(instance.config)
    if stamp is None or stamp == current_app.extensions[_KEYS_SEEN]:
        return
    try:
        read = load_keys(instance.config.keys)
    except KeysUnusable:
        return
    rotated = replace(instance.keys, sealing=read.sealing, sealing_id=read.sealing_id)
    current_app.extensions[_EXTENSION] = replace(instance, keys=rotated)
    current_app.extensions[_KEYS_SEEN] = stamp


def _load_what_seals() -> None:
    """Load what few processes need before a request that may write: later somebody would wait for it who waits for the turn."""
    if request.method == "POST":
        import cryptography.hazmat.primitives.ciphers.aead  # noqa: F401


def _stamp(config: Config) -> tuple[int, int] | None:
    """Return what tells one keys file from the next."""
    try:
        found = config.keys.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino


#: what an administrator has set in the browser; the room that keeps it is above this one
chosen: FunctionSocket[[], Chosen] = FunctionSocket("chosen")


def config() -> Config:
    """Return the settings of the running instance."""
    return _instance().config


def answer_box() -> str:
    """Return the address below which what is answered to messages is read; empty: nothing is, and nobody is asked to answer."""
    return config().mail_bounce_address


def call_worker(due_at: datetime) -> None:
    """Have whoever does later work on this machine know, once the open transaction is committed, when something is due."""
    after_commit(lambda: ring(config().instance, (due_at - clock.now()).total_seconds()))


def site_name() -> str:
    """Return the instance's name: set in the browser, or in the configuration, or a plain one in the language in force."""
    named = pick(chosen().name, current_language(), known_languages()).text
    return named or config().site_name or _("Seminars and meetings")


def keys() -> Keys:
    """Return the keys of the running instance."""
    return _instance().keys


def _instance() -> Instance:
    instance: Instance = current_app.extensions[_EXTENSION]
    return instance


def address_of(endpoint: str, **values: Any) -> str:
    """Return the absolute address of a view. Works in the worker too, where there is no request."""
    adapter = current_app.url_map.bind("")
    return config().base_url.rstrip("/") + adapter.build(endpoint, values, force_external=False)


def holder_of(token: str, purpose: str, rows: Select[Held], generation: Any = None) -> Held:
    """Return which of these rows the personal link `token` is for. Raises NotFound: there is none, or the link is dead.

    `generation`: the column that kills it; None: it has one generation.
    """
    row: Any = found(db.session.scalars(rows.filter_by(public_id=tokens.public_id_of(token))).one_or_none())
    number = ONE_GENERATION if generation is None else getattr(row, generation.key)
    held: Held = found(row if tokens.token_fits(keys(), token, purpose, row.public_id, number) else None)
    return held


#: seconds between two looks for what nobody rang for
LOOK_SECONDS = 60
_NAME = "server.bell"


def ring(instance: Path, seconds: float) -> None:
    """Tell the server of this instance, if one listens, that work is due in so many seconds."""
    with suppress(OSError):
        pipe = os.open(instance / _NAME, os.O_WRONLY | os.O_NONBLOCK)
        with os.fdopen(pipe, "wb", buffering=0) as bell:
            bell.write(bytes([int(min(max(seconds, 0), LOOK_SECONDS))]))


class Bell:
    """Listens to the rings; a process that it was forked into may listen in its stead, and leaves to it what comes later."""

    def __init__(self, instance: Path) -> None:
        self._instance = instance
        path = instance / _NAME
        if not path.is_fifo():
            path.unlink(missing_ok=True)
            os.mkfifo(path, 0o600)
        # For writing too, or the pipe would be at its end whenever nobody rings.
        self._pipe = os.open(path, os.O_RDWR | os.O_NONBLOCK)

    def fileno(self) -> int:
        """Return what can be waited for."""
        return self._pipe

    def heard(self) -> int | None:
        """Return in how many seconds the first of what was rung for is due, or None where nobody rang."""
        with suppress(BlockingIOError):
            return min(os.read(self._pipe, select.PIPE_BUF))
        return None

    def is_rung_within(self, seconds: float) -> bool:
        """Wait for a ring, and take it."""
        select.select([self], [], [], max(seconds, 0))
        return self.heard() is not None

    def ring(self, seconds: float) -> None:
        """Have whoever listens next know what is due."""
        ring(self._instance, seconds)
