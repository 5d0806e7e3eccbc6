"""Passwords that are easy to guess are refused, in words of ours."""

from __future__ import annotations

import ast
import inspect

import pytest
from flask import Flask

from eventreg.accounts.models import Account
from eventreg.accounts.queries import get_account
from eventreg.accounts.rules.guarding import Visitor
from eventreg.accounts.rules.passwords import LONGEST
from eventreg.accounts.rules.refusals import AccountRefused, Reason
from eventreg.accounts.services.passwords import set_password
from eventreg.accounts.services.signing_in import sign_in_with_password
from eventreg.accounts.strength import judge
from eventreg.accounts.wording import _zxcvbn_sentences, password_hint, refusal_sentence
from eventreg.i18n.languages import speaking
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
    with pytest.raises(AccountRefused) as refused:
        set_password(olga.id, password)
    assert refused.value.reason is Reason.PASSWORD_EASY
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
    with pytest.raises(AccountRefused):
        sign_in_with_password(olga.email, password[:-1], Visitor())


def test_the_reason_is_said_in_the_readers_language(app: Flask) -> None:
    judgement = judge("aaaaaaaaaaaaaaaa")
    refused = AccountRefused(Reason.PASSWORD_EASY, warning=judgement.warning, hints=judgement.hints)
    with speaking("en"):
        assert "Repeating a letter adds nothing." in refusal_sentence(refused)
    with speaking("es"):
        assert refusal_sentence(refused).startswith("Esta contraseña es fácil de adivinar.")
        assert "Repetir una letra no agrega nada." in refusal_sentence(refused)


def test_every_sentence_that_it_can_say_is_known(app: Flask) -> None:
    """A later version with other sentences is seen here before anybody reads half an explanation."""
    from zxcvbn import feedback

    tree = ast.parse(inspect.getsource(feedback))
    said = {
        ast.literal_eval(call.args[0])
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "_"
    }
    assert len(said) > 20
    with speaking("en"):
        assert said == set(_zxcvbn_sentences())


def test_a_sentence_that_is_not_known_is_left_out(app: Flask) -> None:
    with speaking("en"):
        hint = password_hint("Something new.", ["Something else."])
    assert hint == "This password is easy to guess. A sentence of four or more words is a good one."
