"""Filling in the form of registering as a person does."""

from __future__ import annotations

import io
from typing import Any

from sqlalchemy import select

from eventreg.db import db
from eventreg.events.models import Event, EventDay
from eventreg.i18n import formats
from tests.support.pages import Page, Pages

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"
SEND = "Send registration"
#: what the button says where all places are taken
JOIN = "Join the waiting list"


def address_of_form(event: Event, category: str = "") -> str:
    """Return where the form of an event is, with its category chosen or not."""
    return f"/events/{event.slug}/register" + (f"?category={category}" if category else "")


def typed(event: Event, **more: Any) -> dict[str, Any]:
    """Return what a person enters who leaves out what is optional; `more` by label, `_` for a space."""
    return {
        "Given name": "Ana",
        "Family name": "Demo",
        "Institution": "Instituto de Prueba",
        "Country": "Guatemala",
        "Email address": "ana.demo@instituto.example",
        "Days attended": days_of(event),
        "I agree to the use of my data": True,
        **{label.replace("_", " "): value for label, value in more.items()},
    }


def open_form(pages: Pages, event: Event, category: str = "government") -> Page:
    """Open the form of a category."""
    return pages.get(address_of_form(event, category))


def days_of(event: Event) -> list[str]:
    """Return the labels of the days that the form of an event offers in English."""
    days = db.session.scalars(select(EventDay).where(EventDay.event_id == event.id).order_by(EventDay.held_on))
    return [formats.day(day.held_on, "en") for day in days]


def send(page: Page, event: Event, status: int | None = None, **entries: Any) -> Page:
    """Fill in the English form on this page, with every day chosen unless said otherwise, and send it."""
    is_full = any(JOIN in form.buttons() for form in page.forms())
    return page.submit(JOIN if is_full else SEND, typed(event, **entries), status)


def posted(event: Event, **changes: Any) -> dict[str, Any]:
    """Return what a form with a file posts, by the keys of its questions."""
    answers = {
        "category": "government",
        "submission_key": "k" * 22,
        "given_name": "Ana María",
        "institution": "Instituto de Prueba",
        "country": "MX",
        "email": "ana@instituto.example",
        "days": str(event.days[0].id),
        "agrees": "yes",
        "letter": (io.BytesIO(PDF), "carta.pdf"),
    }
    return answers | changes
