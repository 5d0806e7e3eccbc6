"""The keys file: made once, tight, refused when it does not fit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eventreg.kernel.keys import Keys, KeysUnusable, create_keys, load_keys


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "keys.json"


def test_keys_are_kept_for_their_owner_alone(path: Path) -> None:
    keys = create_keys(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert load_keys(path) == keys


def test_keys_differ_from_one_another_and_each_time(tmp_path: Path) -> None:
    first, second = (create_keys(tmp_path / name / "keys.json") for name in ("a", "b"))
    secrets = [first.session, first.links, first.lookup, *first.sealing.values()]
    assert len({*secrets, second.session, second.links, second.lookup, *second.sealing.values()}) == 8


def test_keys_are_never_overwritten(path: Path) -> None:
    keys = create_keys(path)
    with pytest.raises(FileExistsError):
        create_keys(path)
    assert load_keys(path) == keys


def test_keys_do_not_show_in_a_traceback(path: Path) -> None:
    assert "session" not in repr(create_keys(path))


def _without_links(content: dict[str, object]) -> object:
    return {name: value for name, value in content.items() if name != "links"}


@pytest.mark.parametrize(
    "spoil",
    [
        _without_links,
        lambda content: {**content, "links": "c2hvcnQ="},
        lambda content: {**content, "links": "not base64!"},
        lambda content: {**content, "sealing": {"active": "k9", "keys": content["sealing"]["keys"]}},
        lambda content: [content],
        lambda content: {**content, "links": 7},
    ],
    ids=["missing", "short", "no base64", "active key unknown", "a list", "a number"],
)
def test_a_spoilt_file_is_refused_with_a_sentence(path: Path, spoil: object) -> None:
    create_keys(path)
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(spoil(content)), encoding="utf-8")  # type: ignore[operator]
    with pytest.raises(KeysUnusable, match=r"keys\.json"):
        load_keys(path)


def test_a_missing_file_is_refused_with_a_sentence(path: Path) -> None:
    with pytest.raises(KeysUnusable, match="no keys file"):
        load_keys(path)


def test_every_key_has_256_bits(path: Path) -> None:
    keys: Keys = create_keys(path)
    assert {len(key) for key in (keys.session, keys.links, keys.lookup, *keys.sealing.values())} == {32}
