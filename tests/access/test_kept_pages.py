"""After every service that writes, a page kept in memory equals the page made anew (case 72).

In each language, and on another process than the one that wrote.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event as listening

from eventreg.audit.services import Actor
from eventreg.db import db
from eventreg.demo.services.loading import load_seminar
from eventreg.demo.services.registrations import add_registrations
from eventreg.events.organizers import Organizer
from eventreg.events.services.partners import repoint_organization
from eventreg.jobs.registry import job_registry
from eventreg.kernel import clock
from eventreg.organizations.policies import Editor
from eventreg.organizations.rules import OrganizationEntry
from eventreg.organizations.services import create_organization, give_first_logo
from eventreg.registration.rules.states import Action
from eventreg.registration.services.decisions import decide
from eventreg.settings.queries import forget_settings
from eventreg.site.kept_pages import UNSEEN
from eventreg.worker import run_worker
from tests.access.table import read_table
from tests.architecture.source import ROOT, modules
from tests.builders import an_institution, register_somebody
from tests.support.apps import build_app
from tests.support.forms import Form
from tests.support.pages import Page
from tests.world import World, rules

#: who writes: each address is called as the first of these who gets through
_WRITERS = ("owner", "administrator", "link", "anonymous")
#: with this a visitor is answered by the application itself, which gives pages whole
_MADE_ANEW = {"Range": "bytes=0-"}
_OF_EACH = ("Date", "Cache-Control", "Set-Cookie")
#: what a form has for each visitor alone
_SECRETS = re.compile(rb'name="(?:csrf_token|submission_key)" value="[^"]+"')
_UNSEEN = {name for names in UNSEEN.values() for name in names}
_TRANSACTIONS = {"transaction", "revocable"}
Answer = tuple[int, bytes, dict[str, str]]
_OF_PEOPLE = "of one person: no page shows it, and the places are told by `PlaceCount` or by their table"
_OF_DESK = "the desk's own: no page shows it"
_OF_MAIL = "mails: no page shows them"
#: services that the walk does not reach, by how their names begin, and why no page can be stale after them
NOT_WALKED = {
    "eventreg/accounts/services/": "who signs in: no page shows it",
    "eventreg/attendees/services/merging.py: keep_apart": _OF_DESK,
    "eventreg/attendees/services/merging.py: merge": _OF_PEOPLE,
    "eventreg/attendees/services/reasons.py: move_reason": _OF_DESK,
    "eventreg/bulk/services/": _OF_DESK,
    "eventreg/events/services/partners.py: move_partner": "its table counts",
    "eventreg/events/services/publication.py: delete_draft": "of a draft, which is not public; rows of `events` count",
    "eventreg/events/services/team.py": _OF_DESK,
    "eventreg/events/services/texts.py: return_to_version": "saves a text by `save_texts`, which is walked",
    "eventreg/exchange/services/": "people put in, and files of them; the table of places counts",
    "eventreg/invitations/services/": "ways in, which no page shows",
    "eventreg/jobs/": "what is due: no page shows it",
    "eventreg/mail/": _OF_MAIL,
    "eventreg/making/services/founding.py: create_event": "makes a draft; what a page shows of it comes by its publication",
    "eventreg/media/services.py": "a picture is shown where something refers to it, which counts",
    "eventreg/messages/services.py": _OF_DESK,
    "eventreg/operations/rotation.py": "the same answers, sealed anew",
    "eventreg/programme/services/programme.py: replace_day": "from a file: the tables of the programme count",
    "eventreg/programme/services/speakers.py: move_room": "its table counts",
    "eventreg/questionnaires/services/publishing.py: publish": "what is asked: no page but the form shows it",
    "eventreg/registration/services/answer_changes.py": _OF_PEOPLE,
    "eventreg/registration/services/follow_ups.py": _OF_PEOPLE,
    "eventreg/registration/services/links.py": _OF_MAIL,
    "eventreg/registration/services/promotion.py: pull_back_decisions": _OF_PEOPLE,
    "eventreg/registration/services/statuses.py: take_back_mails": _OF_MAIL,
    "eventreg/registration/services/uploads.py": _OF_PEOPLE,
    "eventreg/selfservice/services.py: send_earlier_answers": _OF_MAIL,
    "eventreg/site/kept_pages.py: begin_number": "draws the first number, before which nothing is kept",
}


class Act(NamedTuple):
    """Something that may write."""

    name: str
    run: Callable[[], object]
    at: datetime | None = None


class Elsewhere:
    """Another process on the world's database, as a visitor finds it: what it keeps, and what it makes anew."""

    def __init__(self, app: Flask, world: World) -> None:
        self.app = app
        session = next(world.address(rule) for _verb, rule in rules(app) if rule.endpoint == "site.show_session")
        event = f"/events/{world.event.slug}"
        self.addresses = ("/", event, f"{event}/programme", session, f"{event}/conclusions", f"{event}/privacy",
                          f"{event}/register?category=government")  # fmt: skip
        self._languages: tuple[str, ...] = app.config["EVENTREG_LANGUAGES"]

    def stale(self, most: int | None = None) -> list[str]:
        """Return the pages, or so many of them, whose answer from memory is not the one that is made anew."""
        kept = dict(islice(self.read().items(), most))
        with self.app.app_context():
            forget_settings()
        return [f"{address} {language}" for (address, language), answer in kept.items()
                if answer != self._get(address, language, **_MADE_ANEW)]  # fmt: skip

    def read(self) -> dict[tuple[str, str], Answer]:
        """Read every page in each language, so that it is kept."""
        asked = ((address, language) for language in self._languages for address in self.addresses)
        return {each: self._get(*each) for each in asked}

    def _get(self, address: str, language: str, **more: str) -> Answer:
        headers = {"Accept-Language": language, **more}
        answer = self.app.test_client(use_cookies=False).get(address, headers=headers)
        told = {name: value for name, value in answer.headers.items() if name not in _OF_EACH}
        return answer.status_code, _SECRETS.sub(b"", answer.data), told


