"""Asks whether the tests would notice: changes one thing in a module of rules, runs the tests that cover it, and puts it back.

    mutants.py                          every module of MODULES
    mutants.py MODULE.py [TEST …]       one module, with its tests of MODULES or those named
    mutants.py --json FILE              write the figures and the survivors to FILE too
    mutants.py --against FILE           fail when more survive than in FILE

A mutant that no test fails for survives. Some survivors are the same program in other words; what counts is that there are no
more of them than before. Changed are comparisons, "and" and "or", "not", conditions, signs, numbers, True and False, what
is returned, min and max, any and all, and entries of tables. A file is never written: each mutant is imported in a process
of its own, in place of the module.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib.util
import json
import os
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import TypedDict

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
#: the rules of admission, states, deadlines, ways in, conditions and capacity, with the tests that cover each
MODULES: dict[str, list[str]] = {
    "eventreg/registration/rules/availability.py": [
        "tests/registration/test_admission.py",
        "tests/registration/test_deadlines.py",
        "tests/registration/test_availability.py",
    ],
    "eventreg/registration/rules/states.py": ["tests/registration/test_states.py"],
    "eventreg/registration/rules/ways_in.py": [
        "tests/registration/test_ways_in_rules.py",
        "tests/invitations/test_access_code_rules.py",
    ],
    "eventreg/invitations/rules/access_codes.py": ["tests/invitations/test_access_code_rules.py"],
    "eventreg/questionnaires/rules/conditions.py": [
        "tests/browser/test_conditions.py::test_server_decides_as_written",
        "tests/questionnaires/test_conditions.py",
        "tests/questionnaires/test_parsing.py",
        "tests/questionnaires/test_settling.py",
    ],
}
#: seconds of the processor, then the mutant is taken to run for ever, which a test would notice
LONGEST = 30
_OTHER_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OTHER_SIGNS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
}
_OTHER_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutant:
    """A module with one thing changed. `name` says what, in words that stay when lines move."""

    name: str
    tree: ast.Module


def mutants(source: str) -> Iterator[Mutant]:
    """Yield every mutant of a module."""
    tree = ast.parse(source)
    for index, (where, node) in enumerate(_changeable(tree)):
        for number, other in enumerate(_others(node)):
            changed = copy.deepcopy(tree)
            there = [each for _, each in _changeable(changed)][index]
            instead = copy.deepcopy(list(_others(there))[number])
            there.__class__ = type(instead)
            there.__dict__.update(instead.__dict__)
            ast.fix_missing_locations(changed)
            yield Mutant(f"{where}: {ast.unparse(node)} -> {ast.unparse(other)}", changed)


def _changeable(tree: ast.AST, where: str = "") -> list[tuple[str, ast.AST]]:
    """Every node that runs, annotations and decorators left out, with the function it is in."""
    found = []
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for node in value if isinstance(value, list) else [value]:
            if isinstance(node, ast.AST):
                named = isinstance(node, ast.FunctionDef | ast.ClassDef)
                inside = f"{where}.{getattr(node, 'name', '')}".strip(".") if named else where
                found += [(inside, node), *_changeable(node, inside)]
    return found


def _others(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what could stand in the node's place."""
    match node:
        case ast.Compare(left, operators, comparators):
            for place, operator in enumerate(operators):
                for other in _OTHER_COMPARISONS[type(operator)]:
                    yield ast.Compare(left, [*operators[:place], other(), *operators[place + 1 :]], comparators)
        case ast.BoolOp(operator, values):
            yield ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values)
        case ast.UnaryOp(ast.Not(), operand):
            yield operand
        case ast.Dict(keys, values):
            for place in range(len(keys)):
                yield ast.Dict([*keys[:place], *keys[place + 1 :]], [*values[:place], *values[place + 1 :]])
        case ast.Constant(value):
            yield from _other_values(value)
        case _:
            yield from _other_ways(node)


def _other_values(value: object) -> Iterator[ast.Constant]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield from (ast.Constant(value + 1), ast.Constant(value - 1))


