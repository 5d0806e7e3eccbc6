"""Another mail address (case 12), and "send me my link" (case 11)."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from eventreg.accounts.models import GuardedAttempt
from eventreg.accounts.rules.profiles import TooManyTries
from eventreg.db import db
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import get_event_whole
from eventreg.kernel import clock as clocks
from eventreg.kernel.errors import NotFound, Refused
from eventreg.kernel.tokens import personal_token
from eventreg.mail.models import MailMessage
from eventreg.registration.emails import CONFIRM_ADDRESS, OWN_PAGE
from eventreg.registration.models import AddressChange, Registration
from eventreg.registration.queries.registrations import get_by_token, own_token
from eventreg.registration.rules.states import Action, ChangeReason, Status
from eventreg.registration.services.decisions import decide
from eventreg.registration.services.links import (
    SEND_LINK_JOB,
    confirm_address_change,
    request_address_change,
    request_link,
    send_link,
)
from eventreg.selfservice.services import SEND_EARLIER_JOB, request_earlier_answers
from eventreg.web.instance import ONE_GENERATION, keys
from tests.builders import a_registration, a_team_member, an_event, register_somebody
from tests.registration.calendars import occurrences
from tests.registration.owning import home, own_page
from tests.registration.records import entries, fresh, history, jobs_of, last_mail, mails, registered, told
from tests.support.pages import Pages

OLD, NEW = "ana@instituto.example", "ana@ministerio.example"


def asked(person: Registration, email: str = NEW) -> str:
    """Ask for another address; return the token of the confirming link."""
    request_address_change(person.event_id, person.id, email)
    change = db.session.scalars(select(AddressChange).order_by(AddressChange.id.desc())).first()
    assert change is not None
    return personal_token(keys(), CONFIRM_ADDRESS, change.public_id, ONE_GENERATION)


@pytest.fixture
def person(app: Any, clock: Any) -> Registration:
    """Somebody confirmed, with a place in an event."""
    return registered(register_somebody(an_event(), email=OLD))


def test_until_it_is_confirmed_nothing_changes(person: Registration) -> None:
    asked(person)
    assert fresh(person).email == OLD
    assert told(person) == ["confirmed", "confirm_address"]
    assert last_mail(person).recipient == NEW
    assert last_mail(person).calendar == ""
    assert history(person)[-1] == ("address_change_requested", {})


def test_ones_own_page_says_that_a_change_waits_until_it_is_confirmed_or_too_late(
    person: Registration, pages: Pages, clock: time_machine.Traveller
) -> None:
    receipt = pages.get(f"{home(person)}/received")
    assert receipt.link("Wrong address? Correct it") == f"{home(person)}/address"
    assert not own_page(pages, person).has("A change of address waits.")
    asked(person)
    assert own_page(pages, person).has(f"A change of address waits. We wrote to {NEW}.")
    clock.shift(timedelta(hours=73))
    assert not own_page(pages, person).has("A change of address waits.")


def test_confirmed_the_old_link_dies_both_addresses_are_told_and_the_calendar_follows(person: Registration) -> None:
    old_token = own_token(person, OWN_PAGE)
    confirm_address_change(asked(person))
    now = fresh(person)
    assert (now.email, now.email_key) == (NEW, NEW)
    assert NEW in now.search_text
    assert OLD not in now.search_text
    with pytest.raises(NotFound):
        get_by_token(old_token, OWN_PAGE)
    assert get_by_token(own_token(now, OWN_PAGE), OWN_PAGE).id == person.id
    left, changed = mails(person)[-2:]
    assert (left.template, left.recipient) == ("registration/address_left", OLD)
    assert (changed.template, changed.recipient) == ("registration/address_changed", NEW)
    assert f":my:{person.public_id}:2]]" in changed.text
    assert "[[" not in left.text + left.html
    assert entries(left) == []
    assert len(occurrences(changed.calendar)) == 2
    assert history(person)[-1] == ("address_changed", {"old": OLD, "new": NEW})
    assert told(person, "contact") == ["confirmed"]


def test_confirmed_twice_changes_nothing_more(person: Registration) -> None:
    token = asked(person)
    confirm_address_change(token)
    told_before = told(person)
    assert confirm_address_change(token).id == person.id
    assert (told(person), fresh(person).link_generation) == (told_before, 2)


def test_the_link_works_for_three_days(person: Registration, clock: time_machine.Traveller) -> None:
    token = asked(person)
    clock.shift(timedelta(hours=72))
    with pytest.raises(Refused) as refused:
        confirm_address_change(token)
    assert refused.value.reason is ChangeReason.LINK_EXPIRED
    assert fresh(person).email == OLD


def test_a_newer_request_ends_the_earlier_one(person: Registration) -> None:
    """The earlier address may be a stranger's, mistyped: it must not take the registration over later."""
    mistyped = asked(person, "ana@misterio.example")
    right = asked(person)
    for _ in range(2):
        with pytest.raises(Refused):
            confirm_address_change(mistyped)
        confirm_address_change(right)
    assert fresh(person).email == NEW


