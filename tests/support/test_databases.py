"""The ground that the tests stand on holds."""

from __future__ import annotations

import socket

import pytest
from flask import Flask

from eventreg.app import create_app
from eventreg.config import Config
from eventreg.db import db, transaction
from eventreg.organizations.models import Organization
from tests.support.sockets import SocketBlocked


def _institutions() -> list[str]:
    return [row.key for row in db.session.query(Organization).order_by(Organization.key)]


@pytest.mark.both_databases
@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_a_database_of_its_own(app: Flask, turn: int) -> None:
    assert _institutions() == []
    with transaction() as session:
        session.add(Organization(key=f"turn-{turn}", name={"en": "Institute"}))
    with app.app_context():
        assert _institutions() == [f"turn-{turn}"]


@pytest.mark.both_databases
def test_connections_of_the_product_are_durable(config: Config, database_kind: str) -> None:
    statement = "PRAGMA synchronous" if database_kind == "sqlite" else "SHOW synchronous_commit"
    with create_app(config).app_context():
        assert db.session.execute(db.text(statement)).scalar() in (2, "on")
        db.session.remove()
        db.engine.dispose()


def test_other_machines_are_out_of_reach() -> None:
    with pytest.raises(SocketBlocked):
        socket.create_connection(("192.0.2.1", 80), timeout=0.1)
    with pytest.raises(SocketBlocked):
        socket.getaddrinfo("example.com", 80)
    with socket.socket(type=socket.SOCK_DGRAM) as quick, pytest.raises(SocketBlocked):
        quick.sendto(b"x", 0, ("192.0.2.1", 53))
