"""Counts the code of eventreg/: lines that are neither blank nor comment nor docstring nor migration, and who has them.

    code_size.py           a table: all of it, room by room, the largest files, the longest functions
    code_size.py --json    the same as JSON, to compare two states of the repository

A line counts that holds a token of code; a text over several lines counts whole, unless it is a docstring. The imports'
share is that of the lines of import statements.
"""

from __future__ import annotations

import argparse
import ast
import io
import json
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "eventreg"
#: of the lists of the largest files and the longest functions
LISTED = 15
_NO_CODE = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER,
}  # fmt: skip
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Counted:
    """One module: its lines of code, those of them that are imports, its functions with the code of each."""

    path: str
    lines: int
    imports: int
    functions: tuple[tuple[str, int], ...]

    @property
    def room(self) -> str:
        """The package below eventreg/ that the module is in; "." for modules beside the rooms."""
        parts = Path(self.path).parts
        return parts[1] if len(parts) > 2 else "."


def counted(path: str, source: str) -> Counted:
    """Count one module."""
    tree = ast.parse(source)
    code = _lines_of_tokens(source) - _lines_of_docstrings(tree)
    imports = {line for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) for line in _span(node)}
    functions = tuple((name, len(code & set(_span(node)))) for name, node in _functions(tree))
    return Counted(path, len(code), len(code & imports), functions)


def everything(root: Path) -> list[Counted]:
    """Count every module of the package below this folder, migrations left out."""
    return [
        counted(file.relative_to(root).as_posix(), file.read_text(encoding="utf-8"))
        for file in sorted((root / PACKAGE).rglob("*.py"))
        if "migrations" not in file.parts
    ]


def figures(modules: list[Counted]) -> dict[str, object]:
    """Return what the table shows, for JSON."""
    rooms = sorted({module.room for module in modules})
    of_rooms = {room: _sums([module for module in modules if module.room == room]) for room in rooms}
    functions = [(f"{module.path}:{name}", lines) for module in modules for name, lines in module.functions]
    return {
        "all": _sums(modules),
        "rooms": dict(sorted(of_rooms.items(), key=lambda room: -room[1]["lines"])),
        "largest_files": dict(_most([(module.path, module.lines) for module in modules])),
        "longest_functions": dict(_most(functions)),
    }


def _sums(modules: list[Counted]) -> dict[str, float]:
    lines, imports = sum(module.lines for module in modules), sum(module.imports for module in modules)
    return {"lines": lines, "imports": imports, "share": round(imports / max(1, lines), 4), "files": len(modules)}


def _most(found: list[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(found, key=lambda each: (-each[1], each[0]))[:LISTED]


def _lines_of_tokens(source: str) -> set[int]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        line
        for token in tokens
        if token.type not in _NO_CODE
        for line in range(token.start[0], token.end[0] + 1)
    }  # fmt: skip


def _lines_of_docstrings(tree: ast.Module) -> set[int]:
    firsts = [node.body[0] for node in ast.walk(tree) if isinstance(node, _DOCUMENTED) and node.body]
    return {
        line
        for first in firsts
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
        for line in _span(first)
    }


def _functions(tree: ast.AST, within: str = "") -> Iterator[tuple[str, ast.stmt]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if not isinstance(node, ast.ClassDef):
                yield within + node.name, node
            yield from _functions(node, f"{within}{node.name}.")


def _span(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _print_table(modules: list[Counted]) -> None:
    found = figures(modules)
    print(f"{'room':<16}{'lines':>8}{'imports':>9}{'share':>8}{'files':>7}")
    rows = found["rooms"]
    assert isinstance(rows, dict)
    for room, sums in [*rows.items(), ("all", found["all"])]:
        print(f"{room:<16}{sums['lines']:>8}{sums['imports']:>9}{sums['share']:>8.1%}{sums['files']:>7}")
    for title in ("largest_files", "longest_functions"):
        listed = found[title]
        assert isinstance(listed, dict)
        print(f"\n{title.replace('_', ' ')}")
        for name, lines in listed.items():
            print(f"{lines:>6}  {name}")


def main() -> None:
    """Print the table, or the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    modules = everything(ROOT)
    if parser.parse_args().json:
        print(json.dumps(figures(modules), indent=2))
    else:
        _print_table(modules)


if __name__ == "__main__":
    main()
