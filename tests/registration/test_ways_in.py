"""Registering by the link of a private category, by a code, by an invitation. Looked at again under the lock."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from eventreg.db import db
from eventreg.events.models import Category, Event
from eventreg.kernel.clock import now
from eventreg.kernel.errors import Refused
from eventreg.registration.emails import Occasion
from eventreg.registration.models import AccessCode, Invitation, Registration
from eventreg.registration.queries.places import count_uses
from eventreg.registration.rules.availability import VERIFY_WITHIN
from eventreg.registration.rules.states import RegisteringReason
from eventreg.registration.rules.ways_in import WayIn, WayKind
from eventreg.registration.services import registering, ways_in
from eventreg.registration.services.registering import Outcome, Receipt, Submission, register
from eventreg.registration.services.statuses import expire_unverified
from eventreg.selfservice.services import verify_address, withdraw
from tests.builders import BY_ORGANIZER, a_category, a_registration, a_submission, an_event
from tests.registration.arriving import an_access_code, an_invitation, by, changed
from tests.selfservice.test_concurrency import at_once, statuses
from tests.support.waiting import meeting

USES, PEOPLE = 3, 9


def form_by(way_in: WayIn | None, event: Event, category: str = "government", **answers: Any) -> Submission:
    return replace(a_submission(event, category, **answers), way_in=way_in)


def registered(event: Event, submission: Submission) -> Receipt:
    return register(event.id, submission, Occasion.load(event))


def refused(event: Event, submission: Submission) -> RegisteringReason:
    with pytest.raises(Refused) as refusal:
        registered(event, submission)
    assert not db.session.scalars(select(Registration).where(Registration.event_id == event.id)).all()
    return RegisteringReason(refusal.value.reason)


def speakers(event: Event, **changes: Any) -> Category:
    values = {"is_private": True, "approval": BY_ORGANIZER, **changes}
    return a_category(event, "speakers", **values)


def found(receipt: Receipt) -> Registration:
    assert receipt.registration is not None
    return receipt.registration


def test_a_private_category_is_not_there_without_a_way_in(app: Flask) -> None:
    event = an_event()
    speakers(event)
    assert refused(event, form_by(None, event, "speakers")) is RegisteringReason.UNKNOWN_CATEGORY
    by_another = by(an_access_code(event, "government"))
    assert refused(event, form_by(by_another, event, "speakers")) is RegisteringReason.UNKNOWN_CATEGORY


def test_its_link_lets_in_and_a_newer_one_kills_it(app: Flask) -> None:
    event = an_event()
    category = speakers(event)
    way_in = by(category)
    person = found(registered(event, form_by(way_in, event, "speakers")))
    assert (person.category_id, person.came_by, person.status.value) == (category.id, WayKind.LINK, "pending")
    other = an_event()
    dead = speakers(other)
    way_in = by(dead)
    changed(dead, link_generation=2)
    assert refused(other, form_by(way_in, other, "speakers")) is RegisteringReason.LINK_OVER


def test_a_code_skips_the_approval_where_it_may_and_is_remembered(app: Flask) -> None:
    event = an_event()
    code = an_access_code(event, "academia", skips_approval=True)
    plain = an_access_code(event, "academia")
    fast = found(registered(event, form_by(by(code), event, "academia")))
    slow = found(registered(event, form_by(by(plain), event, "academia")))
    assert (fast.status.value, fast.access_code_id, fast.came_by) == ("confirmed", code.id, WayKind.CODE)
    assert (slow.status.value, slow.access_code_id, slow.approved_at) == ("pending", plain.id, None)


def test_what_a_code_allows_is_what_it_allows_now(app: Flask) -> None:
    event = an_event()
    code = an_access_code(event, "academia", skips_approval=True)
    way_in = by(code)
    changed(code, skips_approval=False)
    assert found(registered(event, form_by(way_in, event, "academia"))).status.value == "pending"


def test_skipping_the_approval_waits_for_the_address_and_for_a_place(app: Flask) -> None:
    event = an_event(verifies_addresses=True)
    code = an_access_code(event, "academia", skips_approval=True)
    registered(event, form_by(by(code), event, "academia"))
    (person,) = db.session.scalars(select(Registration))
    assert verify_address(event.id, person.id).status.value == "confirmed"
    full = an_event(capacity=1)
    there = a_registration(full)
    way_in = by(an_access_code(full, "academia", skips_approval=True))
    waiting = found(registered(full, form_by(way_in, full, "academia")))
    assert waiting.status.value == "waitlisted"
    withdraw(full.id, there.id)
    db.session.expire_all()
    assert db.session.get_one(Registration, waiting.id).status.value == "confirmed"


def test_codes_that_do_not_lead_in(app: Flask) -> None:
    for changes, reason in (
        ({"is_active": False}, RegisteringReason.CODE_OFF),
        ({"expires_at": now() - timedelta(seconds=1)}, RegisteringReason.CODE_EXPIRED),
    ):
        event = an_event()
        code = an_access_code(event)
        way_in = by(code)
        changed(code, **changes)
        assert refused(event, form_by(way_in, event)) is reason
    event, other = an_event(), an_event()
    # case 2: another event's code is no code here
    assert refused(event, form_by(by(an_access_code(other)), event)) is RegisteringReason.CODE_OFF


def test_a_use_is_given_back_by_whoever_withdraws(app: Flask) -> None:
    event = an_event()
    way_in = by(an_access_code(event, most_uses=1))
    first = found(registered(event, form_by(way_in, event)))
    with pytest.raises(Refused) as refusal:
        registered(event, form_by(way_in, event))
    assert refusal.value.reason is RegisteringReason.CODE_USED_UP
    withdraw(event.id, first.id)
    assert found(registered(event, form_by(way_in, event))).status.value == "confirmed"


def test_the_same_form_once_more_is_the_same_receipt_though_the_code_is_used_up(app: Flask) -> None:
    # case 17
    event = an_event()
    form = form_by(by(an_access_code(event, most_uses=1)), event)
    assert found(registered(event, form)).id == found(registered(event, form)).id


def test_a_way_in_that_is_over_tells_nobody_who_is_inside(app: Flask) -> None:
    event = an_event()
    code = an_access_code(event, is_active=False)
    a_registration(event, email="dentro@instituto.example")
    for email in ("dentro@instituto.example", "fuera@instituto.example"):
        with pytest.raises(Refused) as refusal:
            registered(event, form_by(by(code), event, email=email))
        assert refusal.value.reason is RegisteringReason.CODE_OFF


def test_a_known_address_takes_no_use(app: Flask) -> None:
    event = an_event()
    code = an_access_code(event, most_uses=1)
    a_registration(event, email="dentro@instituto.example")
    assert registered(event, form_by(by(code), event, email="dentro@instituto.example")).outcome is Outcome.ALREADY_LIVE
    assert found(registered(event, form_by(by(code), event))).access_code_id == code.id


def test_an_invitation_is_used_once_by_its_address(app: Flask) -> None:
    event = an_event()
    invitation = an_invitation(event, "academia", email="Eva@instituto.example", skips_approval=True)
    way_in = by(invitation)
    assert refused(event, form_by(way_in, event, "academia")) is RegisteringReason.OTHER_ADDRESS
    person = found(registered(event, form_by(way_in, event, "academia", email="eva@INSTITUTO.example")))
    used = db.session.get_one(Invitation, invitation.id)
    assert (person.status.value, used.registration_id) == ("confirmed", person.id)
    assert used.used_at is not None
    with pytest.raises(Refused) as refusal:
        registered(event, form_by(way_in, event, "academia", email="eva@instituto.example"))
    assert refusal.value.reason is RegisteringReason.INVITATION_OVER


@pytest.mark.both_databases
def test_many_at_once_with_a_code_for_three_are_exactly_three(app: Flask) -> None:
    # case 16
    event = an_event()
    way_in = by(an_access_code(event, most_uses=USES))
    occasion = Occasion.load(event)
    forms = [form_by(way_in, event) for _ in range(PEOPLE)]
    outcomes = at_once(app, *(lambda one=one: register(event.id, one, occasion) for one in forms))
    reasons = Counter(getattr(outcome, "reason", None) for outcome in outcomes)
    assert reasons == {None: USES, RegisteringReason.CODE_USED_UP: PEOPLE - USES}
    assert statuses(event) == {"confirmed": USES}


@pytest.mark.both_databases
def test_twin_that_counts_uses_before_the_lock_sees_more(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Count before the transaction, wait for one another, then insert: what a check in the view would do."""
    event = an_event()
    way_in = by(an_access_code(event, most_uses=USES))
    counted = meeting(PEOPLE)
    early: dict[int, int] = {}

    def register_with_early_count(form: Submission, occasion: Occasion) -> None:
        early[threading.get_ident()] = count_uses(way_in.record_id)
        counted.wait()
        register(event.id, form, occasion)

    monkeypatch.setattr(ways_in, "count_uses", lambda _code_id: early[threading.get_ident()])
    occasion = Occasion.load(event)
    forms = [form_by(way_in, event) for _ in range(PEOPLE)]
    at_once(app, *(lambda one=one: register_with_early_count(one, occasion) for one in forms))
    assert statuses(event)["confirmed"] > USES


