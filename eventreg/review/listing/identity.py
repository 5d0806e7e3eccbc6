"""The columns of a registration that the form fills, and how each is compared, counted and ordered by.

The list has them as columns of its own, and as those of the questions that fill them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case
from sqlalchemy.orm import InstrumentedAttribute

from eventreg.i18n.countries import CODES, by_alphabet
from eventreg.registration.models import Registration
from eventreg.registration.rules.searching import phone_key
from eventreg.review.listing.held import Held, InColumn
from eventreg.review.listing.orders import Ordering, rank

#: those that are folded for comparing, and the columns that are
_COMPARED: dict[str, InstrumentedAttribute[str]] = {
    "institution": Registration.sort_institution,
    "position": Registration.sort_position,
    "email": Registration.email_key,
    "phone": Registration.phone_key,
}
#: those that are ordered by otherwise than they are compared
_ORDERED: dict[str, InstrumentedAttribute[str]] = {
    **dict.fromkeys(("given_name", "family_name", "badge_name"), Registration.sort_name),
    "phone": Registration.phone,
}


def held_column(column: str) -> Held:
    """Return how a column is asked for a value."""
    if column == "phone":
        return InColumn(Registration.phone_key, phone_key, part=_digits)
    return InColumn(_compared(column))


def grouped_column(column: str) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Return what to group a column by, and what to show of it."""
    return _compared(column).expression, getattr(Registration, column).expression


def ordered_column(column: str, language: str) -> Ordering:
    """Return what a column orders by."""
    is_empty = case((getattr(Registration, column) == "", 1), else_=0)
    if column == "country":
        codes = [code for code, _name in by_alphabet(CODES, language)]
        return Ordering(rank(Registration.country.expression, codes), is_empty)
    return Ordering(_ORDERED.get(column, _compared(column)).expression, is_empty)


def _compared(column: str) -> InstrumentedAttribute[Any]:
    found: InstrumentedAttribute[Any] = _COMPARED.get(column, getattr(Registration, column))
    return found


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isascii() and sign.isdigit())
