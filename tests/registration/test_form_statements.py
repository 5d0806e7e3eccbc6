"""What the form and a registration cost the database."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventreg.db import db
from eventreg.registration.models import Answer, OptionPlace
from tests.builders import a_questionnaire, a_registration, an_event
from tests.registration.filling import PDF, SEND, open_form, send, typed
from tests.registration.records import count_registrations
from tests.registration.test_option_places import asking
from tests.support.pages import Pages
from tests.support.statements import counted


@pytest.mark.both_databases
class TestStatements:
    """SELECT, INSERT, UPDATE and DELETE, for an anonymous visitor, whatever the number of registrations."""

    @pytest.fixture(autouse=True)
    def _many(self, app: Flask) -> None:
        self.event = an_event()
        for _ in range(30):
            a_registration(self.event)

    def test_the_form_costs_six_at_most(self, pages: Pages) -> None:
        open_form(pages, self.event)
        with counted() as statements:
            open_form(pages, self.event)
        assert len(statements) <= 6, statements

    @pytest.mark.parametrize(
        ("category", "with_file"),
        [("government", False), ("government", True), ("academia", False)],
        ids=["at-once", "with-file", "by-organizer"],
    )
    def test_a_registration_costs_twelve_at_most_and_a_file_one_more(
        self, pages: Pages, category: str, with_file: bool
    ) -> None:
        page = open_form(pages, self.event, category)
        entries = typed(self.event, Topics=["Law", "Data"], Diet="sin gluten")
        if with_file:
            entries["Letter"] = ("carta.pdf", PDF)
        with counted() as statements:
            page.submit(SEND, entries, 303)
        assert len(statements) <= 12 + with_file, "\n".join(statements)
        assert count_registrations() == 31

    def test_a_registration_with_a_kept_file_costs_eleven_at_most(self, pages: Pages) -> None:
        page = send(open_form(pages, self.event), self.event, 422, Letter=("carta.pdf", PDF), **{"Given name": ""})
        with counted() as statements:
            page.submit(SEND, {"Given name": "Ana"}, 303)
        assert len(statements) <= 11, "\n".join(statements)

    def test_options_with_places_cost_the_form_one_and_a_registration_two(self, pages: Pages) -> None:
        """However many options have places, and how many of them somebody takes."""
        a_questionnaire(self.event, with_places())
        open_form(pages, self.event)
        with counted() as statements:
            page = open_form(pages, self.event)
        assert len(statements) <= 7, "\n".join(statements)
        entries = typed(self.event, Topics=["Law", "Data"], Visit="To the border")
        with counted() as statements:
            page.submit(SEND, entries, 303)
        assert len(statements) <= 13, "\n".join(statements)
        assert db.session.scalar(select(func.count()).select_from(OptionPlace)) == 3


def with_places() -> dict[str, Any]:
    """A questionnaire in which the visits and the topics have places."""
    data = asking(5)
    for option in next(each for each in data["sections"][1]["questions"] if each["key"] == "topics")["options"]:
        option["places"] = 5
    return data


def test_answers_of_several_choices_are_one_statement(app: Flask) -> None:
    from tests.builders import register_somebody

    event = an_event()
    with counted() as statements:
        register_somebody(event, topics=["law", "data"], diet="x", sex="woman")
    assert len([one for one in statements if one.startswith("INSERT INTO answers")]) == 1
    assert db.session.scalar(select(func.count()).select_from(Answer)) == 6
