"""The tools know where things are."""

from __future__ import annotations

from tests.architecture.source import ROOT
from tools.mutants import MODULES


def test_mutants_are_made_of_modules_that_are_there() -> None:
    named = [path for module, tests in MODULES.items() for path in (module, *(test.split("::")[0] for test in tests))]
    assert [path for path in named if not (ROOT / path).is_file()] == [], (
        "a module or its tests moved: say so in MODULES"
    )
