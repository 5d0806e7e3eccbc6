"""Institutions as records."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from eventreg.audit.queries import list_traces
from eventreg.kernel import clock
from eventreg.organizations.queries import find_organization
from eventreg.organizations.rules import OrganizationEntry, ProfileInvalid, check_profile
from eventreg.organizations.services import create_organization

NAME = {"es": "Instituto de Prueba", "en": "Trial Institute"}


@pytest.mark.both_databases
def test_institution_is_recorded_once(app: Flask) -> None:
    entry = OrganizationEntry(NAME, website="https://instituto.example")
    created = create_organization("trial", entry, clock.now())
    found = find_organization("trial")
    assert found is not None
    assert (found.id, found.name, found.website) == (created, NAME, "https://instituto.example")
    assert [trace.entry.action for trace in list_traces(0, "organization", created)] == ["organization_created"]
    with pytest.raises(IntegrityError):
        create_organization("trial", entry, clock.now())
    assert find_organization("nobody") is None


@pytest.mark.parametrize(
    ("key", "entry", "place"),
    [
        ("Trial!", OrganizationEntry(NAME), "key"),
        ("", OrganizationEntry(NAME), "key"),
        ("trial", OrganizationEntry({"es": " "}), "no name"),
        ("trial", OrganizationEntry(NAME, website="javascript:alert(1)"), "no web address"),
        ("trial", OrganizationEntry(NAME, website="https://" + "x" * 300), "no web address"),
    ],
)
def test_what_is_no_institution_is_refused(key: str, entry: OrganizationEntry, place: str) -> None:
    with pytest.raises(ProfileInvalid, match=place):
        check_profile(key, entry)
