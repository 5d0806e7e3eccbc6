"""Institutions at an event: added from the directory or new, changed, moved, removed."""

from __future__ import annotations

import pytest
from flask import Flask

from eventreg.audit.queries import list_traces
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.queries.partners import list_partners, list_uses
from eventreg.events.rules.institutions import (
    MOST_PARTNERS,
    PartnerEntry,
    PartnerReason,
    PartnerRole,
    likely_role,
)
from eventreg.events.rules.publication import LifecycleRefused, Publication
from eventreg.events.services.partners import add_partner, edit_partner, move_partner, remove_partner
from eventreg.kernel.errors import NotFound, Refused
from eventreg.organizations.policies import Editor
from eventreg.organizations.queries import list_organizations
from eventreg.organizations.rules import OrganizationEntry, OrganizationReason
from tests.builders import a_team_member, an_event, an_institution

FUNDER = PartnerEntry(PartnerRole.FUNDER)
NEW = OrganizationEntry({"es": "Fundación Demostrativa", "en": "Demonstrative Foundation"}, acronym="FD")


@pytest.fixture
def editor(event: Event) -> Editor:
    return Editor(a_team_member(event, "manager").id)


def _names(event: Event) -> list[tuple[str, PartnerRole]]:
    db.session.remove()
    roles = list(PartnerRole)
    found = sorted(list_partners(event.id), key=lambda each: roles.index(each.role))
    return [(each.organization.key, each.role) for each in found]


@pytest.mark.both_databases
def test_new_institution_goes_into_the_directory_and_stands_here(event: Event, editor: Editor) -> None:
    added = add_partner(event.id, NEW, FUNDER, editor)
    assert (added.key, added.is_known) == ("fd", False)
    assert _names(event)[1:] == [("fd", PartnerRole.FUNDER)]
    trace = list_traces(event.id, "partner", added.partner_id)[0]
    assert (trace.entry.action, trace.detail) == ("partner_added", {"organization": "fd", "role": "funder"})


def test_written_name_of_a_known_one_uses_its_record(event: Event, editor: Editor) -> None:
    known = an_institution(name={"es": "Colegio Demostrativo", "en": "Demonstrative College"}, acronym="CODE")
    for text in ("colegio demostrativo", "Code"):
        role = PartnerRole.CO_ORGANIZER if text == "Code" else PartnerRole.PARTNER
        added = add_partner(event.id, OrganizationEntry({"es": text}), PartnerEntry(role), editor)
        assert (added.key, added.is_known) == (known.key, True)
    assert len(list_organizations("")) == 2, "nothing was added to the directory"


def test_logo_of_an_institution_of_others_is_not_given_in_passing(event: Event, editor: Editor) -> None:
    known = an_institution(name={"es": "Colegio Demostrativo"})
    foreign = an_event()
    add_partner(foreign.id, OrganizationEntry({"es": "Colegio Demostrativo"}), FUNDER, Editor(editor.account_id))
    typed = OrganizationEntry({"es": "Colegio Demostrativo"}, logo="a-picture")
    assert add_partner(event.id, typed, FUNDER, editor).leaves_logo
    stands = list_partners(event.id)[-1].organization
    assert (stands.id, stands.logo_id) == (known.id, None)


def test_likely_double_is_asked_about_and_then_chosen(event: Event, editor: Editor) -> None:
    known = an_institution(name={"es": "Colegio Demostrativo del Sur"})
    typed = OrganizationEntry({"es": "El Colegio Demostrativo del Sur (CDS)"})
    with pytest.raises(Refused) as refused:
        add_partner(event.id, typed, FUNDER, editor)
    assert refused.value.reason is OrganizationReason.LIKELY_DOUBLE
    assert len(_names(event)) == 1, "nothing was written"
    assert add_partner(event.id, typed, FUNDER, editor, chosen=known.key).key == known.key
    other = add_partner(event.id, typed, PartnerEntry(PartnerRole.PARTNER), editor, is_new=True)
    assert other.key != known.key


def test_role_is_had_once(event: Event, editor: Editor) -> None:
    add_partner(event.id, NEW, FUNDER, editor)
    with pytest.raises(Refused) as refused:
        add_partner(event.id, NEW, FUNDER, editor)
    assert refused.value.reason is PartnerReason.ALREADY_THERE
    second = add_partner(event.id, NEW, PartnerEntry(PartnerRole.PARTNER), editor)
    with pytest.raises(Refused):
        edit_partner(event.id, second.partner_id, FUNDER, ("es", "en"), editor.actor)


def test_agreements_are_saved_by_language(event: Event, editor: Editor) -> None:
    both = PartnerEntry(
        PartnerRole.FUNDER, {"es": "Con el apoyo de", "en": "With the support of"}, {"es": "Gracias."}, True
    )
    added = add_partner(event.id, NEW, both, editor)
    edit_partner(
        event.id, added.partner_id, PartnerEntry(PartnerRole.FUNDER, {"es": "Gracias a"}), ("es",), editor.actor
    )  # fmt: skip
    db.session.remove()
    partner = list_partners(event.id)[-1]
    assert partner.credit == {"es": "Gracias a", "en": "With the support of"}
    assert (partner.phrase, partner.is_logo_first) == ({}, False)
    detail = list_traces(event.id, "partner", added.partner_id)[0].detail
    assert set(detail["changed"]) == {"credit", "phrase", "is_logo_first"}


