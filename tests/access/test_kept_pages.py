"""After every service that writes, a page kept in memory equals the page made anew (case 72).

In each language, and on another process than the one that wrote.
"""

from __future__ import annotations

import ast
import operator
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import cycle
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event as listening, select

from eventreg.attendees.services.merging import merge
from eventreg.audit.services import Actor
from eventreg.db import db
from eventreg.demo.services import add_registrations, load_seminar
from eventreg.events.models import Event, ProgrammeSession
from eventreg.events.organizers import Organizer
from eventreg.events.queries.texts import list_versions
from eventreg.events.rules.texts import TextChange, TextId, fingerprint
from eventreg.events.services.partners import repoint_organization
from eventreg.events.services.texts import return_to_version, save_texts
from eventreg.exchange.services.importing import confirm_import
from eventreg.invitations.rules.access_codes import CodeTerms
from eventreg.invitations.services.access_codes import make_codes
from eventreg.jobs.services import job_registry
from eventreg.kernel import clock
from eventreg.media.encoding import EncodedPicture
from eventreg.media.services import hold_picture
from eventreg.organizations.policies import Editor
from eventreg.organizations.rules import OrganizationEntry
from eventreg.organizations.services import add_organization, give_first_logo
from eventreg.privacy.erasure_requests import carry_out, confirm, find_request
from eventreg.programme.services.programme import replace_day
from eventreg.programme.services.speakers import move_room
from eventreg.registration.rules.states import Action
from eventreg.registration.services.decisions import decide
from eventreg.settings.queries import forget_settings
from eventreg.site.kept_pages import OF_FORMS, UNSEEN
from eventreg.worker import run_worker
from tests.access.table import read_table
from tests.architecture.source import ROOT, modules
from tests.attendees.test_merging import merging
from tests.builders import a_questionnaire, an_institution, register_somebody
from tests.events.programmes import a_room, an_entry
from tests.exchange.incoming import a_file, a_row, an_importer, tried
from tests.questionnaire import EVERY_KIND
from tests.support.apps import build_app
from tests.support.forms import Form
from tests.support.kept import Rows
from tests.support.pages import Page
from tests.support.statements import counted
from tests.world import World, rules

#: who writes: each address is called as the first of these who gets through
_WRITERS = ("owner", "administrator", "link", "anonymous")
#: with this a visitor is answered by the application itself, which gives pages whole
_MADE_ANEW = {"Range": "bytes=0-"}
_OF_EACH = ("Date", "Cache-Control", "Set-Cookie")
#: what a form has for each visitor alone
_SECRETS = re.compile(rb'name="(?:csrf_token|submission_key)" value="[^"]+"')
_UNSEEN = frozenset(name for names in UNSEEN.values() for name in names)
_TRANSACTIONS = {"transaction", "revocable", "holding_event", "holding_event_in_any_state"}
Answer = tuple[int, bytes, dict[str, str]]
#: and language
Address = tuple[str, str]
#: services that the walk does not reach, by why no page can be stale after them: each by its own name, so that nothing hides
NOT_WALKED = {
    "who signs in: no page shows it": """
        accounts/services/guards.py: admit forgive
        accounts/services/second_factor.py: confirm_setup give_code
        accounts/services/sessions.py: note_seen prove_again
        accounts/services/sign_in.py: send_sign_in_link set_password sign_in_with_password""",
    "the desk's own, and what it takes out: no page shows it": """
        accounts/services/accounts.py: set_roomy_rows
        attendees/services/merging.py: keep_apart
        attendees/services/reasons.py: move_reason
        bulk/services/runs.py: attach leave_out take_as_they_are take_in
        exchange/services/background.py: _finish _gather make_some""",
    "puts back what was saved a minute ago, by the tables that saving writes": """
        events/services/settings.py: take_back_places
        messages/calendar_updates.py: Updates.take_back""",
    "saves the event's row, as saving its settings does": "contacts/services.py: make_public",
    "personal invitations: no page shows them": "invitations/services/invitations.py: invite_list",
    "mails and jobs: no page shows them": """
        bulk/services/schedules.py: _see_to aim prepare send_now set_up stop switch_on
        bulk/services/writing.py: take_back_messages
        jobs/running.py: give_up
        contacts/services.py: _write_some remove_contact
        mail/bounces.py: read_mailbox take_in
        media/services.py: _for_mail
        mail/delivery.py: _free_left_behind _write_news claim_next settle
        mail/services.py: forget_messages release repeat send_again
        registration/services/links.py: send_link
        registration/services/statuses.py: take_back_mails
        selfservice/services.py: send_earlier_answers""",
    "what goes of people, and what the law keeps: no page shows it, and a period stands in the event's own row": """
        privacy/running.py: _end_receipts _let_go _tell_before forget_messages_of_accounts lift_hold place_hold save_periods""",
    "one person's answers and files: no page shows them, and a form that tells of places of options is not kept": """
        operations/rotation.py: _reseal_column
        privacy/copies.py: make_copy
        registration/services/answer_changes.py: change_answers
        messages/calendar_updates.py: take_reply
        registration/services/answers.py: drop_held hold_file move_held
        selfservice/copies.py: end_copies name_copy""",
    "writes what registering does, at an event whose pages tell nothing of places": """
        registration/services/discreet.py: enter_as_anybody""",
    "draws the first number, before which nothing is kept": "site/kept_pages.py: begin_number",
}


