"""Two records of one institution become one."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.audit.queries import list_traces
from eventreg.db import db, transaction
from eventreg.events.models import Event, Partner, Speaker
from eventreg.events.rules.institutions import PartnerRole
from eventreg.kernel.clock import now
from eventreg.kernel.errors import NotFound, Refused
from eventreg.organizations.models import Organization
from eventreg.organizations.policies import Editor
from eventreg.organizations.queries import find_organization, get_organization, list_organizations
from eventreg.organizations.rules import OrganizationReason
from eventreg.organizations.services import merge_organizations
from tests.builders import a_picture, a_team_member, an_account, an_event, an_institution


def _administrator() -> Editor:
    return Editor(an_account(is_administrator=True).id, True)


def _at(event: Event, organization: Organization, role: PartnerRole, **values: object) -> None:
    with transaction() as session:
        session.add(Partner(event_id=event.id, organization_id=organization.id, role=role, position=5, **values))


def _named(event: Event) -> list[tuple[int, PartnerRole]]:
    rows = db.session.execute(
        select(Partner.organization_id, Partner.role).where(Partner.event_id == event.id).order_by(Partner.id)
    )
    return [(row.organization_id, row.role) for row in rows]


@pytest.mark.both_databases
def test_what_names_the_one_names_the_other(app: Flask) -> None:
    event = an_event()
    stays = event.partners[0].organization
    goes = an_institution(key="goes", name={"fr": "Institution hôte"}, acronym="IH", logo_id=a_picture().id)
    _at(event, goes, PartnerRole.FUNDER)
    with transaction() as session:
        session.add(Speaker(event_id=event.id, name="Sara", sort_name="sara", organization_id=goes.id))
    moved = merge_organizations(goes.id, stays.id, _administrator(), now())
    assert moved == {"partners": 1, "speakers": 1}
    db.session.remove()
    assert _named(event) == [(stays.id, PartnerRole.HOST), (stays.id, PartnerRole.FUNDER)]
    assert db.session.scalars(select(Speaker.organization_id)).all() == [stays.id]
    kept = get_organization(stays.key)
    assert kept.name["fr"] == "Institution hôte"
    assert kept.name["es"] == "Institución Anfitriona", "what it has stays"
    assert kept.acronym == "IH"
    assert kept.logo is not None
    assert "institution hote" in kept.search_text
    actions = [trace.entry.action for trace in list_traces(event.id, "organization", stays.id)]
    assert actions == ["organization_merged"]


def test_the_one_that_goes_is_hidden_and_its_key_leads_to_the_other(app: Flask) -> None:
    stays, goes = an_institution(search_text="queda"), an_institution(key="goes", search_text="va")
    merge_organizations(goes.id, stays.id, _administrator(), now())
    db.session.remove()
    assert [each.id for each in list_organizations()] == [stays.id]
    with pytest.raises(NotFound):
        get_organization("goes")
    found = find_organization("goes")
    assert found is not None
    assert found.id == stays.id
    with pytest.raises(NotFound):
        merge_organizations(goes.id, stays.id, _administrator(), now())


@pytest.mark.both_databases
def test_same_role_at_one_event_is_left_once(app: Flask) -> None:
    event = an_event()
    stays, goes = event.partners[0].organization, an_institution()
    _at(event, goes, PartnerRole.HOST, phrase={"es": "Con fondos de prueba."}, is_logo_first=True)
    merge_organizations(goes.id, stays.id, _administrator(), now())
    db.session.remove()
    assert _named(event) == [(stays.id, PartnerRole.HOST)]
    partner = db.session.scalars(select(Partner)).one()
    assert partner.phrase == {"es": "Con fondos de prueba."}, "its duties are not lost"
    assert partner.is_logo_first


def test_only_who_may_change_both(app: Flask) -> None:
    event, other = an_event(), an_event()
    mine, theirs = event.partners[0].organization, other.partners[0].organization
    owner = Editor(a_team_member(event, "owner").id)
    with pytest.raises(Refused) as refused:
        merge_organizations(theirs.id, mine.id, owner, now())
    assert refused.value.reason is OrganizationReason.NOT_ALLOWED
    with pytest.raises(Refused) as refused:
        merge_organizations(mine.id, mine.id, owner, now())
    assert refused.value.reason is OrganizationReason.SAME
    assert _named(other) == [(theirs.id, PartnerRole.HOST)]
