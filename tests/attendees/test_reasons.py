"""Ready-made reasons: by act, in every language of the event, ordered, removed, carried by the event's file."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.accounts.models import Account
from eventreg.attendees.models import ReadyReason
from eventreg.attendees.queries.reasons import get_reason, list_reasons
from eventreg.attendees.rules import acts as rules
from eventreg.attendees.rules.acts import RunAct
from eventreg.attendees.services import reasons as services
from eventreg.attendees.services.reasons import (
    add_reason,
    add_starting_reasons,
    change_reason,
    move_reason,
    remove_reason,
)
from eventreg.audit.services import Actor
from eventreg.db import db
from eventreg.events.bundles.parts import Intake, Outlet, TakeOut, part_registry
from eventreg.events.models import Event
from eventreg.kernel.clock import now
from eventreg.kernel.errors import NotFound, Refused
from tests.builders import a_registration, a_team_member, an_event, text
from tests.support.pages import Pages


@pytest.fixture
def account(event: Event) -> Account:
    return a_team_member(event)


def titles(event: Event, act: RunAct = RunAct.DECLINE) -> list[str]:
    db.session.remove()
    return [row.title for row in list_reasons(event.id, act)]


@pytest.mark.both_databases
def test_reasons_stand_by_act_in_the_order_that_the_team_gives_them(event: Event, account: Account) -> None:
    rows = [
        add_reason(event.id, RunAct.DECLINE, title, text("Uno", "One"), Actor.account(account.id)) for title in "abc"
    ]
    add_reason(event.id, RunAct.APPROVE, "d", text("Dos", "Two"), Actor.account(account.id))
    move_reason(event.id, rows[2].public_id, is_up=True)
    assert titles(event) == ["a", "c", "b"]
    move_reason(event.id, rows[0].public_id, is_up=True)
    remove_reason(event.id, rows[2].public_id, Actor.account(account.id))
    assert titles(event) == ["a", "b"]
    change_reason(event.id, rows[1].public_id, RunAct.WAITLIST, "z", {"es": "Otro"}, Actor.account(account.id))
    assert titles(event) == ["a"]
    assert dict(get_reason(event.id, rows[1].public_id).text) == {"es": "Otro"}


def test_another_events_reason_is_not_there(event: Event, account: Account) -> None:
    other = add_reason(an_event().id, RunAct.DECLINE, "a", {"es": "Uno"}, Actor.account(account.id))
    with pytest.raises(NotFound):
        get_reason(event.id, other.public_id)


def test_there_is_an_end_to_them(event: Event, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_OF_AN_EVENT", 1)
    add_reason(event.id, RunAct.DECLINE, "a", {"es": "Uno"}, Actor.account(account.id))
    with pytest.raises(Refused) as refused:
        add_reason(event.id, RunAct.DECLINE, "b", {"es": "Dos"}, Actor.account(account.id))
    assert refused.value.sentence == "An event has at most %(limit)s reasons"


def test_the_suggested_ones_are_in_the_languages_of_the_event_and_come_once(account: Account, app: Flask) -> None:
    event = an_event(languages=["fr", "es"])
    added = add_starting_reasons(event.id, Actor.account(account.id))
    rows = list_reasons(event.id)
    assert added == len(rows) > 5
    assert all(list(row.text) == ["fr", "es"] for row in rows)
    assert {row.act for row in rows} <= set(rules.REASONED)
    assert add_starting_reasons(event.id, Actor.account(account.id)) == 0


def test_the_file_of_an_event_carries_them(event: Event, account: Account) -> None:
    add_reason(event.id, RunAct.DECLINE, "Lleno", text("Está lleno.", "It is full."), Actor.account(account.id))
    add_reason(event.id, RunAct.CORRECT, "Nombre", text("Su nombre.", "Your name."), Actor.account(account.id))

    class Nowhere(Outlet):
        options = TakeOut()

        def keep(self, content: bytes) -> str:
            raise AssertionError("a reason has no file")

    part = part_registry().find("ready_reasons")
    assert part is not None
    records = list(part.take_out(event.id, Nowhere()))
    copy = an_event()
    part.put_in(records, Intake(copy.id, now(), lambda _name, _place: b""))
    db.session.commit()
    assert list(part.take_out(copy.id, Nowhere())) == records
    assert [row.title for row in list_reasons(copy.id)] == ["Lleno", "Nombre"]


def test_they_are_kept_on_the_desk(event: Event, account: Account, pages: Pages) -> None:
    pages.sign_in(account)
    page = pages.get(f"/manage/events/{event.slug}/registrations/reasons")
    assert page.has("There are none yet.")
    refused = page.submit("Add the reason", {"It is for": "Decline", "What the team calls it": "x" * 81}, 422)
    assert [error.split(":")[0] for error in refused.errors()] == ["Write at most 80 characters", "Español"]
    kept = refused.submit("Add the reason", {"What the team calls it": "Lleno", "text-es": "Está lleno."}).follow()
    assert kept.has("The reason is added.")
    assert kept.has("Missing: English")
    one = kept.click("Lleno").submit("Save", {"text-en": "It is full."}).follow()
    assert not one.has("Missing: English")
    more = one.submit("Add the suggested reasons").follow()
    assert more.has("7 reasons were added.")
    more.submit("Remove: Lleno").follow()
    assert "Lleno" not in titles(event)


def test_a_reason_is_offered_where_one_decides_and_told_in_the_persons_language(
    event: Event, account: Account, pages: Pages
) -> None:
    add_reason(event.id, RunAct.DECLINE, "Lleno", text("Está lleno.", "It is full."), Actor.account(account.id))
    person = a_registration(event, "academia", "pending", language="en")
    pages.sign_in(account)
    page = pages.get(f"/manage/events/{event.slug}/registrations/{person.reference}")
    decided = page.submit("Decline", {"Ready-made reason": "Lleno"}).follow()
    assert decided.has("“It is full.”")


def test_the_mail_of_one_decision_is_shown_before_and_nothing_is_written(
    event: Event, account: Account, pages: Pages
) -> None:
    person = a_registration(event, "academia", "pending")
    pages.sign_in(account)
    address = f"/manage/events/{event.slug}/registrations/{person.reference}/decision/mail"
    shown = pages.post(address, {"action": "decline", "reason": "La sala es pequeña."}, 200, token=True, sound=False)
    assert "La sala es pequeña." in shown.html
    assert "[personal link]" in shown.html or "#" in shown.html
    pages.post(address, {"action": "dance"}, 400, token=True)
    assert not list(db.session.scalars(select(ReadyReason.id)))
