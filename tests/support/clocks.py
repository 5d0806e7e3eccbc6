"""The clock, the only thing that tests replace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

#: a Monday morning in Tapachula
START = datetime(2027, 1, 11, 15, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands at `START` until moved: `clock.shift(60)`, `clock.move_to(…)`."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller
