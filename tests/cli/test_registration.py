"""`eventreg registration …`, as somebody types it."""

from __future__ import annotations

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
