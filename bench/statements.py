"""How many statements a page costs: SELECT, INSERT, UPDATE and DELETE executions, an executemany counting as one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from bench.results import Figure, figure
from bench.visitor import EVENT, FORM, SEND, Visitor
from eventreg.app import create_app
from eventreg.config import load_config
from eventreg.db import db

_COUNTED = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)


def measure_statements(instance: Path, url: str, database: str) -> Iterator[Figure]:
    """Yield the statements of the event page, the form and a registration, for an anonymous visitor."""
    app = create_app(load_config(instance=instance, database_url=url, limits=False))
    executed: list[str] = []
    _listen(app, executed)
    client = app.test_client()
    for name, path in (("event page", EVENT), ("form", FORM)):
        executed.clear()
        client.get(path)
        yield figure(f"{name}: statements", database, [len(executed)], "statements")
    fields = _form(client)
    executed.clear()
    answer = client.post(SEND, data=fields)
    if answer.status_code != 303:
        raise RuntimeError(f"the form was answered with {answer.status_code}")
    yield figure("registration: statements", database, [len(executed)], "statements")
    with app.app_context():
        db.engine.dispose()


def _form(client: FlaskClient) -> dict[str, list[str]]:
    page = client.get(FORM).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    days = tuple(re.findall(r'name="days"[^>]*value="(\d+)"', page))
    if token is None:
        raise RuntimeError("the form has no token")
    request = Visitor("localhost", "", token[1], days).registration()
    fields: dict[str, list[str]] = {}
    for name, value in parse_qsl(request.partition(b"\r\n\r\n")[2].decode()):
        fields.setdefault(name, []).append(value)
    return fields


def _listen(app: Flask, executed: list[str]) -> None:
    with app.app_context():

        @event.listens_for(db.engine, "before_cursor_execute")
        def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if _COUNTED.match(statement):
                executed.append(statement)
