"""The directory: adding, changing, who may, and what happens when two save at once."""

from __future__ import annotations

import dataclasses

import pytest
from flask import Flask

from eventreg.accounts.models import Account
from eventreg.audit.queries import list_traces
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.kernel.clock import now
from eventreg.kernel.errors import Refused
from eventreg.organizations.models import Organization
from eventreg.organizations.policies import Editor, editable, may_add
from eventreg.organizations.queries import find_organization, get_organization, list_organizations
from eventreg.organizations.rules import OrganizationEntry, OrganizationKind, OrganizationReason
from eventreg.organizations.services import add_organization, edit_organization
from tests.builders import a_picture, a_team_member, an_account, an_event, an_institution

ENTRY = OrganizationEntry(
    name={"es": "Observatorio Fronterizo", "en": "Border Observatory"},
    acronym="OBF",
    kind=OrganizationKind.ACADEMIC,
    country="MX",
    website="https://observatorio.example",
)


def _owner(event: Event | None = None) -> Editor:
    return Editor(a_team_member(event or an_event(), "owner").id)


def _reason(refused: pytest.ExceptionInfo[Refused]) -> object:
    return refused.value.reason


@pytest.mark.both_databases
def test_owner_adds_an_institution_with_its_logo(app: Flask) -> None:
    editor, logo = _owner(), a_picture()
    created = add_organization(dataclasses.replace(ENTRY, logo=logo.public_id), editor, now())
    found = get_organization("obf")
    assert found.id == created
    assert found.name == ENTRY.name
    assert (found.kind, found.country, found.website) == (OrganizationKind.ACADEMIC, "MX", ENTRY.website)
    assert found.logo is not None
    assert found.logo.public_id == logo.public_id
    assert [trace.entry.action for trace in list_traces(0, "organization", created)] == ["organization_created"]


def test_search_leaves_accents_and_case_aside(app: Flask) -> None:
    an_institution(key="nunez", name={"es": "Fundación Núñez"}, search_text="fundacion nunez")
    editor = _owner()
    add_organization(ENTRY, editor, now())
    assert [each.key for each in list_organizations("NUÑEZ fundacion")] == ["nunez"]
    assert [each.key for each in list_organizations("obf")] == ["obf"]
    assert [each.key for each in list_organizations("border")] == ["obf"]
    assert list_organizations("100%_") == []


def test_likely_double_is_asked_about_first(app: Flask) -> None:
    editor = _owner()
    first = add_organization(ENTRY, editor, now())
    again = dataclasses.replace(ENTRY, name={"es": "Observatorio fronterizo"}, acronym="")
    with pytest.raises(Refused) as refused:
        add_organization(again, editor, now())
    assert _reason(refused) is OrganizationReason.LIKELY_DOUBLE
    assert refused.value.details["ids"] == [first]
    add_organization(again, editor, now(), is_new=True)
    assert {each.key for each in list_organizations("observatorio")} == {"obf", "observatorio-fronterizo"}


@pytest.mark.both_databases
@pytest.mark.parametrize("logo", ["AAAAAAAAAAAA", "a\0b"])
def test_logo_that_is_gone_is_asked_for_again(app: Flask, logo: str) -> None:
    with pytest.raises(Refused) as refused:
        add_organization(dataclasses.replace(ENTRY, logo=logo), _owner(), now())
    assert _reason(refused) is OrganizationReason.LOGO_GONE
    assert list_organizations("obf") == []


def test_who_saves_what_somebody_else_changed_is_told(app: Flask) -> None:
    editor = _owner()
    created = add_organization(ENTRY, editor, now())
    edit_organization(created, dataclasses.replace(ENTRY, acronym="OBFR"), ("es", "en"), 1, editor, now())
    with pytest.raises(Refused) as refused:
        edit_organization(created, dataclasses.replace(ENTRY, acronym="X"), ("es", "en"), 1, editor, now())
    assert _reason(refused) is OrganizationReason.CHANGED_MEANWHILE
    found = get_organization("obf")
    assert (found.acronym, found.revision) == ("OBFR", 2)
    assert "obfr" in found.search_text
    (changed,) = [
        trace.detail
        for trace in list_traces(0, "organization", created)
        if trace.entry.action == "organization_changed"
    ]
    assert changed is not None
    assert changed["changed"] == {"acronym": ["OBF", "OBFR"]}


