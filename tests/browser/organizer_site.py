"""A new instance without any event, and an account on it that may make some."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eventreg.accounts.services.accounts import create_account
from eventreg.accounts.services.sign_in import add_account
from eventreg.audit.services import Actor
from eventreg.db import db
from eventreg.kernel.keys import create_keys
from eventreg.migrations.runner import upgrade
from tests.serving.servers import Server, serving
from tests.support.apps import build_app, make_config


@dataclass(frozen=True)
class NewSite:
    """A running server, and the link that signs the organizer in."""

    server: Server
    link: str


@contextmanager
def new_site(folder: Path) -> Iterator[NewSite]:
    """Serve a new instance below `folder`: an administrator has let one account make events, and nothing else is there."""
    instance, cache = folder / "instance", folder / "cache"
    cache.mkdir(parents=True)
    (instance / "keys").mkdir(parents=True, mode=0o700)
    create_keys(instance / "keys" / "keys.json")
    with build_app(make_config(instance, ""), cache).app_context():
        upgrade(db.engine)
        administrator = create_account("admin.demo@instituto.example", "Administración (demo)", "es", True)
        token = add_account(
            "olga.demo@instituto.example",
            "Olga Demo",
            "es",
            is_administrator=False,
            may_create_events=True,
            by=Actor.account(administrator),
        )
        db.session.remove()
        db.engine.dispose()
    with serving(folder, workers=1) as server:
        yield NewSite(server, f"{server.address}/sign-in/{token}")
