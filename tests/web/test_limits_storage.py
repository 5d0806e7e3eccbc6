"""Limits that several processes count together in Redis, and for themselves while it is away."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import time_machine
from flask import Flask, request

from eventreg.config import ConfigError
from eventreg.operations.doctor.settings import check_settings
from eventreg.web.access import public
from eventreg.web.instance import config
from eventreg.web.limits import limited, storage_answers
from tests.support.apps import AppMaker

AWAY = "EVENTREG_LIMITS_STORAGE does not answer"


class Redis:
    """A Redis of this test alone, which can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder)]
        self._process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
        while not storage_answers(self.address):
            assert self._process.poll() is None, "Redis ended: see tools/setup_tests.sh"
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Redis]:
    started = Redis(tmp_path)
    started.start()
    yield started
    started.stop()


def counting(app: Flask) -> Callable[[], int]:
    """Return what posts once to a view that takes three a minute, and gives the status."""

    @app.post("/counted")
    @public
    @limited("3 per minute")
    def counted() -> str:
        return request.method

    app.config["WTF_CSRF_ENABLED"] = False
    return lambda: app.test_client().post("/counted", environ_base={"REMOTE_ADDR": "192.0.2.77"}).status_code


def test_processes_count_together(make_app: AppMaker, server: Redis) -> None:
    one, other = (counting(make_app(limits=True, limits_storage=server.address)) for _ in range(2))
    assert [one(), other(), one(), other(), one()] == [200, 200, 200, 429, 429]


def test_redis_holds_nobodys_address(make_app: AppMaker, server: Redis) -> None:
    import redis  # a third of a second, which each worker of a run would pay

    counting(make_app(limits=True, limits_storage=server.address))()
    with redis.Redis(port=server.port) as client:
        held = [key.decode() for key in client.scan_iter()]
    assert len(held) == 1
    assert "192.0.2.77" not in held[0]


def test_nobody_is_kept_out_by_a_redis_that_is_away(
    make_app: AppMaker, server: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(limits=True, limits_storage=server.address)
    post = counting(app)
    with time_machine.travel("2027-02-12T18:00:00Z", tick=False) as clock:
        assert post() == 200
        server.stop()
        assert [post() for _ in range(4)] == [200, 200, 200, 429], "each process counts for itself, and none forgets to"
        assert caplog.text.count(AWAY) == 1
        server.start()
        assert post() == 429, "it is left alone for a while"
        clock.shift(31)
        assert post() == 200
    assert caplog.text.count(AWAY) == 1
    assert caplog.text.count("EVENTREG_LIMITS_STORAGE answers again") == 1


def test_a_redis_that_is_silent_holds_nobody_up(make_app: AppMaker, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        post = counting(make_app(limits=True, limits_storage=address))
        began = time.perf_counter()
        assert [post() for _ in range(4)] == [200, 200, 200, 429]
        assert time.perf_counter() - began < 5
    assert AWAY in caplog.text


def test_doctor_says_that_it_does_not_answer(make_app: AppMaker, server: Redis) -> None:
    with make_app(limits=True, limits_storage=server.address).app_context():
        assert not [found for found in check_settings(config()) if AWAY in found.what]
        server.stop()
        assert [found for found in check_settings(config()) if AWAY in found.what]


@pytest.mark.parametrize("wrong", ["redis", "redis://", "http://127.0.0.1:6379", "memcached://127.0.0.1"])
def test_other_storages_are_refused(make_app: AppMaker, wrong: str) -> None:
    with pytest.raises(ConfigError, match="EVENTREG_LIMITS_STORAGE must be memory"):
        make_app(limits_storage=wrong)