class Act(NamedTuple):
    """Something that may write."""

    name: str
    run: Callable[[], object]
    at: datetime | None = None


@dataclass
class Kind:
    """Pages that are kept under one number, or forms under theirs."""

    addresses: tuple[str, ...]
    #: tables that do not count
    unseen: frozenset[str]
    number: Callable[[Rows], int]
    languages: tuple[str, ...]
    #: tables of which a change was looked at
    looked_at: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.all = [(address, language) for language in self.languages for address in self.addresses]

    def doubtful(self, before: Rows, rows: Rows) -> Iterable[Address]:
        """Return what may be stale after a change of `before` into `rows`.

        Under another number nothing is answered from memory: that is looked at once for each table.
        """
        changed = {name for name in before if rows[name] != before[name]} - self.unseen
        if self.number(rows) == self.number(before):
            return self.all if changed else ()
        is_new = not changed <= self.looked_at
        self.looked_at |= changed
        return self.all if is_new else ()


class Elsewhere:
    """Another process on the world's database, as a visitor finds it: what it keeps, and what it makes anew."""

    def __init__(self, app: Flask, world: World) -> None:
        self.app = app
        session = next(world.address(rule) for _verb, rule in rules(app) if rule.endpoint == "site.show_session")
        event, other = f"/events/{world.event.slug}", f"/events/{world.other.slug}"
        pages = (
            "/",
            "/accessibility",
            event,
            f"{event}/programme",
            session,
            f"{event}/conclusions",
            f"{event}/privacy",
        )
        #: the form of `event` tells how many places are left, and is not kept
        forms = (f"{event}/register", f"{other}/register?category=government")
        languages = app.config["EVENTREG_LANGUAGES"]
        self.kinds = (
            Kind(pages, _UNSEEN, lambda rows: rows["public_number"][0][1], languages),
            Kind(forms, _UNSEEN - OF_FORMS, lambda rows: operator.sub(*rows["public_number"][0][1:]), languages),
        )
        self.in_turn = cycle([each for kind in self.kinds for each in kind.all])

    def stale(self, doubtful: Iterable[Address]) -> list[Address]:
        """Return those whose answer from memory is not the one that is made anew."""
        kept = {each: self.get(*each) for each in doubtful}
        with self.app.app_context():
            forget_settings()
        return [each for each, answer in kept.items() if answer != self.get(*each, **_MADE_ANEW)]

    def read(self) -> None:
        """Read all in each language, so that it is kept."""
        for kind in self.kinds:
            for each in kind.all:
                self.get(*each)

    def get(self, address: str, language: str, **more: str) -> Answer:
        """Ask as somebody without cookies."""
        headers = {"Accept-Language": language, **more}
        answer = self.app.test_client(use_cookies=False).get(address, headers=headers)
        told = {name: value for name, value in answer.headers.items() if name not in _OF_EACH}
        return answer.status_code, _SECRETS.sub(b"", answer.data), told

    def let_go(self) -> None:
        """Let go of the database."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(scope="module")
def elsewhere(built_world: World, shared_folder: Path) -> Iterator[Elsewhere]:
    """A second application on the world's database and instance folder."""
    app = build_app(built_world.app.extensions["eventreg"].config, shared_folder)
    found = Elsewhere(app, built_world)
    yield found
    found.let_go()


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
    codes: set[CodeType] = set()

    def note(_connection: Any, *statement: Any) -> None:
        frame: Any = None if statement and statement[1].startswith("SELECT") else sys._getframe(1)
        while frame is not None:
            codes.add(frame.f_code)
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
    for code in codes:
        path = Path(code.co_filename)
        if path.is_relative_to(ROOT):
            found.add(f"{path.relative_to(ROOT).as_posix()}: {code.co_qualname.replace('.<locals>', '')}")


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
    organizer = Organizer.account(world.accounts["owner"].id)
    administrator = Editor(world.accounts["administrator"].id, is_administrator=True)
    calls: dict[str, Callable[[], object]] = {
        "demo": lambda: add_registrations(load_seminar(at).event_id, 30),
        "register": lambda: register_somebody(event, email="nueva@instituto.example"),
        "decline": lambda: _decline_and_pass_on(world, organizer),
        "merge": lambda: merge(event.id, merging(world.people["letter"], world.people["confirmed"]), organizer),
        "merge institutions": lambda: repoint_organization(partner.organization_id, an_institution().id, owner, at),
        "a first logo": lambda: give_first_logo(partner.organization_id, world.picture_id, administrator, at),
        "codes": lambda: make_codes(event.id, CodeTerms("government"), 2, organizer),
        "a picture": lambda: hold_picture(EncodedPicture("image/png", 1, 1, b"png"), at),
        "an institution": lambda: add_organization(OrganizationEntry({"es": "Nueva"}), administrator, at),
        "a file of people": lambda: _put_in(event),
        "an erasure": lambda: _erase(world),
        "other questions": lambda: a_questionnaire(world.other, EVERY_KIND),
        "an earlier text": lambda: _return(event, owner),
        "a day of another programme": lambda: _another_day(event, owner),
        "rooms in another order": lambda: move_room(event.id, a_room(event, "Dos", 2).id, owner, earlier=True),
    }
    for name, call in calls.items():
        yield Act(name, partial(_in_context, world.app, call))


