"""Limits per client."""

from __future__ import annotations

import os
from collections.abc import Callable

import time_machine
from flask import Flask, request

from eventreg.web.access import public
from eventreg.web.limits import limited
from tests.support.pages import Pages


def _limited(app: Flask) -> Flask:
    @app.route("/counted", methods=["GET", "POST"])
    @public
    @limited("3 per minute")
    def counted() -> str:
        return request.method

    app.config["WTF_CSRF_ENABLED"] = False
    return app


def _post(app: Flask, address: str = "127.0.0.1") -> int:
    return app.test_client().post("/counted", environ_base={"REMOTE_ADDR": address}).status_code


def test_a_client_is_stopped_at_the_limit(make_app: Callable[..., Flask]) -> None:
    app = _limited(make_app(limits=True))
    assert [_post(app) for _ in range(4)] == [200, 200, 200, 429]
    assert _post(app, "127.0.0.9") == 200, "another client is not"


def test_limit_counts_the_time_before_each_request(make_app: Callable[..., Flask]) -> None:
    app = _limited(make_app(limits=True))
    with time_machine.travel("2027-02-12T18:00:00Z", tick=False) as clock:
        assert _post(app) == 200
        clock.shift(40)
        assert [_post(app) for _ in range(3)] == [200, 200, 429]
        clock.shift(21)
        assert [_post(app) for _ in range(2)] == [200, 429], "the first is more than a minute ago"


def test_processes_of_a_server_count_together(make_app: Callable[..., Flask]) -> None:
    app = _limited(make_app(limits=True))
    for _ in range(3):
        pid = os.fork()
        if pid == 0:
            os._exit(_post(app) != 200)
        assert os.waitpid(pid, 0)[1] == 0
    assert _post(app) == 429


def test_reading_is_not_counted(make_app: Callable[..., Flask]) -> None:
    app = _limited(make_app(limits=True))
    client = app.test_client()
    assert {client.get("/counted").status_code for _ in range(6)} == {200}


def test_a_client_cannot_name_itself(make_app: Callable[..., Flask]) -> None:
    app = _limited(make_app(limits=True))
    client = app.test_client()
    codes = [client.post("/counted", headers={"X-Forwarded-For": f"10.0.0.{n}"}).status_code for n in range(4)]
    assert codes[-1] == 429


def test_limits_can_be_lifted_for_load_tests(make_app: Callable[..., Flask]) -> None:
    app = _limited(make_app(limits=False))
    assert {_post(app) for _ in range(6)} == {200}


def test_too_many_tries_get_a_page(make_app: Callable[..., Flask]) -> None:
    app = _limited(make_app(limits=True))
    pages = Pages(app)
    for _ in range(3):
        pages.post("/counted", sound=False)
    assert pages.post("/counted", status=429).has("Wait a few minutes")


def test_a_client_of_ipv6_is_its_network(make_app: Callable[..., Flask]) -> None:
    """One client holds a whole /64: a new address for each request is no new client."""
    app = _limited(make_app(limits=True))
    assert [_post(app, f"2001:db8:1:2::{number}") for number in range(4)] == [200, 200, 200, 429]
    assert _post(app, "2001:db8:1:3::1") == 200
