"""The house stays easy to grow: rooms, files and imports have bounds, which may only tighten. Counted by `tools/code_size.py`."""

from __future__ import annotations

from collections import Counter
from functools import cache

from tests.architecture.source import ROOT
from tools.code_size import Counted, everything

_MOST_FILES, _MOST_FILES_OF_A_ROOM, _MOST_LINES_OF_A_ROOM, _MOST_IMPORTS = 560, 60, 7_000, 0.13
_REMEDY = "find the mechanism that is there, merge files of one noun, import modules in place of names"


@cache
def _modules() -> list[Counted]:
    return everything(ROOT)


def test_the_house_has_so_many_files_at_most() -> None:
    assert len(_modules()) <= _MOST_FILES, _REMEDY


def test_a_room_has_so_many_files_and_lines_at_most() -> None:
    files, lines = Counter(each.room for each in _modules()), Counter[str]()
    for module in _modules():
        lines[module.room] += module.lines
    assert {room: count for room, count in files.items() if count > _MOST_FILES_OF_A_ROOM} == {}, _REMEDY
    assert {room: count for room, count in lines.items() if count > _MOST_LINES_OF_A_ROOM} == {}, _REMEDY


def test_imports_are_so_large_a_part_at_most() -> None:
    share = sum(each.imports for each in _modules()) / sum(each.lines for each in _modules())
    assert share <= _MOST_IMPORTS, f"{share:.1%}: {_REMEDY}"
