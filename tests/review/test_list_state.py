"""A list's state: read from an address, written into one, and deaf to what it does not know."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode

import pytest

from eventreg.registration.rules.states import Status
from eventreg.review.rules.listing import Cursor, ListShape, ListState, read_state

SHAPE = ListShape(categories=("government", "academia"))


def read(query: str) -> ListState:
    return read_state(parse_qs(query, keep_blank_values=True), SHAPE)


STATES = (
    ListState(),
    ListState(search="núñez 50%"),
    ListState().narrowed(status=["pending", "confirmed"], category=["academia"]),
    ListState(order="person", is_descending=False),
    ListState(order="received", is_descending=False),
    ListState(order="status", is_descending=True, cursor=Cursor("PRU-7K4M2Q", status=Status.WAITLISTED)),
    ListState(search="a", cursor=Cursor("PRU-7K4M2Q", is_backward=True)),
)


@pytest.mark.parametrize("state", STATES)
def test_what_is_written_into_an_address_is_read_from_it(state: ListState) -> None:
    assert read(urlencode(state.query())) == state


def test_defaults_are_left_out_of_the_address() -> None:
    assert ListState().query() == []


@pytest.mark.parametrize(
    "query",
    [
        "status=approved",
        "status=pending&status=%27%3B+DROP+TABLE+registrations",
        "category=press",
        "order=password_hash",
        "order=--name",
        "after=" + "A" * 500,
        "after=PRU-7K4M2Q.nonsense",
        "before=%C3%91%00",
        "q=" + "a" * 1_000,
    ],
)
def test_what_is_not_understood_is_left_out_and_said(query: str) -> None:  # case 63
    state = read(query)
    assert state.has_unknown
    assert (state.order, state.cursor) == ("received", None)
    assert set(state.statuses) <= {Status.PENDING}
    assert len(state.search) <= 200


@pytest.mark.parametrize("query", ["", "q=", "status=", "status=&category=", "lang=es", "utm_source=x", "order="])
def test_what_is_blank_or_none_of_ours_is_no_matter(query: str) -> None:
    assert read(query) == ListState()


def test_a_change_of_filter_begins_at_the_first_page() -> None:
    state = ListState(cursor=Cursor("PRU-7K4M2Q"))
    assert state.with_(search="ana").cursor is None
    assert state.ordered_by("person").cursor is None


def test_a_head_orders_from_its_natural_end_and_then_turns_round() -> None:
    by_name = ListState().ordered_by("person")
    assert (by_name.order, by_name.is_descending) == ("person", False)
    assert by_name.ordered_by("person").is_descending
    assert by_name.ordered_by("received").is_descending
    assert not ListState().ordered_by("received").is_descending


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Núñez  PEÑA", ("nunez", "pena")),
        ("+52 (962) 123-45.67", ("52", "962", "1234567")),
        ("TAP-7K4M2Q", ("tap-7k4m2q",)),
        ("c++ -", ("c++", "-")),
        ("a b c d e f g h i j", ("a", "b", "c", "d", "e", "f", "g", "h")),
    ],
)
def test_words_are_looked_for_folded_and_telephones_by_their_digits(typed: str, words: tuple[str, ...]) -> None:
    assert ListState(search=typed).words == words
