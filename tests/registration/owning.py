"""One's own page, opened as its holder does."""

from __future__ import annotations

from eventreg.registration.emails import OWN_PAGE
from eventreg.registration.models import Registration
from eventreg.registration.queries.registrations import own_token
from eventreg.registration.services.answers import NewFile
from tests.registration.filling import PDF
from tests.registration.records import fresh
from tests.support.pages import Page, Pages


def a_letter() -> NewFile:
    return NewFile("letter", "carta.pdf", "application/pdf", PDF)


def home(person: Registration) -> str:
    """Return the address of somebody's own page."""
    return f"/my/{own_token(fresh(person), OWN_PAGE)}"


def own_page(pages: Pages, person: Registration) -> Page:
    """Open somebody's own page."""
    return pages.get(home(person))


def open_answers(pages: Pages, person: Registration) -> Page:
    """Open the form of somebody's answers."""
    return own_page(pages, person).click("Change my answers")
