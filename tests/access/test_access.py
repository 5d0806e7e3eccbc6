"""Every address, for everybody, gives the code of the committed table (case 1)."""

from __future__ import annotations

import pytest

from tests.access.table import read_table
from tests.world import ACTORS, World, rules

TABLE = read_table()
#: what is no page of ours: files, and the frame that shows a mail as it came
_NO_PAGES = {"static", "site.favicon", "messages.show_message_html", "bulk.show_run_mail"}


def test_table_names_every_address_and_no_other(built_world: World) -> None:
    assert {(verb, rule.rule) for verb, rule in rules(built_world.app)} == set(TABLE)


@pytest.mark.parametrize("actor", ACTORS)
def test_reading(world: World, actor: str) -> None:
    """A GET gives its code, is sound as a page, and writes nothing (case 9)."""
    before = world.rows()
    found, expected = {}, {}
    visitor = world.visitor(actor)
    for verb, rule in rules(world.app):
        if verb != "GET":
            continue
        expected[rule.rule] = TABLE.get((verb, rule.rule), {}).get(actor)
        page = visitor.get(world.address(rule, actor), None, sound=rule.endpoint not in _NO_PAGES)
        found[rule.rule] = page.status
    assert found == expected
    assert world.rows() == before


@pytest.mark.parametrize("actor", ACTORS)
def test_writing(world: World, actor: str) -> None:
    """Everything but a GET gives its code, each in a world of its own; who is refused changes nothing."""
    found, expected, changed = {}, {}, []
    before = world.rows()
    for verb, rule in rules(world.app):
        if verb == "GET":
            continue
        world.restore()
        code = TABLE.get((verb, rule.rule), {}).get(actor)
        answer = world.visitor(actor).post(world.address(rule, actor), world.form_data(rule), token=True, sound=False)
        found[verb, rule.rule], expected[verb, rule.rule] = answer.status, code
        is_refused = code in (403, 404) or (code == 302 and rule.rule != "/sign-in")
        if is_refused and world.is_written and world.rows() != before:
            changed.append((verb, rule.rule))
    assert found == expected
    assert changed == []
