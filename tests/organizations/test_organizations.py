"""Institutions as records."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from eventreg.audit.queries import list_traces
from eventreg.audit.services import SYSTEM
from eventreg.db import transaction
from eventreg.kernel import clock
from eventreg.organizations.queries import find_organization
from eventreg.organizations.rules import ProfileInvalid, check_profile
from eventreg.organizations.services import record_organization

NAME = {"es": "Instituto de Prueba", "en": "Trial Institute"}


@pytest.mark.both_databases
def test_institution_is_recorded_once(app: Flask) -> None:
    values = {"key": "trial", "name": NAME, "short_name": {}, "acronym": "", "website": "https://instituto.example"}
    with transaction():
        created = record_organization(values, SYSTEM, clock.now()).id
    found = find_organization("trial")
    assert found is not None
    assert (found.id, found.name, found.website) == (created, NAME, "https://instituto.example")
    assert [trace.entry.action for trace in list_traces(0, "organization", created)] == ["organization_created"]
    with pytest.raises(IntegrityError), transaction():
        record_organization(values, SYSTEM, clock.now())
    assert find_organization("nobody") is None


@pytest.mark.parametrize(
    ("key", "name", "website", "place"),
    [
        ("Trial!", NAME, "", "key"),
        ("", NAME, "", "key"),
        ("trial", {"es": " "}, "", "no name"),
        ("trial", NAME, "javascript:alert(1)", "no web address"),
        ("trial", NAME, "https://" + "x" * 300, "no web address"),
    ],
)
def test_what_is_no_institution_is_refused(key: str, name: dict[str, str], website: str, place: str) -> None:
    with pytest.raises(ProfileInvalid, match=place):
        check_profile(key, name, website)
