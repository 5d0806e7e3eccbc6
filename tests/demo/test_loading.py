"""Loading the seminar: whole, once, on both databases."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventreg.accounts.models import Account
from eventreg.audit.queries import find_broken_position
from eventreg.db import db, transaction
from eventreg.demo.services import Loaded, load_seminar
from eventreg.events.models import Event, EventDay, Partner, PrivacyNotice, ProgrammeSession, TeamMember
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.team import TeamRole
from eventreg.kernel import clock
from eventreg.organizations.models import Organization
from eventreg.questionnaires.queries import definition_of, get_current_version
from tests.support.waiting import join, meeting

pytestmark = pytest.mark.both_databases
TABLES = (Account, Event, EventDay, Organization, Partner, PrivacyNotice, ProgrammeSession, TeamMember)


def counts() -> dict[str, int]:
    return {table.__tablename__: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES}


def test_seminar_is_loaded_whole(app: Flask) -> None:
    now = clock.now()
    loaded = load_seminar(now)
    assert loaded.is_new
    event = db.session.get_one(Event, loaded.event_id)
    assert (event.slug, event.publication, event.holds_mail) == (
        "tapachula-migration-security",
        Publication.PUBLISHED,
        True,
    )
    assert event.registration_opens_at == now
    assert counts() == {
        "accounts": 1,
        "events": 1,
        "event_days": 2,
        "organizations": 4,
        "event_partners": 4,
        "privacy_notices": 1,
        "programme_sessions": 17,
        "team_members": 1,
    }
    questions = definition_of(get_current_version(event.id)).questions_for("government")
    assert {question.column for question in questions} >= {"given_name", "email", "phone", "country"}


def test_organizer_owns_this_event_and_nothing_else(app: Flask) -> None:
    loaded = load_seminar(clock.now())
    account = db.session.get_one(Account, loaded.account_id)
    assert (account.email, account.is_administrator, account.password_hash) == ("organizador@demo.example", False, "")
    member = db.session.scalars(select(TeamMember)).one()
    assert (member.account_id, member.role) == (loaded.account_id, TeamRole.OWNER)


def test_loading_again_finds_it_and_changes_nothing(app: Flask) -> None:
    first = load_seminar(clock.now())
    before = counts()
    again = load_seminar(clock.now() + timedelta(days=3))
    assert again == Loaded(first.event_id, first.slug, first.account_id, is_new=False)
    assert counts() == before


def test_lost_owner_is_made_owner_again(app: Flask) -> None:
    first = load_seminar(clock.now())
    with transaction() as session:
        session.delete(session.scalars(select(TeamMember)).one())
    again = load_seminar(clock.now())
    assert again.account_id == first.account_id
    assert counts()["team_members"] == 1


def test_failure_leaves_nothing_behind(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from eventreg.demo.services import registrations as loading

    def fail(*_args: object, **_more: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(loading, "publish", fail)
    with pytest.raises(RuntimeError, match="power"):
        load_seminar(clock.now())
    assert set(counts().values()) == {0}


def test_two_at_once_load_one_seminar(app: Flask) -> None:
    ready, found = meeting(2), []

    def load() -> None:
        with app.app_context():
            ready.wait()
            found.append(load_seminar(clock.now()))
            db.session.remove()

    threads = [threading.Thread(target=load) for _ in range(2)]
    for thread in threads:
        thread.start()
    join(threads)
    assert len(found) == 2
    assert len({loaded.event_id for loaded in found}) == 1
    assert sorted(loaded.is_new for loaded in found) == [False, True]
    assert counts()["events"] == counts()["accounts"] == 1


def test_trail_is_whole(app: Flask) -> None:
    loaded = load_seminar(clock.now())
    assert find_broken_position(loaded.event_id) is None
    assert find_broken_position(0) is None
