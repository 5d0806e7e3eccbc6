"""`eventreg registration …`, as somebody types it."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def _slug(prepared: Run) -> str:
    return prepared("event", "list").stdout.split("\t")[0]


def test_list_names_everybody_of_a_status_and_no_address(prepared: Run) -> None:
    slug = _slug(prepared)
    assert prepared("demo", "--registrations", "30").returncode == 0
    everybody = prepared("registration", "list", "--event", slug)
    assert everybody.returncode == 0, everybody.stderr
    lines = [line.split("\t") for line in everybody.stdout.splitlines()]
    assert len(lines) == 30
    assert all(len(line) == 5 for line in lines)
    assert "@" not in everybody.stdout
    confirmed = prepared("registration", "list", "--event", slug, "--status", "confirmed").stdout.splitlines()
    assert confirmed == ["\t".join(line) for line in lines if line[1] == "confirmed"]
    assert 0 < len(confirmed) < 30


def test_list_says_what_there_is_not(prepared: Run) -> None:
    done = prepared("registration", "list", "--event", "nowhere")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "eventreg event list" in done.stderr
    done = prepared("registration", "list", "--event", _slug(prepared), "--category", "nobody")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


def test_export_writes_what_the_list_would_and_the_history_says_so(prepared: Run, tmp_path: Path) -> None:
    slug = _slug(prepared)
    assert prepared("demo", "--registrations", "20").returncode == 0
    target = tmp_path / "people.csv"
    asked = ["registration", "export", "--event", slug, "--filter", "status=confirmed&order=person"]
    done = prepared(*asked, "--output", str(target), "--keys")
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8-sig"))))
    assert {row["status"] for row in rows} == {"Confirmada"}
    assert f"{len(rows)} registrations" in done.stdout
    assert target.stat().st_mode & 0o077 == 0
    book = tmp_path / "people.xlsx"
    assert prepared(*asked, "--format", "xlsx", "--output", str(book)).returncode == 0
    assert zipfile.is_zipfile(book)
    refused = prepared(*asked, "--output", str(target))
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert prepared("audit", "check").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--filter", "nothing=1&status=merry"], "--filter"),
        (["--with-sensitive"], "Write why"),
        (["--language", "xx"], "language"),
    ],
)
def test_export_says_what_is_wrong_and_leaves_no_file(
    prepared: Run, tmp_path: Path, arguments: list[str], word: str
) -> None:
    target = tmp_path / "people.csv"
    done = prepared("registration", "export", "--event", _slug(prepared), "--output", str(target), *arguments)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert word in done.stderr
    assert not list(tmp_path.glob("*people*"))


def test_import_tries_first_and_puts_in_whole_or_not_at_all(prepared: Run, tmp_path: Path) -> None:
    """Case 42."""
    slug, file = _slug(prepared), tmp_path / "personas.csv"
    category = prepared("registration", "import", "--event", slug, "--category", "nobody", str(file))
    assert category.returncode != 0
    rows = "answer.given_name,answer.email,category\nÍñigo,inigo@instituto.example,CATEGORY\n"
    known = prepared(
        "registration", "import", "--event", slug, "--category", "nobody", str(_written(file, rows))
    ).stderr
    key = known.partition(": ")[2].split(",")[0].split(":")[-1].strip(" .\n")
    _written(file, rows.replace("CATEGORY", key))
    done = prepared("registration", "import", "--event", slug, "--dry-run", str(file))
    assert done.returncode == 0, done.stderr
    assert "1 added, 0 changed, 0 same, 0 refused; nothing was put in." in done.stdout
    done = prepared("registration", "import", "--event", slug, str(file))
    assert done.returncode == 0, done.stderr
    assert "Íñigo" in prepared("registration", "list", "--event", slug).stdout
    _written(file, rows.replace("CATEGORY", key) + "Eva,sin arroba,\n")
    done = prepared("registration", "import", "--event", slug, str(file))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "refused" in done.stdout
    assert len(prepared("registration", "list", "--event", slug).stdout.splitlines()) == 1


def _written(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file
