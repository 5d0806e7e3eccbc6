"""The second factor: set up, asked for, used once, lost, taken off, demanded."""

from __future__ import annotations

import re
from datetime import timedelta
from threading import Thread

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from eventreg.accounts.models import Account, RecoveryCode
from eventreg.accounts.queries import get_account
from eventreg.accounts.rules.guarding import Visitor
from eventreg.accounts.rules.profiles import AccountReason
from eventreg.accounts.services.second_factor import give_code, remove
from eventreg.accounts.services.sign_in import make_sign_in_link
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.kernel.clock import now
from eventreg.kernel.errors import Refused
from eventreg.mail.models import MailMessage
from eventreg.settings.models import InstanceSettings
from eventreg.settings.queries import forget_settings
from tests.accounts.authenticator import code_of, with_second_factor
from tests.builders import a_registration, a_team_member, an_account, an_event
from tests.support.apps import AppMaker
from tests.support.pages import Page, Pages
from tests.support.waiting import join, meeting

PASSWORD = "una frase bastante larga"
WRONG = "This code does not fit, or it was used. Wait for the next one of your app, or use a recovery code."


@pytest.fixture
def olga(app: Flask) -> Account:
    """An organizer with a password and no second factor."""
    return an_account(PASSWORD, email="olga@equipo.example", language="en")


def give_password(pages: Pages, target: str = "") -> Page:
    page = pages.get(f"/sign-in?next={target}" if target else "/sign-in")
    return page.submit("Sign in", {"Email address": "olga@equipo.example", "Password": PASSWORD})


def is_signed_in(pages: Pages) -> bool:
    return pages.get("/manage/", status=None).status == 200


def subjects() -> list[str]:
    return list(db.session.scalars(select(MailMessage.subject).order_by(MailMessage.id)))


