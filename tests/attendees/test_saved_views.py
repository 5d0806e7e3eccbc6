"""Views of the list that were given a name: kept for oneself or the team, and by whom they can be changed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventreg.attendees.models import SavedView
from eventreg.attendees.queries.reasons import list_views
from eventreg.attendees.services.reasons import (
    LONGEST_NAME,
    MOST_OF_ONE,
    ViewReason,
    change_view,
    delete_view,
    replace_view,
    save_view,
)
from eventreg.audit.models import AuditDetail, AuditEntry
from eventreg.db import db, transaction
from eventreg.events.models import Event, TeamMember
from eventreg.events.organizers import Organizer
from eventreg.events.rules.team import Permission, TeamRole
from eventreg.kernel.errors import NotFound, Refused
from eventreg.registration.rules.states import Status
from tests.builders import a_registration, a_team_member, an_event
from tests.support.pages import Pages


def address(event: Event, rest: str = "") -> str:
    return f"/manage/events/{event.slug}/registrations{rest}"


def names_of(event: Event, account_id: int) -> list[str]:
    return [view.name for view in list_views(event.id, account_id)]


@pytest.mark.both_databases
def test_own_views_are_ones_own_and_shared_ones_the_teams(event: Event) -> None:
    owner, colleague = a_team_member(event), a_team_member(event, TeamRole.REVIEWER)
    save_view(event.id, Organizer.account(owner.id), "  Ámbar  y más ", "status=pending", is_shared=True)
    save_view(event.id, Organizer.account(owner.id), "Zona", "q=ana", is_shared=False)
    save_view(event.id, Organizer.account(colleague.id), "Zona", "", is_shared=False)
    assert names_of(event, owner.id) == ["Ámbar y más", "Zona"]
    assert names_of(event, colleague.id) == ["Ámbar y más", "Zona"]
    theirs = {view.name: view for view in list_views(event.id, colleague.id)}
    assert (theirs["Ámbar y más"].is_own, theirs["Ámbar y más"].owner) == (False, owner.name)
    assert theirs["Zona"].query == ""
    assert names_of(an_event(), owner.id) == []


@pytest.mark.both_databases
def test_a_view_is_changed_by_its_owner_and_a_shared_one_by_who_edits_the_event(event: Event) -> None:
    owner, colleague = a_team_member(event, TeamRole.REVIEWER), a_team_member(event, TeamRole.REVIEWER)
    shared = save_view(event.id, Organizer.account(owner.id), "Compartida", "status=pending", is_shared=True)
    own = save_view(event.id, Organizer.account(owner.id), "Mía", "q=ana", is_shared=False)
    for public_id, may_change_shared in ((shared, False), (own, False), (own, True)):
        with pytest.raises(NotFound):
            replace_view(event.id, public_id, Organizer.account(colleague.id), "", may_change_shared=may_change_shared)
        with pytest.raises(NotFound):
            delete_view(event.id, public_id, Organizer.account(colleague.id), may_change_shared=may_change_shared)
    assert (
        replace_view(event.id, shared, Organizer.account(colleague.id), "order=name", may_change_shared=True)
        == "Compartida"
    )
    change_view(event.id, shared, Organizer.account(colleague.id), "De todos", is_shared=True, may_change_shared=True)
    view = db.session.scalars(select(SavedView).where(SavedView.public_id == shared)).one()
    assert (view.name, view.query, view.account_id) == ("De todos", "order=name", owner.id)
    assert delete_view(event.id, own, Organizer.account(owner.id), may_change_shared=False) == "Mía"
    assert names_of(event, owner.id) == ["De todos"]
    other = an_event()
    with pytest.raises(NotFound):  # case 2
        delete_view(other.id, shared, Organizer.account(owner.id), may_change_shared=True)


def test_each_act_is_in_the_history_without_what_is_searched_for(event: Event) -> None:
    owner = a_team_member(event)
    public_id = save_view(event.id, Organizer.account(owner.id), "Ana", "q=ana+secreta", is_shared=False)
    change_view(event.id, public_id, Organizer.account(owner.id), "Ana", is_shared=False, may_change_shared=True)
    change_view(event.id, public_id, Organizer.account(owner.id), "Anas", is_shared=True, may_change_shared=True)
    replace_view(event.id, public_id, Organizer.account(owner.id), "q=eva", may_change_shared=True)
    delete_view(event.id, public_id, Organizer.account(owner.id), may_change_shared=True)
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.record_kind == "saved_view")).all()
    assert [entry.action for entry in entries] == ["view_saved", "view_changed", "view_replaced", "view_deleted"]
    details = db.session.scalars(select(AuditDetail.detail)).all()
    assert {"name": "Ana", "is_shared": False} in details
    assert "secreta" not in str(details)


@pytest.mark.both_databases
def test_what_cannot_be_a_view_is_refused(event: Event) -> None:
    owner = a_team_member(event)
    save_view(event.id, Organizer.account(owner.id), "Ámbar", "", is_shared=False)
    cases = {
        " \t": ViewReason.NAME_MISSING,
        "x" * (LONGEST_NAME + 1): ViewReason.NAME_TOO_LONG,
        "ambar": ViewReason.NAME_TAKEN,
    }
    for name, reason in cases.items():
        with pytest.raises(Refused) as refused:
            save_view(event.id, Organizer.account(owner.id), name, "", is_shared=False)
        assert refused.value.reason is reason
    with pytest.raises(Refused) as refused:
        save_view(event.id, Organizer.account(owner.id), "Larga", "q=" + "x" * 4000, is_shared=False)
    assert refused.value.reason is ViewReason.STATE_TOO_LONG
    for number in range(MOST_OF_ONE - 1):
        save_view(event.id, Organizer.account(owner.id), f"Vista {number}", "", is_shared=False)
    with pytest.raises(Refused) as refused:
        save_view(event.id, Organizer.account(owner.id), "Una más", "", is_shared=False)
    assert refused.value.reason is ViewReason.TOO_MANY


def test_the_list_is_saved_and_opened_again_without_script(event: Event, pages: Pages) -> None:
    a_registration(event, "academia", Status.PENDING, family_name="Pendiente")
    a_registration(event, "government", Status.CONFIRMED, family_name="Confirmada")
    desk = pages.sign_in(a_team_member(event))
    page = desk.get(address(event, "?status=pending&order=name"))
    page = page.submit("Save view", {"Name of the view": "To decide", "Share it with the whole team": True}).follow()
    assert page.has("The view was saved.")
    assert page.all("a", **{"aria-current": "page"})
    opened = desk.get(address(event)).click("To decide")
    assert opened.has("Pendiente")
    assert not opened.has("Confirmada")
    colleague = Pages(desk.app).sign_in(a_team_member(event, TeamRole.REVIEWER))
    assert colleague.get(address(event)).click("To decide").has("Pendiente")
    shown = colleague.get(address(event, "/views"))
    assert shown.has("Shared by")
    assert "Delete" not in shown.texts("button")


def test_a_name_that_does_not_do_is_told_beside_its_field_and_stays(event: Event, pages: Pages) -> None:
    desk = pages.sign_in(a_team_member(event))
    desk.get(address(event, "/views?status=pending")).submit("Save view", {"Name of the view": "Una"}).follow()
    page = desk.get(address(event, "/views")).submit("Save view", {"Name of the view": "UNA"})
    assert page.status == 422
    assert page.has("There is a view of this name")
    assert [field.get("value") for field in page.all("input", id="name")] == ["UNA"]


def test_a_view_whose_filters_are_gone_says_so(event: Event, pages: Pages) -> None:
    owner = a_team_member(event)
    query = "category=press&status=pending&answer.gone=yes&columns=person,answer.gone,status"
    save_view(event.id, Organizer.account(owner.id), "Vieja", query, is_shared=False)
    page = pages.sign_in(owner).get(address(event)).click("Vieja")
    assert page.has("was left out. Category: press, gone: yes and gone")
    assert not page.has("pending, ")


def test_who_sees_less_opens_a_shared_view_on_what_they_see(event: Event, pages: Pages) -> None:  # case 3
    owner, reviewer = a_team_member(event), a_team_member(event, TeamRole.REVIEWER)
    a_registration(event, "academia", Status.PENDING, family_name="Dentro")
    a_registration(event, "government", Status.PENDING, family_name="Ajena")
    with transaction() as session:
        member = session.scalars(select(TeamMember).where(TeamMember.account_id == reviewer.id)).one()
        member.only_categories = ["academia"]
        member.withheld = [Permission.SEE_CONTACT_DATA.value]
    save_view(event.id, Organizer.account(owner.id), "Todos", "status=pending", is_shared=True)
    page = pages.sign_in(reviewer).get(address(event)).click("Todos")
    assert page.has("Dentro")
    assert not page.has("Ajena")
