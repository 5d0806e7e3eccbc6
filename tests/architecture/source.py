"""The product's own source, as trees to ask questions of."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "eventreg"
TEMPLATES = ROOT / "templates"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules() -> dict[str, ast.Module]:
    """Return every module of the product by its path from the top ("eventreg/mail/services.py")."""
    paths = [path for path in sorted(PACKAGE.rglob("*.py")) if "versions" not in path.parts]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def rooms() -> list[str]:
    """Return the names of the rooms: packages with a word about themselves."""
    return sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py") if path.parent.name != "migrations")


def functions(tree: ast.AST) -> Iterator[Function]:
    """Yield every function and method of a module."""
    yield from (node for node in ast.walk(tree) if isinstance(node, Function))


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Yield every call with its name as written: ("datetime.now", …)."""
    yield from ((_written(node.func), node) for node in ast.walk(tree) if isinstance(node, ast.Call))


def _written(name: ast.expr) -> str:
    """Do as `ast.unparse`, which takes twenty times as long, for what most names are."""
    if isinstance(name, ast.Name):
        return name.id
    if isinstance(name, ast.Attribute) and isinstance(name.value, ast.Name | ast.Attribute):
        return f"{_written(name.value)}.{name.attr}"
    return ast.unparse(name)


def templates() -> list[str]:
    """Return every template by its name."""
    return sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*") if path.is_file())