def test_an_address_that_another_registration_has_is_refused_to_whoever_holds_it(person: Registration) -> None:
    a_registration(get_event_whole(person.event_id), email=NEW)
    token = asked(person)  # asking tells nothing
    with pytest.raises(Refused) as refused:
        confirm_address_change(token)
    assert refused.value.reason is ChangeReason.ADDRESS_IN_USE


@pytest.mark.parametrize(("email", "reason"), [("ANA@Instituto.example", ChangeReason.SAME_ADDRESS)])
def test_the_same_address_is_no_change(person: Registration, email: str, reason: ChangeReason) -> None:
    with pytest.raises(Refused) as refused:
        asked(person, email)
    assert refused.value.reason is reason
    assert told(person) == ["confirmed"]


@pytest.mark.parametrize("status", [Status.DECLINED, Status.CANCELLED, Status.UNVERIFIED])
def test_a_registration_that_does_not_stand_keeps_its_address(person: Registration, status: Status) -> None:
    token = asked(person)
    now = fresh(person)
    now.status = status
    db.session.commit()
    with pytest.raises(Refused):
        confirm_address_change(token)
    with pytest.raises(Refused):
        asked(person)


def test_an_address_waits_while_a_decision_can_be_undone(person: Registration, clock: time_machine.Traveller) -> None:
    """Its mails wait, written to the old address with the old link."""
    token = asked(person)
    organizer = a_team_member(get_event_whole(person.event_id))
    decide(person.event_id, person.reference, Action.WAITLIST, "", person.revision, Organizer.account(organizer.id))
    with pytest.raises(Refused) as refused:
        confirm_address_change(token)
    assert refused.value.reason is ChangeReason.BEING_DECIDED
    clock.shift(60)
    confirm_address_change(token)
    assert fresh(person).email == NEW


def test_forged_and_foreign_tokens_open_nothing(person: Registration) -> None:
    token = asked(person)
    for forged in (token[:-4] + "AAAA", own_token(person, OWN_PAGE), "", "x" * 36, "ñ"):
        with pytest.raises(NotFound):
            confirm_address_change(forged)


def test_few_messages_an_hour_whoever_asks(make_app: Any, clock: time_machine.Traveller) -> None:
    app = make_app(limits=True)
    with app.app_context():
        person = registered(register_somebody(an_event(), email=OLD))
        for number in range(5):
            asked(person, f"ana{number}@ministerio.example")
        with pytest.raises(TooManyTries) as refused:
            asked(person)
        assert refused.value.until == clocks.now() + timedelta(hours=1)
        clock.shift(timedelta(hours=1))
        asked(person)
        db.session.remove()


@pytest.mark.usefixtures("clock")
def test_asking_for_ones_link_writes_the_same_whether_or_not_the_address_is_known(make_app: Any) -> None:
    """Case 11: the request only writes a row; the worker looks up and mails."""
    app = make_app(limits=True)
    with app.app_context():
        event = an_event()
        known = a_registration(event, email=OLD)
        for email in (OLD, "nadie@instituto.example"):
            request_link(event.id, email, "192.0.2.7")
        jobs = jobs_of(SEND_LINK_JOB)
        assert [job.payload["email"] for job in jobs] == [OLD, "nadie@instituto.example"]
        assert db.session.scalar(select(func.count()).select_from(MailMessage)) == 0
        assert [send_link(**job.payload) for job in jobs] == [True, False]
        assert told(known) == ["link"]
        assert OLD not in "".join(job.key for job in jobs)
        db.session.remove()


