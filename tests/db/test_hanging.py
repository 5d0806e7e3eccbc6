"""PostgreSQL that hangs: whoever asks is told in time, the others at once, and work that takes long may."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from eventreg.db import postgresql
from eventreg.db.engines import Bounds, open_engine, take_time
from tests.support.passage import Passage
from tests.support.waiting import join, patience, until

pytestmark = pytest.mark.on_postgresql
SHORT = Bounds(connect=2, statement=1)
AT_ONCE, IN_TIME = "did not answer a moment ago", "did not answer|timeout expired"


@pytest.fixture
def passage(database_url: str) -> Iterator[Passage]:
    """A way to the database that can be closed."""
    with Passage(database_url) as passage:
        yield passage


@pytest.fixture
def engine(passage: Passage) -> Iterator[Engine]:
    """An engine that goes that way, with a connection that was used before."""
    engine = open_engine(passage.url, SHORT)
    assert _ask(engine) == 1
    yield engine
    passage.go_on()
    engine.dispose()


def _ask(engine: Engine, statement: str = "SELECT 1") -> object:
    with engine.connect() as connection:
        return connection.execute(text(statement)).scalar_one()


@contextmanager
def _fails(why: str) -> Iterator[None]:
    """Expect a failure: what it says tells whether somebody waited, and for what, better than a clock on a busy machine."""
    began = time.monotonic()
    with pytest.raises(OperationalError, match=why):
        yield
    assert time.monotonic() - began < patience(20)


def test_whoever_waits_for_an_answer_is_told(engine: Engine, passage: Passage) -> None:
    # case 65
    with _fails(IN_TIME), engine.connect() as connection:
        passage.hang()
        connection.execute(text("SELECT 1"))


def test_whoever_comes_is_told_and_the_next_at_once(engine: Engine, passage: Passage) -> None:
    # case 65
    passage.hang()
    with _fails(IN_TIME):
        _ask(engine)
    with _fails(AT_ONCE):
        _ask(engine)


def test_one_connection_that_is_lost_closes_the_way_to_nobody(engine: Engine, passage: Passage) -> None:
    with _fails(IN_TIME), engine.connect() as connection:
        passage.lose()
        connection.execute(text("SELECT 1"))
    assert _ask(engine) == 1, "the server lives, and is asked at once"


def test_connecting_has_an_end(engine: Engine, passage: Passage) -> None:
    # case 65
    engine.dispose()
    passage.hang()
    with _fails(IN_TIME):
        _ask(engine)


def test_it_is_asked_again_when_it_answers_again(engine: Engine, passage: Passage) -> None:
    passage.hang()
    with pytest.raises(OperationalError):
        _ask(engine)
    passage.go_on()
    until(lambda: _is_answered(engine), "an answer")


def test_one_looks_while_the_others_are_told_at_once(engine: Engine, passage: Passage) -> None:
    passage.hang()
    for _ in range(2):
        with _fails(IN_TIME):
            _ask(engine)
        with _fails(AT_ONCE):
            _ask(engine)
        time.sleep(2.1)


def test_all_who_wait_are_told_soon_however_long_they_may_wait(
    passage: Passage, monkeypatch: pytest.MonkeyPatch
) -> None:
    # case 65
    monkeypatch.setattr(postgresql, "_LOOKS_AFTER", 0.5)
    engine = open_engine(passage.url, Bounds(connect=2, statement=600))
    said: list[str] = []

    def wait() -> None:
        try:
            _ask(engine, "SELECT 1 FROM pg_sleep(600)")
        except OperationalError as error:
            said.append(str(error))

    waiting = [threading.Thread(target=wait, daemon=True) for _ in range(6)]
    for one in waiting:
        one.start()
    time.sleep(3)
    assert said == [], "a server that takes its time is not taken for a silent one"
    passage.hang()
    join(waiting)
    assert len(said) == 6
    engine.dispose()


def test_server_ends_a_statement_that_takes_too_long(engine: Engine) -> None:
    with _fails("statement timeout"):
        _ask(engine, "SELECT pg_sleep(30)")
    assert _ask(engine) == 1


def test_work_that_takes_long_says_so_for_its_transaction_alone(engine: Engine) -> None:
    with engine.connect() as connection:
        with connection.begin():
            take_time(connection)
            connection.execute(text("SELECT pg_sleep(1.5)"))
        with pytest.raises(OperationalError):
            connection.execute(text("SELECT pg_sleep(30)"))


def test_work_that_takes_hours_outlives_a_while_without_an_answer_to_others(
    engine: Engine, passage: Passage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "_LOOKS_AFTER", 0.1)
    with engine.begin() as connection:
        take_time(connection)
        passage.hang()
        opens = threading.Timer(4, passage.go_on)  # longer than anybody waits for a connection
        opens.start()
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    join([opens])


def _is_answered(engine: Engine) -> bool:
    try:
        return _ask(engine) == 1
    except OperationalError:
        return False
