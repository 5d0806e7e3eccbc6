"""`eventreg keys …`: list, rotate, forget."""

from __future__ import annotations

from tests.cli.conftest import Run


def test_keys_are_rotated_and_the_old_one_forgotten(prepared: Run) -> None:  # case 53
    assert prepared("demo", "--registrations", "60").returncode == 0
    (before,) = prepared("keys", "list").stdout.splitlines()
    name, count, state = before.split("\t")
    assert (name, state) == ("k1", "in use")
    assert int(count) > 0

    rotated = prepared("keys", "rotate")
    assert rotated.returncode == 0, rotated.stderr
    assert "sealed under k2" in rotated.stdout
    assert prepared("keys", "list").stdout.splitlines() == ["k1\t0\told", f"k2\t{count}\tin use"]

    assert prepared("keys", "forget", "k1").returncode == 0
    assert prepared("keys", "list").stdout.splitlines() == [f"k2\t{count}\tin use"]
    assert "sealed in the database" in prepared("doctor").stdout


def test_the_key_in_use_stays(prepared: Run) -> None:
    refused = prepared("keys", "forget", "k1")
    assert refused.returncode == 1
    assert "eventreg: " in refused.stderr
    assert prepared("keys", "reseal").stdout == "0 values and files were sealed anew.\n"
