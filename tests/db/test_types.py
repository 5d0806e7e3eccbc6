"""Column types give back what was put in, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, InvalidRequestError, StatementError

from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.kernel.clock import now
from eventreg.organizations.models import Organization
from eventreg.registration.models import Registration
from tests.builders import a_registration, an_event

_AT = datetime(2027, 3, 11, 23, 30, 0, 123456, tzinfo=timezone(timedelta(hours=-6)))


@pytest.mark.both_databases
def test_an_instant_comes_back_in_utc(app: Flask) -> None:
    an_event(changes_until=_AT)
    with app.app_context():
        kept = db.session.scalars(select(Event.changes_until)).one()
        found = db.session.scalars(select(Event.id).where(Event.changes_until <= _AT.astimezone(UTC))).all()
    assert kept == _AT
    assert kept.tzinfo is UTC
    assert len(found) == 1


@pytest.mark.both_databases
def test_a_naive_instant_is_refused(app: Flask) -> None:
    with pytest.raises(StatementError, match="naive"):
        an_event(changes_until=_AT.replace(tzinfo=None))


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "text", ["Ñandú ’ “” —", "محمد علي", "𝔘🇲🇽👩‍⚖️", "e\u0301", "'; DROP TABLE events; --", "%s {x}"]
)
def test_text_comes_back_as_it_was_typed(app: Flask, text: str) -> None:
    with transaction() as session:
        session.add(Organization(key="k", name={"es": text, "en": text}, website=""))
    with app.app_context():
        assert db.session.scalars(select(Organization.name)).one() == {"es": text, "en": text}


@pytest.mark.both_databases
def test_an_unknown_status_does_not_pass_the_database(app: Flask) -> None:
    registration = a_registration(an_event())
    with pytest.raises(IntegrityError, match="ck_registrations_status"), transaction() as session:
        session.execute(db.text("UPDATE registrations SET status = 'vip' WHERE id = :id"), {"id": registration.id})


@pytest.mark.both_databases
def test_one_live_registration_for_an_address(app: Flask) -> None:
    event = an_event()
    a_registration(event, status="cancelled", email="ana@instituto.example")
    a_registration(event, email="ana@instituto.example")
    with pytest.raises(IntegrityError, match=r"uq_registrations_live_address|registrations\.email_key"):
        a_registration(event, email="ana@instituto.example")
    a_registration(an_event(), email="ana@instituto.example")


@pytest.mark.both_databases
def test_foreign_keys_hold(app: Flask) -> None:
    registration = a_registration(an_event())
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(db.text("UPDATE registrations SET category_id = 999999"))
    assert registration.id


@pytest.mark.both_databases
def test_a_window_that_ends_before_it_begins_does_not_pass(app: Flask) -> None:
    at = now()
    with pytest.raises(IntegrityError, match="registration_window"):
        an_event(registration_opens_at=at, registration_closes_at=at - timedelta(days=1))
    assert db.session.scalars(select(Event.id)).all() == []


@pytest.mark.both_databases
def test_relations_are_loaded_on_purpose(app: Flask) -> None:
    a_registration(an_event())
    with app.app_context():
        found = db.session.scalars(select(Registration)).one()
        with pytest.raises(InvalidRequestError, match="raise"):
            _ = found.answers
