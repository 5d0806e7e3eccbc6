"""The bar below the list: what can be done to the people chosen, and how many places are left for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask import g
from flask_babel import gettext as _
from flask_babel import ngettext

from eventreg.events.models import Category
from eventreg.events.rules.seats import Seats
from eventreg.events.rules.team import Permission
from eventreg.review.rules.listing import ListState
from eventreg.review.rules.runs import NEEDED, RunAct
from eventreg.review.views.desk import list_url
from eventreg.review.views.run_pages import PAGES
from eventreg.review.wording.acts import act_verb
from eventreg.web.access import may
from eventreg.web.templating import plain_in_reader_language

_ENDPOINT = "review.create_run"
_FIRST = (RunAct.APPROVE, RunAct.WAITLIST, RunAct.DECLINE, RunAct.WRITE)
_MORE = (RunAct.REOPEN, RunAct.CORRECT, RunAct.TAG, RunAct.UNTAG)


class Offered(NamedTuple):
    """A button."""

    act: str
    text: str


class PlacesLeft(NamedTuple):
    """How many places are left: of the event, or of a category by its key."""

    of: str
    left: int
    #: with {left} and {need}
    fits: str
    #: with {left}, {need} and {over}
    over: str


@dataclass(frozen=True)
class Acts:
    """The bar."""

    address: str
    page_url: str
    total: int
    on_page: int
    told: str
    first: Sequence[Offered]
    more: Sequence[Offered]
    places: Sequence[PlacesLeft]

    @property
    def is_offered(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.first or self.more)

    @property
    def can_decide(self) -> bool:
        """Whether decisions are among it."""
        return any(each.act == RunAct.APPROVE.value for each in self.first)

    @property
    def every(self) -> str:
        """What it is called to choose all pages."""
        return ngettext("All %(num)d that match", "All %(num)d that match", self.total)


def acts_of(state: ListState, categories: Sequence[Category], seats: Seats, total: int, on_page: int) -> Acts:
    """Return what this request's account may do to people of the list."""
    slug = g.event.slug
    first, more = _offered(_FIRST), _offered(_MORE)
    return Acts(
        address=list_url(slug, state.with_(), _ENDPOINT) if first or more else "",
        page_url=_with_page(list_url(slug, state)),
        total=total,
        on_page=on_page,
        told=_("Nobody chosen"),
        first=first,
        more=more,
        places=list(_places(categories, seats)) if may(Permission.DECIDE) else [],
    )


def are_acts_offered() -> bool:
    """Say whether this request's account may do anything to people of the list."""
    return bool(_offered(_FIRST) or _offered(_MORE))


def _offered(acts: Sequence[RunAct]) -> list[Offered]:
    return [Offered(act.value, act_verb(act)) for act in acts if act in PAGES and may(NEEDED[act])]


def _places(categories: Sequence[Category], seats: Seats) -> Iterator[PlacesLeft]:
    """Yield what is left, as far as the account may know: it is told nothing of people out of its scope."""
    scope, left = g.event_access.scope, seats.whole.left
    if scope.is_whole and left is not None:
        yield PlacesLeft(
            "",
            left,
            _("{left} places left, {need} needed"),
            _("{left} places left, {need} needed: {over} too many"),
        )
    if scope.days is not None:
        return
    for category in categories:
        left = seats.in_category(category.id).left
        if left is not None:
            name = plain_in_reader_language(category.name).replace("{", "").replace("}", "")
            yield PlacesLeft(
                category.key,
                left,
                _("%(category)s: {left} places left, {need} needed", category=name),
                _("%(category)s: {left} places left, {need} needed: {over} too many", category=name),
            )


def _with_page(address: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}choose=page"