@pytest.mark.parametrize(
    ("purpose", "emails", "clients", "most"),
    [
        ("own-link/address", [OLD] * 8, [f"192.0.2.{number}" for number in range(8)], 5),
        ("own-link/client", [f"p{n}@x.example" for n in range(25)], ["192.0.2.1"] * 25, 20),
    ],
    ids=["by-address", "by-client"],
)
def test_links_are_limited_by_address_and_by_client(
    make_app: Any, clock: time_machine.Traveller, purpose: str, emails: list[str], clients: list[str], most: int
) -> None:
    app = make_app(limits=True)
    with app.app_context():
        event = an_event()
        for email, client in zip(emails, clients, strict=True):
            with contextlib.suppress(TooManyTries):
                request_link(event.id, email, client)
        counted = db.session.scalar(
            select(func.count()).select_from(GuardedAttempt).where(GuardedAttempt.purpose == purpose)
        )
        assert counted == most
        db.session.remove()


@pytest.mark.parametrize("ask", [request_link, partial(request_earlier_answers, language="es")], ids=["own", "earlier"])
def test_nobody_uses_up_the_links_of_somebody_else(make_app: Any, clock: time_machine.Traveller, ask: Any) -> None:
    """Whoever asks in their name all day long, people are sent their link at most twelve minutes after they ask. Case 76."""
    app, began = make_app(limits=True), clocks.now()
    with app.app_context():
        event = an_event()
        asked: list[int] = []
        for minute in range(0, 180, 3):
            clock.move_to(began + timedelta(minutes=minute), tick=False)
            before = db.session.scalar(select(func.count()).select_from(GuardedAttempt))
            ask(event.id, OLD, client=f"192.0.2.{minute}")
            after = db.session.scalar(select(func.count()).select_from(GuardedAttempt))
            asked += [minute] if after == before + 2 else []
        assert all(later - earlier <= 12 for earlier, later in pairwise(asked))
        assert max(sum(at <= each < at + 60 for each in asked) for at in asked) <= 9
        db.session.remove()


def test_links_to_a_registration_leave_those_to_earlier_answers(make_app: Any, clock: time_machine.Traveller) -> None:
    app = make_app(limits=True)
    with app.app_context():
        event = an_event()
        for number in range(8):
            request_link(event.id, OLD, f"192.0.2.{number}")
        request_earlier_answers(event.id, OLD, "es", "192.0.2.99")
        assert len(jobs_of(SEND_EARLIER_JOB)) == 1
        db.session.remove()


def test_a_network_that_asked_too_often_is_told_until_when(make_app: Any, clock: time_machine.Traveller) -> None:
    """It was told that a message was on its way."""
    app = make_app(limits=True)
    clock.move_to("2027-02-12T18:00:00Z", tick=False)
    with app.app_context():
        event = an_event()
        for number in range(20):
            request_link(event.id, f"p{number}@instituto.example", "127.0.0.1")
        page = Pages(app).get(f"/events/{event.slug}/my-link")
        refused = page.submit("Send me my link", {"Email address": OLD}, 429)
        assert refused.errors() == ["There were too many tries. The next one is possible from 13:00 (UTC−6)."]
        db.session.remove()


def test_a_registration_that_was_withdrawn_gets_no_link(person: Registration) -> None:
    now = fresh(person)
    now.status = Status.CANCELLED
    db.session.commit()
    assert send_link(person.event_id, OLD) is False


@pytest.mark.parametrize("status", [Status.PENDING, Status.WAITLISTED, Status.DECLINED])
def test_everybody_live_gets_the_link(app: Any, status: Status) -> None:
    event = an_event()
    holder = a_registration(event, "academia", status, email=OLD)
    assert send_link(event.id, OLD.upper()) is True
    assert f":my:{holder.public_id}:1]]" in last_mail(holder).text
    assert last_mail(holder).created_at <= clocks.now()
