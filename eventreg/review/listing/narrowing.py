"""Statements about registrations, narrowed to what somebody may know of and what the list's state lets through."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, func, not_, or_

from eventreg.registration.models import Registration
from eventreg.registration.queries.scoping import conditions as in_scope
from eventreg.review.listing.offer import ListOf
from eventreg.review.listing.shape import ListShape
from eventreg.review.rules.listing import Filter, ListState

Statement = TypeVar("Statement", bound=Select[*tuple[Any, ...]])


class Narrowing:
    """What a list lets through, all of it or without some of its filters."""

    def __init__(self, of: ListOf, shape: ListShape, state: ListState) -> None:
        self.of, self.shape, self.state = of, shape, state
        self._in_sight = [Registration.event_id == of.event_id, *in_scope(of.event_id, of.sight.scope)]
        self._by_field = {each.field: self._condition(each) for each in state.filters}

    def visible(self, statement: Statement) -> Statement:
        """Narrow a statement to the registrations in sight."""
        return statement.where(*self._in_sight)

    def apply(self, statement: Statement, but: Collection[str] = ()) -> Statement:
        """Narrow a statement to what the list lets through, the filters of some fields left out."""
        asked = [condition for field, condition in self._by_field.items() if field not in but]
        words = [self._holds(word) for word in self.state.words]
        return self.visible(statement).where(*words, *asked)

    def is_narrowed_beside(self, fields: Collection[str]) -> bool:
        """Say whether anything but the filters of these fields can leave somebody out."""
        return bool(self.state.words or not self.of.sight.scope.is_whole or set(self._by_field).difference(fields))

    def condition_of(self, field: str) -> ColumnElement[bool] | None:
        """Return what the filter of a field asks; None where there is none."""
        return self._by_field.get(field)

    def lets(self, field: str, value: str) -> bool:
        """Say whether the filter of a field of one value lets a value through; "" is none."""
        asked = self.state.filter_of(field)
        return asked is None or asked.lets(value)

    def _condition(self, asked: Filter) -> ColumnElement[bool]:
        """Return what a filter asks: any of its plain terms, all of its negated ones.

        What the list does not offer is nobody's: it must not widen it.
        """
        field = self.shape.fields.get(asked.field)
        terms = [field.accept(term) for term in asked.terms] if field is not None else []
        known = [term for term in terms if term is not None]
        if field is None or len(known) < len(terms):
            return false()
        held = field.held(self.of)
        plain = [term for term in known if not term.is_negated]
        negated = [term for term in known if term.is_negated]
        conditions = [held.any_of(plain)] if plain else []
        conditions += [not_(held.any_of(negated))] if negated else []
        return and_(*conditions)

    def _holds(self, word: str) -> ColumnElement[bool]:
        if self.of.sight.has_contact_data:
            return Registration.search_text.contains(word, autoescape=True)
        # The text to search in holds addresses and numbers: whoever may not see them must not find out by trying.
        columns = (Registration.sort_name, Registration.sort_institution, func.lower(Registration.reference))
        return or_(*(column.contains(word, autoescape=True) for column in columns))
