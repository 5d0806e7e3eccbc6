"""Asking for the head of a page changes as little as asking for the page: scanners of mail ask with either (case 9)."""

from __future__ import annotations

import pytest

from tests.access.table import read_table
from tests.world import World, rules


@pytest.mark.parametrize("actor", ["link", "owner"])
def test_a_head_is_answered_as_the_page_and_changes_nothing(world: World, actor: str) -> None:
    """With the code of the committed table: `test_access.py` holds the page to it."""
    before, table = world.rows(), read_table()
    visitor = world.visitor(actor)
    for verb, rule in rules(world.app):
        if verb == "GET":
            address = world.address(rule, actor)
            head = visitor.client.head(address)
            assert head.status_code == table[verb, rule.rule][actor], address
            assert head.data == b""
    assert world.rows() == before
