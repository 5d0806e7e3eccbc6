"""Tags: made, changed, removed, put on people and taken off. Cases 2, 18, 32."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.accounts.models import Account
from eventreg.attendees.annotations.tags import change_tags, create_tag, list_tags_of, remove_tag
from eventreg.attendees.models import Tag
from eventreg.attendees.rules.annotations import TagColour, TagReason, read_tag_name, tag_key
from eventreg.audit.services import Actor
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.rules.publication import Publication
from eventreg.kernel.errors import Refused
from eventreg.registration.models import Registration
from tests.builders import a_registration, a_team_member, an_event
from tests.registration.records import history
from tests.reports.test_narrowed import a_narrowed
from tests.support.pages import Page, Pages
from tests.web.test_assets import contrast

pytestmark = pytest.mark.usefixtures("clock")
_CSS = (Path(__file__).parents[2] / "static" / "css" / "desk.css").read_text(encoding="utf-8")


@pytest.fixture
def person(event: Event) -> Registration:
    return a_registration(event, "academia", given_name="Ana", family_name="Núñez")


def a_tag(event: Event, account: Account, name: str = "Mesa 2", colour: TagColour = TagColour.BLUE) -> Tag:
    return create_tag(event.id, name, colour, Actor.account(account.id))


def carried(person: Registration) -> list[str]:
    db.session.rollback()
    return [tag.name for tag in list_tags_of(person.id)]


def address(event: Event, person: Registration) -> str:
    return f"/manage/events/{event.slug}/registrations/{person.reference}"


def tags_of_page(page: Page) -> list[str]:
    return page.texts("span", class_="er-tag")


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", TagReason.NO_NAME),
        (" \u200b ", TagReason.NO_NAME),
        ("x" * 41, TagReason.NAME_TOO_LONG),
        ("a\nb", TagReason.NAME_UNREADABLE),
        ("a\x00b", TagReason.NAME_UNREADABLE),
    ],
)
def test_what_is_no_name(typed: str, reason: TagReason) -> None:
    with pytest.raises(Refused) as refused:
        read_tag_name(typed)
    assert refused.value.reason is reason


def test_names_are_kept_as_typed_and_compared_without_case_and_accents() -> None:
    assert read_tag_name(" Ponente  posible ") == "Ponente  posible"
    assert read_tag_name("x" * 40) == "x" * 40
    assert tag_key("MÉSA  2") == tag_key("mesa 2")


@pytest.mark.both_databases
def test_two_tags_of_one_name_are_refused(event: Event, owner: Account) -> None:
    a_tag(event, owner, "Mesa 2")
    with pytest.raises(Refused) as refused:
        a_tag(event, owner, "MÉSA 2")
    assert refused.value.reason is TagReason.NAME_IN_USE
    assert refused.value.details == {"name": "Mesa 2"}
    a_tag(an_event(), owner, "Mesa 2")


@pytest.mark.both_databases
def test_what_a_colleague_did_meanwhile_stays(event: Event, owner: Account, person: Registration) -> None:  # case 18
    first, second, third = (a_tag(event, owner, name) for name in ("uno", "dos", "tres"))
    change_tags(event.id, person.reference, [first.public_id], [], "", TagColour.GREY, Organizer.account(owner.id))
    # The page was shown with the first; meanwhile a colleague puts the second on.
    change_tags(
        event.id,
        person.reference,
        [first.public_id, second.public_id],
        [first.public_id],
        "",
        TagColour.GREY,
        Organizer.account(owner.id),
    )
    change_tags(
        event.id,
        person.reference,
        [third.public_id],
        [first.public_id],
        "",
        TagColour.GREY,
        Organizer.account(owner.id),
    )
    assert carried(person) == ["dos", "tres"]
    assert history(person)[-1] == ("tags_changed", {"put_on": ["tres"], "taken_off": ["uno"]})
    # Nothing is held up by a tag, and nothing recorded where nothing changed.
    assert db.session.get_one(Registration, person.id).revision == person.revision
    count = len(history(person))
    change_tags(event.id, person.reference, [], [], "TRES", TagColour.GREY, Organizer.account(owner.id))
    assert len(history(person)) == count


@pytest.mark.both_databases
def test_removing_a_tag_takes_it_off_everybody_and_each_history_says_so(
    event: Event, owner: Account, person: Registration
) -> None:
    tag, other = a_tag(event, owner), a_registration(event)
    for one in (person, other):
        change_tags(event.id, one.reference, [tag.public_id], [], "", TagColour.GREY, Organizer.account(owner.id))
    assert remove_tag(event.id, tag.public_id, Actor.account(owner.id)) == 2
    assert carried(person) == carried(other) == []
    assert [history(one)[-1][0] for one in (person, other)] == ["tag_left", "tag_left"]
    assert db.session.scalars(select(Tag)).all() == []


def test_tags_are_put_on_and_taken_off_on_the_page(
    pages: Pages, event: Event, owner: Account, person: Registration
) -> None:
    page = pages.sign_in(owner).get(address(event, person) + "?status=confirmed")
    page = page.submit("Save tags", {"A new tag": "Mesa <2>", "Its colour": "green"}).follow()
    assert page.address.endswith("?status=confirmed#tags")
    assert "Mesa <2>" in tags_of_page(page)  # case 32
    assert page.has("Added tag: Mesa <2>")
    page = page.submit("Save tags", {"Mesa <2>": False}).follow()
    assert carried(person) == []
    refused = page.submit("Save tags", {"A new tag": "x" * 41}, 422)
    assert refused.errors() == ["Use at most 40 characters"]
    assert "x" * 41 in refused.html


def test_the_tags_of_an_event_are_seen_to_on_their_page(
    pages: Pages, event: Event, owner: Account, person: Registration
) -> None:
    page = pages.sign_in(owner).get(f"/manage/events/{event.slug}/tags")
    page = page.submit("Add tag", {"Name": "Mesa 2", "Colour": "red"}).follow()
    tag = db.session.scalars(select(Tag)).one()
    change_tags(event.id, person.reference, [tag.public_id], [], "", TagColour.GREY, Organizer.account(owner.id))
    assert page.submit("Add tag", {"Name": "MESA 2"}, 422).errors() == ["This event has the tag “Mesa 2” already"]
    page = pages.get(f"/manage/events/{event.slug}/tags")
    assert page.link("1: Mesa 2").endswith(f"?tag={tag.public_id}")
    edit = page.click("Change: Mesa 2")
    assert edit.has("1 registration carries it.")
    assert edit.submit("Save tag", {"Name": ""}, 422).errors() == ["Write a name"]
    edit.submit("Save tag", {"Name": "Mesa 3", "Colour": "purple"}).follow()
    assert carried(person) == ["Mesa 3"]
    gone = edit.submit("Remove tag").follow()
    assert gone.has("The tag “Mesa 3” is gone, from 1 registration.")


def test_who_sees_a_part_of_the_event_tags_people_and_changes_no_tag_for_everybody(
    app: Flask, event: Event, owner: Account, person: Registration
) -> None:
    tag = a_tag(event, owner)
    other = a_registration(event, "government")
    for one in (person, other):
        change_tags(event.id, one.reference, [tag.public_id], [], "", TagColour.GREY, Organizer.account(owner.id))
    desk = Pages(app, "en").sign_in(a_narrowed(event, "reviewer", only_categories=["academia"]))
    page = desk.get(f"/manage/events/{event.slug}/tags")
    assert "Mesa 2 1: Mesa 2" in page.main  # of the two only the one that is theirs
    assert "Change: Mesa 2" not in page.texts("a")
    desk.get(f"/manage/events/{event.slug}/tags/{tag.public_id}", 403)
    desk.get(address(event, person)).submit("Save tags", {"Mesa 2": False}, 303)
    desk.post(address(event, other) + "/tags", {"tag": tag.public_id}, 404, token=True)


@pytest.mark.both_databases
def test_many_are_tagged_by_one_run_and_untagged_by_another(
    app: Flask, event: Event, owner: Account, person: Registration
) -> None:
    other = a_registration(event)
    desk = Pages(app, "en").sign_in(owner)
    runs = f"/manage/events/{event.slug}/registrations/runs"
    chosen = {"act": "tag", "chosen": [f"{one.reference}.{one.revision}" for one in (person, other)]}
    draft = desk.post(runs, chosen, 303, token=True).follow()
    button = "Add a tag to 2 registrations"
    assert draft.submit(button, {}, 422).errors() == ["Choose a tag"]
    assert draft.submit(button, {"Or a new tag": "x" * 41}, 422).errors() == ["Use at most 40 characters"]
    done = draft.submit(button, {"Or a new tag": "Mesa 2"}, 303).follow()
    assert person.full_name in done.click("Show registrations with this tag").html
    assert carried(person) == carried(other) == ["Mesa 2"]
    assert history(other)[-1] == ("tags_changed", {"put_on": ["Mesa 2"]})
    tag = db.session.scalars(select(Tag)).one()
    draft = desk.post(runs, {"act": "untag", "all": "1"}, 303, token=True).follow()
    draft.submit("Remove a tag from 2 registrations", {"Tag": tag.public_id}, 303)
    assert carried(person) == carried(other) == []


def test_a_tag_of_another_event_is_not_there(app: Flask, event: Event, owner: Account, person: Registration) -> None:
    foreign = a_tag(an_event(), owner, "ajena")  # case 2
    desk = Pages(app, "en").sign_in(owner)
    desk.get(f"/manage/events/{event.slug}/tags/{foreign.public_id}", 404)
    desk.post(f"/manage/events/{event.slug}/tags/{foreign.public_id}/remove", {}, 404, token=True)
    desk.post(address(event, person) + "/tags", {"tag": foreign.public_id}, 303, token=True)
    assert carried(person) == []


def test_an_archived_event_keeps_its_tags(app: Flask, event: Event, owner: Account, person: Registration) -> None:
    archived = an_event(publication=Publication.ARCHIVED)
    desk = Pages(app, "en").sign_in(a_team_member(archived))
    page = desk.get(f"/manage/events/{archived.slug}/tags")
    assert page.has("Nothing of it changes any more.")
    assert "Add tag" not in [button for form in page.forms() for button in form.buttons()]


@pytest.mark.parametrize("colour", list(TagColour))
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_colour_can_be_read(colour: TagColour, scheme: str) -> None:
    light, _, rest = _CSS.partition("/* Tags:")[2].partition("@media screen and (prefers-color-scheme: dark) {")
    css = light if scheme == "light" else rest.partition("\n}")[0]
    name = r"\.er-tag" if colour is TagColour.GREY else rf"\.er-tag--{colour.value}"
    found = re.search(rf"{name} {{ --tag: (#\w+); --tag-bg: (#\w+);", css)
    assert found is not None
    assert contrast(found[1], found[2]) >= 4.5
