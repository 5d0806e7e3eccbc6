"""A list's state: read from an address, written into one, and deaf to what it does not know."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given, strategies as st

from eventreg.attendees.listing import ListField, read_state
from eventreg.attendees.rules.listing import (
    IS_ANSWERED,
    IS_EMPTY,
    Cursor,
    Filter,
    ListState,
    Term,
    Test,
    Unanswered,
    between,
    contains,
    is_,
    is_not,
    read_term,
)
from eventreg.questionnaires.rules.schema import Seeking
from eventreg.registration.rules.asked import RequestKind
from eventreg.registration.rules.states import Status
from tests.attendees.listing_shapes import a_shape

SHAPE = a_shape()
#: a value that each sort of field takes
_VALUES: dict[Seeking, st.SearchStrategy[str]] = {
    Seeking.TEXT: st.text(min_size=1, max_size=40),
    Seeking.NUMBER: st.decimals(-(10**9), 10**9, places=2).map(str),
    Seeking.DATE: st.dates().map(str),
    Seeking.TIME: st.times().map(lambda at: at.strftime("%H:%M")),
}
_OPEN_CHOICES = {
    "country": st.sampled_from(["MX", "GT", "US"]),
    "language": st.sampled_from(["es", "en"]),
    "unanswered": st.sampled_from(["again", "correction", "follow_up.travel"]),
}


def read(query: str, **changes: Any) -> ListState:
    return read_state(parse_qs(query, keep_blank_values=True), a_shape(**changes) if changes else SHAPE)


def values_of(field: ListField) -> st.SearchStrategy[str]:
    if field.values is not None:
        return st.sampled_from(field.values)
    if field.name in _OPEN_CHOICES:
        return _OPEN_CHOICES[field.name]
    return _VALUES.get(field.seeking, st.sampled_from(["MX", "fr", "abc_123"]))


@st.composite
def terms(draw: st.DrawFn, field: ListField) -> Term:
    """A term, of which a field mostly makes sense."""
    test = draw(st.sampled_from(Test))
    value = draw(values_of(field))
    if test is Test.RANGE:
        value = between(value, draw(st.just("") | values_of(field))).value
    return Term(test, value, is_negated=draw(st.booleans()))


@st.composite
def addresses(draw: st.DrawFn) -> dict[str, list[str]]:
    """The arguments of an address, of which the list understands most."""
    names = draw(st.lists(st.sampled_from([*SHAPE.fields]), unique=True, max_size=4))
    found = {name: [term.text for term in draw(st.lists(terms(SHAPE.fields[name]), max_size=3))] for name in names}
    found["from"], found["to"] = [draw(st.just("") | st.dates().map(str))], [draw(st.just("") | st.dates().map(str))]
    found["q"] = [draw(st.text(max_size=30))]
    found["columns"] = [",".join(draw(st.lists(st.sampled_from(SHAPE.columns), unique=True, max_size=5)))]
    found["order"] = [draw(st.sampled_from(["", "-"])) + draw(st.sampled_from(SHAPE.columns))]
    reference = draw(st.sampled_from(["PRU-7K4M2Q", "PRU-234567"]))
    status = draw(st.just("") | st.sampled_from([f".{status.value}" for status in Status]))
    found[draw(st.sampled_from(["after", "before", "elsewhere"]))] = [reference + status]
    return found


# Hypothesis makes its tables of signs at the first text, which takes seconds on a busy machine.
@given(addresses())
def test_what_is_written_into_an_address_is_read_from_it(arguments: dict[str, list[str]]) -> None:  # case 63
    state = read_state(arguments, SHAPE)
    again = read(urlencode(state.query()))
    assert again == state.with_(cursor=state.cursor, has_unknown=False)


@given(st.dictionaries(st.sampled_from([*SHAPE.fields, "q", "order", "columns", "after", "before", "from", "to", "x"]),
                       st.lists(st.text(), max_size=3), max_size=5))  # fmt: skip
def test_whatever_stands_in_an_address_gives_a_state(arguments: dict[str, list[str]]) -> None:  # case 63
    state = read_state(arguments, SHAPE)
    assert read(urlencode(state.query())).query() == state.query()


def test_defaults_are_left_out_of_the_address() -> None:
    assert ListState().query() == []
    assert ListState(columns=tuple(ListState().shown_columns)).query() == []


@pytest.mark.parametrize(
    "query",
    [
        "status=approved",
        "status=pending&status=%27%3B+DROP+TABLE+registrations",
        "status=~",
        "category=press",
        "country=mexico",
        "country=mx",
        "day=2027-03-13",
        "day=tomorrow",
        "language=" + "x" * 100,
        "tag=unknown",
        "trouble=letters",
        "duplicates=no",
        "way=door",
        "unanswered=everything",
        "unanswered=follow_up",
        "unanswered=again.travel",
        "unanswered=follow_up." + "a" * 65,
        "unanswered=follow_up.%27x",
        "from=11.3.2027",
        "to=2027-02-30",
        "answer.nothing=x",
        "answer.sex=child",
        "answer.sex=man..woman",
        "answer.experience=many",
        "answer.experience=1e9",
        "answer.experience=..",
        "answer.arrival=2027",
        "answer.flight_at=25:00",
        "answer.diet=vegan",
        "answer.diet=~vegan",
        "answer.letter=x.pdf",
        "answer.travel=x",
        "answer.field=!!",
        "columns=person,password_hash",
        "order=password_hash",
        "order=--person",
        "after=" + "A" * 500,
        "after=PRU-7K4M2Q.nonsense",
        "after=.",
        "before=.approved",
        "before=%C3%91%00",
        "q=" + "a" * 1_000,
        "&".join(f"answer.field=x{number}" for number in range(70)),
    ],
)
def test_what_is_not_understood_is_left_out_and_said(query: str) -> None:  # case 63
    state = read(query)
    assert state.has_unknown
    assert (state.order, state.cursor) == ("received", None)
    assert set(state.statuses) <= {Status.PENDING}
    assert len(state.search) <= 200
    assert all(len(each.terms) <= 60 for each in state.filters)


@pytest.mark.parametrize(
    "query", ["", "q=", "status=", "status=&category=", "lang=es", "utm_source=x", "order=", "open=x"]
)
def test_what_is_blank_or_none_of_ours_is_no_matter(query: str) -> None:
    assert read(query) == ListState()


@pytest.mark.parametrize("query", ["answer.email=~x", "answer.phone=*", "columns=email", "columns=answer.phone", "order=phone",
                                   "order=-answer.email"])  # fmt: skip
def test_contact_data_is_not_offered_to_who_may_not_see_it(query: str) -> None:  # case 2
    assert not read(query).has_unknown
    state = read(query, has_contact_data=False)
    assert state == ListState(has_unknown=True)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("law", is_("law")),
        ("!law", is_not("law")),
        ("~", IS_EMPTY),
        ("*", IS_ANSWERED),
        ("!~", IS_ANSWERED),
        ("!*", IS_EMPTY),
        ("~border", contains("border")),
        ("!~border", Term(Test.CONTAINS, "border", is_negated=True)),
        ("=~", is_("~")),
        ("!=!", is_not("!")),
        ("=a..b", is_("a..b")),
        ("10..20", between("10", "20")),
        ("10..", between("10", "")),
        ("..20", between("", "20")),
        ("!10..20", Term(Test.RANGE, "10..20", is_negated=True)),
    ],
)
def test_a_term_is_written_as_it_is_read(text: str, term: Term) -> None:
    assert read_term(text, has_ranges=True) == term
    assert read_term(term.text, has_ranges=True) == term


def test_two_points_are_a_range_only_where_there_are_ranges() -> None:
    assert read_term("a..b", has_ranges=False) == is_("a..b")


@given(st.text())
def test_every_text_can_be_a_value(text: str) -> None:
    for term in (is_(text), is_not(text)):
        assert read_term(term.text, has_ranges=True) == term


@pytest.mark.parametrize(
    ("query", "written"),
    [
        ("institution=Núñez  Ünlü", "nunez unlu"),
        ("answer.field=ÉL", "el"),
        ("answer.experience=7%2C50", "7.5"),
        ("answer.experience=-0", "0"),
        ("answer.experience=007", "7"),
    ],
)
def test_values_are_compared_as_they_are_kept(query: str, written: str) -> None:
    [found] = read(query).filters
    assert found.values == (written,)


@pytest.mark.parametrize(
    ("terms_", "value", "lets"),
    [
        ([is_("a"), is_("b")], "b", True),
        ([is_("a"), is_("b")], "c", False),
        ([is_("a")], "", False),
        ([is_not("a")], "b", True),
        ([is_not("a")], "a", False),
        ([is_not("a")], "", True),
        ([is_not("a"), is_not("b")], "b", False),
        ([IS_EMPTY], "", True),
        ([IS_EMPTY], "a", False),
        ([IS_ANSWERED], "a", True),
        ([IS_ANSWERED], "", False),
        ([is_("a"), IS_EMPTY], "", True),
        ([is_("a"), IS_EMPTY], "b", False),
        ([is_("a"), is_not("a")], "a", False),
    ],
)
def test_a_filter_lets_any_of_its_values_and_none_that_are_not_wanted(
    terms_: list[Term], value: str, lets: bool
) -> None:
    assert Filter("x", tuple(terms_)).lets(value) is lets


def test_a_change_of_filter_begins_at_the_first_page() -> None:
    state = ListState(cursor=Cursor("PRU-7K4M2Q"))
    changed = (state.with_(search="ana"), state.ordered_by("person"), state.narrowed(status=["pending"]))
    assert [each.cursor for each in changed] == [None, None, None]
    assert state.without("status").cursor is None


def test_filters_are_added_replaced_and_taken_away() -> None:
    state = ListState().narrowed(status=["pending", "confirmed"], category=["academia"])
    assert (state.statuses, state.categories) == ((Status.PENDING, Status.CONFIRMED), ("academia",))
    assert state.narrowed(status=["declined"]).statuses == (Status.DECLINED,)
    assert state.narrowed(status=()).filter_of("status") is None
    assert state.without("status", is_("pending")).statuses == (Status.CONFIRMED,)
    assert state.without("status").filters == state.filters[1:]
    assert [(field, term.value, len(rest.chips())) for field, term, rest in state.chips()] == [
        ("status", "pending", 2),
        ("status", "confirmed", 2),
        ("category", "academia", 2),
    ]


def test_unanswered_requests_are_read_from_their_filter() -> None:
    state = read("unanswered=again&unanswered=follow_up.travel")
    assert state.unanswered == (Unanswered(RequestKind.AGAIN), Unanswered(RequestKind.FOLLOW_UP, "travel"))


def test_days_received_have_two_names_of_their_own() -> None:
    state = read("from=2027-01-02&to=2027-01-05")
    assert state.filters == (Filter("received", (between("2027-01-02", "2027-01-05"),)),)
    assert state.query() == [("from", "2027-01-02"), ("to", "2027-01-05")]
    assert read("to=2027-01-05").query() == [("to", "2027-01-05")]


def test_a_head_orders_from_its_natural_end_and_then_turns_round() -> None:
    by_name = ListState().ordered_by("person")
    assert (by_name.order, by_name.is_descending) == ("person", False)
    assert by_name.ordered_by("person").is_descending
    for name in ("received", "changed"):
        assert SHAPE.by_column[name].is_newest_first
        assert by_name.ordered_by(name, newest_first=True).is_descending
    assert not ListState().ordered_by("received").is_descending


def test_an_order_under_its_old_name_is_understood() -> None:
    assert read("order=-name") == ListState(order="person", is_descending=True)


def test_every_column_can_be_chosen_and_ordered_by() -> None:
    state = read("columns=" + ",".join(SHAPE.columns))
    assert state.columns == SHAPE.columns
    assert {field.column for field in SHAPE.every_fixed} - {""} <= set(SHAPE.columns)
    assert all(read(f"order={name}").order == name for name in SHAPE.columns)


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
