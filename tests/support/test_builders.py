"""What the builders make holds together."""

from __future__ import annotations

import pytest
from flask import Flask

from eventreg.kernel.clock import now
from eventreg.questionnaires.kinds import NAMES, checked_definition
from eventreg.registration.queries.places import get_availability
from tests.builders import a_category, a_registration, a_team_member, an_event
from tests.questionnaire import DEFINITION, EVERY_KIND


def test_questionnaire_is_sound_and_has_every_kind() -> None:
    categories = {"government", "academia"}
    assert checked_definition(DEFINITION, ["es", "en"], categories)
    definition = checked_definition(EVERY_KIND, ["es", "en"], categories)
    assert {question.kind for question in definition.questions()} == NAMES


@pytest.mark.both_databases
def test_builders_make_a_small_world(app: Flask) -> None:
    event = an_event(capacity=10)
    a_category(event)
    a_team_member(event, "owner")
    a_registration(event)
    a_registration(event, "academia", "pending")
    a_registration(event, status="waitlisted")
    assert get_availability(event, now()).free == 8
