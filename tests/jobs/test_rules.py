"""When a job is tried again, and when a duty has its next turn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from eventreg.jobs.models import MAX_ATTEMPTS, next_try, next_turn

NOW = datetime(2027, 1, 11, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 10), (2, 60), (3, 300), (4, 1800), (5, 7200), (MAX_ATTEMPTS - 1, 7200)]
)
def test_a_job_that_fails_waits_longer_each_time(attempts: int, seconds: int) -> None:
    assert next_try(attempts, NOW) == NOW + timedelta(seconds=seconds)


def test_a_job_is_given_up_in_the_end() -> None:
    assert next_try(MAX_ATTEMPTS, NOW) is None


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 3600), (1, 10), (2, 60), (4, 1800), (5, 3600), (500, 3600)])
def test_a_duty_is_never_given_up_nor_late_for_its_turn(attempts: int, seconds: int) -> None:
    assert next_turn(attempts, NOW, timedelta(hours=1)) == NOW + timedelta(seconds=seconds)
