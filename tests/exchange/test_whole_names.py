"""A whole name is divided by a stated rule, and nothing of it is lost."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from eventreg.exchange.rules.importing import divided


@pytest.mark.parametrize(
    ("name", "surnames", "parts"),
    [
        ("Ana", 2, ("Ana", "")),
        ("Ana López", 1, ("Ana", "López")),
        ("Ana López", 2, ("Ana", "López")),
        ("Ana López Ramírez", 2, ("Ana", "López Ramírez")),
        ("John Michael Smith", 1, ("John Michael", "Smith")),
        ("María de la Cruz López Ramírez", 2, ("María de la Cruz", "López Ramírez")),
        ("Juan de la Cruz", 1, ("Juan", "de la Cruz")),
        ("José Ortega y Gasset", 1, ("José", "Ortega y Gasset")),
        ("Ludwig van Beethoven", 1, ("Ludwig", "van Beethoven")),
        ("De la Cruz", 1, ("De", "la Cruz")),
        ("López Ramírez, María", 1, ("María", "López Ramírez")),
        ("López,", 1, ("López,", "")),
        ("", 1, ("", "")),
        ("López Ramírez María", -2, ("María", "López Ramírez")),
        ("De la Cruz López María José", -2, ("María José", "De la Cruz López")),
        ("López María", -2, ("María", "López")),
        ("López", -2, ("López", "")),
        ("  Ana   López ", 1, ("Ana", "López")),
    ],
)
def test_whole_name_is_divided(name: str, surnames: int, parts: tuple[str, str]) -> None:
    assert divided(name, surnames) == parts


@given(st.text(alphabet=" deyla,ÁñŁ\u0301李", max_size=40), st.sampled_from([1, 2, -2]))
def test_no_letter_is_lost(name: str, surnames: int) -> None:
    given_name, family_name = divided(name, surnames)
    letters = sorted(f"{given_name}{family_name}".replace(" ", "").replace(",", ""))
    assert letters == sorted("".join(name.split()).replace(",", ""))
    assert given_name or not name.split()
