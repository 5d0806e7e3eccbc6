"""How many statements a page costs: SELECT, INSERT, UPDATE and DELETE executions, an executemany counting as one."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl

from flask.testing import FlaskClient

from bench.listing import Crowd, listened, new_crowd
from bench.report import alone
from bench.results import Figure, figure
from bench.visitor import EVENT, FORM, SEND, Visitor, field_of
from eventreg.site import kept_pages

PEOPLE = 100


def measure_statements(database: str, people: int = PEOPLE) -> Iterator[Figure]:
    """Yield the statements of the public pages and of a registration, and of the page that shows the team one of them."""
    with new_crowd(database, [people]) as crowd, _listened(crowd) as executed:
        for name, path in (("event page", EVENT), ("form", FORM)):
            for label in (", rendered", ""):  # the second time it is kept
                executed.clear()
                crowd.app.test_client().get(path)
                yield figure(f"{name}{label}: statements", database, [len(executed)], "statements")
        client = crowd.app.test_client()
        fields = form_of(client)
        executed.clear()
        answer = client.post(SEND, data=fields)
        if answer.status_code != 303:
            raise RuntimeError(f"the form was answered with {answer.status_code}")
        yield figure("registration: statements", database, [len(executed)], "statements")
        desk = crowd.signed_in()
        desk.get(crowd.page_of_somebody(people))
        executed.clear()
        desk.get(crowd.page_of_somebody(people))
        yield figure("page of a registration: statements", database, [len(executed)], "statements")


@contextmanager
def _listened(crowd: Crowd) -> Iterator[list[str]]:
    """Yield what is executed: those, too, that ask whether a kept page still holds and pass by SQLAlchemy's engine."""
    executed, ask = listened(crowd.app), kept_pages._Numbers._ask

    def noted(numbers: Any, connection: Any, question: str) -> int | None:
        executed.append(question)
        return ask(numbers, connection, question)

    with patch.object(kept_pages._Numbers, "_ask", noted):
        yield executed


def form_of(client: FlaskClient) -> dict[str, list[str]]:
    """Open the form and return the fields of somebody who fills it in."""
    page = client.get(FORM).text
    days = tuple(re.findall(r'name="days"[^>]*value="(\d+)"', page))
    request = Visitor("localhost", "", field_of(page, "csrf_token"), days).registration()
    fields: dict[str, list[str]] = {}
    for name, value in parse_qsl(request.partition(b"\r\n\r\n")[2].decode()):
        fields.setdefault(name, []).append(value)
    return fields


if __name__ == "__main__":
    sys.exit(alone(__doc__, measure_statements, PEOPLE))
