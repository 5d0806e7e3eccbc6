"""Addresses of the attendee list and of registrations on the desk."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import url_for

from eventreg.review.rules.listing import ListState

#: the list as it opens
_AS_IT_OPENS = ListState()


def list_url(
    slug: str, state: ListState = _AS_IT_OPENS, endpoint: str = "review.list_registrations", **parts: Any
) -> str:
    """Return the address of a list in a state, or of another page that keeps it."""
    return with_query(url_for(endpoint, slug=slug, **parts), state)


def query_of(state: ListState) -> str:
    """Return a list's state from its first page as it is kept under a name: a query string."""
    return urlencode(state.with_().query())


def registration_url(slug: str, reference: str, state: ListState = _AS_IT_OPENS) -> str:
    """Return the address of a registration that keeps the list it was reached from."""
    return with_query(url_for("review.show_registration", slug=slug, reference=reference), state)


def with_query(address: str, state: ListState) -> str:
    """Return an address of ours with a list's state."""
    pairs = state.query()
    return f"{address}?{urlencode(pairs)}" if pairs else address
