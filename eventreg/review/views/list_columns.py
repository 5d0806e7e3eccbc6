"""The columns of the list: their heads, and which there are to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask import request

from eventreg.review.listing import ListShape, ListWords
from eventreg.review.rules.columns import PERSON
from eventreg.review.rules.list_forms import OPEN
from eventreg.review.rules.listing import ListState
from eventreg.review.views.desk import list_url

#: what `open` says when the chooser is to be open
CHOOSER = "columns"
#: with more columns the table scrolls within itself
_MOST_IN_PAGE = 8


class Head(NamedTuple):
    """The head of a column: its text, the address that orders by it, the direction in force."""

    text: str
    href: str
    direction: str


class Offered(NamedTuple):
    """A column that can be chosen, or ordered by."""

    name: str
    title: str
    is_chosen: bool


@dataclass(frozen=True)
class Chooser:
    """Which columns the list shows, which it could, and what it is ordered by."""

    address: str
    kept: Sequence[tuple[str, str]]
    #: names, the person first
    shown: Sequence[str]
    offered: Sequence[Offered]
    orders: Sequence[Offered]
    is_descending: bool
    is_open: bool
    #: leads back to the usual columns; empty where they are shown
    usual_url: str

    @property
    def is_wide(self) -> bool:
        """Whether there are more columns than a page has room for."""
        return len(self.shown) > _MOST_IN_PAGE


def shown_columns(state: ListState) -> list[str]:
    """Return the names of the list's columns, in order: the person, whose line it is, comes first."""
    return [PERSON, *(name for name in state.shown_columns if name != PERSON)]


def heads_of(slug: str, state: ListState, words: ListWords) -> list[Head]:
    """Return the heads of the columns shown."""
    turned = "descending" if state.is_descending else "ascending"
    return [
        Head(
            words.short_title(name),
            list_url(slug, state.ordered_by(name, newest_first=words.shape.by_column[name].is_newest_first)),
            turned if name == state.order else "",
        )
        for name in shown_columns(state)
    ]


def chooser_of(slug: str, state: ListState, shape: ListShape, words: ListWords) -> Chooser:
    """Return which columns there are: those shown in their order, the others behind."""
    shown = shown_columns(state)
    rest = [name for name in shape.columns if name not in shown]
    own = ("columns", "order")
    return Chooser(
        address=list_url(slug, ListState()),
        kept=[pair for pair in state.with_().query() if pair[0] not in own],
        shown=shown,
        offered=[Offered(name, words.title(name), name in shown) for name in (*shown[1:], *rest)],
        orders=[Offered(name, words.short_title(name), name == state.order) for name in shape.columns],
        is_descending=state.is_descending,
        is_open=CHOOSER in request.args.getlist(OPEN),
        usual_url=list_url(slug, state.with_(columns=())) if state.columns else "",
    )
