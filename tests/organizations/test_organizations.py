"""Institutions as records."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from eventreg.audit.queries import list_traces
from eventreg.kernel import clock
from eventreg.organizations.queries import find_organization
from eventreg.organizations.rules.profiles import OrganizationProfile, ProfileInvalid, check_profile
from eventreg.organizations.services import create_organization

NAME = {"es": "Instituto de Prueba", "en": "Trial Institute"}


@pytest.mark.both_databases
def test_institution_is_recorded_once(app: Flask) -> None:
    profile = OrganizationProfile("trial", NAME, website="https://instituto.example")
    created = create_organization(profile, clock.now())
    found = find_organization("trial")
    assert found is not None
    assert (found.id, found.name, found.website) == (created, NAME, "https://instituto.example")
    assert [trace.entry.action for trace in list_traces(0, "organization", created)] == ["organization_created"]
    with pytest.raises(IntegrityError):
        create_organization(profile, clock.now())
    assert find_organization("nobody") is None


@pytest.mark.parametrize(
    ("profile", "place"),
    [
        (OrganizationProfile("Trial!", NAME), "key"),
        (OrganizationProfile("", NAME), "key"),
        (OrganizationProfile("trial", {"es": " "}), "no name"),
        (OrganizationProfile("trial", NAME, website="javascript:alert(1)"), "no web address"),
        (OrganizationProfile("trial", NAME, website="https://" + "x" * 300), "no web address"),
    ],
)
def test_what_is_no_institution_is_refused(profile: OrganizationProfile, place: str) -> None:
    with pytest.raises(ProfileInvalid, match=place):
        check_profile(profile)
