"""The clock can be set by a test, and by nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from eventreg.kernel.clock import Watch, now, watched
from tests.support.clocks import START


def test_the_time_is_aware_and_stands_where_a_test_puts_it(clock: time_machine.Traveller) -> None:
    assert now() == START
    assert now().utcoffset() == timedelta(0)
    clock.shift(timedelta(seconds=60))
    assert now() == START + timedelta(seconds=60)


def test_a_block_tells_until_when_it_holds(clock: time_machine.Traveller) -> None:
    with watched() as watch:
        at = now()
        near, far, past = (START + timedelta(hours=hours) for hours in (1, 2, -1))
        assert at < far
        assert not near <= at
        assert past < at
        assert max(at, past) is at
    assert watch == Watch(near, is_certain=True)
    assert type(now()) is datetime


@pytest.mark.parametrize(
    "use",
    [
        lambda at: at.year,
        lambda at: at.astimezone(UTC),
        lambda at: at - timedelta(hours=1),
        lambda at: START - at,
        lambda at: at + timedelta(hours=1),
        lambda at: f"{at:%H}",
        str,
        repr,
        lambda at: at == START,
        lambda at: {at},
    ],
)
def test_whatever_else_is_made_of_the_moment_is_uncertain(use: Callable[[datetime], object]) -> None:
    with watched() as watch:
        moment = now()
        assert watch.is_certain
        use(moment)
    assert not watch.is_certain
