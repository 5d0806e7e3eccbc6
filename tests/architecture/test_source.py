"""House rules that no linter knows."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE, ROOT, calls, functions, modules, rooms

_LONGEST_FILE = 400
_LONGEST_FUNCTION = 60


def test_rooms_and_files_are_stacked(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--cache-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    remedy = "move the code down the stack, or let eventreg/app.py hand it over (docs/architecture.md)\n"
    assert done.returncode == 0, remedy + done.stdout[-3000:] + done.stderr


@pytest.mark.parametrize("room", rooms())
def test_every_room_says_what_it_owns(room: str) -> None:
    said = ast.get_docstring(modules()[f"eventreg/{room}/__init__.py"])
    assert said, f"write a docstring into eventreg/{room}/__init__.py that says what the room owns"


def test_no_room_is_a_drawer() -> None:
    drawers = {"utils", "util", "common", "helpers", "misc", "handlers", "managers"}
    found = [name for name in modules() if drawers & set(Path(name).with_suffix("").parts)]
    assert found == [], f"none of {sorted(drawers)} names what is in it: name the module for the thing it holds"


def test_files_are_short() -> None:
    lengths = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in modules()}
    found = {path: length for path, length in lengths.items() if length > _LONGEST_FILE}
    assert found == {}, f"a file has at most {_LONGEST_FILE} lines: look for the second noun in it and give it a file"


def test_functions_are_short() -> None:
    lengths = {
        f"{path}:{function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path, tree in modules().items()
        for function in functions(tree)
    }
    found = {name: length for name, length in lengths.items() if length > _LONGEST_FUNCTION}
    assert found == {}, (
        f"a function has at most {_LONGEST_FUNCTION} lines: give its steps names, as functions of their own"
    )


def test_public_functions_state_their_promise() -> None:
    silent = [
        f"{path}:{node.name}"
        for path, tree in modules().items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        if not ast.get_docstring(node) and "/views" not in path
    ]
    assert silent == [], "write a docstring that says what the function or class promises, or begin its name with _"


def test_only_the_transaction_commits() -> None:
    found = [
        f"{path}:{call.lineno}"
        for path, tree in modules().items()
        if path != "eventreg/db/transactions.py"
        for name, call in calls(tree)
        if name.split(".")[-1] in ("commit", "begin", "begin_nested") and "session" in name
    ]
    assert found == [], "only db.transaction() commits: put the work into a `with transaction():`"


def test_only_the_kernel_reads_the_clock() -> None:
    names = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.datetime.now", "time.time"}
    found = [
        f"{path}:{call.lineno}"
        for path, tree in modules().items()
        if path != "eventreg/kernel/clock.py"
        for name, call in calls(tree)
        if name in names
    ]
    assert found == [], "take the time from eventreg.kernel.clock.now(), which a test can set"


def test_no_test_gives_up_by_a_clock_of_its_own() -> None:
    """What a busy machine makes late is no fault: see tests/support/waiting.py. Less than a second is to see nothing happen."""
    found = []
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for name, call in calls(ast.parse(path.read_text(encoding="utf-8"))):
            bounds = [each.value for each in call.keywords if each.arg == "timeout"]
            bounds += call.args[:1] if name.split(".")[-1] in ("wait", "join", "result") else []
            if any(_is_long(each) for each in bounds):
                found.append(f"{path.relative_to(ROOT)}:{call.lineno}")
    assert found == [], "a time-out of a test is below a second, or wait by tests/support/waiting.py"


def _is_long(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and node.value >= 1


def test_no_template_is_made_at_run_time() -> None:
    names = {"render_template_string", "Template", "from_string"}
    found = [path for path, tree in modules().items() for name, _ in calls(tree) if name.split(".")[-1] in names]
    assert found == [], "put the template into templates/, and its values into render_template"


def test_rules_import_without_the_web() -> None:
    names = [path.removesuffix("/__init__.py").removesuffix(".py").replace("/", ".") for path in modules()]
    rules = [name for name in names if ".rules" in name]
    code = (
        f"import sys, importlib\nfor name in {rules!r}: importlib.import_module(name)\n"
        "heavy = {'flask', 'sqlalchemy', 'werkzeug', 'wtforms'} & set(sys.modules)\nassert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"rules are plain Python: move what needs the web or the database up\n{done.stderr}"


def test_every_room_has_tests() -> None:
    untested = [room for room in rooms() if not list((ROOT / "tests" / room).glob("test_*.py"))]
    assert untested == [], "put the room's tests into tests/<room>/test_*.py"


def test_tests_mirror_the_rooms() -> None:
    own = {"access", "architecture", "browser", "journeys", "migrations", "packaging", "serving", "support"}
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and not path.name.startswith("_")}
    assert folders - own - set(rooms()) == set(), f"a folder of tests is named for a room, or is one of {sorted(own)}"
    without_init = [name for name in folders if not (ROOT / "tests" / name / "__init__.py").exists()]
    assert without_init == [], "two tests of one name would meet: put an __init__.py there"


def test_nothing_names_where_it_was_written() -> None:
    home = "/" + "work/"
    texts = [path for top in (PACKAGE, ROOT / "templates", ROOT / "docs", ROOT / "tests") for path in top.rglob("*")]
    found = [
        str(path.relative_to(ROOT))
        for path in texts
        if path.suffix in (".py", ".html", ".txt", ".md", ".po", ".toml", ".sh", ".css", ".js")
        and home in path.read_text(encoding="utf-8")
    ]
    assert found == [], f"a path below {home} is of one machine: write it from the top of the repository"