def test_saving_in_one_language_keeps_the_names_in_others(app: Flask) -> None:
    editor = _owner()
    created = add_organization(ENTRY, editor, now())
    edit_organization(created, dataclasses.replace(ENTRY, name={"es": "Otro"}), ("es",), 1, editor, now())
    assert get_organization("obf").name == {"es": "Otro", "en": "Border Observatory"}


def test_what_changes_nothing_is_no_change(app: Flask) -> None:
    editor = _owner()
    created = add_organization(ENTRY, editor, now())
    edit_organization(created, ENTRY, ("es", "en"), 1, editor, now())
    assert get_organization("obf").revision == 1


@pytest.fixture
def shared(app: Flask) -> tuple[Organization, Event, Event]:
    """An institution that two events name."""
    from eventreg.db import transaction
    from eventreg.events.models import Partner
    from eventreg.events.rules.institutions import PartnerRole

    one, other = an_event(), an_event()
    institution = one.partners[0].organization
    with transaction() as session:
        session.add(Partner(event_id=other.id, organization_id=institution.id, role=PartnerRole.FUNDER, position=2))
    return institution, one, other


def test_who_may_add_and_change(shared: tuple[Organization, Event, Event]) -> None:
    institution, one, other = shared
    own = other.partners[0].organization
    unused = an_institution()
    ids = [institution.id, own.id, unused.id]
    owner, reviewer = a_team_member(other, "owner"), a_team_member(other, "reviewer")
    assert editable(ids, Editor(owner.id)) == {own.id, unused.id}, "the shared one is another team's too"
    assert editable(ids, Editor(reviewer.id)) == frozenset()
    assert not may_add(Editor(reviewer.id))
    assert may_add(Editor(owner.id))
    assert not may_add(Editor(an_account().id))
    administrator = Editor(an_account(is_administrator=True).id, True)
    assert editable(ids, administrator) == set(ids)
    _join(one, owner)
    assert editable(ids, Editor(owner.id)) == set(ids), "both events are theirs now"


def test_manager_who_may_not_edit_the_event_has_no_say(app: Flask) -> None:
    from eventreg.db import transaction
    from eventreg.events.models import TeamMember

    event = an_event()
    manager = a_team_member(event, "manager")
    assert may_add(Editor(manager.id))
    with transaction() as session:
        session.query(TeamMember).filter_by(account_id=manager.id).update({"withheld": ["edit_event"]})
    assert not may_add(Editor(manager.id))


def test_service_refuses_what_the_account_may_not(shared: tuple[Organization, Event, Event]) -> None:
    institution, _one, other = shared
    with pytest.raises(Refused) as refused:
        edit_organization(institution.id, ENTRY, ("es",), 1, _owner(other), now())
    assert _reason(refused) is OrganizationReason.NOT_ALLOWED
    with pytest.raises(Refused) as refused:
        add_organization(ENTRY, Editor(an_account().id), now())
    assert _reason(refused) is OrganizationReason.NOT_ALLOWED
    assert find_organization("obf") is None


def _join(event: Event, account: Account) -> None:
    from eventreg.db import transaction
    from eventreg.events.models import TeamMember
    from eventreg.events.rules.team import TeamRole

    with transaction() as session:
        session.add(TeamMember(event_id=event.id, account_id=account.id, role=TeamRole.OWNER))
    db.session.remove()


@pytest.mark.both_databases
@pytest.mark.parametrize("key", ["", "a\0b", "ñ", "nobody"])
def test_what_is_no_key_finds_nothing(app: Flask, key: str) -> None:  # case 63
    assert find_organization(key) is None
