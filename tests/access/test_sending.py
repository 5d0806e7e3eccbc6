"""Nothing is sent unannounced (case 73): every act of the desk that makes emails go says so, and shows it first."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from werkzeug.exceptions import HTTPException

from eventreg.accounts.emails import enqueue_to_account
from eventreg.attendees.rules.acts import RunAct
from eventreg.audit.services import Actor
from eventreg.bulk.services.runs import begin_run, draft_run, these
from eventreg.db import db, transaction
from eventreg.events.models import Category, Event, TeamMember
from eventreg.events.organizers import Organizer
from eventreg.events.rules.team import EVERYTHING
from eventreg.exchange.rules.importing import RefusedRows
from eventreg.exchange.services.importing import Importer, matching_of, take_file, terms_of, try_file
from eventreg.jobs.services import schedule
from eventreg.kernel.clock import now
from eventreg.mail.content import MailContent
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.services.decisions import DecisionMail, decide
from eventreg.registration.services.promotion import pass_on_places
from eventreg.web.access import Sending, UndeclaredSending, sending_of
from tests.access.table import read_sending
from tests.builders import CATEGORIES, a_registration, a_team_member, an_account, an_event
from tests.registration.arriving import an_invitation
from tests.registration.records import fresh, history, mails, status_of, told
from tests.support.html import elements, parents_of, text_of
from tests.support.pages import Page, Pages
from tests.world import World, rules

SENDING = read_sending()
#: texts move nobody up: what they do to calendars is tested with the calendars (`tests/messages/test_calendar_updates.py`)
_OF_CALENDARS = ("/manage/events/<slug>/texts", "/manage/events/<slug>/texts/history")
ANNOUNCED = [address for address, how in SENDING.items() if how is Sending.ANNOUNCED and address not in _OF_CALENDARS]
_SAID = re.compile(r"e-?mail|messages?|written to|invit|remind|\\bask|notif|tell|[Ss]end", re.IGNORECASE)
_SHOWN = [address for address, how in SENDING.items() if how not in (Sending.NONE, Sending.ANNOUNCED)]


def test_table_says_how_each_act_announces_what_it_sends(built_world: World) -> None:
    views = built_world.app.view_functions
    unsafe = {rule.rule: views[rule.endpoint] for verb, rule in rules(built_world.app) if verb != "GET"}
    assert {address: sending_of(view) for address, view in unsafe.items()} == SENDING


def test_what_does_not_declare_it_sends_nothing(app: Flask) -> None:
    """So no view can forget it: every test that presses its button would fail."""
    account, event = an_account(), an_event()
    content = MailContent(subject="Hola", heading="Hola", greeting="Hola", paragraphs=())
    with app.test_request_context(f"/manage/events/{event.slug}/tags", method="POST"), transaction():
        with pytest.raises(UndeclaredSending, match="add_one_tag"):
            enqueue_to_account(account, content, "es", "account/x", "accounts/x")
        with pytest.raises(UndeclaredSending, match="add_one_tag"):
            schedule("registration.pass_on_places", "x", {}, now())
        schedule("review.make_export", "x", {}, now(), sends=False)


class Scene(NamedTuple):
    """An event of one place, somebody who has it, and somebody who waits for it; who organizes is at the browser."""

    desk: Pages
    event: Event
    person: Registration
    waiting: Registration

    def at(self, path: str) -> Page:
        return self.desk.get(f"/manage/events/{self.event.slug}/{path}")


@pytest.fixture
def scene(app: Flask, clock: time_machine.Traveller) -> Scene:
    government, academia = CATEGORIES
    event = an_event(({**government, "places": 1}, academia), capacity=None)
    waiting = a_registration(event, status="waitlisted", given_name="Marisol", family_name="Espera")
    desk = Pages(app, "en").sign_in(a_team_member(event))
    return Scene(desk, event, a_registration(event), waiting)


def _of_event(scene: Scene) -> Page:
    """The places are the event's own, and one more is given."""
    with transaction():
        event = db.session.get_one(Event, scene.event.id)
        event.capacity, db.session.get_one(Category, scene.event.categories[0].id).places = 1, None
    return scene.at("settings?part=places").submit("Save settings", {"#capacity": "2"})


def _of_category(scene: Scene) -> Page:
    places = f"#category-{scene.event.categories[0].id}-places"
    return scene.at("categories").submit("Save categories", {places: "2"})


def _decline(scene: Scene) -> Page:
    return scene.at(f"registrations/{scene.person.reference}").submit("Decline", {"#reason": "No hay lugar."})


