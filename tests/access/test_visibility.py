"""Who sees whom: people are named to nobody but the team that needs it (cases 5 and 52)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from eventreg.registration.models import Registration
from tests.support.pages import Page, Pages
from tests.world import World, rules

_SENSITIVE = ("Sin nueces", "Sin gluten")


def _pages(world: World, visitor: Pages, actor: str) -> Iterator[Page]:
    """Yield everything that somebody can read; who holds no link has no token."""
    for verb, rule in rules(world.app):
        if verb == "GET" and rule.endpoint != "static":
            yield visitor.get(world.address(rule, actor), None, sound=False)
    for category in world.event.categories:
        yield visitor.get(f"/events/{world.event.slug}/register?category={category.key}", None)


def _names(people: list[Registration]) -> set[str]:
    return {text for person in people for text in (person.family_name, person.email, person.reference)}


def _seen(world: World, actor: str, names: set[str]) -> dict[str, list[str]]:
    found = {
        page.address: [name for name in names if name in page.html]
        for page in _pages(world, world.visitor(actor), actor)
    }
    return {address: seen for address, seen in found.items() if seen}


@pytest.mark.parametrize("actor", ["anonymous", "door", "viewer", "stranger", "administrator"])
def test_nobody_is_named_to_who_needs_no_names(world: World, actor: str) -> None:
    people = [person for name, person in world.people.items() if name != "letter"]
    assert _seen(world, actor, _names(people) | {"carta@instituto.example"}) == {}


def test_a_narrowed_reviewer_sees_nobody_of_another_category_and_no_address(world: World) -> None:
    """Narrowed to the academia, without contact data: one person is left, by name and reference."""
    others = [person for name, person in world.people.items() if name not in ("letter", "pending")]
    left = world.people["pending"]
    everybodys_addresses = {person.email for person in world.people.values()}
    assert _seen(world, "narrowed", _names(others) | everybodys_addresses) == {}
    assert f"/manage/events/{world.event.slug}/registrations" in _seen(world, "narrowed", {left.reference})


def test_the_holder_of_a_link_sees_nobody_else(world: World) -> None:
    others = [person for name, person in world.people.items() if name not in ("letter", "unverified")]
    assert _seen(world, "link", _names(others)) == {}


def test_the_team_is_shown_that_somebody_is_named_there(world: World) -> None:
    """The look for names finds them where they are: on the list."""
    seen = _seen(world, "reviewer", _names([world.people["confirmed"]]))
    assert f"/manage/events/{world.event.slug}/registrations" in seen


@pytest.mark.parametrize("actor", ["reviewer", "owner"])
def test_sensitive_answers_are_on_no_page_that_is_only_read(world: World, actor: str) -> None:
    assert _seen(world, actor, set(_SENSITIVE)) == {}


def test_the_export_holds_no_sensitive_answer(world: World) -> None:
    answer = world.visitor("owner").post(
        f"/manage/events/{world.event.slug}/registrations.csv", token=True, sound=False, status=200
    )
    text = answer.body.decode("utf-8-sig")
    assert world.people["letter"].reference in text
    assert not [value for value in _SENSITIVE if value in text]


def test_consents_start_at_nothing(world: World) -> None:
    """Case 52: visibility starts at nobody."""
    for category in ("government", "academia"):
        form = Pages(world.app).get(f"/events/{world.event.slug}/register?category={category}").form()
        assert not {"agrees", "listed"} & set(form.values())