@pytest.mark.both_databases
def test_moving_changes_places_inside_a_role(event: Event, editor: Editor) -> None:
    keys = ["uno", "dos", "tres"]
    ids = []
    for key in keys:
        an_institution(key=key, name={"es": f"Centro {key}"})
        entry = OrganizationEntry({"es": f"Centro {key}"})
        ids.append(add_partner(event.id, entry, PartnerEntry(PartnerRole.CO_ORGANIZER), editor).partner_id)
    move_partner(event.id, ids[2], editor.actor, earlier=True)
    assert [key for key, _role in _names(event)[1:]] == ["uno", "tres", "dos"]
    with pytest.raises(Refused) as refused:
        move_partner(event.id, ids[0], editor.actor, earlier=True)
    assert refused.value.reason is PartnerReason.CANNOT_MOVE, "the host is of another role"


@pytest.mark.both_databases
def test_moving_keeps_the_order_of_the_roles(event: Event, editor: Editor) -> None:
    roles = (PartnerRole.FUNDER, PartnerRole.CO_ORGANIZER, PartnerRole.CO_ORGANIZER)
    ids = []
    for number, role in enumerate(roles):
        an_institution(key=f"k{number}", name={"es": f"Centro {number}"})
        ids.append(
            add_partner(event.id, OrganizationEntry({"es": f"Centro {number}"}), PartnerEntry(role), editor).partner_id
        )
    move_partner(event.id, ids[1], editor.actor, earlier=False)
    db.session.remove()
    assert [each.id for each in list_partners(event.id)][1:] == [ids[2], ids[1], ids[0]], "by position alone"
    for partner_id, earlier in ((ids[1], False), (ids[0], True), (list_partners(event.id)[0].id, True)):
        with pytest.raises(Refused):
            move_partner(event.id, partner_id, editor.actor, earlier=earlier)


def test_the_first_institution_is_the_host() -> None:
    assert likely_role([]) is PartnerRole.HOST
    assert likely_role([PartnerRole.HOST]) is PartnerRole.CO_ORGANIZER


def test_removing_leaves_the_record(event: Event, editor: Editor) -> None:
    added = add_partner(event.id, NEW, FUNDER, editor)
    remove_partner(event.id, added.partner_id, editor.actor)
    assert len(_names(event)) == 1
    assert "fd" in [each.key for each in list_organizations()]
    with pytest.raises(NotFound):
        remove_partner(event.id, added.partner_id, editor.actor)


def test_institution_of_another_event_is_not_there(event: Event, editor: Editor) -> None:  # case 2
    other = an_event().partners[0]
    for act in (
        lambda: edit_partner(event.id, other.id, FUNDER, ("es",), editor.actor),
        lambda: move_partner(event.id, other.id, editor.actor, earlier=True),
        lambda: remove_partner(event.id, other.id, editor.actor),
    ):
        with pytest.raises(NotFound):
            act()


def test_archived_event_is_not_changed(app: Flask) -> None:
    event = an_event(publication=Publication.ARCHIVED)
    editor, partner_id = Editor(a_team_member(event, "owner").id), event.partners[0].id
    for act in (
        lambda: add_partner(event.id, NEW, FUNDER, editor),
        lambda: edit_partner(event.id, partner_id, FUNDER, ("es",), editor.actor),
        lambda: move_partner(event.id, partner_id, editor.actor, earlier=True),
        lambda: remove_partner(event.id, partner_id, editor.actor),
    ):
        with pytest.raises(LifecycleRefused):
            act()
    assert len(list_organizations()) == 1, "nothing went into the directory either"


def test_event_does_not_take_any_number(event: Event, editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventreg.events.services.partners.MOST_PARTNERS", 1)
    assert MOST_PARTNERS == 60
    with pytest.raises(Refused) as refused:
        add_partner(event.id, NEW, FUNDER, editor)
    assert refused.value.reason is PartnerReason.TOO_MANY


def test_uses_name_only_events_that_one_may_know_of(app: Flask) -> None:
    public, draft = an_event(), an_event(publication=Publication.DRAFT)
    stranger, owner = a_team_member(an_event(), "owner"), a_team_member(draft, "owner")
    ids = [public.partners[0].organization_id, draft.partners[0].organization_id]
    with app.test_request_context():
        seen = list_uses(ids, stranger.id, False)
        assert seen[ids[0]][0].address == f"/events/{public.slug}"
        assert (seen[ids[1]][0].title, seen[ids[1]][0].address) == ({}, ""), "a draft of others is nobody's business"
        assert list_uses(ids, owner.id, False)[ids[1]][0].address == f"/manage/events/{draft.slug}"
        assert list_uses(ids, stranger.id, True)[ids[1]][0].title == draft.title