def _move(scene: Scene) -> Page:
    page = scene.at(f"registrations/{scene.person.reference}/category")
    return page.submit("Move", {"They take part as": "Academia"})


def _withdraw(scene: Scene) -> Page:
    return scene.at(f"registrations/{scene.person.reference}/withdraw").submit("Withdraw")


def _erase(scene: Scene) -> Page:
    return scene.at(f"registrations/{scene.person.reference}/erase").submit("Delete the data")


def _merge(scene: Scene) -> Page:
    stays = a_registration(scene.event, "academia")
    page = scene.at(f"registrations/duplicates/compare?of={stays.reference}&of={scene.person.reference}")
    return page.submit("Merge registrations", {"stays": stays.reference})


def _undo(scene: Scene) -> Page:
    """What is undone let somebody else have the place of the event."""
    with transaction():
        db.session.get_one(Category, scene.event.categories[0].id).places = None
        db.session.get_one(Event, scene.event.id).capacity = 2
    person, who = a_registration(scene.event, "academia", "declined"), Organizer.account(an_account().id)
    decide(scene.event.id, person.reference, Action.APPROVE, "", 1, who, DecisionMail(has_mail=False))
    return scene.at(f"registrations/{person.reference}").submit("Undo: Approved")


_DECISION = "/manage/events/<slug>/registrations/<reference>/decision"
_UNDO = "/manage/events/<slug>/registrations/<reference>/undo"
_ACTS: dict[str, Callable[[Scene], Page]] = {
    "/manage/events/<slug>/settings": _of_event,
    "/manage/events/<slug>/categories": _of_category,
    _DECISION: _decline,
    _UNDO: _undo,
    "/manage/events/<slug>/registrations/<reference>/category": _move,
    "/manage/events/<slug>/registrations/<reference>/withdraw": _withdraw,
    "/manage/events/<slug>/registrations/<reference>/erase": _erase,
    "/manage/events/<slug>/registrations/duplicates/merge": _merge,
}
_PLACES = ["/manage/events/<slug>/settings", "/manage/events/<slug>/categories"]
_CONFIRM, _QUIETLY = "Confirm and write to 1 person", "Confirm without writing to them"


@pytest.mark.both_databases
@pytest.mark.parametrize("act", ANNOUNCED)
def test_who_is_written_to_is_shown_before_it_is_done(scene: Scene, act: str, clock: time_machine.Traveller) -> None:
    page = _ACTS[act](scene)
    assert page.status == 422
    (block,) = page.all(id="announcement")
    assert "1 person will be written to" in text_of(block)
    assert "Marisol Espera" in text_of(block)
    assert any("Marisol" in text_of(mail) for mail in elements(block, "pre"))
    assert (status_of(scene.person), status_of(scene.waiting)) == (Status.CONFIRMED, Status.WAITLISTED)
    assert db.session.scalar(select(func.count(MailMessage.id))) == 0
    done = page.submit(_CONFIRM, status=303)
    if act == _DECISION:
        assert done.follow().has("unless this is undone: Marisol Espera.")
        clock.shift(timedelta(seconds=61))
    pass_on_places(scene.event.id)
    assert status_of(scene.waiting) is Status.CONFIRMED
    assert told(scene.waiting) == ["promoted"]
    waits = mails(scene.waiting)[0].due_at - now()
    assert waits == timedelta(seconds=60 if act in _PLACES else 0)


@pytest.mark.parametrize("act", [act for act in ANNOUNCED if act not in (_DECISION, _UNDO)])
def test_done_without_sending_nobody_who_moves_up_is_written_to(scene: Scene, act: str) -> None:
    _ACTS[act](scene).submit(_QUIETLY, status=303)
    assert status_of(scene.waiting) is Status.CONFIRMED
    assert told(scene.waiting) == told(scene.waiting, "contact") == []
    assert history(scene.waiting)[-1] == ("promoted", {"status": "confirmed", "without_mail": True})
    assert fresh(scene.waiting).calendar_uids == []
    assert scene.at(f"registrations/{scene.waiting.reference}").has("Decided without an email: nobody was told.")


