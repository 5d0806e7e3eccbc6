"""Rows change places with their neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from eventreg.db import move_in_order


@dataclass
class Row:
    name: str
    position: int = 0


@pytest.mark.parametrize(
    ("index", "step", "order"), [(0, 1, "bac"), (1, -1, "bac"), (1, 1, "acb"), (2, -1, "acb")], ids=str
)
def test_row_changes_places_with_its_neighbour(index: int, step: int, order: str) -> None:
    rows = [Row(name) for name in "abc"]
    assert move_in_order(rows, index, step)
    assert "".join(row.name for row in sorted(rows, key=lambda row: row.position)) == order
    assert sorted(row.position for row in rows) == [1, 2, 3]


@pytest.mark.parametrize(("index", "step"), [(0, -1), (2, 1)])
def test_first_and_last_stay(index: int, step: int) -> None:
    rows = [Row(name, 7) for name in "abc"]
    assert not move_in_order(rows, index, step)
    assert [row.position for row in rows] == [7, 7, 7]
