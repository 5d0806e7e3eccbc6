"""Links that sign in: mailed without a trace of the token, used once, void when they should be."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from eventreg.accounts.emails import GENERATION, SIGN_IN, resolve
from eventreg.accounts.models import SignInLink
from eventreg.accounts.rules.guarding import Visitor
from eventreg.accounts.rules.profiles import AccountReason, TooManyTries
from eventreg.accounts.services.sign_in import (
    ask_for_sign_in_link,
    forget_old_links,
    make_sign_in_link,
    send_sign_in_link,
    set_password,
    use_sign_in_link,
)
from eventreg.db import db
from eventreg.jobs.models import Job
from eventreg.kernel.clock import now
from eventreg.kernel.errors import Refused
from eventreg.mail.models import MailMessage
from tests.builders import an_account
from tests.support.apps import AppMaker
from tests.support.waiting import join, meeting

pytestmark = pytest.mark.usefixtures("app")


def links() -> list[SignInLink]:
    return list(db.session.scalars(select(SignInLink).order_by(SignInLink.id)))


def test_a_link_opens_its_account_once() -> None:
    account = an_account()
    token = make_sign_in_link(account.id)
    assert use_sign_in_link(token).id == account.id
    with pytest.raises(Refused) as refused:
        use_sign_in_link(token)
    assert refused.value.reason is AccountReason.LINK_OVER


@pytest.mark.both_databases
def test_used_twice_at_once_it_works_once(app: Flask) -> None:  # case 10
    token = make_sign_in_link(an_account().id)
    opened, start = [], meeting(6)

    def run() -> None:
        with app.app_context():
            start.wait()
            try:
                opened.append(use_sign_in_link(token).id)
            except Refused:
                opened.append(0)

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    join(threads)
    assert len(opened) == 6
    assert len([found for found in opened if found]) == 1


def test_a_link_ends_by_itself(clock: time_machine.Traveller) -> None:
    token = make_sign_in_link(an_account().id, minutes=60)
    clock.shift(timedelta(minutes=60))
    with pytest.raises(Refused):
        use_sign_in_link(token)


def test_a_new_password_voids_links_that_were_not_used() -> None:  # case 15
    account = an_account()
    token = make_sign_in_link(account.id)
    set_password(account.id, "una frase bastante larga")
    with pytest.raises(Refused):
        use_sign_in_link(token)


@pytest.mark.parametrize("token", ["", "x", "A" * 36, "á" * 36, "../../etc/passwd"])
def test_what_is_no_token_opens_nothing(token: str) -> None:
    an_account()
    with pytest.raises(Refused):
        use_sign_in_link(token)


def test_a_token_with_another_signature_opens_nothing() -> None:
    token = make_sign_in_link(an_account().id)
    forged = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")
    with pytest.raises(Refused):
        use_sign_in_link(forged)
    assert use_sign_in_link(token)


def test_asking_does_the_same_for_an_address_nobody_has() -> None:
    account = an_account()
    ask_for_sign_in_link(account.email, Visitor("192.0.2.7"))
    ask_for_sign_in_link("nobody@instituto.example", Visitor("192.0.2.7"))
    jobs = db.session.scalars(select(Job).order_by(Job.id)).all()
    assert [job.payload for job in jobs] == [{"email": account.email}, {"email": "nobody@instituto.example"}]
    assert links() == []


def test_links_asked_for_are_limited_by_address_and_by_client(make_app: AppMaker) -> None:
    with make_app(limits=True).app_context():
        for _ in range(5):
            ask_for_sign_in_link("olga@equipo.example", Visitor("192.0.2.7"))
        ask_for_sign_in_link("OLGA@equipo.example", Visitor("192.0.2.8"))
        assert db.session.scalar(select(func.count()).select_from(Job)) == 3
        for number in range(15):
            ask_for_sign_in_link(f"olga{number}@equipo.example", Visitor("192.0.2.7"))
        with pytest.raises(TooManyTries):
            ask_for_sign_in_link("somebody@equipo.example", Visitor("192.0.2.7"))
        assert db.session.scalar(select(func.count()).select_from(Job)) == 18


def test_the_mail_is_the_accounts_and_holds_no_token() -> None:
    account = an_account(language="en")
    assert send_sign_in_link(account.email.upper())
    message = db.session.scalars(select(MailMessage)).one()
    link = links()[0]
    assert (message.account_id, message.event_id, message.language) == (account.id, None, "en")
    assert message.subject == "Your sign-in link"
    address = resolve(SIGN_IN, link.public_id, GENERATION)
    token = address.rpartition("/")[2]
    assert token not in message.text + message.html
    assert f"[[{message.marker}:" in message.text
    assert f"[[{message.marker}:" in message.html
    assert use_sign_in_link(token).id == account.id


def test_nobody_gets_a_mail_for_an_address_without_an_account() -> None:
    an_account(email="closed@equipo.example", closed_at=now())
    assert not send_sign_in_link("nobody@instituto.example")
    assert not send_sign_in_link("closed@equipo.example")
    assert db.session.scalar(select(func.count()).select_from(MailMessage)) == 0


def test_old_links_are_forgotten(clock: time_machine.Traveller) -> None:
    account = an_account()
    make_sign_in_link(account.id)
    clock.shift(timedelta(days=2))
    make_sign_in_link(account.id)
    assert forget_old_links(now() - timedelta(days=1)) == 1
    assert len(links()) == 1


def test_links_of_another_purpose_are_not_made_here() -> None:
    with pytest.raises(LookupError):
        resolve("my", "A" * 12, GENERATION)
