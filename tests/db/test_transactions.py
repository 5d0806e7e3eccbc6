"""One use case, one transaction: committed whole or not at all, alone while it decides."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from eventreg.accounts.models import Account
from eventreg.db import PLANNED_ANEW, Part, db, lock_row, read_together, transaction, transactions
from eventreg.events.models import Event
from eventreg.kernel.errors import Busy, NotFound
from eventreg.organizations.models import Organization
from tests.builders import an_account
from tests.support.statements import counted
from tests.support.waiting import join, patience, until


def _organization(key: str = "one") -> Organization:
    return Organization(key=key, name={"en": "Institute"})


def _keys(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Organization.key).order_by(Organization.key)))


def _elsewhere(app: Flask, act: Callable[[], None]) -> None:
    """Run in another thread with a connection of its own, as another request would."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            with app.app_context():
                act()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    join([thread])
    if failures:
        raise failures[0]


@pytest.mark.both_databases
def test_leaving_the_block_commits(app: Flask) -> None:
    with transaction() as session:
        session.add(_organization())
    assert _keys(app) == ["one"]


@pytest.mark.both_databases
def test_an_exception_leaves_nothing_behind(app: Flask) -> None:
    def fail_late() -> None:
        with transaction() as session:
            session.add(_organization())
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_late()
    assert _keys(app) == []


@pytest.mark.both_databases
def test_a_block_inside_another_joins_it(app: Flask) -> None:
    def fail_outside() -> None:
        with transaction() as outer:
            outer.add(_organization("outer"))
            with transaction() as inner:
                inner.add(_organization("inner"))
            assert inner is outer
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_outside()
    assert _keys(app) == []


@pytest.mark.both_databases
def test_the_next_block_works_after_a_broken_one(app: Flask) -> None:
    with transaction() as session:
        session.add(_organization())
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(_organization())
    with transaction() as session:
        session.add(_organization("two"))
    assert _keys(app) == ["one", "two"]


@pytest.mark.both_databases
def test_what_was_read_before_is_read_again_inside(app: Flask) -> None:
    with transaction() as session:
        session.add(_organization())
    before = db.session.scalars(select(Organization)).one()
    assert before.website == ""

    def change() -> None:
        with transaction() as session:
            session.scalars(select(Organization)).one().website = "https://instituto.example"

    _elsewhere(app, change)
    with transaction() as session:
        inside = session.scalars(select(Organization)).one()
        assert inside.website == "https://instituto.example"
    assert before.website == "", "read before, still readable, no longer attached"


@pytest.mark.both_databases
def test_a_guarded_row_is_held_until_the_end(app: Flask) -> None:
    with transaction() as session:
        session.add(_organization())
    order: list[str] = []
    is_held, started = threading.Event(), threading.Event()

    def second() -> None:
        with app.app_context():
            is_held.wait(patience())
            started.set()
            with transaction():
                lock_row(select(Organization).where(Organization.key == "one"))
                order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with transaction():
        lock_row(select(Organization).where(Organization.key == "one"))
        is_held.set()
        started.wait(patience())
        thread.join(0.3)
        order.append("first")
    join([thread])
    assert order == ["first", "second"]


@pytest.mark.both_databases
def test_a_lock_not_had_in_time_says_busy(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 21: nothing half saved, try again."""
    monkeypatch.setattr(transactions, "LOCK_WAIT_MS", 200)
    with transaction() as session:
        session.add(_organization())
    with transaction():
        lock_row(select(Organization).where(Organization.key == "one"))
        with pytest.raises(Busy):
            _elsewhere(app, _change_late)
    with app.app_context():
        assert db.session.scalars(select(Organization.website)).one() == ""


def test_a_lock_held_by_another_program_says_busy(app: Flask, instance: Path) -> None:
    """On SQLite, one that takes no turns: a backup tool, a shell."""
    with transaction() as session:
        session.add(_organization())
    with closing(sqlite3.connect(instance / "eventreg.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy):
            _elsewhere(app, _change_late)
        other.execute("ROLLBACK")
    _elsewhere(app, _change_late)
    with app.app_context():
        assert db.session.scalars(select(Organization.website)).one() == "https://late.example"


@pytest.mark.both_databases
def test_a_row_that_is_not_there_is_not_found(app: Flask) -> None:
    with pytest.raises(NotFound), transaction():
        lock_row(select(Organization).where(Organization.key == "none"))


def _change_late() -> None:
    _wait_briefly()
    with transaction() as session:
        lock_row(select(Organization).where(Organization.key == "one")).website = "https://late.example"
        session.flush()


def _wait_briefly() -> None:
    """Wait 200 ms for locks on this thread's connection instead of the five seconds of the product."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    db.session.execute(db.text("PRAGMA busy_timeout=200" if is_sqlite else "SET lock_timeout = '200ms'"))
    db.session.commit()


def test_threads_write_in_the_order_in_which_they_asked() -> None:
    line, had = transactions._Line(), list[int]()

    def wait(number: int) -> None:
        if line.acquire(patience()):
            had.append(number)
            line.release()

    assert line.acquire(0)
    threads = [threading.Thread(target=wait, args=(number,)) for number in range(8)]
    for count, thread in enumerate(threads, 1):
        thread.start()
        until(lambda count=count: len(line._waiting) == count, "a thread in the line")
    assert not line.acquire(0.01)
    line.release()
    join(threads)
    assert had == list(range(8))
    assert line.acquire(0)


@pytest.mark.both_databases
def test_rows_of_several_kinds_come_by_one_statement_each_to_its_own_kind(app: Flask) -> None:
    with transaction() as session:
        session.add_all([_organization("a"), _organization("b")])
    an_account(name="Ana")
    one, other = aliased(Organization), aliased(Organization)
    with counted() as statements:
        keys, accounts, events, pairs = read_together(
            Part([one.key], [(one, one.key != "c")], [one.key.desc()]),
            Part([Account], [(Account, Account.name == "Ana")]),
            Part([Event], [(Event, Event.capacity < 0)]),
            Part([other.key, other.name], [(other, other.key == "a")]),
        )
    assert len(statements) == 1
    assert keys == ["b", "a"]
    assert [account.name for account in accounts] == ["Ana"]
    assert events == []
    assert pairs == [("a", {"en": "Institute"})]


def _is_in_transaction() -> bool:
    driver: Any = db.session.connection().connection.dbapi_connection
    return bool(driver.info.transaction_status)


@pytest.mark.on_postgresql
def test_a_read_stands_alone_and_what_is_asked_often_stays_prepared(app: Flask) -> None:
    for _ in range(7):
        db.session.execute(select(Organization.key))
        db.session.execute(select(Account.name), execution_options={PLANNED_ANEW: True})
        db.session.rollback()
    prepared = db.session.scalars(text("SELECT statement FROM pg_prepared_statements")).all()
    assert any("organizations" in each for each in prepared)
    assert not any("accounts.name" in each for each in prepared)
    assert not _is_in_transaction()
    with transaction() as session:
        session.scalars(select(Organization.key)).all()
        assert _is_in_transaction()
    db.session.scalars(select(Organization.key)).all()
    assert not _is_in_transaction(), "nor does one after it"
