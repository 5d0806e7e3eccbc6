"""`eventreg retention`, as somebody types it."""

from __future__ import annotations

from tests.cli.conftest import Run


def test_dry_run_says_what_the_run_does_and_then_nothing_is_due(prepared: Run) -> None:
    assert prepared("demo", "--registrations", "30").returncode == 0
    assert prepared("retention", "--dry-run").stdout == "Nothing is due.\n"
    done = prepared("retention", "--event", "nowhere")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
