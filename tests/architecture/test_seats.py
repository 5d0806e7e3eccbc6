"""How many places are left is reckoned in one place: what a page forecasts and what an act does cannot differ."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture.source import TEMPLATES, modules, templates

_HOME = "eventreg/events/rules/seats.py"
_REMEDY = (
    f"reckons with places by itself. Ask a value of {_HOME} instead: event.seats(…), queries.seats.get_seats(event),"
    " occupancy().seats_of(event) or Places(limit, taken), with .left, .free, .over, .has_free, .of(category), .take, .without"
)
#: who reads the limit of an event, and what for; a room that shows places gets them as a value
_READERS = {
    _HOME: "the formula",
    "eventreg/events/models/event.py": "gives it to the formula, with the categories",
    "eventreg/registration/queries/places.py": "gives it to the formula, with what was counted in the ledger",
    "eventreg/site/views/today.py": "gives it to the formula, with what was counted for many events at once",
    "eventreg/reports/views/figures.py": "gives it to the formula, unless a part of the event is seen",
    "eventreg/site/views/sharing.py": "tells search engines how large the event is",
    "eventreg/making/forms.py": "what is typed for it",
    "eventreg/events/services/settings.py": "asks whether a new one gives more",
    "eventreg/demo/services/registrations.py": "raises it to what is taken, and writes that down",
}
#: columns that say how many places there are: of events; of categories, sessions and options
_LIMITS = {"capacity", "places"}
_ORDERED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_LIMIT = r"(?:\bcapacity|\.places|places\.limit)\b"
_IN_TEMPLATES = re.compile(rf"{_LIMIT}\s*(?:[-<>]|\|\s*(?:min|max)\b)|[-<>]\s*[\w.]*{_LIMIT}")


def _reckons(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp):
        operands = [node.left, node.right]
    elif isinstance(node, ast.Compare) and any(isinstance(each, _ORDERED) for each in node.ops):
        operands = [node.left, *node.comparators]
    elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("min", "max", "sum", "range"):
        operands = node.args
    else:
        return False
    return any(isinstance(each, ast.Attribute) and each.attr in _LIMITS for each in operands)


def _reckoning(source: dict[str, ast.Module]) -> Iterator[str]:
    for path, tree in source.items():
        if path != _HOME:
            yield from (f"{path}:{node.lineno} {_REMEDY}" for node in ast.walk(tree) if _reckons(node))  # type: ignore[attr-defined]


def test_places_left_are_reckoned_in_one_place() -> None:
    assert list(_reckoning(modules())) == []


def test_the_limit_of_an_event_is_read_by_few() -> None:
    readers = {
        path
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "capacity"
    }
    assert [f"{path} {_REMEDY}" for path in sorted(readers - set(_READERS))] == []
    assert set(_READERS) - readers == set(), "it reads the limit no more: take it off the list"


def test_templates_show_places_and_do_not_reckon() -> None:
    found = [
        f"{name}: {part}"
        for name in templates()
        for part in re.findall(r"\{[{%].*?[%}]\}", (TEMPLATES / name).read_text(encoding="utf-8"), re.DOTALL)
        if _IN_TEMPLATES.search(part)
    ]
    assert found == [], f"a template {_REMEDY}"


def test_the_rule_sees_what_it_forbids() -> None:
    forbidden = ("event.capacity - taken", "taken >= category.places", "max(0, event.capacity)", "n + option.places")
    allowed = ("event.capacity is None", "category.places != entry.places", "Places(event.capacity, taken).free")
    for text in (*forbidden, *allowed):
        found = list(_reckoning({"eventreg/site/views/x.py": ast.parse(text)}))
        assert bool(found) is (text in forbidden), text
    for text in ("{{ event.capacity - taken }}", "{% if taken > event.capacity %}"):
        assert _IN_TEMPLATES.search(text)
    assert not _IN_TEMPLATES.search("{% if event.capacity is not none %}{{ event.capacity }}")
