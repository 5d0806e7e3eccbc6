"""Personal links are derived: nothing but the key, the purpose, the record and its generation makes one."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from eventreg.kernel.keys import Keys, load_keys
from eventreg.kernel.tokens import (
    lookup_hash,
    new_public_id,
    new_reference,
    personal_token,
    public_id_of,
    token_fits,
)


@pytest.fixture(scope="module")
def keys(keys_file: Path) -> Keys:
    return load_keys(keys_file)


def test_a_token_opens_its_record(keys: Keys) -> None:
    public_id = new_public_id()
    token = personal_token(keys, "own", public_id, 1)
    assert public_id_of(token) == public_id
    assert token_fits(keys, token, "own", public_id, 1)


def test_a_token_opens_nothing_else(keys: Keys) -> None:
    public_id = new_public_id()
    token = personal_token(keys, "own", public_id, 1)
    assert not token_fits(keys, token, "verify", public_id, 1), "another purpose"
    assert not token_fits(keys, token, "own", public_id, 2), "a later generation"
    assert not token_fits(keys, token, "own", new_public_id(), 1), "another record"
    other = dataclasses.replace(keys, links=os.urandom(32))
    assert not token_fits(other, token, "own", public_id, 1), "another instance"


@given(st.data())
def test_no_letter_of_a_token_can_be_changed(keys: Keys, data: st.DataObject) -> None:
    public_id = "AAAAAAAAAAAA"
    token = personal_token(keys, "own", public_id, 1)
    index = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("ABCXYZabcxyz0189-_").filter(lambda drawn: drawn != token[index]))
    altered = token[:index] + letter + token[index + 1 :]
    assert not token_fits(keys, altered, "own", public_id, 1)


@given(st.one_of(st.text(max_size=60), st.binary(max_size=60).map(lambda raw: raw.decode("latin-1"))))
def test_what_is_no_token_is_refused_quietly(keys: Keys, anything: str) -> None:
    assert public_id_of(anything) is None or len(anything) >= 36
    assert not token_fits(keys, anything, "own", "AAAAAAAAAAAA", 1)


def test_tokens_can_stand_in_an_address(keys: Keys) -> None:
    token = personal_token(keys, "own", new_public_id(), 1)
    assert len(token) == 36
    assert token.replace("-", "").replace("_", "").isalnum()


def test_references_can_be_read_aloud() -> None:
    references = {new_reference("TAP") for _ in range(500)}
    assert len(references) > 495
    assert not set("".join(reference.removeprefix("TAP-") for reference in references)) & set("01ILO")


def test_a_lookup_hash_tells_purposes_apart(keys: Keys) -> None:
    assert lookup_hash(keys, "link", "ana@instituto.example") == lookup_hash(keys, "link", "ana@instituto.example")
    assert lookup_hash(keys, "link", "ana@instituto.example") != lookup_hash(keys, "sign_in", "ana@instituto.example")
    assert lookup_hash(keys, "a", "b\0c") == lookup_hash(keys, "a", "b\0c") != lookup_hash(keys, "a", "b")
