"""The seminar with four hundred people, some of whom wait for a decision: what an organizer finds in the evening."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from eventreg.accounts.services.sign_in import make_sign_in_link
from eventreg.db import db, transaction
from eventreg.demo.services import add_registrations, load_seminar
from eventreg.events.models import Category, Event
from eventreg.events.organizers import Organizer
from eventreg.kernel.clock import now
from eventreg.kernel.keys import create_keys
from eventreg.migrations.runner import upgrade
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.services.decisions import decide
from tests.browser.organizer_site import NewSite
from tests.serving.servers import serving
from tests.support.apps import build_app, make_config

PEOPLE = 400


@contextmanager
def busy_site(folder: Path, *, reopens: bool = True) -> Iterator[NewSite]:
    """Serve the demo below `folder`. With `reopens`, its government experts from Guatemala who need travel support all wait."""
    instance, cache = folder / "instance", folder / "cache"
    cache.mkdir(parents=True)
    (instance / "keys").mkdir(parents=True, mode=0o700)
    create_keys(instance / "keys" / "keys.json")
    with build_app(make_config(instance, ""), cache).app_context():
        upgrade(db.engine)
        loaded = load_seminar(now())
        add_registrations(loaded.event_id, PEOPLE)
        with transaction() as session:
            session.get_one(Event, loaded.event_id).capacity = None
        for reference, revision in _experts(loaded.event_id) if reopens else ():
            decide(loaded.event_id, reference, Action.REOPEN, "", revision, Organizer.account(loaded.account_id))
        token = make_sign_in_link(loaded.account_id).rpartition("/")[2]
        db.session.remove()
        db.engine.dispose()
    with serving(folder, workers=1) as server:
        yield NewSite(server, f"{server.address}/sign-in/{token}")


def _experts(event_id: int) -> list[tuple[str, int]]:
    """Return reference and revision of the confirmed ones whom the task is about."""
    needs_support = Registration.answers.any(question_key="travel_support", value="yes")
    rows = db.session.execute(
        select(Registration.reference, Registration.revision)
        .join(Category, Category.id == Registration.category_id)
        .where(
            Registration.event_id == event_id,
            Registration.country == "GT",
            Registration.status == Status.CONFIRMED,
            Category.key == "government",
            needs_support,
        )
    )
    return [(row.reference, row.revision) for row in rows]
