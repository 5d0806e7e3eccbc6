"""One more status: whatever place would not know it is named here, with what is to be done there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache

import pytest
from flask import Flask

from eventreg.registration.rules.states import TRANSITIONS, Status
from tests.architecture.source import TEMPLATES, modules

#: places that name some statuses and leave others out on purpose: which, and why. Any other place names every status
_LEFT_OUT: Mapping[str, tuple[str, str]] = {
    "registration/rules/states.py STANDING": ("unverified declined cancelled", "does not take part, and may not yet"),
    "exchange/rules/importing.py seat": (
        "unverified pending confirmed cancelled",
        "a place is asked for, or it cannot be wanted",
    ),
    "onbehalf/rules.py _DECIDED_ANEW": (
        "unverified waitlisted declined cancelled",
        "has no place, or keeps its turn",
    ),
    "registration/services/decisions.py _WAY_BACK": ("unverified cancelled", "nobody decides on it"),
    "attendees/views/columns.py _WITHOUT_PLACE": (
        "unverified pending confirmed cancelled",
        "has a place, or is not approved",
    ),
    "bulk/views/writing.py _POINTED_OUT": ("unverified pending confirmed", "is written to as a matter of course"),
    "demo/rules/people.py _SHARES": ("unverified", "fictional people are past it, or it stands for one rule alone"),
}


def _named(tree: ast.AST, where: str = "") -> Iterator[tuple[str, set[str]]]:
    """Yield each place that names two statuses or more in a row, by its name or its function's, and the statuses."""
    for node in ast.iter_child_nodes(tree):
        name = where
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            name = node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign) and not where:
            name = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
        elements = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", [])
        found = [
            each for each in elements if isinstance(each, ast.Attribute) and ast.unparse(each.value) in ("Status", "_S")
        ]
        if len(found) > 1:
            yield name, {Status[each.attr].value for each in found}
        yield from _named(node, name)


@cache
def _places() -> dict[str, set[str]]:
    places: dict[str, set[str]] = {}
    for path, tree in modules().items():
        for name, statuses in _named(tree):
            places.setdefault(f"{path.removeprefix('eventreg/')} {name}", set()).update(statuses)
    macro = (
        (TEMPLATES / "components" / "status.html")
        .read_text(encoding="utf-8")
        .split("macro status(")[1]
        .split("endmacro")[0]
    )
    places["templates/components/status.html status"] = set(re.findall(r'"(\w+)":', macro))
    return places


@pytest.mark.parametrize("status", Status, ids=lambda status: status.value)
def test_every_place_knows_every_status(status: Status) -> None:
    lacking = [
        f"{place}: name {status.value!r} there, or say in _LEFT_OUT why not"
        for place, statuses in _places().items()
        if status.value not in statuses | set(_LEFT_OUT.get(place, ("", ""))[0].split())
    ]
    assert lacking == []


def test_what_is_left_out_is_left_out_of_something() -> None:
    places = _places()
    assert set(_LEFT_OUT) - set(places) == set(), "no such place any more"
    assert {place for place, (left_out, _why) in _LEFT_OUT.items() if set(left_out.split()) & places[place]} == set()


def test_every_status_is_reached_and_every_one_has_words(app: Flask) -> None:
    assert set(TRANSITIONS.values()) | {Status.UNVERIFIED} == set(Status)
    for words in ("title", "own_title", "explained"):
        assert len({getattr(status, words) for status in Status} - {""}) == len(Status)


def test_a_place_that_lacks_one_is_found() -> None:
    tree = ast.parse(
        "_ORDER = (Status.PENDING, Status.CONFIRMED)\ndef f():\n return {Status.DECLINED: 1, Status.CANCELLED: 2}"
    )
    assert list(_named(tree)) == [("_ORDER", {"pending", "confirmed"}), ("f", {"declined", "cancelled"})]
