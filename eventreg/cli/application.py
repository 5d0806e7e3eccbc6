"""The instance as a command needs it: its settings, its engine, or the whole application."""

from __future__ import annotations

from collections.abc import Iterator
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
    from eventreg.serving.presence import last_address

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
    from eventreg.migrations.runner import check_revision
    from eventreg.operations.backups.placing import finish_restores, left_beside, left_unpacked
    from eventreg.operations.preparing import check_database_is_there
    from eventreg.serving.logs import set_up_logging
    from eventreg.serving.presence import not_restored

    set_up_logging()
    config = read_config(**overrides)
    check_database_is_there(config)
    if left_beside(config) or left_unpacked(config):
        with not_restored(config.instance):
            finish_restores(config)
    app = create_app(config)
    with app.app_context():
        check_revision(db.engine)
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
    from eventreg.events.queries.wholes import find_event

    found = find_event(slug)
    if found is None:
        raise click.ClickException(f"There is no event {slug!r}; see eventreg event list.")
    return found
