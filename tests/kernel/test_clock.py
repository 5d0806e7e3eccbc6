"""The clock can be set by a test, and by nothing else."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from eventreg.kernel.clock import now
from tests.support.clocks import START


def test_the_time_is_aware_and_stands_where_a_test_puts_it(clock: time_machine.Traveller) -> None:
    assert now() == START
    assert now().utcoffset() == timedelta(0)
    clock.shift(timedelta(seconds=60))
    assert now() == START + timedelta(seconds=60)
