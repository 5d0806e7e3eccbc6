"""`eventreg retention`, and taking lists out for somebody, as somebody types it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.audit.queries import TrailFilter, list_trail
from eventreg.audit.services import Actor
from eventreg.db import db
from eventreg.exchange.models import Export
from eventreg.kernel.clock import now
from eventreg.privacy.running import place_hold
from eventreg.registration.models import ErasedRegistration
from tests.builders import a_registration, a_team_member, an_event
from tests.cli.conftest import Run
from tests.operations.instances import stamp
from tests.privacy.agreed import an_agreement
from tests.support.warm import Commands, Done


@pytest.fixture
def typed(app: Flask, commands: Commands, instance: Path) -> Run:
    """Run commands on the instance of the test's application, whichever database it has."""
    stamp(app)
    url = db.engine.url.render_as_string(hide_password=False)
    ours = {"EVENTREG_INSTANCE": str(instance), "EVENTREG_DATABASE_URL": url}

    def run(*arguments: str) -> Done:
        db.session.remove()
        return commands.run(*arguments, environment=ours)

    return run


def test_dry_run_of_an_event_to_come_says_that_nothing_is_due(prepared: Run) -> None:
    assert prepared("demo", "--registrations", "30").returncode == 0
    assert prepared("retention", "--dry-run").stdout == "Nothing is due.\n"
    done = prepared("retention", "--event", "nowhere")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


@pytest.mark.both_databases
def test_dry_run_says_to_the_number_what_the_run_does_and_then_nothing_is_due(typed: Run) -> None:
    long_ago = now().date() - timedelta(days=900)
    over, held = an_event(slug="pasado", first_day=long_ago), an_event(slug="retenido", first_day=long_ago)
    for event in (over, over, over, held):
        a_registration(event, answers={"diet": ["Sin nueces"]})
    until = now().date() + timedelta(days=90)
    place_hold(held.id, "Oficio 12", until, Actor.account(a_team_member(held).id))
    foreseen = typed("retention", "--dry-run")
    assert db.session.scalars(select(ErasedRegistration.id)).all() == []
    done = typed("retention")
    *lines, total = foreseen.stdout.splitlines()
    assert done.stdout.splitlines() == [*lines, total.replace("would go", "went")]
    assert {line.split("\t")[0] for line in lines if "held until" not in line} == {"pasado"}
    assert f"retenido\theld until {until}" in lines
    assert any(line.split("\t")[2:] == ["30", "3"] for line in lines), "the diets"
    assert sum(int(line.split("\t")[3]) for line in lines if "held until" not in line) == int(total.split()[0])
    assert len(db.session.scalars(select(ErasedRegistration.id)).all()) == 3
    assert typed("retention", "--event", "pasado").stdout == "Nothing is due.\n"


def test_a_list_is_taken_out_for_whom_something_is_agreed_and_why_is_kept(typed: Run, tmp_path: Path) -> None:
    event = an_event(slug="seminario")
    person = a_registration(event, institution="Instituto de Prueba", email="ana@instituto.example")
    a_registration(event, "academia")
    an_agreement(event, a_team_member(event), columns=["institution"])
    asked = ("registration", "export", "--event", "seminario", "--output")
    refused = typed(*asked, str(tmp_path / "a.csv"), "--for", "Policía")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "Ministerio de Prueba" in refused.stderr
    done = typed(*asked, str(tmp_path / "b.csv"), "--for", "ministerio de prueba", "--reason", "Acogida")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "b.csv").read_text(encoding="utf-8-sig").splitlines()[1:] == ["Instituto de Prueba"]
    export = db.session.scalars(select(Export)).one()
    assert (export.plan.recipient, export.reason, export.people) == ("Ministerio de Prueba", "Acogida", [person.id])
    (trace,) = list_trail(event.id, TrailFilter(action="exported"), 5)
    assert (trace.detail["recipient"], trace.detail["reason"]) == ("Ministerio de Prueba", "Acogida")
