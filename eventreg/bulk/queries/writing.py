"""Whom the draft of a message concerns, with its lists as they are now; and what was written, here and at other events."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, urlencode

from sqlalchemy import Select, false, func, literal, literal_column, null, or_, select, union_all
from sqlalchemy.orm import aliased

from eventreg.accounts.models import Account
from eventreg.attendees.listing import ListShape, RegistrationList, get_shape, read_state
from eventreg.attendees.queries.messages import has_trouble
from eventreg.attendees.queries.person import is_called
from eventreg.attendees.rules.acts import ItemOutcome, RunAct
from eventreg.attendees.rules.listing import ListState
from eventreg.bulk.models import Run, RunItem
from eventreg.bulk.queries.runs import RunLine, is_seen, page_of, seen_runs
from eventreg.db import db
from eventreg.events.models import Category, Event
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import list_categories
from eventreg.events.queries.team import list_memberships
from eventreg.events.rules.team import Permission, Scope, Sight
from eventreg.kernel.text import folded
from eventreg.registration.models import Registration
from eventreg.registration.queries.scoping import in_scope, is_shown
from eventreg.registration.rules.states import Status

#: of an address what lets nobody in or out
_BESIDE = ("columns", "order", "after", "before")
_NAMED = ("id", "reference", "given_name", "family_name", "institution")
_MOST_NAMED_ALIKE, _MOST_FAILING, _MOST_EARLIER, _MOST_WORDS = 4, 21, 40, 8


def read_list(query: str, shape: ListShape) -> ListState | None:
    """Return the list that a query string means; None where not all of it is understood: it must not let in more than was
    meant."""
    asked = {name: values for name, values in parse_qs(query).items() if name not in _BESIDE}
    state = read_state(asked, shape)
    return None if state.has_unknown else state


def query_of(state: ListState) -> str:
    """Return what a list lets through as a query string."""
    return urlencode(ListState(state.search, state.filters).query())


def recipients_in(
    run: Run, sight: Sight, categories: Sequence[Category] = (), shape: ListShape | None = None
) -> Recipients:
    """Return the people of a draft, as far as a sight goes. `categories`, `shape`: what is offered to it, where it was read."""
    to = run.details.get("to", ()) if run.begun_at is None else ()
    if to and shape is None:
        categories = [each for each in list_categories([run.event_id]) if is_shown(each, sight.scope)]
        shape = get_shape(run.event_id, categories, sight)
    lists = []
    for query in to:
        state = read_list(query, shape) if shape is not None else None
        known = RegistrationList(run.event_id, categories, state, sight, shape) if state is not None else None
        lists.append(known)
    return Recipients(run, lists)


class Recipients:
    """The people of a draft: those who were named one by one, and those on its lists, less those who were left out.

    `lists`: None for one that is not understood any more.
    """

    def __init__(self, run: Run, lists: Sequence[RegistrationList | None]) -> None:
        self.run, self.lists = run, lists

    def listed(self, *columns: Any) -> Select[Any]:
        """Select columns of whoever is on one of the lists now."""
        people = [Registration.id.in_(each.select(Registration.id)) for each in self.lists if each is not None]
        left_out, reached = self.run.details.get("left_out", ()), self.run.details.get("statuses")
        only = [Registration.status.in_(map(Status, reached))] if reached else []
        return select(*columns).where(or_(false(), *people), Registration.id.not_in(left_out), *only)

    @cached_property
    def items(self) -> Any:
        """What stands for the draft's items: the table itself where there are no lists."""
        if not self.lists or self.run.begun_at is not None:
            return RunItem
        named = select(RunItem.registration_id).where(RunItem.run_id == self.run.id)
        everybody = self.listed(Registration.id).union(named)
        people = select(
            Registration.id.label("id"),
            literal(self.run.id).label("run_id"),
            Registration.id.label("registration_id"),
            Registration.revision.label("seen_revision"),
            literal(ItemOutcome.WAITING, RunItem.outcome.type).label("outcome"),
            literal("").label("refusal"),
            null().label("done_at"),
        ).where(Registration.event_id == self.run.event_id, Registration.id.in_(everybody))
        return aliased(RunItem, people.subquery(), adapt_on_names=True)

    def counts(self) -> tuple[Sequence[int], int]:
        """Return how many people each list has, and how many were named one by one: one statement."""
        named = select(func.count()).where(RunItem.run_id == self.run.id).scalar_subquery()
        of_lists = [each.select(func.count()).scalar_subquery() if each else literal(0) for each in self.lists]
        number, *numbers = db.session.execute(select(named, *of_lists)).one()
        return numbers, number

    def list_failing(self, scope: Scope) -> Sequence[Any]:
        """Return (reference, given name, family name) of some to whose address failed what was written last."""
        of = self.items
        columns = (Registration.reference, Registration.given_name, Registration.family_name)
        people = select(*columns).join(of, of.registration_id == Registration.id).where(of.run_id == self.run.id)
        failing = in_scope(people.where(has_trouble(self.run.event_id)), self.run.event_id, scope)
        return db.session.execute(failing.order_by(Registration.sort_name).limit(_MOST_FAILING)).all()