@pytest.fixture(scope="module")
def elsewhere(built_world: World, shared_folder: Path) -> Iterator[Elsewhere]:
    """A second application on the world's database and instance folder."""
    app = build_app(built_world.app.extensions["eventreg"].config, shared_folder)
    yield Elsewhere(app, built_world)
    _let_go(app)


def _let_go(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def writers() -> set[str]:
    """Return every function that owns a transaction: "eventreg/site/services.py: name"."""
    return {
        f"{path}: {name}"
        for path, tree in modules().items()
        if not path.startswith("eventreg/db/")
        for name in _owners(tree, ())
    }


def _owners(tree: ast.AST, outer: tuple[str, ...]) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        inner = (*outer, node.name) if isinstance(node, ast.FunctionDef | ast.ClassDef) else outer
        if isinstance(node, ast.With) and any(
            isinstance(item.context_expr, ast.Call) and ast.unparse(item.context_expr.func) in _TRANSACTIONS
            for item in node.items
        ):
            yield ".".join(inner)
        yield from _owners(node, inner)


@contextmanager
def _writing(app: Flask) -> Iterator[set[str]]:
    """Note which functions of ours write, and for whom."""
    found: set[str] = set()

    def note(_connection: Any, *statement: Any) -> None:
        if statement and statement[1].startswith("SELECT"):
            return
        frame: Any = sys._getframe(1)
        while frame is not None:
            path = Path(frame.f_code.co_filename)
            if path.is_relative_to(ROOT):
                found.add(f"{path.relative_to(ROOT).as_posix()}: {frame.f_code.co_qualname.replace('.<locals>', '')}")
            frame = frame.f_back

    with app.app_context():
        engine = db.engine
    # A service may join another one's transaction: it is seen where it writes.
    names = ("commit", "after_cursor_execute")
    for name in names:
        listening.listen(engine, name, note)
    yield found
    for name in names:
        listening.remove(engine, name, note)


def _posts(world: World) -> Iterator[Act]:
    """Yield every address that takes a form, sent by one of those who may, with what `World` has for it."""
    table = read_table()
    for verb, rule in rules(world.app):
        if verb != "GET":
            codes = table[verb, rule.rule]
            actor = next((name for name in _WRITERS if codes[name] < 400 and codes[name] != 302), "owner")
            send = partial(world.visitor(actor).post, world.address(rule, actor), world.form_data(rule), token=True)
            yield Act(f"{actor} {rule.endpoint}", partial(send, sound=False))


def _forms(world: World) -> Iterator[Act]:
    """Yield every form of the desk by each of its buttons, as it stands but for a mark on its texts."""
    for actor in ("owner", "administrator"):
        visitor, seen = world.visitor(actor), set()
        for verb, rule in rules(world.app):
            if verb != "GET" or not rule.rule.startswith("/manage"):
                continue
            page = visitor.get(world.address(rule, actor), None, sound=False)
            for form, button in _buttons(page):
                submission = form.fill(button, {})
                if submission.method == "POST" and (submission.action, button) not in seen:
                    seen.add((submission.action, button))
                    submission.pairs = [(name, _marked(value)) for name, value in submission.pairs]
                    send = partial(visitor.send, submission, page.address, sound=False)
                    yield Act(f"{actor} {submission.action} {button}", send)


def _buttons(page: Page) -> Iterator[tuple[Form, str]]:
    for form in page.forms() if page.is_html and page.status == 200 else ():
        names = form.buttons()
        yield from ((form, name) for name in names if names.count(name) == 1 and "ign out" not in name)


def _marked(value: Any) -> Any:
    return f"{value} *" if isinstance(value, str) and " " in value and value[0].isalpha() else value


def _duties(world: World) -> Iterator[Act]:
    """Yield what a worker does, and each duty, now and when everything that waited is due."""
    for days in (0, 8):
        at = clock.now() + timedelta(days=days)
        for duty in (partial(run_worker, world.app, once=True), *_runs(world.app, at)):
            yield Act(f"after {days} days: {duty}", duty, at)


def _runs(app: Flask, at: datetime) -> list[Callable[[], object]]:
    with app.app_context():
        return [partial(_in_context, app, partial(duty.run, at)) for duty in job_registry().duties.values()]


def _in_context(app: Flask, run: Callable[[], object]) -> None:
    with app.app_context():
        run()
        db.session.remove()


def _calls(world: World) -> Iterator[Act]:
    """Yield what no form of the world reaches: called by itself."""
    event, at = world.event, clock.now()
    partner, owner = event.partners[0], Actor.account(world.accounts["owner"].id)

    def load_demo() -> None:
        add_registrations(load_seminar(at).event_id, 30)

    def decline_and_pass_on() -> None:
        person = world.people["confirmed"]
        decide(
            event.id,
            person.reference,
            Action.DECLINE,
            "No hay lugar.",
            person.revision,
            Organizer.account(owner.id or 0),
        )
        with time_machine.travel(at + timedelta(minutes=2)):
            run_worker(world.app, once=True)

    calls: dict[str, Callable[[], object]] = {
        "demo": load_demo,
        "register": partial(register_somebody, event, email="nueva@instituto.example"),
        "decline": decline_and_pass_on,
        "merge institutions": lambda: repoint_organization(partner.organization_id, an_institution().id, owner, at),
        "a first logo": lambda: give_first_logo(
            partner.organization_id, world.picture_id, Editor(world.accounts["owner"].id, is_administrator=True), at
        ),
        "an institution": lambda: create_organization("nueva", OrganizationEntry({"es": "Nueva"}), at),
    }
    for name, call in calls.items():
        yield Act(name, partial(_in_context, world.app, call))


def test_no_page_is_other_than_made_anew_after_any_service(world: World, elsewhere: Elsewhere) -> None:
    stale = []
    with _writing(world.app) as reached:
        assert elsewhere.stale() == []
        before = world.rows()
        for act in (*_posts(world), *_forms(world), *_duties(world), *_calls(world)):
            with time_machine.travel(act.at or clock.now(), tick=True):
                act.run()
                if world.is_written:
                    rows = world.rows()
                    is_seen = any(rows[table] != before[table] for table in before if table not in _UNSEEN)
                    stale += [f"{act.name}: {page}" for page in elsewhere.stale(None if is_seen else 2)]
                    _let_go(elsewhere.app)
                    world.restore()
                    elsewhere.read()
    assert stale == []
    missed = writers() - reached
    assert sorted(name for name in missed if not any(map(name.startswith, NOT_WALKED))) == []
    assert sorted(path for path in NOT_WALKED if not any(name.startswith(path) for name in writers())) == []