@pytest.mark.both_databases
def test_it_is_set_up_with_a_square_and_a_first_code(pages: Pages, olga: Account) -> None:
    pages.sign_in(olga)
    waiting = pages.get("/account/second-factor").submit("Set up").follow()
    # Drawn to scale: without a view box the style sheet's width would cut it off.
    assert re.search(r'<div class="er-square"><svg [^>]*viewBox="0 0 (\d+) \1"', waiting.html)
    assert "style=" not in waiting.html
    typed = waiting.texts("p", class_="er-secret")[0]
    assert re.fullmatch(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", typed)
    assert waiting.submit("Turn the second factor on", {"Code": "000000"}).errors() == [WRONG]
    shown = waiting.submit("Turn the second factor on", {"Code": code_of(olga)})
    assert shown.heading == "Save your recovery codes"
    codes = re.findall(r"<li>([a-z0-9]{5}-[a-z0-9]{5})</li>", shown.html)
    assert len(set(codes)) == 10
    saved = shown.submit("Save as a file")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert all(code in saved.html for code in codes)
    assert pages.get("/account/second-factor").has("There are 10 codes left.")
    assert subjects() == ["Your second factor is on"]


def test_what_is_stored_opens_nothing(olga: Account) -> None:
    codes = with_second_factor(olga)
    stored = get_account(olga.id).totp_sealed
    assert stored is not None
    assert code_of(olga).encode() not in stored
    hashes = db.session.scalars(select(RecoveryCode.code_hash)).all()
    assert not {code.replace("-", "") for code in codes} & set(hashes)


def test_a_secret_that_was_not_confirmed_is_not_asked_for(pages: Pages, olga: Account) -> None:
    pages.sign_in(olga).get("/account/second-factor").submit("Set up")
    assert give_password(Pages(pages.app)).location == "/manage/"


def test_turning_it_on_ends_sessions_that_began_without(pages: Pages, olga: Account) -> None:
    elsewhere = Pages(pages.app)
    give_password(elsewhere)
    give_password(pages)
    pages.get("/account/second-factor").submit("Set up")
    pages.get("/account/second-factor").submit("Turn the second factor on", {"Code": code_of(olga)})
    assert is_signed_in(pages)
    assert not is_signed_in(elsewhere)


@pytest.mark.parametrize("way", ["password", "link"])
def test_after_the_first_proof_the_code_is_asked_for_and_opens(pages: Pages, olga: Account, way: str) -> None:
    with_second_factor(olga)
    if way == "password":
        asked = give_password(pages, "/account?saved=profile")
    else:
        asked = pages.get(f"/sign-in/{make_sign_in_link(olga.id)}").submit("Sign in")
    page = asked.follow()
    assert page.heading == "Enter the code"
    assert not is_signed_in(pages)
    assert pages.get("/account", 302).location.startswith("/sign-in")
    assert page.submit("Sign in", {"Code": "123 456"}).errors() == [WRONG]
    answer = page.submit("Sign in", {"Code": code_of(olga)})
    assert answer.location == ("/account?saved=profile" if way == "password" else "/manage/")
    assert is_signed_in(pages)


def test_without_the_first_proof_no_code_is_asked_for(pages: Pages, olga: Account) -> None:
    with_second_factor(olga)
    assert pages.get("/sign-in/code", 303).location.startswith("/sign-in?")
    answer = pages.post("/sign-in/code", {"code": code_of(olga)}, token=True)
    assert answer.location.startswith("/sign-in")
    assert not is_signed_in(pages)


def test_the_first_proof_lasts_ten_minutes(pages: Pages, olga: Account, clock: time_machine.Traveller) -> None:
    with_second_factor(olga)
    page = give_password(pages).follow()
    clock.shift(timedelta(minutes=11))
    assert page.submit("Sign in", {"Code": code_of(olga)}).location.startswith("/sign-in")
    assert not is_signed_in(pages)


def test_another_account_can_be_chosen(pages: Pages, olga: Account) -> None:
    with_second_factor(olga)
    page = give_password(pages).follow()
    assert pages.get("/sign-in", 302).location.startswith("/sign-in/code")
    assert page.submit("Sign in with another account").follow().heading == "Sign in"


@pytest.mark.parametrize(("seconds", "fits"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_clocks_may_be_half_a_minute_off(
    olga: Account, clock: time_machine.Traveller, seconds: int, fits: bool
) -> None:
    with_second_factor(olga)
    clock.shift(timedelta(minutes=5))
    code = code_of(olga, seconds)
    if fits:
        assert give_code(olga.id, olga.session_generation, code, Visitor())
        return
    with pytest.raises(Refused) as refused:
        give_code(olga.id, olga.session_generation, code, Visitor())
    assert refused.value.reason is AccountReason.CODE_WRONG


def test_a_code_works_once_and_so_does_none_before_it(olga: Account, clock: time_machine.Traveller) -> None:  # case 10
    with_second_factor(olga)
    clock.shift(timedelta(minutes=5))
    earlier, code = code_of(olga, -30), code_of(olga)
    give_code(olga.id, olga.session_generation, code, Visitor())
    for used in (code, earlier):
        with pytest.raises(Refused):
            give_code(olga.id, olga.session_generation, used, Visitor())


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", ["of the app", "for recovery"])
def test_of_two_at_once_with_one_code_one_comes_in(app: Flask, olga: Account, kind: str) -> None:  # case 10
    codes = with_second_factor(olga)
    code = code_of(olga) if kind == "of the app" else codes[0]
    barrier, came_in, refused = meeting(4), [], []

    def come() -> None:
        with app.app_context():
            barrier.wait()
            try:
                came_in.append(give_code(olga.id, olga.session_generation, code, Visitor()).id)
            except Refused as no:
                refused.append(no.reason)

    threads = [Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    join(threads)
    assert (came_in, refused) == ([olga.id], [AccountReason.CODE_WRONG] * 3)


def test_a_recovery_code_works_once_however_it_is_typed(pages: Pages, olga: Account) -> None:
    code = with_second_factor(olga)[0]
    typed = f" {code.upper().replace('-', ' ')} "
    assert give_password(pages).follow().submit("Sign in", {"Code": typed}).location == "/manage/"
    again = give_password(Pages(pages.app)).follow()
    assert again.submit("Sign in", {"Code": code}).errors() == [WRONG]
    assert pages.get("/account/second-factor").has("There are 9 codes left.")
    assert "A recovery code was used" in subjects()


def test_new_recovery_codes_end_the_old_ones(pages: Pages, olga: Account) -> None:
    old = with_second_factor(olga)
    shown = pages.sign_in(olga).get("/account/second-factor").submit("Generate new recovery codes")
    new = re.findall(r"<li>([a-z0-9]{5}-[a-z0-9]{5})</li>", shown.html)
    assert len(new) == 10
    assert not set(new) & set(old)
    with pytest.raises(Refused):
        give_code(olga.id, olga.session_generation, old[0], Visitor())
    assert give_code(olga.id, olga.session_generation, new[0], Visitor())


@pytest.mark.both_databases
def test_codes_cannot_be_guessed(make_app: AppMaker) -> None:  # case 15
    app = make_app(limits=True)
    with app.app_context():
        olga = an_account(PASSWORD, email="olga@equipo.example", language="en")
        with_second_factor(olga)
        page = give_password(Pages(app)).follow()
        for _ in range(10):
            assert page.submit("Sign in", {"Code": "000000"}).errors() == [WRONG]
        stopped = page.submit("Sign in", {"Code": code_of(olga)})
        assert stopped.status == 429
        assert stopped.errors()[0].startswith("There were too many tries. The next one is possible from ")


def test_codes_cannot_be_guessed_over_many_accounts(make_app: AppMaker) -> None:  # case 15
    app = make_app(limits=True)
    with app.app_context():
        accounts = [an_account() for _ in range(4)]
        for account in accounts:
            with_second_factor(account)
        reasons = []
        for number in range(31):
            with pytest.raises(Refused) as refused:
                give_code(accounts[number % 4].id, 1, "000000", Visitor("203.0.113.9"))
            reasons.append(refused.value.reason)
        assert reasons == [AccountReason.CODE_WRONG] * 30 + [AccountReason.TOO_MANY_TRIES]


def test_a_first_proof_dies_with_the_password(pages: Pages, olga: Account) -> None:
    with_second_factor(olga)
    page = give_password(pages).follow()
    with transaction() as session:
        session.get_one(Account, olga.id).session_generation += 1
    assert page.submit("Sign in", {"Code": code_of(olga)}).location.startswith("/sign-in")
    assert not is_signed_in(pages)


def test_turning_it_off_asks_for_a_fresh_sign_in(pages: Pages, olga: Account, clock: time_machine.Traveller) -> None:
    with_second_factor(olga)
    pages.sign_in(olga)
    page = pages.get("/account/second-factor")
    clock.shift(timedelta(minutes=16))
    asked = page.submit("Turn the second factor off").follow()
    assert asked.submit("Continue", {"Password": PASSWORD}).errors() == ["Enter the code"]
    wrong = asked.submit("Continue", {"Password": PASSWORD, "Code": "000000"})
    assert wrong.errors() == [WRONG]
    back = asked.submit("Continue", {"Password": PASSWORD, "Code": code_of(olga)}).follow()
    assert get_account(olga.id).totp_confirmed_at is not None
    assert back.submit("Turn the second factor off").status == 303
    assert give_password(Pages(pages.app)).location == "/manage/"
    assert subjects()[-1] == "Your second factor is off"
    assert db.session.scalars(select(RecoveryCode)).all() == []


def test_at_a_browser_left_open_nobody_makes_a_secret_that_waits_their_own(
    pages: Pages, olga: Account, clock: time_machine.Traveller
) -> None:
    waiting = pages.sign_in(olga).get("/account/second-factor").submit("Set up").follow()
    clock.shift(timedelta(minutes=16))
    assert pages.get("/account/second-factor", 303).location.startswith("/sign-in/again")
    led = waiting.submit("Turn the second factor on", {"Code": code_of(olga)}, 303)
    assert led.location == "/sign-in/again?next=/account/second-factor"
    assert get_account(olga.id).totp_confirmed_at is None
    back = led.follow().submit("Continue", {"Password": PASSWORD}).follow()
    assert back.submit("Turn the second factor on", {"Code": code_of(olga)}).status == 200
    assert get_account(olga.id).totp_confirmed_at is not None


def test_who_runs_the_instance_can_take_it_off(olga: Account) -> None:
    with_second_factor(olga)
    remove(olga.id)
    assert get_account(olga.id).totp_sealed is None
    with pytest.raises(Refused) as refused:
        remove(olga.id)
    assert refused.value.reason is AccountReason.FACTOR_IS_OFF


def demand_on_instance() -> None:
    with transaction() as session:
        session.add(InstanceSettings(id=1, demands_second_factor=True, changed_at=now()))


def test_an_event_can_demand_it(pages: Pages) -> None:
    event, other = an_event(demands_second_factor=True), an_event()
    owner = a_team_member(event, "owner", language="en")
    stranger = a_team_member(other, "owner")
    address = f"/manage/events/{event.slug}"
    led = pages.sign_in(owner).get(address, 303)
    assert led.location == f"/account/second-factor?next={address}"
    a_registration(event, "academia", "pending")
    front = pages.get("/manage/")
    assert front.has(event.title["en"])
    assert not front.has("To review"), "not even figures before there is a second factor"
    told = led.follow()
    assert told.has("The page you came for is open only to accounts with a second factor.")
    waiting = told.submit("Set up").follow()
    shown = waiting.submit("Turn the second factor on", {"Code": code_of(owner)})
    assert shown.click("I have saved them, continue").address == address
    # Who has nothing to do with it learns nothing of it.
    assert Pages(pages.app).sign_in(stranger).get(address, 404)


def test_a_form_of_such_an_event_does_nothing(pages: Pages) -> None:
    event = an_event(demands_second_factor=True)
    pages.sign_in(a_team_member(event, "owner"))
    answer = pages.post(f"/manage/events/{event.slug}/registrations.csv", token=True, status=303)
    assert answer.location == "/account/second-factor?next=/manage/"


def test_the_instance_can_demand_it(pages: Pages, olga: Account) -> None:
    forget_settings()
    demand_on_instance()
    give_password(pages)
    assert pages.get("/manage/", 303).location == "/account/second-factor?next=/manage/"
    assert pages.get("/account").status == 200
    pages.get("/account/second-factor?next=/manage/").submit("Set up")
    pages.get("/account/second-factor").submit("Turn the second factor on", {"Code": code_of(olga)})
    assert is_signed_in(pages)


def test_the_event_belongs_to_somebody_with_it(pages: Pages) -> None:
    event: Event = an_event(demands_second_factor=True)
    owner = a_team_member(event, "owner")
    with_second_factor(owner)
    assert pages.sign_in(owner).get(f"/manage/events/{event.slug}").status == 200