def find_named(event_id: int, names: Sequence[str], scope: Scope) -> list[list[Any]]:
    """Return for each name, reference or address whom it may mean (id, reference, given_name, family_name, institution), some
    at most: one statement for all of them."""
    found: list[list[Any]] = [[] for _name in names]
    columns = [getattr(Registration, name) for name in _NAMED]
    parts = []
    for place, name in enumerate(names):
        of_event = select(literal_column(str(place)).label("place"), *columns).where(Registration.event_id == event_id)
        means = is_called(name) | (func.lower(Registration.email) == name.strip().lower())
        some = in_scope(of_event.where(means), event_id, scope).order_by(Registration.sort_name, Registration.id)
        parts.append(select(some.limit(_MOST_NAMED_ALIKE).subquery()))
    for row in db.session.execute(union_all(*parts)) if parts else ():
        found[row.place].append(row)
    exact = [
        [one for one in some if one.reference == name.strip().upper()] for some, name in zip(found, names, strict=True)
    ]
    return [of_reference or some for of_reference, some in zip(exact, found, strict=True)]


def list_writings(
    event_id: int, who: Organizer, search: str = "", is_sent: bool | None = None, before: int | None = None
) -> tuple[list[RunLine], int]:
    """Return drafts that are kept and messages that were sent, as far as an account may know of them, the newest first, and
    the id from which the next page goes on; 0: no more. `search`: every word of it is in subject or text, accents ignored.
    """
    kinds = {True: Run.begun_at.is_not(None), False: Run.begun_at.is_(None) & Run.saved_at.is_not(None)}
    wanted = or_(*kinds.values()) if is_sent is None else kinds[is_sent]
    words = [Run.search_text.contains(word, autoescape=True) for word in folded(search).split()[:_MOST_WORDS]]
    return page_of(seen_runs(event_id, who).where(Run.act == RunAct.WRITE, wanted, *words), before)


def list_earlier(event_id: int, account_id: int, public_id: str = "") -> Sequence[tuple[Run, str, Event]]:
    """Return messages that were sent, with who sent them and the event, the newest first: at this event, then at others where the
    account may write; of each as far as it may know of it there. `public_id`: that one alone."""
    there = [each for each in list_memberships(account_id, False) if each.grant.allows(Permission.SEND_MESSAGES)]
    seen = [is_seen(each.event.id, Organizer("account", account_id, each.grant.scope)) for each in there]
    statement = (
        select(Run, Account.name)
        .join(Account, Account.id == Run.account_id)
        .where(Run.act == RunAct.WRITE, Run.begun_at.is_not(None), Run.search_text != "", or_(false(), *seen))
        .order_by(Run.event_id != event_id, Run.id.desc())
    )
    if public_id:
        statement = statement.where(Run.public_id == public_id)
    events = {each.event.id: each.event for each in there}
    rows = db.session.execute(statement.limit(_MOST_EARLIER))
    return [(run, name, events[run.event_id]) for run, name in rows]
