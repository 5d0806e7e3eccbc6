"""`eventreg event list|export|import`, as somebody types it."""

from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path

from tests.cli.conftest import Run


def _slug(prepared: Run) -> str:
    return prepared("event", "list").stdout.split("\t")[0]


def test_list_names_every_event_with_its_state(prepared: Run) -> None:
    done = prepared("event", "list")
    assert done.returncode == 0
    slug, state, first_day, title = done.stdout.rstrip("\n").split("\t")
    assert (state, len(first_day)) == ("published", 10)
    assert slug
    assert title


def test_event_goes_to_another_instance_and_is_the_same(prepared: Run, tmp_path: Path) -> None:
    slug, first, second = _slug(prepared), tmp_path / "a.zip", tmp_path / "b.zip"
    done = prepared("event", "export", "--with-people", "--with-sensitive", slug, str(first))
    assert done.returncode == 0, done.stderr
    assert "readable" in done.stdout
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    elsewhere = {"EVENTREG_INSTANCE": str(tmp_path / "other")}
    assert prepared("migrate", **elsewhere).returncode == 0
    done = prepared("event", "import", str(first), **elsewhere)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(f"/manage/events/{slug}\n")
    done = prepared("event", "export", "--with-people", "--with-sensitive", slug, str(second), **elsewhere)
    assert done.returncode == 0, done.stderr
    one, other = _documents(first), _documents(second)
    assert one.keys() == other.keys()
    assert one == other


def _documents(path: Path) -> dict[str, object]:
    with zipfile.ZipFile(path) as archive:
        found: dict[str, object] = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(archive_text(path))
    del manifest["made_at"]
    return found | {"manifest.json": manifest}


def archive_text(path: Path) -> bytes:
    """Return the manifest of a file."""
    with zipfile.ZipFile(path) as archive:
        return archive.read("manifest.json")


def test_hold_on_the_demo_mail_goes_along(prepared: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    assert prepared("event", "export", _slug(prepared), str(file)).returncode == 0
    assert prepared("event", "import", "--slug", "otra", str(file)).returncode == 0
    again = tmp_path / "b.zip"
    assert prepared("event", "export", "otra", str(again)).returncode == 0
    with zipfile.ZipFile(again) as archive:
        assert json.loads(archive.read("event.json"))["holds_mail"] is True


def test_existing_name_is_refused_unless_another_is_given(prepared: Run, tmp_path: Path) -> None:
    slug, file = _slug(prepared), tmp_path / "a.zip"
    assert prepared("event", "export", slug, str(file)).returncode == 0
    done = prepared("event", "import", str(file))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert slug in done.stderr
    done = prepared("event", "import", "--slug", "otra", str(file))
    assert done.returncode == 0, done.stderr
    assert "Nobody owns it" in done.stderr


def test_owner_is_named(prepared: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    assert prepared("event", "export", _slug(prepared), str(file)).returncode == 0
    assert prepared("user", "add", "--name", "Ana Ejemplo", "ana@instituto.example").returncode == 0
    done = prepared("event", "import", "--slug", "otra", "--owner", "ana@instituto.example", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    done = prepared("event", "import", "--slug", "mas", "--owner", "nadie@instituto.example", str(file))
    assert done.returncode == 1
    assert "no account" in done.stderr


def test_reasons_are_one_line(prepared: Run, tmp_path: Path) -> None:
    broken, there = tmp_path / "broken.zip", tmp_path / "there.zip"
    broken.write_bytes(b"nothing")
    there.touch()
    for arguments, said in (
        (("event", "export", "no-such", str(tmp_path / "x.zip")), "no event 'no-such'"),
        (("event", "export", _slug(prepared), str(there)), "already"),
        (("event", "export", "--with-sensitive", _slug(prepared), str(tmp_path / "x.zip")), "needs --with-people"),
        (("event", "import", str(broken)), "no ZIP file of an event"),
        (("event", "import", str(tmp_path / "nowhere.zip")), "No such file"),
    ):
        done = prepared(*arguments)
        assert done.returncode != 0, arguments
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
    assert not (tmp_path / "x.zip").exists()


def test_help_shows_an_example(prepared: Run) -> None:
    for command in ("list", "export", "import"):
        done = prepared("event", command, "--help")
        assert done.returncode == 0
        assert "Example:" in done.stdout
