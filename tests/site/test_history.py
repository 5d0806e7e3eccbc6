"""The history of an event and of the instance: what is said, what is found, who may read it."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, text, update

from eventreg.accounts.models import Account
from eventreg.audit import services as audit
from eventreg.audit.models import AuditDetail, AuditEntry
from eventreg.audit.services import SYSTEM, Actor, Target
from eventreg.db import db, transaction
from eventreg.events.models import Event, TeamMember
from eventreg.events.organizers import Organizer
from eventreg.kernel.clock import now
from eventreg.registration.rules.states import Action
from eventreg.registration.services.decisions import decide
from tests.builders import a_registration, a_team_member, an_account, an_event, an_institution, text as text_in
from tests.support.pages import Page, Pages
from tests.support.statements import counted


@pytest.fixture
def olga(event: Event) -> Account:
    """Its owner, who reads English."""
    return a_team_member(event, "owner", name="Olga Organizadora", language="en")


def note(
    event: Event | None,
    action: str,
    actor: Actor = SYSTEM,
    kind: str = "event",
    record_id: int | None = 1,
    **detail: Any,
) -> None:
    with transaction():
        audit.note(Target(kind, record_id, event.id if event else None), action, actor, **detail)


def history(pages: Pages, event: Event, query: str = "") -> Page:
    return pages.get(f"/manage/events/{event.slug}/history{query}")


def entries(page: Page) -> list[str]:
    timeline = page.all("ol", class_="er-timeline")
    return page.texts("h3") if timeline else []


def test_what_happened_is_said_newest_first_with_what_changed(pages: Pages, event: Event, olga: Account) -> None:
    actor = Actor.account(olga.id)
    note(event, "settings_changed", actor, changed={"capacity": [100, 120], "holds_mail": [True, False]})
    note(event, "texts_changed", actor, changed={"title": [{"es": "Uno"}, {"es": "Dos"}]})
    note(event, "team_member_added", actor, "team_member", account=olga.id, role="owner")
    page = history(pages.sign_in(olga), event)
    assert entries(page) == ["Added a team member", "Changed texts", "Changed settings"]
    for said in ("· Olga Organizadora", "Places: 100 → 120", "Emails are held: yes → no", "Title: Español: Uno → Español: Dos",
                 "Team member: Olga Organizadora", "Role: Owner"):  # fmt: skip
        assert page.has(said)


@pytest.fixture
def kept(event: Event) -> None:
    """What was recorded of institutions, texts, the team and categories."""
    an_institution(name=text_in("Colegio Demostrativo", "Demonstrative College"), key="casede")
    with transaction() as session:
        stored = session.merge(event)
        stored.practical = [
            {"key": "8g7zyu", "topic": "hotels", "label": {}, "text": text_in("Hotel", "Hotel")},
            {"key": "p2", "topic": "other", "label": text_in("Estacionamiento", "Parking"), "text": {}},
        ]
    note(event, "partner_added", kind="partner", organization="casede", role="co_organizer")
    note(event, "texts_changed", texts=["title (en)", "practical.8g7zyu.text (es)", "practical.p2.label (en)"],
         practical=["added p2"])  # fmt: skip
    note(event, "team_member_changed", kind="team_member", only_categories=["academia", "government"],
         withheld=["export"], changed={"role": ["viewer", "door"]})  # fmt: skip
    note(event, "category_added", kind="category", key="academia")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Institution: Demonstrative College", "Role: Co-organizer", "Title (English), ", "Category: Academia",
                "Practical information: Hotels (Spanish)", "Practical information: Parking, heading (English)",
                "Practical information: Parking added", "Only these categories: Academia and Government",
                "Not allowed: Exports lists", "Role: Viewer: figures only → Door team"]),
        ("es", ["Institución: Colegio Demostrativo", "Función: Coorganizadora", "Información práctica: Hoteles (español)",
                "Estacionamiento, encabezado (inglés)", "Estacionamiento agregado"]),
        ("fr", ["Institution : Colegio Demostrativo",
                "Informations pratiques : Hôtels (espagnol)", "Estacionamiento, titre (anglais)"]),
    ],
)  # fmt: skip
def test_keys_are_said_in_the_words_of_the_screens(
    app: Flask, event: Event, kept: None, olga: Account, language: str, said: list[str]
) -> None:
    page = history(Pages(app, language).sign_in(olga), event)
    for words in said:
        assert page.has(words), page.text
    for key in ("casede", "co_organizer", "8g7zyu", "academia"):
        assert not page.has(key)


def test_of_what_is_gone_the_key_stays(pages: Pages, event: Event, olga: Account) -> None:
    note(event, "partner_removed", kind="partner", organization="gone-one", role="funder")
    note(event, "texts_changed", texts=["practical.k3f9aa.text (es)"], practical=["removed k3f9aa"])
    note(event, "team_member_changed", kind="team_member", only_categories=["press"])
    page = history(pages.sign_in(olga), event)
    for words in ("Institution: gone-one", "Practical information: k3f9aa (Spanish)", "k3f9aa removed",
                  "Only these categories: press"):  # fmt: skip
        assert page.has(words), page.text


def test_a_page_that_names_records_is_nine_statements(pages: Pages, event: Event, kept: None, olga: Account) -> None:
    for _number in range(10):
        note(event, "partner_moved", kind="partner", organization="casede", direction="earlier")
    pages.sign_in(olga)
    history(pages, event)
    with counted() as statements:
        history(pages, event)
    assert len(statements) <= 9, "\n".join(statements)


def test_a_decision_leads_to_the_registration(pages: Pages, event: Event, olga: Account) -> None:
    person = a_registration(event, "academia", "pending")
    decide(event.id, person.reference, Action.APPROVE, "", person.revision, Organizer.account(olga.id))
    page = history(pages.sign_in(olga), event)
    assert entries(page)[0] == "Approved the registration"
    assert page.has(f"Registration: {person.reference}")
    assert page.link(f"Registration: {person.reference}").endswith(f"/registrations/{person.reference}")


def test_participants_are_told_by_their_reference(pages: Pages, event: Event, olga: Account) -> None:
    person = a_registration(event)
    note(event, "withdrew", Actor.participant(person.id), "registration", person.id)
    assert history(pages.sign_in(olga), event).has(f"participant {person.reference}")


def test_what_was_erased_is_said_to_be(pages: Pages, event: Event, olga: Account) -> None:
    note(event, "answers_changed", SYSTEM, "registration", 5, given_name={"old": ["Ana"], "new": ["Eva"]})
    assert history(pages.sign_in(olga), event).has("Given name: Ana → Eva")
    with transaction() as session:
        session.execute(delete(AuditDetail))
    page = history(pages, event)
    assert page.has("Details erased with the person")
    assert not page.has("Eva")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Changed a session", "Added a speaker", "Changed a session"]),
        ("?who=account-{olga}", ["Added a speaker"]),
        ("?who=system", ["Changed a session", "Changed a session"]),
        ("?who=participant", []),
        ("?kind=session", ["Changed a session", "Changed a session"]),
        ("?record=session-2", ["Changed a session"]),
        ("?act=speaker_added", ["Added a speaker"]),
        ("?since={today}", ["Changed a session", "Added a speaker", "Changed a session"]),
        ("?since={tomorrow}", []),
        ("?until={today}", ["Changed a session", "Added a speaker", "Changed a session"]),
        ("?until={yesterday}", []),
        ("?since=never&before=x&record=-&who=account-%C2%B2", ["Changed a session", "Added a speaker", "Changed a session"]),
    ],
)  # fmt: skip
def test_the_history_is_searched(pages: Pages, event: Event, olga: Account, query: str, found: list[str]) -> None:
    from zoneinfo import ZoneInfo

    note(event, "session_changed", SYSTEM, "session", 1)
    note(event, "speaker_added", Actor.account(olga.id), "speaker", 2)
    note(event, "session_changed", SYSTEM, "session", 2)
    note(an_event(), "session_changed", SYSTEM, "session", 2)
    today = now().astimezone(ZoneInfo(event.time_zone)).date()
    days = {"today": today, "tomorrow": today + timedelta(days=1), "yesterday": today - timedelta(days=1)}
    assert entries(history(pages.sign_in(olga), event, query.format(olga=olga.id, **days))) == found


def test_a_day_is_one_of_the_place(pages: Pages, event: Event, olga: Account) -> None:
    from datetime import UTC, datetime

    with transaction():
        for at in (datetime(2027, 3, 11, 5, 59, tzinfo=UTC), datetime(2027, 3, 11, 6, tzinfo=UTC)):
            audit.note(Target("event", 1, event.id), "texts_changed", SYSTEM, at)
    page = history(pages.sign_in(olga), event, "?since=2027-03-11&until=2027-03-11")
    assert len(entries(page)) == 1
    assert page.has("11 Mar 2027, 00:00")


def test_pages_are_read_by_key(pages: Pages, event: Event, olga: Account) -> None:
    for number in range(120):
        note(event, "session_added", SYSTEM, "session", number)
    first = history(pages.sign_in(olga), event)
    second = first.click("Next page")
    third = second.click("Next page")
    assert [len(entries(page)) for page in (first, second, third)] == [50, 50, 20]
    assert "Next page" not in third.texts("a")
    assert third.click("Previous page").main == second.main
    assert "Previous page" not in second.click("Previous page").texts("a")


@pytest.mark.both_databases
def test_a_page_is_six_statements(pages: Pages, event: Event, olga: Account) -> None:
    for number in range(60):
        person = a_registration(event) if number < 5 else None
        note(
            event, "withdrew", Actor.participant(person.id if person else 1), "registration", person.id if person else 1
        )
    pages.sign_in(olga)
    history(pages, event)
    with counted() as statements:
        history(pages, event)
    assert len(statements) <= 6, "\n".join(statements)


def test_the_page_is_read_by_an_index(pages: Pages, event: Event, olga: Account) -> None:
    note(event, "texts_changed")
    pages.sign_in(olga)
    with counted() as statements:
        history(pages, event)
    (trail,) = [found for found in statements if "audit_entries" in found and "LIMIT" in found]
    plan = db.session.execute(text(f"EXPLAIN QUERY PLAN {trail.replace('?', '1')}")).all()
    said = " ".join(str(row) for row in plan)
    assert "USING INDEX" in said
    assert "SCAN audit_entries" not in said
    assert "TEMP B-TREE" not in said


def test_the_file_holds_what_the_page_shows_on_all_its_pages(pages: Pages, event: Event, olga: Account) -> None:
    for number in range(60):
        note(event, "speaker_added", SYSTEM, "speaker", number, name="=1+1")
    note(event, "texts_changed")
    page = history(pages.sign_in(olga), event, "?kind=speaker")
    answer = page.submit("Download as CSV")
    rows = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert len(rows) == 61
    assert rows[1][2:5] == ["automatic", "Added a speaker", "Person on the programme: =1+1"]
    assert entries(history(pages, event))[0] == "Exported the audit log"
    assert not [cell for row in rows for cell in row if cell.startswith("=")]


def test_that_it_is_whole_is_shown(pages: Pages, event: Event, olga: Account) -> None:
    note(event, "texts_changed")
    note(event, "session_added", SYSTEM, "session", 1)
    page = history(pages.sign_in(olga), event).submit("Verify integrity")
    assert page.has("The audit log is whole up to entry 2.")
    with transaction() as session:
        session.execute(update(AuditEntry).where(AuditEntry.position == 1).values(action="session_removed"))
    assert history(pages, event, "?check=1").has("The audit log is broken at entry 1")


@pytest.mark.parametrize(
    "narrowed", [{"only_categories": ["government"]}, {"only_days": ["2027-03-11"]}, {"withheld": ["see_contact_data"]}]
)
def test_a_member_who_sees_a_part_reads_no_history(pages: Pages, event: Event, narrowed: dict[str, Any]) -> None:
    manager = a_team_member(event, "manager")
    assert pages.sign_in(manager).get(f"/manage/events/{event.slug}/history").status == 200
    with transaction() as session:
        session.execute(update(TeamMember).where(TeamMember.account_id == manager.id).values(**narrowed))
    assert pages.get(f"/manage/events/{event.slug}/history", 403)
    assert pages.post(f"/manage/events/{event.slug}/history.csv", token=True, status=403)


def test_the_instances_history_is_for_who_runs_it(pages: Pages) -> None:
    administrator = an_account(is_administrator=True, language="en")
    note(None, "account_created", Actor.account(administrator.id), "account", administrator.id)
    page = pages.sign_in(administrator).get("/manage/history")
    assert page.has("Created an account")
    assert page.has(f"Account: {administrator.name}")
    assert page.submit("Download as CSV").status == 200


@pytest.mark.parametrize("language", ["es", "en"])
def test_it_is_read_in_both_languages(app: Flask, event: Event, olga: Account, language: str) -> None:
    note(event, "event_published", Actor.account(olga.id), changed={"publication": ["draft", "published"]})
    page = history(Pages(app, language).sign_in(olga), event)
    assert page.has({"es": "Publicación: Borrador → Publicado", "en": "Publication: Draft → Published"}[language])
