"""Sending: how many messages a second one worker and two hand over to the SMTP server of the bench, what it holds meanwhile, and
what becomes of messages while workers are killed.

The rate counts from the first message that went to the last, so a worker's start is not in it. Then half as
many go by two workers, one of which is killed at random, twenty times: what did not arrive is lost.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Engine, func, insert, select, text

from bench.crowd import message_row
from bench.databases import UNSENT, assert_durable, count, engine_for, new_instance
from bench.report import alone
from bench.results import Figure, figure
from bench.servers import EVENTREG, _pss, eventreg_command, mail_server
from eventreg.kernel.clock import now
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import GIVE_UP_AFTER, DeliveryState

MESSAGES, KILLED_MESSAGES, KILLS = 10_000, 5_000, 20
_LONGEST_LIFE = 1.5


class Noting:
    """A handler of the mail server that notes the Message-ID of each message it takes."""

    def __init__(self, path: str) -> None:
        self._path = path

    @classmethod
    def from_cli(cls, _parser: Any, path: str) -> Noting:
        """Return one that notes in this file."""
        return cls(path)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        head = envelope.content.partition(b"\r\n\r\n")[0]
        (line,) = [each for each in head.split(b"\r\n") if each.lower().startswith(b"message-id:")]
        with Path(self._path).open("ab") as file:
            file.write(line + b"\n")
        return "250 OK"


def measure_mailing(database: str, messages: int = MESSAGES, kills: int = KILLS) -> Iterator[Figure]:
    """Send so many messages by one worker and, on PostgreSQL, by two; and half as many while workers are killed."""
    for workers in (1, 2) if database == "postgresql" else (1,):
        with _outbox(database, messages) as (environment, engine), mail_server() as server:
            yield from _sent(database, {**environment, **server}, engine, workers)
    if kills:
        yield from _killed(database, min(messages // 2, KILLED_MESSAGES), kills)


def _sent(database: str, environment: Mapping[str, str], engine: Engine, workers: int) -> Iterator[Figure]:
    before, held = _ended(), []
    running = [_worker(environment) for _ in range(workers)]
    while any(each.poll() is None for each in running):
        if count(engine, "mail_messages WHERE state = 'sent'"):
            held.append(max(_pss(psutil.Process(each.pid)) for each in running if each.poll() is None) / 1024)
        time.sleep(0.5)
    with engine.connect() as connection:
        at = MailMessage.sent_at
        gone, first, last = connection.execute(select(func.count(at), func.min(at), func.max(at))).one()
    if first is None or last is None:
        raise RuntimeError("no message went")
    seconds = (last - first).total_seconds()
    name = f"mail by {workers} worker{'s' if workers > 1 else ''}"
    yield figure(f"{name}: rate", database, [(gone - 1) / seconds], "1/s")
    yield figure(f"{name}: CPU of one, the server's apart", database, [(_ended() - before) * 1000 / gone], "ms")
    yield figure(f"{name}: memory grown", database, [max(held[-3:]) - held[len(held) // 5]], "MB")


def _ended() -> float:
    """Return the processor's time of processes that have ended, in seconds."""
    return sum(os.times()[2:4])


def _killed(database: str, messages: int, kills: int) -> Iterator[Figure]:
    chance = random.Random(messages)
    with tempfile.TemporaryDirectory() as folder, _outbox(database, messages) as (environment, engine):
        noted = Path(folder) / "noted"
        noted.touch()
        with mail_server("bench.mailing.Noting", str(noted)) as server:
            settings = {**environment, **server}
            workers = [_worker(settings) for _ in range(2)]
            for _ in range(kills):
                time.sleep(chance.uniform(0.5, _LONGEST_LIFE))
                victim = chance.randrange(2)
                workers[victim].kill()
                workers[victim].wait()
                workers[victim] = _worker(settings)
            # What a killed one had in hand is anybody's a minute later.
            while count(engine, UNSENT):
                workers = [each if each.poll() is None else _worker(settings) for each in workers]
                time.sleep(1)
            for each in workers:
                each.wait()
        arrived = Counter(noted.read_bytes().splitlines())
        yield figure("mail, workers killed: lost", database, [messages - len(arrived)], "messages")
        yield figure(
            "mail, workers killed: repeated a kill", database, [(arrived.total() - len(arrived)) / kills], "messages"
        )


@contextmanager
def _outbox(database: str, messages: int) -> Iterator[tuple[dict[str, str], Engine]]:
    """Yield the environment and engine of an instance in whose outbox so many messages wait."""
    with new_instance(database) as (instance, url):
        environment = {"EVENTREG_DATABASE_URL": url, "EVENTREG_INSTANCE": str(instance), "EVENTREG_DEMO_MAIL": "send"}
        eventreg_command(instance, environment, "migrate")
        eventreg_command(instance, environment, "demo")
        with engine_for(url) as engine:
            assert_durable(engine)
            with engine.begin() as connection:
                connection.execute(text("DELETE FROM mail_messages"))
                event_id = connection.execute(text("SELECT min(id) FROM events")).scalar_one()
                at = now()
                anew = {"state": DeliveryState.QUEUED, "due_at": at, "due_set_at": at, "give_up_at": at + GIVE_UP_AFTER}
                anew |= {"text": "Buen día.\n" * 150}
                rows = [{**message_row(event_id, number, at), **anew} for number in range(messages)]
                connection.execute(insert(MailMessage), rows)
            yield environment, engine


def _worker(environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [str(EVENTREG), "deliver", "--once"], env={**os.environ, **environment}, stderr=subprocess.DEVNULL
    )


if __name__ == "__main__":
    sys.exit(alone(__doc__, measure_mailing, MESSAGES, kills=KILLS))
