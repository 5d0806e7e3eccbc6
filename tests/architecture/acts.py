"""Every act that the source records in the audit trail, found by reading it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from eventreg.db import Base
from tests.architecture.source import modules

#: takes the action by this name; whatever else has a parameter of this name hands it on to it
_PARAMETER = "action"
#: an action is something else there: of a form, of a button in a mail, of a rule
_OTHERS = ("/views", "/emails", "/forms", "/rules", "/wording", "/queries", "/cli/", "/audit/", "/mail/")
_WILDCARD = r"\w+"


def recorded_actions() -> dict[str, set[str]]:
    """Return every action that is recorded, as a pattern, with the modules that record it.

    An action is written out, chosen by a condition, or put together (`f"decided_{action.value}"`, a pattern then).
    """
    found: dict[str, set[str]] = {}
    for path, tree in modules().items():
        if any(part in path for part in _OTHERS):
            continue
        for value in _given(tree):
            for pattern in _patterns(value, tree):
                found.setdefault(pattern, set()).add(path)
    return found


def _given(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield every expression that is given as an action, by keyword or by position."""
    positions = {
        node.name: index
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for index, argument in enumerate(node.args.args)
        if argument.arg == _PARAMETER
    }
    # Those of other modules that take an action by position.
    positions |= {"record_act": 1, "note": 1, "Act": 1, "change": 2}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        yield from (keyword.value for keyword in call.keywords if keyword.arg == _PARAMETER)
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        index = positions.get(name)
        if index is not None and isinstance(call.func, ast.Attribute):
            index -= 1 if _is_method(name, tree) else 0
        if index is not None and len(call.args) > index:
            yield call.args[index]


def _is_method(name: str, tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.FunctionDef) and node.name == name and node.args.args and node.args.args[0].arg == "self"
        for node in ast.walk(tree)
    )


def _patterns(value: ast.expr, tree: ast.Module) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield re.escape(value.value)
    elif isinstance(value, ast.IfExp):
        yield from _patterns(value.body, tree)
        yield from _patterns(value.orelse, tree)
    elif isinstance(value, ast.JoinedStr):
        yield "".join(
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else _WILDCARD for part in value.values
        )
    elif isinstance(value, ast.Name):
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and any(
                isinstance(target, ast.Name) and target.id == value.id for target in node.targets
            ):
                yield from _patterns(node.value, tree)


def recorded_kinds() -> set[str]:
    """Return every kind of record that a model is, or that is written out where an act is recorded."""
    models = {mapper.class_.audited_as for mapper in Base.registry.mappers}
    return models - {""} | {
        keyword.value.value
        for path, tree in modules().items()
        if not any(part in path for part in _OTHERS)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "record_kind" and isinstance(keyword.value, ast.Constant)
    }
