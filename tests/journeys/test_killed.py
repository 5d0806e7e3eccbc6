"""The server's whole process group is killed while people register. Nothing that was promised is lost, nothing is told twice."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from eventreg.db.engines import engine_options, prepare_engine
from tests.support.databases import SQLITE, PostgresTemplate
from tests.support.mailserver import MailServer
from tests.support.victims import Registrant, Victim
from tests.support.waiting import join, until
from tests.support.warm import Commands

KILLS = 20
CLIENTS = 3
#: when after the first form was shown, and so many receipts, the group is killed, in seconds: early enough to meet a form, late
#: enough for mail
MOMENTS, FIRST = (0.05, 1.2), (0, 1, 2, 3)


@pytest.fixture
def empty_database_url(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[str]:
    """A database without any table: the server itself prepares it."""
    if database_kind == SQLITE:
        yield f"sqlite:///{tmp_path / 'killed.db'}"
        return
    server: PostgresTemplate = request.getfixturevalue("postgres_template")
    url = server.empty()
    yield url
    server.drop(url)


@pytest.mark.slow
@pytest.mark.both_databases
@pytest.mark.timeout(420)
def test_killed_at_any_moment_nothing_promised_is_lost_or_told_twice(  # case 31, case 62
    empty_database_url: str, tmp_path: Path, mail_server: MailServer, commands: Commands
) -> None:
    """Twenty kills: every receipt stands, each registration has each message once, one repeat a kill at the most."""
    database_url = empty_database_url
    settings = {f"EVENTREG_{name.upper()}": str(value) for name, value in mail_server.settings().items()}
    # What the contact person would get stays on this machine: an address that ends in .example
    victim = Victim(commands, tmp_path / "killed", {"EVENTREG_DATABASE_URL": database_url, **settings})
    chance = random.Random(20261123)
    receipts: list[str] = []
    try:
        victim.start()
        _prepare(database_url)
        for _ in range(KILLS):
            receipts += _register_until_killed(victim, chance.choice(FIRST), chance.uniform(*MOMENTS))
            victim.start()
        victim.kill()
        _end_leases(database_url)
        victim.deliver()
        victim.start()
        client = Registrant(victim.port)
        lost = [receipt for receipt in receipts if not client.still_has(receipt)]
    finally:
        victim.stop()
    assert len(receipts) >= KILLS, "too few people were registered for the test to say anything"
    assert lost == []
    _assert_messages_whole(database_url)
    _assert_sent_once(mail_server, database_url)


def _register_until_killed(victim: Victim, first: int, after: float) -> list[str]:
    """Register with several clients until, some time after the first receipts, the server is killed under them.

    Returns the receipts that were shown.
    """
    is_over = threading.Event()
    clients = [Registrant(victim.port) for _ in range(CLIENTS)]

    def work(client: Registrant) -> None:
        while not is_over.is_set():
            client.register()

    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    until(lambda: any(client.has_form for client in clients), "a form that can be sent")
    until(lambda: sum(len(client.receipts) for client in clients) >= first, f"{first} receipts")
    time.sleep(after)
    victim.kill()
    is_over.set()
    join(threads)
    return [receipt for client in clients for receipt in client.receipts]


def _assert_messages_whole(database_url: str) -> None:
    """Every registration has its message to the participant and its message to the contact person, once."""
    rows = _rows(
        database_url,
        "SELECT registrations.id, mail_messages.audience FROM registrations LEFT JOIN mail_messages"
        " ON mail_messages.record_kind = 'registration' AND mail_messages.record_id = registrations.id",
    )
    audiences: dict[int, Counter[str]] = {}
    for registration_id, audience in rows:
        audiences.setdefault(registration_id, Counter())[audience] += 1
    wrong = {key: dict(found) for key, found in audiences.items() if found != {"participant": 1, "contact": 1}}
    assert wrong == {}


def _assert_sent_once(mail_server: MailServer, database_url: str) -> None:
    """Every message arrived; at most one a kill arrived twice, and then under the same Message-ID."""
    arrived = Counter(str(received.message["Message-ID"]) for received in mail_server.received)
    expected = {str(row[0]) for row in _rows(database_url, "SELECT message_id FROM mail_messages")}
    assert set(arrived) == expected
    assert sum(arrived.values()) - len(arrived) <= KILLS
    states = {row[0] for row in _rows(database_url, "SELECT state FROM mail_messages")}
    assert states == {"sent"}


def _prepare(database_url: str) -> None:
    """Let everybody be confirmed, and let the contact person be a fictional one, who hears of each."""
    _execute(database_url, "UPDATE contact_persons SET hears = 'each'")
    _execute(database_url, "UPDATE events SET capacity = NULL, contact_email = 'contacto@instituto.example'")
    _execute(database_url, "UPDATE categories SET places = NULL")


def _end_leases(database_url: str) -> None:
    """Let what a killed worker had in hand be due again, as it would be a minute later."""
    _execute(database_url, "UPDATE mail_messages SET due_at = created_at WHERE state = 'sending'")


def _execute(database_url: str, statement: str) -> None:
    engine = create_engine(database_url, **engine_options(database_url))
    prepare_engine(engine)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _rows(database_url: str, statement: str) -> list[tuple[object, ...]]:
    engine = create_engine(database_url, **engine_options(database_url))
    prepare_engine(engine)
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text(statement))]
    engine.dispose()
    return rows
