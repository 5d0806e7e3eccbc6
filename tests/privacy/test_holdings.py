"""What is held about people is reached, whichever room holds it."""

from __future__ import annotations

from eventreg.app import import_models
from eventreg.db import Base
from eventreg.privacy.holdings import HOLDINGS, KEPT

import_models()


def _personal() -> set[str]:
    tables = Base.metadata.tables.values()
    return {
        f"{table.name}.{column.name}" for table in tables for column in table.columns if column.info.get("personal")
    }


def test_every_column_with_personal_data_is_reached_or_says_why_it_stays() -> None:
    reached = set().union(*(holding.columns for holding in HOLDINGS))
    forgotten = {name for name in _personal() - reached if name not in KEPT and name.partition(".")[0] not in KEPT}
    assert forgotten == set(), "add it to a holding of privacy.holdings, or say in KEPT why it stays"


def test_what_stays_is_there_and_is_not_reached() -> None:
    reached, personal = set().union(*(holding.columns for holding in HOLDINGS)), _personal()
    for name in KEPT:
        columns = {column for column in personal if column == name or column.partition(".")[0] == name}
        assert columns, name
        assert not columns & reached, name


def test_holdings_are_told_apart() -> None:
    keys = [holding.key for holding in HOLDINGS]
    assert len(set(keys)) == len(keys)
    assert all(holding.made is not None for holding in HOLDINGS if holding.period.starts.value == "made")
