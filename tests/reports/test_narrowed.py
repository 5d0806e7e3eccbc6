"""A member who was given less than a role meets less: on rows and on parts of them, on every page and in every act."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.accounts.models import Account
from eventreg.attendees.annotations.notes import Written, change_note, remove_note, see_mentions, write_note
from eventreg.attendees.annotations.tags import change_tags, create_tag
from eventreg.attendees.listing import RegistrationList
from eventreg.attendees.models import SavedView
from eventreg.attendees.queries.messages import get_message_page
from eventreg.attendees.queries.reasons import list_reasons
from eventreg.attendees.rules.acts import RunAct
from eventreg.attendees.rules.annotations import TagColour
from eventreg.attendees.rules.listing import Cursor, ListState
from eventreg.attendees.services.merging import Merging, keep_apart, merge
from eventreg.attendees.services.reasons import add_reason, save_view
from eventreg.attendees.services.team_acts import TeamAct, look_at_section, take_file
from eventreg.audit.services import Actor, note
from eventreg.db import db, transaction
from eventreg.events.models import Event, TeamMember
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import list_categories
from eventreg.events.rules.team import EVERYTHING, Scope, Sight, TeamRole
from eventreg.kernel.errors import NotFound
from eventreg.mail.models import MailMessage
from eventreg.onbehalf.services import care
from eventreg.onbehalf.services.changes import Edit, change_for, change_team_answers
from eventreg.onbehalf.services.moving import CategoryMove, NewPerson, hand_on, move_to_category
from eventreg.registration.models import Registration, Upload
from eventreg.registration.queries.scoping import get_in_scope
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.services.answer_changes import ChangedFiles
from eventreg.registration.services.answers import NewFile
from eventreg.registration.services.decisions import decide, undo
from eventreg.registration.services.requests import ask_for_correction
from eventreg.reports.queries.figures import count_standings, list_figures
from tests.builders import a_registration, a_team_member, an_event, register_somebody
from tests.support.pages import Page, Pages

ACADEMIA = Scope(categories=frozenset({"academia"}))
LETTER = NewFile(
    "letter", "carta.pdf", "application/pdf",
    b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n",
)  # fmt: skip
PHONE = "+52 962 555 0123"


@pytest.fixture
def event(app: Flask) -> Event:
    """An event with limited places."""
    return an_event(capacity=20)


@pytest.fixture
def inside(event: Event) -> Registration:
    """Somebody of the academia, with messages."""
    return registered(event, "academia", given_name="Inés", email="ines@universidad.example", phone=PHONE)


@pytest.fixture
def outside(event: Event) -> Registration:
    """Somebody of the government, with a file, a sensitive answer and messages."""
    return registered(
        event, "government", given_name="Óscar", family_name="Ajeno", email="oscar@gobierno.example",
        institution="Ministerio Ajeno", diet="Sin nueces", files=[LETTER],
    )  # fmt: skip


def registered(event: Event, category: str, **answers: Any) -> Registration:
    receipt = register_somebody(event, category, **answers)
    assert receipt.registration is not None
    return receipt.registration


def a_narrowed(event: Event, role: str, **narrowing: list[str]) -> Account:
    account = a_team_member(event, role)
    with transaction() as session:
        member = session.scalars(select(TeamMember).where(TeamMember.account_id == account.id)).one()
        for part, values in narrowing.items():
            setattr(member, part, values)
    return account


def on_day(event: Event, number: int) -> Scope:
    return Scope(days=frozenset({event.days[number].held_on}))


def listed(event: Event, sight: Sight, **state: Any) -> RegistrationList:
    return RegistrationList(event.id, list_categories([event.id]), ListState(**state), sight)


def shown(event: Event, sight: Sight, **state: Any) -> set[str]:
    return {row.reference for row in listed(event, sight, **state).page().rows}


# Rows, in the database


@pytest.mark.both_databases
def test_a_list_holds_its_scope(event: Event) -> None:
    academia = a_registration(event, "academia")
    a_registration(event, "government")
    scoped = Sight(ACADEMIA)
    assert shown(event, scoped) == {academia.reference}
    assert listed(event, scoped).ids() == [academia.id]
    counts = listed(event, scoped).counts()
    assert (counts.shown, counts.any_status, sum(counts.by_field["category"].values())) == (1, 1, 1)
    assert len(shown(event, EVERYTHING)) == 2


@pytest.mark.both_databases
def test_days_are_those_that_a_person_answered_and_all_of_them_when_nobody_asked(event: Event) -> None:
    days = [str(day.id) for day in event.days]
    first = a_registration(event, answers={"days": days[:1]})
    second = a_registration(event, answers={"days": days[1:]})
    both = a_registration(event, answers={"days": days})
    unasked = a_registration(event, answers={"days": []})
    assert shown(event, Sight(on_day(event, 0))) == {first.reference, both.reference, unasked.reference}
    assert shown(event, Sight(on_day(event, 1))) == {second.reference, both.reference, unasked.reference}


@pytest.mark.both_databases
def test_a_day_or_category_that_is_gone_holds_nobody(event: Event) -> None:
    a_registration(event, answers={"days": []})
    gone = event.days[-1].held_on + timedelta(days=9)
    assert shown(event, Sight(Scope(days=frozenset({gone})))) == set()
    assert shown(event, Sight(Scope(categories=frozenset({"press"})))) == set()


@pytest.mark.both_databases
def test_category_and_day_narrow_together(event: Event) -> None:
    days = [str(day.id) for day in event.days]
    a_registration(event, "government", answers={"days": days})
    a_registration(event, "academia", answers={"days": days[1:]})
    wanted = a_registration(event, "academia", answers={"days": days[:1]})
    scope = Scope(ACADEMIA.categories, on_day(event, 0).days)
    assert shown(event, Sight(scope)) == {wanted.reference}


@pytest.mark.both_databases
def test_figures_are_of_the_scope(event: Event) -> None:
    a_registration(event, "academia")
    a_registration(event, "academia", Status.WAITLISTED)
    a_registration(event, "government")
    other = an_event()
    a_registration(other)
    figures = list_figures({event.id: ACADEMIA, other.id: Scope()})
    assert (figures[event.id].total, figures[event.id].taken) == (2, 1)
    assert (figures[other.id].total, figures[other.id].taken) == (1, 1)
    on_one = list_figures({event.id: on_day(event, 0)})[event.id]
    assert (on_one.total, on_one.taken) == (3, 2)


@pytest.mark.both_databases
def test_messages_are_those_about_people_in_scope(event: Event, inside: Registration, outside: Registration) -> None:
    page = get_message_page(event.id, None, None, None, ACADEMIA)
    assert {line.reference for line in page.lines} == {inside.reference}
    whole = count_standings(event.id, Scope())
    part = count_standings(event.id, ACADEMIA)
    assert 0 < sum(part.values()) < sum(whole.values())


@pytest.mark.both_databases
def test_an_act_on_somebody_out_of_scope_is_an_act_on_nobody(event: Event, inside: Registration) -> None:
    owner = a_team_member(event)
    narrowed = Organizer("account", owner.id, ACADEMIA)
    foreign = a_registration(event, "government", Status.PENDING)
    with pytest.raises(NotFound):
        decide(event.id, foreign.reference, Action.APPROVE, "", foreign.revision, narrowed)
    made = decide(event.id, inside.reference, Action.DECLINE, "No hay lugar.", 1, narrowed)
    of_others = Organizer("account", owner.id, Scope(categories=frozenset({"government"})))
    with pytest.raises(NotFound):
        undo(event.id, inside.reference, made.id, of_others)
    with pytest.raises(NotFound):
        get_in_scope(event.id, foreign.reference, ACADEMIA)
    assert get_in_scope(event.id, foreign.reference, Scope()).status is Status.PENDING


def acts_on(person: Registration, who: Organizer) -> list[Callable[[], object]]:
    """Every act of the team on one registration."""
    event_id, reference, act = person.event_id, person.reference, TeamAct(who, person.revision)
    files = ChangedFiles("k" * 24)
    merging = Merging(reference, reference, person.revision, person.revision)
    return [
        lambda: ask_for_correction(event_id, reference, ["sex"], "Revise.", who),
        lambda: care.remind_now(event_id, reference, 1, who),
        lambda: care.take_back(event_id, reference, 1, who),
        lambda: care.put_off(event_id, reference, 1, date(2099, 1, 1), who),
        lambda: move_to_category(event_id, reference, CategoryMove("academia"), act),
        lambda: hand_on(event_id, reference, NewPerson("N", "N", "n@instituto.example", "es"), act),
        lambda: care.withdraw_for(event_id, reference, "", act),
        lambda: care.set_language(event_id, reference, "en", who),
        lambda: care.send_link_to(event_id, reference, who),
        lambda: care.send_where_it_stands(event_id, reference, who),
        lambda: change_for(event_id, reference, Edit({}, set(), files), act),
        lambda: change_team_answers(event_id, reference, {}, set(), files, who),
        lambda: merge(event_id, merging, who),
        lambda: keep_apart(event_id, [reference], who),
        lambda: change_tags(event_id, reference, [], [], "", TagColour.GREY, who),
        lambda: write_note(event_id, reference, Written("Nota"), who),
        lambda: change_note(event_id, reference, 1, Written("Nota"), who),
        lambda: remove_note(event_id, reference, 1, who),
        lambda: see_mentions(event_id, reference, who),
        lambda: look_at_section(event_id, reference, "person", who),
        lambda: take_file(event_id, reference, "nothing", who, sees_sensitive=True),
    ]


def test_every_act_keeps_to_the_scope_by_itself(event: Event) -> None:
    """Whatever a view looked at before."""
    narrowed = Organizer("account", a_team_member(event).id, ACADEMIA)
    foreign = a_registration(event, "government", Status.PENDING)
    for act in acts_on(foreign, narrowed):
        with pytest.raises(NotFound):
            act()
    kept = get_in_scope(event.id, foreign.reference, Scope())
    assert (kept.status, kept.revision, kept.language) == (Status.PENDING, foreign.revision, foreign.language)


@pytest.mark.both_databases
def test_a_cursor_on_somebody_out_of_scope_leads_nowhere(event: Event) -> None:
    """Else the page that begins after them would tell where they stand."""
    ours = [a_registration(event, "academia", family_name=name) for name in ("Arce", "Zea")]
    foreign = a_registration(event, "government", family_name="Mora")
    cursor = Cursor(foreign.reference)
    assert shown(event, Sight(ACADEMIA), cursor=cursor) == {person.reference for person in ours}


@pytest.mark.both_databases
@pytest.mark.parametrize("search", ["ines@universidad.example", "universidad.example", "9625550123", "555 0123"])
def test_searching_confirms_no_address_and_no_number(event: Event, inside: Registration, search: str) -> None:
    assert shown(event, EVERYTHING, search=search) == {inside.reference}
    assert shown(event, Sight(has_contact_data=False), search=search) == set()


@pytest.mark.both_databases
def test_names_institutions_and_references_are_found_without_contact_data(event: Event, inside: Registration) -> None:
    sight = Sight(has_contact_data=False)
    for search in ("ines", "INÉS", "instituto de", inside.reference.lower(), "Ines Instituto"):
        assert shown(event, sight, search=search) == {inside.reference}, search


# Rows and parts, on every page


def addresses(event: Event, person: Registration) -> Iterator[str]:
    base = f"/manage/events/{event.slug}"
    yield f"{base}/registrations/{person.reference}"
    messages = select(MailMessage.id).where(MailMessage.record_id == person.id)
    for message_id in db.session.scalars(messages):
        yield f"{base}/messages/{message_id}"
        yield f"{base}/messages/{message_id}/html"


def acts(event: Event, person: Registration) -> Iterator[tuple[str, dict[str, str]]]:
    base = f"/manage/events/{event.slug}"
    one = f"{base}/registrations/{person.reference}"
    yield f"{one}/decision", {"action": "decline", "reason": "No.", "seen_revision": str(person.revision)}
    yield f"{one}/undo", {"decision": "1"}
    yield f"{one}/sensitive", {"section": "stay"}
    upload = db.session.scalars(select(Upload.public_id).where(Upload.registration_id == person.id)).first()
    yield f"{one}/files/{upload or 'AAAAAAAAAAAA'}", {}
    message = db.session.scalars(select(MailMessage.id).where(MailMessage.record_id == person.id)).first()
    yield f"{base}/messages/{message}/release", {}
    yield f"{base}/messages/{message}/again", {}


def overviews(event: Event) -> Sequence[str]:
    base = f"/manage/events/{event.slug}"
    return (
        "/manage/", base, f"{base}/registrations", f"{base}/registrations?q=Ajeno", f"{base}/messages", f"{base}/team",
        f"{base}/registrations?category=government", f"{base}/registrations?order=name",
    )  # fmt: skip


def traces_of(person: Registration) -> set[str]:
    return {person.given_name, person.family_name, person.email, person.reference, person.institution}


@pytest.mark.parametrize("role", ["reviewer", "manager"])
def test_somebody_out_of_scope_is_nowhere(
    event: Event, inside: Registration, outside: Registration, pages: Pages, role: str
) -> None:
    """Case 2, inside one event: the same body as for a reference that never was."""
    desk = pages.sign_in(a_narrowed(event, role, only_categories=["academia"]))
    for address in overviews(event):
        page = desk.get(address)
        assert not [trace for trace in traces_of(outside) if trace in page.main.replace("“Ajeno”", "")], address
    never = desk.get(f"/manage/events/{event.slug}/registrations/PRU-222222", 404).main
    for address in addresses(event, outside):
        assert desk.get(address, 404).main == never, address
    for address, form in acts(event, outside):
        may_try = role == "manager" or not any(part in address for part in ("sensitive", "release", "again"))
        answer = desk.post(address, form, 404 if may_try else 403, token=True)
        assert not may_try or answer.main == never, address
    for address in addresses(event, inside):
        desk.get(address, sound=not address.endswith("html"))


def test_the_list_offers_no_category_out_of_scope(event: Event, inside: Registration, pages: Pages) -> None:
    desk = pages.sign_in(a_narrowed(event, "reviewer", only_categories=["academia"]))
    page = desk.get(f"/manage/events/{event.slug}/registrations")
    assert page.has("Academia")
    assert not page.has("Government")
    assert not page.has("of 20 places taken")


def test_an_export_holds_the_scope_and_no_address(
    event: Event, inside: Registration, outside: Registration, pages: Pages
) -> None:
    account = a_narrowed(event, "manager", only_categories=["academia"], withheld=["see_contact_data"])
    answer = pages.sign_in(account).post(
        f"/manage/events/{event.slug}/registrations.csv", {}, 200, token=True, sound=False
    )
    text = answer.body.decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text))
    assert [row[0] for row in rows] == [inside.reference]
    cells = dict(zip(head, rows[0], strict=True))
    assert (cells["Email address"], cells["Telephone"]) == ("answered", "answered")
    assert "@" not in text
    assert "555" not in text


def _pages_without_contact(event: Event, person: Registration, desk: Pages) -> Iterator[Page]:
    base = f"/manage/events/{event.slug}"
    yield from (desk.get(address, None) for address in overviews(event))
    yield desk.get(f"{base}/registrations/{person.reference}")


@pytest.mark.parametrize("role", ["reviewer", "manager"])
def test_without_contact_data_no_page_holds_an_address_or_a_number(
    event: Event, inside: Registration, pages: Pages, role: str
) -> None:
    with transaction():
        for action, detail in (
            ("address_changed", {"old": "antes@universidad.example", "new": inside.email}),
            ("answers_changed", {"phone": {"old": ["+52 55 5555 9999"], "new": [PHONE]}}),
        ):
            note(inside, action, Actor.participant(inside.id), **detail)
    desk = pages.sign_in(a_narrowed(event, role, withheld=["see_contact_data"]))
    for page in _pages_without_contact(event, inside, desk):
        assert "universidad.example" not in page.html, page.address
        assert "555 0123" not in page.html, page.address
        assert "9999" not in page.html, page.address
    dossier = desk.get(f"/manage/events/{event.slug}/registrations/{inside.reference}")
    assert dossier.text.count("not shown to you") == 2
    assert dossier.has("Confirmed the new email address")
    assert "Messages" not in dossier.texts("h2")
    desk.get(f"/manage/events/{event.slug}/messages", 403)
    for address in list(addresses(event, inside))[1:]:
        desk.get(address, 403)
    searched = desk.get(f"/manage/events/{event.slug}/registrations?q={inside.email}")
    assert searched.has("Nobody fits these filters.")


@pytest.mark.parametrize(
    ("withheld", "address", "form"),
    [
        ("decide", "registrations/{reference}/decision", {"action": "approve", "seen_revision": "1"}),
        ("decide", "registrations/{reference}/undo", {"decision": "1"}),
        ("see_sensitive", "registrations/{reference}/sensitive", {"section": "stay"}),
        ("see_sensitive", "registrations/{reference}/files/AAAAAAAAAAAA", {}),
        ("see_files", "registrations/{reference}/files/AAAAAAAAAAAA", {}),
        ("export", "registrations.csv", {}),
        ("send_messages", "messages/1/release", {}),
        ("edit_team", "team/invitations", {}),
    ],
)
def test_what_is_withheld_is_refused(
    event: Event, inside: Registration, pages: Pages, withheld: str, address: str, form: dict[str, str]
) -> None:
    desk = pages.sign_in(a_narrowed(event, "manager", withheld=[withheld]))
    desk.post(f"/manage/events/{event.slug}/{address.format(reference=inside.reference)}", form, 403, token=True)


# Figures and no person


@pytest.mark.parametrize("narrowing", [{}, {"only_categories": ["academia"]}])
def test_a_funders_viewer_sees_figures_and_no_person(
    event: Event, inside: Registration, outside: Registration, pages: Pages, narrowing: dict[str, list[str]]
) -> None:
    desk = pages.sign_in(a_narrowed(event, "viewer", **narrowing))
    people = traces_of(inside) | traces_of(outside) | {PHONE, "carta.pdf", "Sin nueces"}
    opened = 0
    for rule in desk.app.url_map.iter_rules():
        if (
            "GET" not in (rule.methods or ())
            or rule.arguments - {"slug"}
            or not rule.rule.startswith(("/manage", "/acc"))
        ):
            continue
        page = desk.get(rule.rule.replace("<slug>", event.slug), None, sound=False)
        opened += page.status == 200
        assert not [trace for trace in people if trace in page.html], rule.rule
    assert opened >= 4


def test_a_narrowed_viewer_sees_the_figures_of_the_category(
    event: Event, inside: Registration, outside: Registration, pages: Pages
) -> None:
    for _ in range(5):
        a_registration(event, "academia")
    desk = pages.sign_in(a_narrowed(event, "viewer", only_categories=["academia"]))
    page = desk.get(f"/manage/events/{event.slug}")
    assert page.has("places taken in your part of the event")
    assert not page.has("of 20 places taken")
    assert not page.has("Government")
    assert desk.get(f"/manage/events/{event.slug}/figures").has("Academia")
    assert not desk.get("/manage/").has("of 20")


@pytest.mark.parametrize("role", ["reviewer", "manager"])
def test_what_the_whole_team_works_with_is_changed_by_who_has_the_whole_event(
    event: Event, pages: Pages, role: str
) -> None:
    """Reasons, tags and views of the team are read and used by everybody who decides; a part of the event changes none."""
    owner = a_team_member(event)
    base = f"/manage/events/{event.slug}"
    reason = add_reason(
        event.id, RunAct.DECLINE, "Lugares", {"es": "No hay lugar.", "en": "No place."}, Actor.account(owner.id)
    )
    tag = create_tag(event.id, "Ponente", TagColour.BLUE, Actor.account(owner.id))
    view = save_view(event.id, Organizer.account(owner.id), "De todos", "status=confirmed", is_shared=True)
    desk = pages.sign_in(a_narrowed(event, role, only_categories=["academia"]))
    shown = desk.get(f"{base}/registrations/reasons")
    assert shown.has("Lugares")
    assert not shown.has("Add a reason")
    assert shown.texts("button", name="do") == []
    for address, form in (
        ("registrations/reasons", {"do": "start"}),
        (f"registrations/reasons/{reason.public_id}", {"do": "remove"}),
        (f"tags/{tag.public_id}", {"name": "Otro"}),
        (f"tags/{tag.public_id}/remove", {}),
    ):
        desk.post(f"{base}/{address}", form, token=True, status=403)
    desk.post(f"{base}/registrations/views/{view}", {"do": "delete"}, token=True, status=404)
    listed = desk.get(f"{base}/registrations/views")
    assert "The whole team has it" not in listed.texts("label")
    desk.post(f"{base}/registrations/views", {"name": "Mía", "is_shared": "y"}, token=True, status=303)
    db.session.remove()
    assert [row.title for row in list_reasons(event.id)] == ["Lugares"]
    mine = db.session.scalars(select(SavedView).where(SavedView.name == "Mía")).one()
    assert not mine.is_shared, "a view of a part is one's own"
    whole = Pages(pages.app, "en").sign_in(a_team_member(event, TeamRole(role)))
    whole.post(f"{base}/registrations/reasons/{reason.public_id}", {"do": "remove"}, token=True, status=303)
