"""A name that shows nothing is no name, wherever one is given (case 25)."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from eventreg.accounts.rules.profiles import checked_name
from eventreg.attendees.rules.annotations import read_tag_name
from eventreg.db import db
from eventreg.events.bundles.fields import AS_IT_IS, COMPLETE, LOCALIZED, BundleInvalid, text
from eventreg.invitations.rules.invitations import NewInvitation
from eventreg.invitations.rules.lists import read_list
from eventreg.kernel.errors import Refused
from eventreg.organizations.rules import OrganizationEntry, ProfileInvalid, check_entry, check_profile
from eventreg.programme.rules.sessions import names_in
from eventreg.registration.models import Registration
from tests.builders import a_questionnaire, an_event
from tests.questionnaire import DEFINITION
from tests.registration.filling import open_form, send
from tests.support.pages import Pages

UNSEEN = ["\u200b", "\u3164", "\u2800", "\u00ad", "\u2067", "\U000e0061", "\u0301", "\ufe0f"]
REFUSED: dict[str, tuple[Callable[[str], Any], type[Exception]]] = {
    "account": (checked_name, Refused),
    "tag": (read_tag_name, Refused),
    "institution": (lambda name: check_entry(OrganizationEntry({"es": name, "en": name})), Refused),
    "institution in a file": (lambda name: check_profile("key", {"es": name}), ProfileInvalid),
    "event or category in a file": (lambda name: COMPLETE.read({"es": name}, "name", AS_IT_IS), BundleInvalid),
}


def with_a_badge_name() -> dict[str, Any]:
    """The questionnaire of the builders, in which a name has its parts."""
    definition = copy.deepcopy(DEFINITION)
    [name, _family_name, *others] = definition["sections"][0]["questions"]
    definition["sections"][0]["questions"] = [{**name, "kind": "person_name"}, *others]
    return definition


@pytest.mark.parametrize("unseen", UNSEEN)
@pytest.mark.parametrize("kind", REFUSED)
def test_name_that_shows_nothing_is_refused_as_missing(kind: str, unseen: str) -> None:
    act, refusal = REFUSED[kind]
    with pytest.raises(refusal):
        act(unseen)


@pytest.mark.parametrize("unseen", UNSEEN)
def test_name_that_shows_nothing_is_left_out_of_a_list(unseen: str) -> None:
    assert names_in(f"Ana Demo; {unseen}; Luis Demo") == ["Ana Demo", "Luis Demo"]
    assert text().read(unseen, "name", AS_IT_IS) == ""
    assert LOCALIZED.read({"es": unseen}, "note", AS_IT_IS) == {"es": ""}
    [(_line, wish)] = read_list(f"ana@instituto.example;Ana;{unseen}", NewInvitation("government", "es"), {}, {})
    assert (wish.given_name, wish.family_name) == ("Ana", "")


@pytest.mark.parametrize("unseen", UNSEEN)
def test_badge_name_that_shows_nothing_is_not_kept(pages: Pages, unseen: str) -> None:
    event = an_event()
    a_questionnaire(event, with_a_badge_name())
    send(open_form(pages, event), event, 303, Given_name="Ana", Family_name=unseen, Name_on_the_badge=unseen)
    registration = db.session.scalars(select(Registration)).one()
    assert (registration.given_name, registration.family_name, registration.badge_name) == ("Ana", "", "")


@pytest.mark.parametrize("unseen", UNSEEN)
def test_given_name_that_shows_nothing_is_asked_for(pages: Pages, unseen: str) -> None:
    event = an_event()
    page = send(open_form(pages, event), event, 422, Given_name=unseen)
    assert "given name" in page.text.lower()
    assert not db.session.scalars(select(Registration)).all()