def _other_ways(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.BinOp(left, operator, right) if type(operator) in _OTHER_SIGNS:
            yield ast.BinOp(left, _OTHER_SIGNS[type(operator)](), right)
        case ast.Return(value) if value is not None and not isinstance(value, ast.Constant):
            yield ast.Return(ast.Constant(None))
        case ast.IfExp(test, body, orelse):
            yield ast.IfExp(ast.UnaryOp(ast.Not(), test), body, orelse)
        case ast.If(test, body, orelse) if not isinstance(test, ast.Compare | ast.UnaryOp):
            yield ast.If(ast.UnaryOp(ast.Not(), test), body, orelse)
        case ast.Call(ast.Name(name), arguments, keywords) if name in _OTHER_CALLS:
            yield ast.Call(ast.Name(_OTHER_CALLS[name], ast.Load()), arguments, keywords)


class _Loader(SourceFileLoader):
    """Gives out the mutant for the module's code."""

    def __init__(self, name: str, path: str, tree: ast.Module) -> None:
        super().__init__(name, path)
        self._tree = tree

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._tree, self.path, "exec")


class _Finder:
    """Finds the one module, before anybody else does."""

    def __init__(self, module: str, tree: ast.Module) -> None:
        self._name = module.removesuffix(".py").replace("/", ".")
        self._loader = _Loader(self._name, str(ROOT / module), tree)

    def find_spec(self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None) -> ModuleSpec | None:
        found = name == self._name
        return importlib.util.spec_from_file_location(name, self._loader.path, loader=self._loader) if found else None


class _SameEveryTime:
    """Lets hypothesis try the same examples in each run, however long one takes."""

    def pytest_configure(self) -> None:
        settings.register_profile("mutants", derandomize=True, deadline=None, database=None)
        settings.load_profile("mutants")


def passes(module: str, tree: ast.Module, tests: list[str], uses_application: bool = False) -> bool:
    """Say whether the tests pass with this tree in the module's place."""
    child = os.fork()
    if child == 0:
        _run_tests(module, tree, tests, uses_application)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == pytest.ExitCode.OK


def _run_tests(module: str, tree: ast.Module, tests: list[str], uses_application: bool) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST))
    sys.meta_path.insert(0, _Finder(module, tree))
    # Nothing is rewritten for a failure that nobody reads, so that hypothesis is imported once, before the processes part.
    options = ["-x", "-q", "--assert=plain", "-p", "no:cacheprovider", *([] if uses_application else ["--noconftest"])]
    code = pytest.main([*options, *tests], plugins=[_SameEveryTime()])
    os._exit(int(code))


class Outcome(TypedDict):
    """How many mutants a module had, how many of them were noticed, and the names of the others."""

    mutants: int
    killed: int
    survivors: list[str]


def outcome(module: str, tests: list[str], uses_application: bool = False) -> Outcome:
    """Try every mutant of a module."""
    source = (ROOT / module).read_text(encoding="utf-8")
    if not tests or not passes(module, ast.parse(source), tests, uses_application):
        sys.exit(
            f"{module}: no tests, or they fail without a mutant too: {' '.join(tests)} (MODULES of tools/mutants.py)"
        )
    tried = list(mutants(source))
    began = time.monotonic()
    survivors = [mutant.name for mutant in tried if passes(module, mutant.tree, tests, uses_application)]
    killed = len(tried) - len(survivors)
    print(
        f"{module}: {len(tried)} mutants, {killed} killed, {len(survivors)} survive ({time.monotonic() - began:.0f} s)"
    )
    print("".join(f"    {name}\n" for name in survivors), end="", flush=True)
    return {"mutants": len(tried), "killed": killed, "survivors": survivors}


def main() -> int:
    """Try the modules asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("module", nargs="?")
    parser.add_argument("tests", nargs="*")
    parser.add_argument(
        "--app", action="store_true", help="the tests named need the application: seconds for each mutant"
    )
    parser.add_argument("--json", type=Path)
    parser.add_argument("--against", type=Path)
    args = parser.parse_args()
    os.chdir(ROOT)
    chosen = {args.module: args.tests or MODULES.get(args.module, [])} if args.module else MODULES
    found = {module: outcome(module, tests, args.app) for module, tests in chosen.items()}
    total = sum(len(each["survivors"]) for each in found.values())
    print(f"{total} survive in {len(found)} modules")
    if args.json:
        args.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    if args.against:
        kept: dict[str, Outcome] = json.loads(args.against.read_text(encoding="utf-8"))
        before = sum(len(each["survivors"]) for each in kept.values())
        print(f"{before} survived before")
        return 1 if total > before else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
