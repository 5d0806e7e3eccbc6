"""pyproject.toml declares what the program imports, and nothing besides."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from tests.packaging.copies import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
#: Declared for another reason than an import of ours.
NOT_IMPORTED = {
    "tzdata": "zoneinfo reads it where the system has no time zones",
}


def normalized(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=!~;]", requirement)[0]).lower()


def declared() -> set[str]:
    extras = PROJECT["optional-dependencies"].values()
    return {normalized(each) for each in PROJECT["dependencies"] + [each for extra in extras for each in extra]}


def imported() -> set[str]:
    """The distributions of the modules that the program imports from outside, in functions too."""
    modules = set()
    for file in (ROOT / "eventreg").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                modules.add(node.module.split(".")[0])
    distributions = packages_distributions()
    outside = modules - set(sys.stdlib_module_names) - {"eventreg"}
    return {normalized(distributions[module][0]) for module in outside}


def test_every_import_is_a_declared_dependency() -> None:
    # Jinja2 and MarkupSafe are Flask's own, and part of what Flask promises.
    assert imported() - declared() - {"jinja2", "markupsafe"} == set()


def test_every_dependency_is_imported_or_has_its_reason() -> None:
    assert declared() - imported() == set(NOT_IMPORTED)


def test_every_dependency_is_explained() -> None:
    explained = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert {name for name in declared() if name not in explained.lower()} == set()
