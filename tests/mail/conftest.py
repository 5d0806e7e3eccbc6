"""What the tests of the outbox share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.mail.servers import HabitServer


@pytest.fixture
def habit_server() -> Iterator[HabitServer]:
    """A server whose habits the test sets."""
    with HabitServer() as server:
        yield server
