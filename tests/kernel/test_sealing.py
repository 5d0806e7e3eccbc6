"""Sealed values open in their place, with their key, unaltered, and not otherwise (case 53)."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from eventreg.kernel.keys import Keys, load_keys
from eventreg.kernel.sealing import CannotUnseal, seal, unseal

_PLACE = "answers/abc/diet/0"


@pytest.fixture(scope="module")
def keys(keys_file: Path) -> Keys:
    return load_keys(keys_file)


@given(value=st.binary(max_size=200), place=st.text(max_size=40))
def test_what_is_sealed_opens_in_its_place(keys: Keys, value: bytes, place: str) -> None:
    assert unseal(keys, seal(keys, value, place), place) == value


def test_the_value_is_not_in_what_is_kept(keys: Keys) -> None:
    sealed = seal(keys, b"allergic to peanuts", _PLACE)
    assert b"peanuts" not in sealed
    assert seal(keys, b"allergic to peanuts", _PLACE) != sealed


def test_a_value_copied_elsewhere_does_not_open(keys: Keys) -> None:
    with pytest.raises(CannotUnseal):
        unseal(keys, seal(keys, b"secret", _PLACE), "answers/xyz/diet/0")


@given(st.data())
def test_an_altered_value_does_not_open(keys: Keys, data: st.DataObject) -> None:
    sealed = bytearray(seal(keys, b"secret", _PLACE))
    index = data.draw(st.integers(0, len(sealed) - 1))
    sealed[index] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CannotUnseal):
        unseal(keys, bytes(sealed), _PLACE)


@given(st.binary(max_size=60))
def test_anything_else_does_not_open(keys: Keys, anything: bytes) -> None:
    with pytest.raises(CannotUnseal):
        unseal(keys, anything, _PLACE)


def test_a_key_can_be_rotated(keys: Keys) -> None:
    old = seal(keys, b"old", _PLACE)
    rotated = dataclasses.replace(keys, sealing={**keys.sealing, "k2": os.urandom(32)}, sealing_id="k2")
    new = seal(rotated, b"new", _PLACE)
    assert unseal(rotated, old, _PLACE) == b"old"
    assert unseal(rotated, new, _PLACE) == b"new"
    with pytest.raises(CannotUnseal):
        unseal(keys, new, _PLACE)