def _decline_and_pass_on(world: World, organizer: Organizer) -> None:
    person = world.people["confirmed"]
    decide(world.event.id, person.reference, Action.DECLINE, "No hay lugar.", person.revision, organizer)
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        run_worker(world.app, once=True)


def _erase(world: World) -> None:
    token = world.tokens["privacy.confirm_erasure"]
    confirm(token)
    carry_out({"request_id": find_request(token).id}, clock.now())


def _put_in(event: Event) -> None:
    importer = an_importer(event)
    row, _tried = tried(event, a_file(a_row(email="archivo@instituto.example", category="Government")), importer)
    confirm_import(event.id, row.public_id, importer)


def _return(event: Event, who: Actor) -> None:
    title = TextId("title", "en")
    save_texts(event.id, [TextChange(*title, fingerprint(event.title["en"]), "Two")], who)
    first = list_versions(event.id, title)[-1]
    return_to_version(event.id, title, first.id, fingerprint("Two"), who)


def _another_day(event: Event, who: Actor) -> None:
    day_id = event.days[-1].id
    shown = db.session.scalars(select(ProgrammeSession).where(ProgrammeSession.day_id == day_id))
    replace_day(event.id, day_id, [an_entry(event, -1)], {each.public_id: each.revision for each in shown}, who)


def test_what_is_kept_reads_no_table_that_does_not_count(world: World, elsewhere: Elsewhere) -> None:
    """Before and after the view neither: so a row of a table that does not count changes no word."""
    tables, views = set(world.rows()), elsewhere.app.view_functions
    asked = elsewhere.app.url_map.bind("localhost")
    found = {asked.match(address.partition("?")[0])[0] for kind in elsewhere.kinds for address in kind.addresses}
    assert found == {name for name, view in views.items() if hasattr(view, "kept_as")}
    for unseen, each in ((kind.unseen, each) for kind in elsewhere.kinds for each in kind.all):
        with elsewhere.app.app_context(), counted() as statements:
            forget_settings()
            assert elsewhere.get(*each, **_MADE_ANEW)[0] == 200
            read = tables.intersection(re.findall(r"\w+", " ".join(statements)))
            elsewhere.get(*each)
            statements.clear()
            elsewhere.get(*each)
        assert "instance_settings" in read
        # The number itself tells whether something lies on the shelf still.
        assert read & unseen <= {"public_number"}, each
        assert statements == [], f"{each} is not kept"
    elsewhere.let_go()


@pytest.mark.slow
def test_no_page_is_other_than_made_anew_after_any_service(world: World, elsewhere: Elsewhere) -> None:
    stale = []
    with _writing(world.app) as reached:
        elsewhere.read()
        before = world.rows()
        for act in (*_posts(world), *_forms(world), *_calls(world), *_duties(world)):
            with time_machine.travel(act.at or clock.now(), tick=True):
                act.run()
                if world.is_written:
                    rows = world.rows()
                    doubtful = [each for kind in elsewhere.kinds for each in kind.doubtful(before, rows)]
                    if rows["public_number"] == before["public_number"]:
                        # What was written is read by none (see above), so that one of them will do.
                        doubtful = doubtful or [next(elsewhere.in_turn)]
                    stale += [f"{act.name}: {page}" for page in elsewhere.stale(doubtful)]
                    elsewhere.let_go()
                    world.restore()
                    if rows["public_number"] != before["public_number"] and doubtful:
                        elsewhere.read()
    assert stale == []
    named = {
        f"eventreg/{path}: {name}"
        for path, names in re.findall(r"(\S+): (.+)", "\n".join(NOT_WALKED.values()))
        for name in names.split()
    }
    owners = writers()
    assert sorted(owners - reached - named) == []
    assert sorted(named - owners) == []
