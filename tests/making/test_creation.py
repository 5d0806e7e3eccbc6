"""Making an event with its notice and team."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from eventreg.audit.queries import find_broken_position, list_traces
from eventreg.db import db
from eventreg.events.models import Event, EventDay, PrivacyNotice, TeamMember
from eventreg.events.queries.events import find_current_notice, get_event_whole, list_credited
from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.institutions import PartnerRole
from eventreg.events.rules.practical import PlanInvalid
from eventreg.events.rules.programme import SessionKind
from eventreg.events.rules.team import TeamRole
from eventreg.events.services.settings import publish_notice
from eventreg.events.services.team import add_team_member
from eventreg.kernel import clock
from eventreg.kernel.errors import NotFound
from eventreg.making.rules import (
    CategoryPlan,
    ContactPlan,
    DayPlan,
    EventPlan,
    PartnerPlan,
    SessionPlan,
    WindowPlan,
    check_plan,
)
from eventreg.making.services.founding import create_event
from tests.builders import an_account, an_event, an_institution, text


def at(day: int) -> datetime:
    return datetime(2027, 1, day, tzinfo=UTC)


TITLE = text("Taller", "Workshop")
SESSION = SessionPlan(SessionKind.SESSION, time(9), time(10), text("Apertura", "Opening"))
DAY = DayPlan(date(2027, 3, 1), time(9), time(18), [SESSION])
CATEGORY = CategoryPlan("press", text("Prensa", "Press"), ApprovalRule.AT_ONCE, places=5)
PLAN = EventPlan(
    slug="taller-demo",
    languages=["es", "en"],
    title=TITLE,
    city="Tapachula",
    country="MX",
    time_zone="America/Mexico_City",
    reference_prefix="TAL",
    contact=ContactPlan("Clara Contacto", "clara@anfitriona.example", "es"),
    window=WindowPlan(at(1), at(10), at(12), at(14)),
    days=[DAY],
    categories=[CATEGORY],
)


@pytest.mark.both_databases
def test_event_is_made_whole(app: Flask) -> None:
    host, funder = an_institution(), an_institution()
    partners = [PartnerPlan(host.id, PartnerRole.HOST), PartnerPlan(funder.id, PartnerRole.FUNDER)]
    now = clock.now()
    event_id = create_event(replace(PLAN, partners=partners), now)
    event = get_event_whole(event_id)
    assert (event.slug, event.title, event.created_at) == ("taller-demo", TITLE, now)
    assert [(category.key, category.places) for category in event.categories] == [("press", 5)]
    assert [partner.organization_id for partner in list_credited(event_id)] == [host.id, funder.id]
    day = db.session.scalars(select(EventDay).options(selectinload(EventDay.sessions))).one()
    assert [session.title for session in day.sessions] == [text("Apertura", "Opening")]
    assert [trace.entry.action for trace in list_traces(event_id, "event", event_id)] == ["event_created"]


def test_slug_is_taken_once(app: Flask) -> None:
    create_event(PLAN, clock.now())
    with pytest.raises(IntegrityError):
        create_event(PLAN, clock.now())
    assert len(db.session.scalars(select(Event)).all()) == 1


FAULTS: list[tuple[Mapping[str, Any], str]] = [
    ({"slug": "Taller demo"}, "slug"),
    ({"slug": "x" * 81}, "slug"),
    ({"languages": []}, "languages"),
    ({"languages": ["es", "es"]}, "languages"),
    ({"title": {"es": "Taller"}}, "title: there is no text in 'en'"),
    ({"summary": {"en": "x", "es": " "}}, "summary: there is no text in 'es'"),
    ({"practical": [{"label": TITLE, "text": {"es": "x"}}]}, r"practical\[0\].text"),
    ({"time_zone": "Mars/Olympus"}, "time_zone"),
    ({"reference_prefix": "taller"}, "reference_prefix"),
    ({"capacity": -1}, "capacity"),
    ({"contact": replace(PLAN.contact, language="fr")}, "contact.language"),
    ({"window": replace(PLAN.window, closes_at=at(1))}, "closes before it opens"),
    ({"window": replace(PLAN.window, opens_at=datetime(2027, 1, 1))}, "time zone"),  # noqa: DTZ001 - a naive one is meant
    ({"days": []}, "days"),
    ({"days": [DAY, DAY]}, "each once"),
    ({"days": [replace(DAY, ends_at=time(9))]}, "ends before it starts"),
    ({"days": [replace(DAY, sessions=[replace(SESSION, ends_at=time(8))])]}, "09:00: ends before"),
    ({"days": [replace(DAY, sessions=[replace(SESSION, title={"es": "x"})])]}, "09:00: title"),
    ({"categories": []}, "categories"),
    ({"categories": [CATEGORY, CATEGORY]}, "none twice"),
    ({"categories": [replace(CATEGORY, key="Press!")]}, "is no key"),
    ({"categories": [replace(CATEGORY, places=-1)]}, "negative"),
]


@pytest.mark.parametrize(("change", "place"), FAULTS)
def test_plan_that_is_no_event_is_refused_by_its_place(change: Mapping[str, Any], place: str) -> None:
    check_plan(PLAN)
    with pytest.raises(PlanInvalid, match=place):
        check_plan(replace(PLAN, **change))


@pytest.mark.both_databases
def test_notice_is_published_in_versions(app: Flask) -> None:
    event = an_event()
    first = find_current_notice(event.id)
    publish_notice(event.id, text("Nuevo", "New"), text("Cuerpo", "Body"))
    newest = find_current_notice(event.id)
    assert first is not None
    assert newest is not None
    assert (first.version, newest.version, newest.summary) == (1, 2, text("Nuevo", "New"))
    assert len(db.session.scalars(select(PrivacyNotice)).all()) == 2


def test_notice_lacking_a_language_is_refused(app: Flask) -> None:
    event = an_event()
    with pytest.raises(PlanInvalid, match="'en'"):
        publish_notice(event.id, {"es": "x"}, text("x", "x"))
    with pytest.raises(NotFound):
        publish_notice(4711, text("x", "x"), text("x", "x"))


def test_team_member_has_one_role(app: Flask) -> None:
    event, account = an_event(), an_account()
    for role in (TeamRole.VIEWER, TeamRole.MANAGER, TeamRole.MANAGER):
        add_team_member(event.id, account.id, role, clock.now())
    member = db.session.scalars(select(TeamMember)).one()
    assert (member.account_id, member.role) == (account.id, TeamRole.MANAGER)
    assert len(list_traces(event.id, "team_member", member.id)) == 2
    assert find_broken_position(event.id) is None
