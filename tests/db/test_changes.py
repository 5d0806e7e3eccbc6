"""What a transaction changes, however it is written down, and what the words of a statement are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, literal_column, select, text, update
from sqlalchemy.orm import Session

from eventreg.db import db, revocable, transaction
from eventreg.db.transactions import UNTOLD, emptied_with, from_shelf, init_changes, words_of_statements
from eventreg.jobs.models import Job
from eventreg.media.models import Picture
from eventreg.organizations.models import Organization
from tests.builders import an_institution

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.both_databases]


@pytest.fixture
def told(app: Flask) -> list[set[tuple[str, str]]]:
    """What was told of each transaction."""
    found: list[set[tuple[str, str]]] = []
    init_changes(app, lambda _session, changes: found.append(set(changes)))
    return found


def _add(session: Session) -> None:
    session.add(Organization(key="nueva", name={"es": "Nueva"}))


WAYS: dict[str, tuple[Callable[[Session], Any], str, str]] = {
    "an object that nobody flushed": (_add, "INSERT", "organizations"),
    "an update of the ORM": (lambda session: session.execute(update(Organization).values(key="x")), "UPDATE", "organizations"),
    "a deletion": (lambda session: session.execute(delete(Job)), "DELETE", "jobs"),
    "Core": (lambda session: session.execute(update(Organization.__table__).values(key="x")), "UPDATE", "organizations"),
    "text": (lambda session: session.execute(text(" update organizations set key = 'x'")), "UPDATE", "organizations"),
    "the driver": (
        lambda session: session.connection().exec_driver_sql("DELETE FROM jobs"), "DELETE", "jobs"),
    "a common table expression": (
        lambda session: session.execute(
            delete(Job).where(Job.id.in_(select(select(Job.id).cte("some").c.id)))
        ), "DELETE", "jobs"),
    "in place of what is there": (
        lambda session: session.execute(
            text("INSERT INTO public_number VALUES (1, 1, 1) ON CONFLICT (id) DO UPDATE SET number = 2")
        ), "INSERT", "public_number"),
    "out of a selection": (
        lambda session: session.execute(
            insert(Picture.__table__).from_select(
                [column.name for column in Picture.__table__.columns],
                select(Picture.__table__).where(literal_column("1") == 2),
            )
        ), "INSERT", "pictures"),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_whatever_writes_is_told(told: list[set[tuple[str, str]]], way: str) -> None:
    an_institution()
    told.clear()
    write, verb, table = WAYS[way]
    with transaction() as session:
        write(session)
    assert told == [{(verb, table)}]


def test_reading_is_told_of_by_nobody(told: list[set[tuple[str, str]]]) -> None:
    with transaction() as session:
        session.scalars(select(Organization).with_for_update()).all()
        session.scalars(select(select(Organization.id).cte("some").c.id)).all()
        with revocable():
            pass
    assert told == []


def test_a_writer_may_know_that_nobody_is_shown_it(told: list[set[tuple[str, str]]]) -> None:
    with transaction() as session:
        session.execute(update(Organization).values(key="x"), execution_options={UNTOLD: True})
    assert told == []
    with transaction() as session:
        session.execute(update(Organization).values(key="x"), execution_options={UNTOLD: False})
        with transaction() as inner:
            inner.execute(delete(Job))
    assert told == [{("UPDATE", "organizations"), ("DELETE", "jobs")}]


def test_what_fails_is_not_told(told: list[set[tuple[str, str]]]) -> None:
    def fail() -> None:
        with transaction() as session:
            session.execute(delete(Job))
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert told == []
    with transaction():
        pass
    assert told == []


def test_words_of_statements_name_the_tables_that_are_read() -> None:
    with transaction() as session, words_of_statements() as words:
        session.scalars(select(Organization)).all()
    assert "organizations" in words
    assert "jobs" not in words


def test_rows_that_go_with_others_are_known() -> None:
    assert {"places", "answers", "taggings"} <= emptied_with("registrations")
    assert "categories" in emptied_with("events")
    assert emptied_with("jobs") == set()


def _of_shelf(key: str, statement: str) -> tuple[str, bool]:
    """Return what is read of a shelf, and whether the database was asked."""
    asked: list[str] = []

    def load() -> str:
        asked.append(statement)
        return str(db.session.execute(text(statement)).scalar())

    db.session.rollback()
    return from_shelf(("test", key), load), bool(asked)


def test_what_is_kept_on_the_shelf_is_what_is_there() -> None:
    names = "SELECT max(key) FROM organizations"
    with transaction() as session:
        session.add(Organization(key="una", name={"es": "Una"}))
    assert [_of_shelf("names", names) for _ in range(3)] == [("una", True), ("una", False), ("una", False)]
    with transaction() as session:
        session.execute(delete(Job))
    assert not _of_shelf("names", names)[1]
    with transaction() as session:
        session.add(Organization(key="zeta", name={"es": "Zeta"}))
    assert [_of_shelf("names", names) for _ in range(2)] == [("zeta", True), ("zeta", False)]


def test_what_changes_without_a_word_is_not_kept_on_the_shelf() -> None:
    an_institution()
    for _ in range(2):
        assert _of_shelf("jobs", "SELECT count(*) FROM jobs") == ("0", True)


def test_who_began_to_read_before_is_given_nothing_of_the_shelf() -> None:
    an_institution()
    _of_shelf("number", "SELECT 1")
    assert not _of_shelf("number", "SELECT 1")[1]
    db.session.execute(text("SELECT 1"))
    assert from_shelf(("test", "number"), lambda: "read") == "read"
