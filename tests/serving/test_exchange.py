"""Web workers come and go under the supervisor: a fresh one for one at rest, a helper in a rush, and nobody notices."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from tests.packaging.copies import clean_environment, free_port
from tests.support.waiting import patience, until

pytestmark = pytest.mark.slow

_PROGRAM = """
import os, sys, time
from dataclasses import replace
from functools import partial
from flask import Flask
from eventreg.config import load_config
from eventreg.kernel.keys import create_keys
from eventreg.serving.addresses import listen, parse_bind
from eventreg.serving.logs import set_up_logging
from eventreg.serving.supervisor import Child, Supervisor, Wishes
from eventreg.serving.web import Place, Practice, work
from eventreg.web.instance import Instance, init_instance
from eventreg.web.limits import init_limits, limited
from eventreg.web.traffic import init_bodies

app = Flask("bare")
config = load_config()
init_instance(app, Instance(config, create_keys(config.keys)))
init_limits(app, are_on=True)
init_bodies(app, 0)

@app.get("/healthz")
def live():
    return str(os.getpid())

@app.get("/who")
def tell():
    return str(os.getpid())

practised = []

def practise(environ, start_response):
    practised.append(environ["PATH_INFO"])
    start_response("204 NO CONTENT", [])
    return []

@app.get("/practised")
def tell_practice():
    return " ".join(practised)

@app.get("/held")
def answer_when_let():
    while not (config.instance / "let").exists():
        time.sleep(0.05)
    return str(os.getpid())

@app.get("/counted")
@limited("3 per hour", methods=("GET",))
def count():
    return str(os.getpid())

set_up_logging()
listener, wishes = listen(parse_bind(sys.argv[1])), Wishes()
place = Place(wishes.say, has_others=True, rest_seconds=float(sys.argv[3]))
practice = Practice(b"GET /own HTTP/1.1\\r\\nConnection: close\\r\\n\\r\\n", practise, visitors=3, rounds=2)
serve = lambda one: work(app, listener, 2, place=one, practice=practice)
children = [Child(f"Web worker {n + 1}", partial(serve, replace(place, is_helper=n > 0)), is_helper=n > 0)
            for n in range(int(sys.argv[2]))]
sys.exit(Supervisor(children, lambda: print("listens", flush=True), wishes).run())
"""


@dataclass(frozen=True)
class Tree:
    """A supervisor with web workers of two threads each."""

    process: subprocess.Popen[bytes]
    port: int
    instance: Path

    def connect(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=patience())

    def get(self, path: str = "/who") -> tuple[int, str]:
        """Return status and text of an answer over a connection of its own: the text names the process."""
        with closing(self.connect()) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def answer_those_held(self) -> None:
        """Let every request to `/held` be answered."""
        (self.instance / "let").touch()

    def lives(self) -> bool:
        with suppress(OSError):
            return self.get("/healthz")[0] == 200
        return False

    def helper(self, first: str) -> str:
        """Wait until another process than the first takes clients, and return it: probes are answered though all threads work."""
        return until(
            lambda: next((one for one in [self.get("/healthz")[1]] if one != first), None), "a helper that serves"
        )

    def workers(self) -> set[int]:
        """Return the processes that serve."""
        return {child.pid for child in psutil.Process(self.process.pid).children()}


@contextmanager
def _tree(instance: Path, *, most: int = 1, rest_seconds: float = 1000) -> Iterator[Tree]:
    port = free_port()
    command = [sys.executable, "-c", _PROGRAM, f"127.0.0.1:{port}", str(most), str(rest_seconds)]
    environment = clean_environment() | {"EVENTREG_INSTANCE": str(instance)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"listens\n"
        tree = Tree(process, port, instance)
        until(tree.lives, "an answer")
        try:
            yield tree
        finally:
            process.terminate()
            process.wait(patience())


def test_worker_that_worked_and_rests_makes_room_for_a_fresh_one(tmp_path: Path) -> None:
    with _tree(tmp_path, rest_seconds=0.5) as tree:
        first = int(tree.get()[1])
        until(lambda: first not in tree.workers(), "the end of the one that worked")
        assert int(tree.get()[1]) != first
    assert tree.process.returncode == 0


def test_worker_that_was_only_asked_whether_it_lives_stays(tmp_path: Path) -> None:
    with _tree(tmp_path, rest_seconds=0.3) as tree:
        asked = {tree.get("/healthz")[1] for _ in range(20) if not time.sleep(0.1)}  # type: ignore[func-returns-value]
        assert len(asked) == 1


def test_fresh_worker_practises_before_others_come_and_that_is_no_work(tmp_path: Path) -> None:
    with _tree(tmp_path, rest_seconds=0.3) as tree:
        first = tree.workers()
        time.sleep(1)
        assert tree.workers() == first
        assert tree.get("/practised") == (200, " ".join(["/own"] * 6))


def test_exchange_loses_no_count_of_a_limit(tmp_path: Path) -> None:
    with _tree(tmp_path, rest_seconds=0.3) as tree:
        served: set[str] = set()
        for _ in range(3):
            status, who = tree.get("/counted")
            assert status == 200
            served.add(who)
            until(lambda who=who: int(who) not in tree.workers(), "another worker")
        assert len(served) == 3
        assert tree.get("/counted")[0] == 429


def test_request_in_flight_is_answered_before_the_worker_ends(tmp_path: Path) -> None:
    with (
        ThreadPoolExecutor(1) as pool,
        _tree(tmp_path, rest_seconds=0.3) as tree,
        closing(tree.connect()) as connection,
    ):
        connection.request("GET", "/who")
        first = connection.getresponse().read().decode()
        # the one that was told to leave takes what is new until the fresh one beside it has started
        until(lambda: len(tree.workers()) == 2 and tree.get()[1] != first, "what is new going to the fresh one")
        connection.request("GET", "/held")
        asking = pool.submit(connection.getresponse)
        time.sleep(1)
        tree.answer_those_held()
        answer = asking.result()
        assert answer.read().decode() == first
        assert answer.headers["Connection"] == "close"
        until(lambda: int(first) not in tree.workers(), "the end of the one that was told to leave")


def test_helper_comes_in_a_rush_and_leaves_after_it(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool, _tree(tmp_path, most=2, rest_seconds=2) as tree:
        first = tree.get("/healthz")[1]
        assert tree.workers() == {int(first)}
        answers = [pool.submit(tree.get, "/held") for _ in range(2)]
        tree.helper(first)
        tree.answer_those_held()
        assert first in {answer.result()[1] for answer in answers}
        # Not which one is left: the first makes room for a fresh one when it rests.
        until(lambda: len(tree.workers()) == 1, "the end of the helper")


def test_process_with_a_free_thread_has_new_clients_first(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool, _tree(tmp_path, most=2) as tree:
        alone = tree.get("/healthz")[1]
        first = {pool.submit(tree.get, "/held") for _ in range(2)}
        tree.helper(alone)
        others = {tree.get()[1] for _ in range(10)}
        tree.answer_those_held()
        assert not others & {answer.result()[1] for answer in first}


def test_log_tells_nothing_of_an_exchange(tmp_path: Path) -> None:
    with _tree(tmp_path, rest_seconds=0.3) as tree:
        first = int(tree.get()[1])
        until(lambda: first not in tree.workers(), "another worker")
        tree.process.terminate()
        _out, log = tree.process.communicate(timeout=patience())
    assert not re.search(r"WARNING|ERROR", log.decode())
