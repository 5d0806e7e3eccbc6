"""Passwords that are easy to guess are refused, in words of ours."""

from __future__ import annotations

import subprocess
import sys

import pytest
from flask import Flask

from eventreg.accounts import passwords
from eventreg.accounts.models import Account
from eventreg.accounts.passwords import _SENTENCES, explain, judge
from eventreg.accounts.queries import get_account
from eventreg.accounts.rules.guarding import Visitor
from eventreg.accounts.rules.profiles import LONGEST, AccountReason
from eventreg.accounts.services.sign_in import set_password, sign_in_with_password
from eventreg.i18n.languages import speaking
from eventreg.kernel.errors import Busy, Refused
from eventreg.web.refusals import said
from tests.builders import an_account
from tests.support.waiting import worked


@pytest.fixture
def olga(app: Flask) -> Account:
    """An organizer without a password."""
    return an_account(email="olga.organizadora@equipo.example", name="Olga Organizadora")


@pytest.mark.parametrize(
    "password", ["password1234567", "aaaaaaaaaaaaaaaa", "qwertyuiop123", "olga organizadora", "organizadora1"]
)
def test_what_is_easy_to_guess_is_refused(olga: Account, password: str) -> None:
    with pytest.raises(Refused) as refused:
        set_password(olga.id, password)
    assert refused.value.reason is AccountReason.PASSWORD_EASY
    assert get_account(olga.id).password_hash == ""


def test_a_sentence_is_taken(olga: Account) -> None:
    set_password(olga.id, "cuatro gansos cruzan despacio")
    assert sign_in_with_password(olga.email, "cuatro gansos cruzan despacio", Visitor()).id == olga.id


def test_a_long_one_is_judged_by_its_beginning_and_kept_whole(olga: Account) -> None:  # case 15
    password = ("cuatro gansos cruzan despacio " * 40)[:LONGEST]
    began = worked()
    set_password(olga.id, password)
    assert worked() - began < 5
    assert sign_in_with_password(olga.email, password, Visitor()).id == olga.id
    with pytest.raises(Refused):
        sign_in_with_password(olga.email, password[:-1], Visitor())


def test_the_reason_is_said_in_the_readers_language(app: Flask) -> None:
    judgement = judge("aaaaaaaaaaaaaaaa")
    refused = Refused(AccountReason.PASSWORD_EASY, told=explain(judgement.warning, judgement.hints))
    with speaking("en"):
        assert "Repeating a letter adds nothing." in said(refused)
    with speaking("es"):
        assert said(refused).startswith("Esta contraseña es fácil de adivinar.")
        assert "Repetir una letra no agrega nada." in said(refused)


def test_every_sentence_that_it_can_say_is_known(app: Flask) -> None:
    """A later version with other sentences is seen here before anybody reads half an explanation."""
    import zxcvbn_rs_py

    kinds = zxcvbn_rs_py.Warning, zxcvbn_rs_py.Suggestion
    said = {str(getattr(kind, name)) for kind in kinds for name in dir(kind) if name[0].isupper()}
    assert len(said) > 20
    assert said <= set(_SENTENCES)


def test_judging_leaves_nothing_in_the_process_that_serves() -> None:
    """The word lists took 14 MB of every process that had judged one password."""
    program = "import sys; from eventreg.accounts.passwords import judge; judge('x'); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "zxcvbn" not in done.stdout


@pytest.mark.parametrize("typed", ["4@8({[<369|1!0$+57%2" * 5, "\0\r\n" * 30, "ñ😀" * 60, "\ud800" * 12, ""])
def test_whatever_is_typed_is_judged_within_bounds(typed: str) -> None:
    began = worked()
    assert 0 <= judge(typed, ["\ud800", "Olga"]).score <= 4
    assert worked() - began < 20


def test_a_judge_that_does_not_come_is_told_as_such(olga: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(Busy):
        set_password(olga.id, "cuatro gansos cruzan despacio")
    assert get_account(olga.id).password_hash == ""


def test_nobody_waits_for_ever_for_others_to_be_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_TURN", 0.1)
    with passwords._at_once, passwords._at_once, pytest.raises(Busy):
        judge("cuatro gansos cruzan despacio")
    assert judge("cuatro gansos cruzan despacio").score == 4, "a turn that was not had is not given back"


def test_a_sentence_that_is_not_known_is_left_out(app: Flask) -> None:
    with speaking("en"):
        hint = said(Refused(AccountReason.PASSWORD_EASY, told=explain("Something new.", ["Something else."])))
    assert hint == "This password is easy to guess. A sentence of four or more words is a good one."
