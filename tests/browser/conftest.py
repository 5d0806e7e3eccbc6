"""One real server a worker, with the world of `tests/world.py` and the seminar in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from eventreg.db import db
from eventreg.demo.services import load_seminar
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.team import TeamRole
from eventreg.events.services.team import add_team_member
from eventreg.kernel.clock import now
from tests.builders import a_questionnaire, a_team_member, an_account, an_event
from tests.registration.asking import an_asking_event, in_steps, long_form
from tests.serving.servers import Server, serving
from tests.support.apps import build_app, copy_keys, make_config
from tests.support.browser import chromium, pytest_runtest_makereport, visits
from tests.support.databases import SqliteTemplate
from tests.world import World, build_world

__all__ = ["chromium", "pytest_runtest_makereport", "visits"]

PASSWORD = "una frase larga de prueba"


@dataclass(frozen=True, eq=False)
class Site:
    """A running server and what is in it. Tests may add to it, and rely on nothing that another test added."""

    server: Server
    world: World
    #: the demo's seminar
    seminar: str
    #: an event that nobody but its owner has seen yet
    draft: str
    #: an event whose questions hang on one another
    asking: str
    #: the same in steps, with a section that may have nothing to ask
    steps: str
    #: an event that asks what `bench/questions.py` measures
    long: str
    #: owner of these events, with the password above
    organizer: str
    #: runs the instance, with the password above
    administrator: str
    #: of who has signed in, by address and language
    cookies: dict[tuple[str, str], Any] = field(default_factory=dict)

    def url(self, address: str) -> str:
        """Return the whole address of a page."""
        return self.server.address + address


@pytest.fixture(scope="session")
def site(
    tmp_path_factory: pytest.TempPathFactory, keys_file: Path, migrated_template: SqliteTemplate, shared_folder: Path
) -> Iterator[Site]:
    """The server."""
    folder = tmp_path_factory.mktemp("site")
    instance = folder / "instance"
    copy_keys(keys_file, instance)
    app = build_app(make_config(instance, migrated_template.copy(instance / "eventreg.db")), shared_folder)
    with app.app_context():
        world = build_world(app)
        seminar = load_seminar(now())
        organizer = a_team_member(world.event, TeamRole.OWNER, password=PASSWORD, email="olga@equipo.example")
        administrator = an_account(PASSWORD, email="adela@equipo.example", is_administrator=True)
        asking, steps, long = an_asking_event(), an_event(), an_event()
        a_questionnaire(steps, in_steps())
        a_questionnaire(long, long_form())
        draft = an_event(publication=Publication.DRAFT)
        for event_id in (seminar.event_id, draft.id):
            add_team_member(event_id, organizer.id, TeamRole.OWNER, now())
        db.session.remove()
        db.engine.dispose()
    with serving(folder, workers=1, EVENTREG_LIMITS="off") as server:
        events = (seminar.slug, draft.slug, asking.slug, steps.slug, long.slug)
        yield Site(server, world, *events, organizer.email, administrator.email)
    with app.app_context():
        db.engine.dispose()


def sign_in(page: Page, site: Site, language: str, email: str = "") -> None:
    """Come to the desk, as the organizer unless another address is given.

    The first time by the form, then with the cookies that it gave: a password takes long on purpose. A language that was asked
    for stays; else the account's is taken.
    """
    email = email or site.organizer
    if kept := site.cookies.get((email, language)):
        page.context.add_cookies(kept)
        page.goto(site.url("/manage/"))
        return
    page.goto(site.url(f"/sign-in?lang={language}"))
    page.locator("input[type=email]").fill(email)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("input[type=password]").press("Enter")
    page.wait_for_url("**/manage/")
    site.cookies[email, language] = page.context.cookies()
