"""The instance as a command needs it: its settings, its engine, or the whole application.

A progress bar, for a terminal only.

What went wrong, in one line for whoever typed the command. What nobody foresaw keeps its traceback.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Engine

    from eventreg.accounts.models import Account
    from eventreg.config import Config
    from eventreg.events.models import Event


def read_config(**overrides: Any) -> Config:
    """Return the settings. The base address, when not set, is the one that the instance was last served under."""
    from eventreg.config import load_config
    from eventreg.serving.lock import last_address

    config = load_config(**overrides)
    address = last_address(config.instance)
    return load_config(fallbacks={"base_url": address}, **overrides) if address else config


@contextmanager
def open_database(config: Config) -> Iterator[Engine]:
    """Yield an engine on the instance's database, and close it."""
    from eventreg.db.engines import open_engine

    engine = open_engine(config.database)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def open_app(**overrides: Any) -> Iterator[Flask]:
    """Yield the application in its context, with a database that is ready. Raises SchemaUnfit when it is not."""
    from eventreg.app import create_app
    from eventreg.db import db
    from eventreg.kernel.clock import now
    from eventreg.migrations.runner import check_revision
    from eventreg.operations.backups.placing import finish_restores, left_beside, left_unpacked
    from eventreg.operations.preparing import check_database_is_there
    from eventreg.privacy.erasing import erase_recorded
    from eventreg.serving.lock import not_restored
    from eventreg.serving.logs import set_up_logging

    set_up_logging()
    config = read_config(**overrides)
    check_database_is_there(config)
    if left_beside(config) or left_unpacked(config):
        with not_restored(config.instance):
            finish_restores(config)
    app = create_app(config)
    with app.app_context():
        check_revision(db.engine)
        erase_recorded(now())
        yield app


@contextmanager
def open_rules(**overrides: Any) -> Iterator[Flask]:
    """Open the application, in English; what the rules refuse becomes the reason that is printed."""
    from eventreg.i18n.languages import speaking
    from eventreg.kernel.errors import Refused
    from eventreg.web.refusals import said

    with open_app(**overrides) as app, speaking("en"):
        try:
            yield app
        except Refused as refused:
            if not refused.sentence:
                raise
            raise click.ClickException(said(refused)) from refused


def account_of(email: str) -> Account:
    """Return the open account of an address; say that there is none."""
    from eventreg.accounts.queries import find_account_by_address

    account = find_account_by_address(email)
    if account is None:
        raise click.ClickException(f"There is no account with the address {email}.")
    return account


def event_of(slug: str) -> Event:
    """Return the event of a name in addresses; say that there is none."""
    from eventreg.events.queries.team import find_event

    found = find_event(slug)
    if found is None:
        raise click.ClickException(f"There is no event {slug!r}; see eventreg event list.")
    return found


@contextmanager
def progress(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """Yield what to call with a number of further steps that are done. Silent where standard error is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _steps: None
        return
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        yield bar.update


def reason_of(error: Exception) -> str | None:
    """Return one line for an error that an administrator can do something about, or None for any other."""
    if isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx else "eventreg"
        return f"{error.format_message()} (see {command} --help)"
    if isinstance(error, click.ClickException):
        return error.format_message()
    sentence = _sentence(error)
    return " ".join(sentence.split()) if sentence is not None else None


def _sentence(error: Exception) -> str | None:
    # Loaded only now: a command that works needs none of it.
    from sqlalchemy.exc import DBAPIError

    from eventreg.config import ConfigError
    from eventreg.demo.services.registrations import NotADemonstration
    from eventreg.events.bundles.fields import BundleInvalid
    from eventreg.kernel.errors import Busy, Refused
    from eventreg.kernel.keys import KeysUnusable
    from eventreg.migrations.runner import SchemaUnfit
    from eventreg.operations import OperationRefused
    from eventreg.serving.addresses import CannotListen
    from eventreg.serving.lock import ServerRuns

    if isinstance(error, ConfigError | KeysUnusable | SchemaUnfit | OperationRefused | CannotListen | ServerRuns):
        return str(error)
    if isinstance(error, BundleInvalid):
        return f"The file cannot be put in: {error}."
    if isinstance(error, Refused):
        return f"The rules do not allow it ({error})."
    if isinstance(error, NotADemonstration):
        return f"The event {error} is a real one: it gets no fictional registrations."
    if isinstance(error, Busy):
        return "The database was busy for too long; nothing was changed. Try again."
    if isinstance(error, DBAPIError):
        return f"The database cannot be used: {_first_line(error.orig)}"
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.strerror}: {error.filename}"
    return str(error) if isinstance(error, OSError) else None


def _first_line(error: BaseException | None) -> str:
    return str(error).strip().partition("\n")[0]
