"""Files on the disk: durable, private, sealed in parts; what was altered shows; what no row knows is swept."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from eventreg.kernel.errors import NotFound
from eventreg.kernel.keys import Keys, create_keys
from eventreg.kernel.sealing import CannotUnseal
from eventreg.media.store import CannotKeep, SealedFile, path_of, sealed_parts, sweep_folder, write_file

MEBIBYTE = 1 << 20
SIZES = [0, 1, MEBIBYTE - 1, MEBIBYTE, MEBIBYTE + 1, 3 * MEBIBYTE]


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return create_keys(tmp_path / "keys" / "keys.json")


def stored(keys: Keys, folder: Path, content: bytes, file_id: str = "a", place: str = "materials/a") -> Path:
    write_file(folder, file_id, sealed_parts(keys, content, place))
    return path_of(folder, file_id)


@pytest.mark.parametrize("size", SIZES)
def test_what_is_written_is_read(keys: Keys, tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    path = stored(keys, tmp_path / "files", content)
    parts = list(SealedFile(keys, path, "materials/a"))
    assert b"".join(parts) == content
    assert max(len(part) for part in parts) <= MEBIBYTE


def test_it_is_private_and_unreadable(keys: Keys, tmp_path: Path) -> None:
    path = stored(keys, tmp_path / "files", b"the embargoed speech")
    assert b"embargoed" not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("damage", ["cut at a part", "cut", "swapped", "altered", "another place"])
def test_what_was_altered_does_not_open(keys: Keys, tmp_path: Path, damage: str) -> None:
    path = stored(keys, tmp_path / "files", os.urandom(2 * MEBIBYTE + 5))
    raw = path.read_bytes()
    first = 4 + int.from_bytes(raw[:4], "big")
    second = first + 4 + int.from_bytes(raw[first : first + 4], "big")
    path.write_bytes(
        {
            "cut at a part": raw[:second],
            "cut": raw[:-1],
            "swapped": raw[first:second] + raw[:first] + raw[second:],
            "altered": raw[:100] + bytes([raw[100] ^ 1]) + raw[101:],
            "another place": raw,
        }[damage]
    )
    place = "materials/b" if damage == "another place" else "materials/a"
    with pytest.raises(CannotUnseal):
        list(SealedFile(keys, path, place))


def test_a_file_that_is_not_there(keys: Keys, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        SealedFile(keys, path_of(tmp_path, "none"), "materials/none")


def test_a_name_is_written_once(keys: Keys, tmp_path: Path) -> None:
    path = stored(keys, tmp_path, b"one")
    with pytest.raises(CannotKeep):
        stored(keys, tmp_path, b"two")
    assert list(SealedFile(keys, path, "materials/a")) == [b"one"]


def test_nothing_is_left_of_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    def parts() -> object:
        yield b"half"
        raise OSError(28, "No space left on device")

    with pytest.raises(CannotKeep):
        write_file(tmp_path, "a", parts())  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_the_sweep_leaves_what_is_known_or_young(keys: Keys, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    for name, age in (("known", 3), ("old", 3), ("young", 0)):
        path = stored(keys, tmp_path, b"x", name)
        then = (now - timedelta(hours=age)).timestamp()
        os.utime(path, (then, then))
    assert sweep_folder(tmp_path, {"known"}, now) == 1
    assert sorted(path.stem for path in tmp_path.iterdir() if path.is_file()) == ["known", "young"]
    assert sweep_folder(tmp_path / "none", set(), now) == 0
