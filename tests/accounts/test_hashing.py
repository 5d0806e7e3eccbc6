"""Passwords as argon2id: whole, with settings that hold, and as slow for nobody as for somebody."""

from __future__ import annotations

import unicodedata
from time import process_time

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from eventreg.accounts import passwords
from eventreg.accounts.rules.profiles import LONGEST, check_new_password, is_like_address
from eventreg.kernel.errors import Refused

pytestmark = pytest.mark.usefixtures("hashed_anew")


def test_settings_are_those_that_were_decided() -> None:
    stored = passwords.hash_of("correct horse battery")
    for each in (stored, passwords._NOBODYS):
        parameters = extract_parameters(each)
        assert parameters.type is Type.ID
        assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (19 * 1024, 2, 1)
    assert not passwords.is_outdated(stored)
    assert passwords.is_outdated(PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash("x"))


def test_a_long_password_is_hashed_to_its_last_letter() -> None:  # case 15
    password = "pan y queso " * 50
    stored = passwords.hash_of(password + "a")
    assert passwords.fits(stored, password + "a")
    assert not passwords.fits(stored, password + "b")
    assert not passwords.fits(stored, password)


def test_what_is_longer_than_any_password_fits_none() -> None:
    stored = passwords.hash_of("a" * LONGEST)
    assert passwords.fits(stored, "a" * LONGEST)
    assert not passwords.fits(stored, "a" * (LONGEST + 1))
    assert not passwords.fits(stored, "a" * 100_000)


def test_one_letter_typed_in_two_ways_is_the_same() -> None:
    password = "la señora de la montaña"
    stored = passwords.hash_of(unicodedata.normalize("NFD", password))
    assert passwords.fits(stored, unicodedata.normalize("NFC", password))


def test_an_account_that_does_not_exist_takes_as_long() -> None:
    stored = passwords.hash_of("correct horse battery")
    times = {}
    for name, found in (("somebody", stored), ("nobody", "")):
        spent = []
        for _ in range(5):
            begun = process_time()
            passwords.fits(found, "not the password")
            spent.append(process_time() - begun)
        times[name] = min(spent)
    assert 0.5 < times["nobody"] / times["somebody"] < 2


def test_no_password_opens_an_account_without_one() -> None:
    assert not passwords.fits("", "")
    assert not passwords.fits("", "anything at all")
    assert not passwords.fits("not a hash", "anything at all")


def test_a_run_of_accents_costs_nothing() -> None:
    """Putting a run of accents in order takes time that grows with its square: a million would take hours."""
    accents = "a" + "\u0301" * 300_000 + "\u0323" * 300_000
    began = process_time()
    assert not passwords.fits(passwords.hash_of("a"), accents)
    assert not is_like_address(f"a@b{accents}")
    with pytest.raises(Refused):
        check_new_password(accents)
    assert process_time() - began < 5
