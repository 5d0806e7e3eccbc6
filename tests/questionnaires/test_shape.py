"""How the form is shown is said on the page of the questions, and is a part of the draft."""

from __future__ import annotations

import pytest

from eventreg.questionnaires.queries import draft_document
from tests.builders import a_team_member, an_event
from tests.support.pages import Pages


@pytest.mark.usefixtures("app")
def test_an_organizer_chooses_steps_and_takes_them_back(pages: Pages) -> None:
    event = an_event()
    pages.sign_in(a_team_member(event))
    address = f"/manage/events/{event.slug}/questions"
    page = pages.get(address).submit("Save form layout", {"One section after the other, with progress": True}, 303)
    assert draft_document(event.id)["is_stepwise"] is True
    assert "has_summary" not in draft_document(event.id)
    page.follow().submit("Save form layout", {"One section after the other, with progress": False}, 303)
    assert "is_stepwise" not in draft_document(event.id)