@pytest.mark.both_databases
@pytest.mark.parametrize("button", [_CONFIRM, _QUIETLY])
@pytest.mark.parametrize("act", _PLACES)
def test_undone_within_the_minute_nothing_was(scene: Scene, act: str, button: str) -> None:
    page = _ACTS[act](scene).submit(button, status=303).follow()
    assert page.has("1 person moved up from the waiting list.")
    assert page.submit("Undo", status=303).follow().has("Undone. The places are as before")
    assert status_of(scene.waiting) is Status.WAITLISTED
    assert told(scene.waiting) == told(scene.waiting, "contact") == []
    pass_on_places(scene.event.id)
    assert status_of(scene.waiting) is Status.WAITLISTED
    event = db.session.get_one(Event, scene.event.id, populate_existing=True)
    assert 1 in (event.capacity, db.session.get_one(Category, scene.event.categories[0].id).places)


@pytest.mark.parametrize("act", _PLACES)
def test_after_the_minute_it_cannot_be_undone(scene: Scene, act: str, clock: time_machine.Traveller) -> None:
    page = _ACTS[act](scene).submit(_CONFIRM, status=303).follow()
    clock.shift(timedelta(seconds=61))
    assert page.submit("Undo", status=303).follow().has("The email has gone")
    assert status_of(scene.waiting) is Status.CONFIRMED


def test_one_of_them_alone_is_not_undone(scene: Scene) -> None:
    _of_category(scene).submit(_CONFIRM, status=303)
    page = scene.at(f"registrations/{scene.waiting.reference}")
    assert page.has("Moved up from the waiting list")
    assert "Undo" not in [button for form in page.forms() for button in form.buttons()]


@pytest.mark.both_databases
@pytest.mark.parametrize("act", ANNOUNCED)
def test_when_somebody_else_moves_up_by_then_it_is_shown_again(scene: Scene, act: str) -> None:
    page = _ACTS[act](scene)
    earlier = now() - timedelta(days=1)
    first = a_registration(scene.event, status="waitlisted", at=earlier, given_name="Primera", family_name="Fila")
    again = page.submit(_CONFIRM, status=422)
    assert "Primera Fila" in text_of(again.all(id="announcement")[0])
    assert db.session.scalar(select(func.count(MailMessage.id))) == 0
    again.submit(_CONFIRM, status=303)
    assert status_of(scene.waiting) is Status.WAITLISTED
    assert status_of(first) is (Status.WAITLISTED if act in (_DECISION, _UNDO) else Status.CONFIRMED)


def test_two_declines_each_name_their_own(scene: Scene) -> None:
    """Who moves up to a place that was set free a moment before was named by that."""
    second = a_registration(scene.event, given_name="Otra", family_name="Persona")
    later = a_registration(scene.event, status="waitlisted", at=now() + timedelta(seconds=1), family_name="Después")
    with transaction():
        db.session.get_one(Category, scene.event.categories[0].id).places = 2
    _decline(scene).submit(_CONFIRM, status=303)
    block = text_of(_decline(scene._replace(person=second)).all(id="announcement")[0])
    assert later.full_name in block
    assert "Marisol" not in block


def test_whoever_may_not_know_of_them_is_told_how_many(scene: Scene, app: Flask) -> None:
    reviewer = a_team_member(scene.event, "reviewer")
    with transaction():
        member = db.session.scalars(select(TeamMember).where(TeamMember.account_id == reviewer.id)).one()
        member.only_categories, db.session.get_one(Event, scene.event.id).capacity = ["academia"], 2
        db.session.get_one(Category, scene.event.categories[0].id).places = None
    person = a_registration(scene.event, "academia")
    page = _decline(scene._replace(desk=Pages(app, "en").sign_in(reviewer), person=person))
    (block,) = page.all(id="announcement")
    assert "1 person will be written to" in text_of(block)
    assert "Marisol" not in page.text
    page.submit(_CONFIRM, status=303)


@pytest.mark.parametrize("act", ANNOUNCED)
def test_what_moves_nobody_up_asks_nothing(scene: Scene, act: str) -> None:
    with transaction():
        db.session.get_one(Registration, scene.waiting.id).status = Status.CANCELLED
    assert _ACTS[act](scene).status == 303


@pytest.fixture(scope="module")
def forms(built_world: World) -> dict[str, list[tuple[str, str]]]:
    """What the forms of the desk say, and what their pages do, by the address that they are sent to."""
    found: dict[str, list[tuple[str, str]]] = {}
    pages = _pages(built_world)
    built_world.restore()
    adapter = built_world.app.url_map.bind("localhost")
    for page in pages:
        parents = parents_of(page.root)
        for form in page.all("form"):
            own = form.get("action") or (page.address if form.get("method") == "post" else None)
            for action in filter(None, [own, *(each.get("formaction") for each in elements(form, "button"))]):
                try:
                    address, _values = adapter.match(urlsplit(action).path, method="POST", return_rule=True)
                except HTTPException:
                    continue
                found.setdefault(address.rule, []).append((text_of(parents[form]), page.main))
    return found


