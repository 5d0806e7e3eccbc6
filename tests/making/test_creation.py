"""Making an event with its notice and team."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from eventreg.audit.queries import find_broken_position, list_traces
from eventreg.db import db, transaction
from eventreg.demo.rules.people import documents, read
from eventreg.events.bundles.parts import part_registry
from eventreg.events.bundles.reading import DocumentBundle
from eventreg.events.models import Event, EventDay, PrivacyNotice, TeamMember
from eventreg.events.queries.events import find_current_notice, get_event_whole, list_credited
from eventreg.events.rules.practical import PlanInvalid
from eventreg.events.rules.team import TeamRole
from eventreg.events.services.settings import publish_notice
from eventreg.events.services.team import add_team_member
from eventreg.kernel import clock
from eventreg.kernel.errors import NotFound, Refused
from eventreg.making.services.wholes import Placing, insert_event
from tests.builders import an_account, an_event, text


@pytest.mark.both_databases
def test_event_is_made_whole_from_documents_and_its_name_is_taken_once(app: Flask) -> None:
    now = clock.now()
    event_id = _seminar("taller-demo", now)
    event = get_event_whole(event_id)
    assert (event.slug, event.created_at) == ("taller-demo", now)
    assert [(category.key, category.places) for category in event.categories] == [("government", 60), ("academia", 60)]
    assert [partner.organization.key for partner in list_credited(event_id)] == ["iom", "casede", "ecosur", "ford"]
    days = db.session.scalars(
        select(EventDay).options(selectinload(EventDay.sessions)).order_by(EventDay.held_on)
    ).all()
    assert days[0].sessions[1].title == text("Apertura", "Opening")
    assert [trace.entry.action for trace in list_traces(event_id, "event", event_id)] == ["event_created"]
    with pytest.raises(Refused):
        _seminar("taller-demo", now)
    assert len(db.session.scalars(select(Event)).all()) == 1


def _seminar(slug: str, now: datetime) -> int:
    event, parts = documents(read("seminar"), read("programme"), now)
    with transaction():
        placing = Placing(slug, now, action="event_created")
        return insert_event(DocumentBundle(event, parts), placing, part_registry().whole(parts.keys()))


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
