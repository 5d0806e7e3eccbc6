"""What is refused by its head, before a byte of its body is read. Case 67."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import create_environ, run_wsgi_app

from eventreg.web.traffic import LARGEST_FORM, LARGEST_UPLOAD, REFUSED, judge_head

_FORM, _FILES = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
_TAKES_FILES = "/manage/organizations/new"
#: counted whether there is such an event or not
_LIMITED = "/events/no-such-event/register"


class Unread(io.RawIOBase):
    """A body that nobody may touch."""

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: object) -> int:
        raise AssertionError("The body was read.")


def _judged(app: Flask, path: str, method: str = "POST", kind: str = _FORM, length: int = 10, **more: Any) -> int:
    environ = create_environ(
        path, method=method, content_type=kind, environ_overrides={"REMOTE_ADDR": "192.0.2.1"}, **more
    )
    environ["CONTENT_LENGTH"] = str(length)
    return judge_head(app, environ).refusal


@pytest.mark.parametrize(
    ("path", "method", "kind", "length", "code"),
    [
        ("/no-such-page", "POST", _FORM, 10, 404),
        ("/", "POST", _FORM, 10, 405),
        ("/", "GET", _FORM, LARGEST_FORM + 1, 413),
        ("/sign-in", "POST", _FORM, LARGEST_FORM, 0),
        ("/sign-in", "POST", _FORM, LARGEST_FORM + 1, 413),
        ("/sign-in", "POST", "", LARGEST_FORM + 1, 413),
        ("/sign-in", "POST", _FILES, LARGEST_FORM + 1, 413),
        (_TAKES_FILES, "POST", _FILES, LARGEST_UPLOAD, 0),
        (_TAKES_FILES, "POST", _FILES, LARGEST_UPLOAD + 1, 413),
        (_TAKES_FILES, "POST", _FORM, LARGEST_FORM + 1, 413),
        (_TAKES_FILES, "POST", "application/json", LARGEST_FORM + 1, 413),
    ],
)
def test_heads_are_judged_by_address_method_and_size(
    app: Flask, path: str, method: str, kind: str, length: int, code: int
) -> None:
    assert _judged(app, path, method, kind, length) == code


@pytest.mark.parametrize("kind", [_FORM, _FILES, "application/json"])
def test_application_alone_refuses_the_same_without_reading(app: Flask, kind: str) -> None:
    environ = create_environ("/sign-in", method="POST", content_type=kind)
    environ |= {"CONTENT_LENGTH": str(LARGEST_FORM + 1), "wsgi.input": io.BufferedReader(Unread())}
    parts, status, _headers = run_wsgi_app(app, environ)
    assert status.startswith("413 ")
    assert "demasiado grande" in b"".join(parts).decode()


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [("GET", "/manage", 308), ("POST", "/no-such-page", 404), ("POST", "/", 405), ("POST", "/sign-in", 413)],
)
def test_what_the_server_refused_is_answered_by_its_code(app: Flask, method: str, path: str, code: int) -> None:
    environ = create_environ(path, method=method, content_type=_FORM, environ_overrides={"CONTENT_LENGTH": "9999999"})
    refusal = judge_head(app, environ).refusal
    assert refusal == code
    answer = app.test_client().open(path, method=method, environ_overrides={REFUSED: refusal})
    assert answer.status_code == code


def test_form_of_ten_thousand_fields_is_too_large(app: Flask) -> None:
    """Two megabytes of "a&a&a…" would be a hundred in memory."""
    answer = app.test_client().post("/sign-in", data=b"a&" * 10_000, content_type=_FORM)
    assert answer.status_code == 413


@pytest.mark.parametrize("proxies", [0, 1])
def test_who_has_used_up_a_limit_sends_nothing_more(make_app: Callable[..., Flask], proxies: int) -> None:
    app = make_app(limits=True, trusted_proxies=proxies)
    flooding, other = {"X-Forwarded-For": "198.51.100.7"}, {"X-Forwarded-For": "198.51.100.8"}
    client, tries = app.test_client(), 0
    while _judged(app, _LIMITED, headers=flooding) != 429:
        answer = client.post(_LIMITED, headers=flooding, environ_base={"REMOTE_ADDR": "192.0.2.1"})
        assert answer.status_code == 404
        tries += 1
    assert tries == 120
    # Another one behind the same proxy is another client; without a proxy, the header is worth nothing.
    assert _judged(app, _LIMITED, headers=other) == (0 if proxies else 429)
