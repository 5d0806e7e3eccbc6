"""A file of people under two who try it: what is put in is what was looked at, and nobody sees more of it by it. Case 18."""

from __future__ import annotations

from flask import Flask

from eventreg.events.models import Event
from tests.builders import an_event
from tests.exchange.incoming import a_file, a_row
from tests.exchange.test_import_pages import count, desk, upload
from tests.support.pages import Page, Pages


def a_trial(event: Event, visitor: Pages) -> tuple[Page, Page]:
    """The page with the columns of a file, and that of its trial."""
    columns = upload(visitor, event, a_file(a_row(), a_row("Eva", email="eva@instituto.example"))).follow()
    return columns, columns.submit("Check file").follow()


def test_what_was_tried_otherwise_since_is_not_put_in_unseen(app: Flask, pages: Pages) -> None:
    event = an_event()
    columns, trial = a_trial(event, desk(pages, event))
    assert trial.has("Nobody is written to.")
    columns.submit("Check file", {"Tell each new person by email": True})
    again = trial.submit("Import", status=409)
    assert count(event) == 0
    assert again.has("2 people will be written to")
    again.submit("Import", status=303)
    assert count(event) == 2


def test_a_colleague_without_the_right_to_sensitive_answers_sees_nothing_of_the_file(app: Flask, pages: Pages) -> None:
    event = an_event()
    columns, trial = a_trial(event, desk(pages, event))
    desk(pages, event, withheld=["see_sensitive"])
    for page in (columns, trial):
        pages.get(page.address, 404)
    desk(pages, event)
    pages.get(trial.address, 200)