@pytest.mark.both_databases
def test_an_invitation_used_twice_at_once_succeeds_once(app: Flask) -> None:
    # case 10
    event = an_event()
    way_in = by(an_invitation(event, is_bound=False))
    occasion = Occasion.load(event)
    forms = [form_by(way_in, event) for _ in range(4)]
    outcomes = at_once(app, *(lambda one=one: register(event.id, one, occasion) for one in forms))
    assert Counter(getattr(outcome, "reason", None) for outcome in outcomes) == {
        None: 1,
        RegisteringReason.INVITATION_OVER: 3,
    }


def test_a_code_keeps_its_people_when_it_goes(app: Flask) -> None:
    event = an_event()
    code = an_access_code(event)
    person = found(registered(event, form_by(by(code), event)))
    db.session.delete(db.session.get_one(AccessCode, code.id))
    db.session.commit()
    kept = db.session.get_one(Registration, person.id, populate_existing=True)
    assert (kept.access_code_id, kept.came_by) == (None, WayKind.CODE)


@pytest.mark.both_databases
def test_twin_that_looks_at_the_invitation_before_the_lock_sees_two(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Look before the transaction, wait for one another, then register: what a check in the view would do."""
    event = an_event()
    invitation = an_invitation(event, is_bound=False)
    way_in, number = by(invitation), 4
    looked = meeting(number)

    def register_after_a_look(form: Submission, occasion: Occasion) -> None:
        seen = db.session.get_one(Invitation, way_in.record_id)
        assert seen.used_at is None
        db.session.rollback()
        looked.wait()
        register(event.id, form, occasion)

    monkeypatch.setattr(registering, "check_way_in", lambda _event, _category, found, _email, _now: found)
    occasion = Occasion.load(event)
    forms = [form_by(way_in, event) for _ in range(number)]
    at_once(app, *(lambda one=one: register_after_a_look(one, occasion) for one in forms))
    assert statuses(event)["confirmed"] > 1


def test_an_invitation_whose_use_was_never_verified_leads_in_again(app: Flask) -> None:
    """Case 10: whoever mistyped the address, or did not see the message, is not shut out."""
    event = an_event(verifies_addresses=True)
    invitation = an_invitation(event, is_bound=False)
    first = form_by(by(invitation), event, email="mal@escrito.example")
    registered(event, first)
    assert refusal(event, form_by(by(invitation), event)) is RegisteringReason.INVITATION_OVER
    with time_machine.travel(now() + VERIFY_WITHIN + timedelta(minutes=1), tick=False):
        assert expire_unverified(now()) == 1
        assert registered(event, form_by(by(invitation), event)).outcome is Outcome.CHECK_MAIL
        assert refusal(event, form_by(by(invitation), event)) is RegisteringReason.INVITATION_OVER


def refusal(event: Event, submission: Submission) -> RegisteringReason:
    with pytest.raises(Refused) as refused_with:
        registered(event, submission)
    return RegisteringReason(refused_with.value.reason)