def _pages(world: World) -> list[Page]:
    """Return every page of the desk, and those of what can be sent and of what waits."""
    owner, event = world.visitor("owner"), world.event
    pages = [
        world.visitor(actor).get(world.address(rule, actor), None, sound=False)
        for actor in ("owner", "administrator")
        for verb, rule in rules(world.app)
        if verb == "GET" and rule.rule.startswith("/manage/")
    ]
    at = f"/manage/events/{event.slug}"
    with world.app.app_context():
        account, person = world.accounts["owner"], a_registration(event)
        an_invitation(event, sent_at=None)
        begun = draft_run(event.id, RunAct.WAITLIST, these(event.id, {person.reference: 1}, EVERYTHING), account.id)
        begin_run(begun.id)
        importer = Importer(Actor.account(account.id), "en", sees_sensitive=True)
        row = take_file(event.id, "personas.csv", b"Given name,Email address\nAna,ana@archivo.example\n", importer)
        terms = replace(terms_of(row), category="academia", refused=RefusedRows.LEFT)
        try_file(event.id, row.public_id, matching_of(row), terms, importer)
    paths = [f"registrations/imports/{row.public_id}/trial", "invitations"]
    paths += [f"registrations/runs/{id_}" for id_ in (begun.public_id, world.public_ids["bulk.begin"])]
    paths += [f"registrations/runs/{world.public_ids['bulk.try_run_message']}"]
    paths += ["registrations/new?category=academia", f"registrations/{world.people['pending'].reference}"]
    pages += [owner.get(f"{at}/{path}") for path in paths]
    for state in (DeliveryState.HELD, DeliveryState.FAILED, DeliveryState.SENT):
        with world.app.app_context(), transaction():
            db.session.get_one(MailMessage, world.message_id).state = state
        pages.append(owner.get(f"{at}/messages/{world.message_id}", sound=False))
    return [page for page in pages if page.is_html]


@pytest.mark.parametrize("address", _SHOWN)
def test_what_is_sent_is_said_beside_the_button(
    built_world: World, forms: dict[str, list[tuple[str, str]]], address: str
) -> None:
    shown = forms.get(address) or _in_templates(built_world, address)
    assert shown, "no page was found with the form"
    match SENDING[address]:
        case Sending.NAMED:
            assert any(_SAID.search(form) for form, _page in shown), shown
        case Sending.CHOICE:
            assert any(re.search(r"Tell .*by email", form) for form, _page in shown), shown
        case _:
            wanted = re.compile(r"\d+ (person|people|message|of \d)|by email|The email|written to|sent yet")
            assert all(wanted.search(page) for _form, page in shown), shown


def _in_templates(world: World, address: str) -> list[tuple[str, str]]:
    """Return the same as it is written, of what the world has no case of: a server for mail, an old invitation."""
    (endpoint,) = {rule.endpoint for verb, rule in rules(world.app) if verb == "POST" and rule.rule == address}
    sources = [path.read_text(encoding="utf-8") for path in Path(world.app.root_path).parent.glob("templates/*/*.html")]
    named = [source for source in sources if f"'{endpoint}'" in source or f'"{endpoint}"' in source]
    found = [form for source in named for form in re.findall(r"<form.*?</form>", source, re.DOTALL)]
    return [(form, form) for form in found if endpoint in form] or [(source, source) for source in named]


def test_a_draft_that_lets_places_go_names_who_moves_up(scene: Scene) -> None:
    account = db.session.scalars(select(TeamMember.account_id).where(TeamMember.event_id == scene.event.id)).one()
    run = draft_run(
        scene.event.id, RunAct.DECLINE, these(scene.event.id, {scene.person.reference: 1}, EVERYTHING), account
    )
    page = scene.at(f"registrations/runs/{run.public_id}")
    assert page.has("1 person moves up from the waiting list and is written to, unless this is undone")
    assert page.has("Marisol Espera")
    first = a_registration(scene.event, status="waitlisted", at=now() - timedelta(days=1), family_name="Primera")
    again = page.submit("Decline 1 registration", {"#reason-es": "No hay lugar."}, 422)
    assert again.has(first.full_name)
    again.submit("Decline 1 registration", {"#reason-es": "No hay lugar."}, 303)
    assert status_of(scene.person) is Status.DECLINED
