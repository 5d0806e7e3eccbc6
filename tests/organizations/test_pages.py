"""The directory on the desk."""

from __future__ import annotations

import pytest

from eventreg.db import db
from eventreg.events.models import Event
from eventreg.kernel.clock import now
from eventreg.organizations.models import Organization
from eventreg.organizations.policies import Editor
from eventreg.organizations.queries import find_organization, get_organization
from eventreg.organizations.rules import OrganizationEntry
from eventreg.organizations.services import add_organization, edit_organization
from tests.builders import a_team_member, an_account, an_event
from tests.media.samples import a_logo, saved
from tests.support.pages import Pages

LOGO = saved(a_logo(), "PNG")
LIST = "/manage/organizations/"


@pytest.fixture
def own(event: Event) -> Organization:
    """An institution of the directory that is used nowhere."""
    editor = Editor(a_team_member(event, "owner").id)
    entry = OrganizationEntry(
        {"es": "Centro de Estudios Núñez", "en": "Núñez Study Centre"}, acronym="CEN", country="GT"
    )
    add_organization(entry, editor, now())
    return get_organization("cen")


@pytest.fixture
def desk(event: Event, pages: Pages) -> Pages:
    return pages.sign_in(a_team_member(event, "owner"))


def test_directory_is_searched_without_accents(own: Organization, desk: Pages) -> None:
    page = desk.get(LIST).submit("Search", {"Search by name or acronym": "nunez ESTUDIOS"})
    assert page.has("Núñez Study Centre (CEN)")
    assert page.has("Guatemala")
    assert not page.has("Host Institution")
    assert desk.get(f"{LIST}?q=nothing-like-it").has("No institution is found by “nothing-like-it”.")


def test_directory_says_where_each_is_used(own: Organization, event: Event, desk: Pages) -> None:
    page = desk.get(LIST)
    assert page.link(event.title["en"]) == f"/manage/events/{event.slug}"
    assert page.has("Nowhere")


def test_institution_is_added_with_a_logo_which_can_be_removed(desk: Pages) -> None:
    page = desk.get(f"{LIST}new").submit(
        "Save", {"#name-es": "Observatorio Demo", "Website": "observatorio.example", "Kind": "Academic institution",
                 "Country": "Mexico", "Logo": ("l.png", LOGO)}, status=303,
    )  # fmt: skip
    assert page.follow().has("The institution is added.")
    found = get_organization("observatorio-demo")
    assert (found.website, found.country) == ("https://observatorio.example", "MX")
    assert found.logo is not None
    form = desk.get(f"{LIST}observatorio-demo")
    form.submit("Save", {"Remove the logo": True}, status=303)
    db.session.remove()
    assert get_organization("observatorio-demo").logo_id is None


def test_wrong_link_stands_beside_its_field(desk: Pages) -> None:
    entries = {"#name-es": "Observatorio Demo", "Website": "javascript:alert(1)"}
    page = desk.get(f"{LIST}new").submit("Save", entries, status=422)
    assert len(page.errors()) == 1
    assert page.errors()[0].startswith("Write a web address")
    assert page.form("Save").values()["website"] == ["javascript:alert(1)"]


def test_double_is_pointed_out_and_leads_to_the_record(own: Organization, desk: Pages) -> None:
    page = desk.get(f"{LIST}new").submit("Save", {"#name-en": "Nunez Study Center"}, status=422)
    assert page.errors() == ["It may be in the directory already. Choose which one it is."]
    chosen = page.submit("Save", {"Is it one of these?": "Núñez Study Centre (CEN)"}, status=303)
    assert chosen.location.endswith("/manage/organizations/cen")


def test_who_saves_over_somebody_else_is_told_and_keeps_what_was_typed(
    own: Organization, event: Event, desk: Pages
) -> None:
    page = desk.get(f"{LIST}cen")
    editor = Editor(a_team_member(event, "owner").id)
    edit_organization(own.id, OrganizationEntry({"es": "Otro"}, acronym="OTRO"), ("es",), 1, editor, now())
    answer = page.submit("Save", {"Acronym": "MIO"}, status=409)
    assert any("Somebody else has saved" in error for error in answer.errors())
    assert answer.form("Save").values()["acronym"] == ["MIO"]
    db.session.remove()
    assert get_organization("cen").acronym == "OTRO"


def test_others_institution_is_not_ones_own(event: Event, desk: Pages) -> None:
    theirs = an_event().partners[0].organization
    desk.get(f"{LIST}{theirs.key}", 403)
    assert not [a for a in desk.get(LIST).all("a") if a.get("href") == f"{LIST}{theirs.key}"]
    desk.post(f"{LIST}{theirs.key}", {"name-es": "x", "revision": "1"}, 403, token=True)


def test_merging_shows_what_changes_first(own: Organization, event: Event, desk: Pages) -> None:
    host = event.partners[0].organization
    page = desk.get(f"{LIST}cen/merge").submit("Preview changes", {"#with": "Host Institution"})
    assert page.has(event.title["en"])
    page = page.submit("Merge institutions", {"Which record is kept?": "Núñez Study Centre (CEN)"}, status=303).follow()
    assert page.has("The two are one now.")
    assert page.has("1 role at an event was taken over.")
    db.session.remove()
    gone = find_organization(host.key)
    assert gone is not None
    assert gone.key == "cen"
    assert desk.get(f"/events/{event.slug}").has("Núñez Study Centre")


def test_merging_asks_for_the_other_and_refuses_others(own: Organization, desk: Pages) -> None:
    theirs = an_event().partners[0].organization
    for other in ("", "cen", "nobody", theirs.key):
        desk.post(f"{LIST}cen/merge", {"other": other, "stays": "cen"}, 422, token=True)
    assert get_organization(theirs.key).merged_into_id is None


def test_administrator_changes_any(event: Event, pages: Pages) -> None:
    pages.sign_in(an_account(is_administrator=True))
    key = event.partners[0].organization.key
    pages.get(f"{LIST}{key}").submit("Save", {"Acronym": "ANF"}, status=303)
    assert get_organization(key).acronym == "ANF"
