"""Deny by default."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from eventreg.events.rules.team import Permission
from eventreg.web.access import Audience, public, requires, stamp_of
from tests.builders import a_team_member, an_account, an_event
from tests.support.pages import Pages


def test_every_address_has_a_stamp(app: Flask) -> None:
    assert [endpoint for endpoint, view in app.view_functions.items() if stamp_of(view) is None] == []


def test_a_view_without_a_stamp_is_refused(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    app.add_url_rule("/forgotten", view_func=lambda: "secret", endpoint="forgotten")
    page = Pages(app).get("/forgotten", 403)
    assert not page.has("secret")


def test_a_permission_needs_an_event_in_the_address(app: Flask) -> None:
    rules = {rule.endpoint: rule for rule in app.url_map.iter_rules()}
    lost = [
        endpoint
        for endpoint, view in app.view_functions.items()
        if (stamp := stamp_of(view)) and stamp.audience is Audience.MEMBER and "slug" not in rules[endpoint].arguments
    ]
    assert lost == []


def test_a_token_in_the_address_makes_a_page_personal(app: Flask) -> None:
    """Case 7: whatever is opened by a link is kept out of caches and referrers."""
    open_ones = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "token" in rule.arguments
        and (stamp := stamp_of(app.view_functions[rule.endpoint]))
        and stamp.audience is not Audience.PERSONAL
    ]
    assert open_ones == []


@pytest.mark.parametrize("role", [None, "viewer", "owner"])
def test_stamps_keep_the_view_itself(role: str | None) -> None:
    def view() -> str | None:
        return role

    assert requires(Permission.ENTER)(view) is view
    assert public(view)() == role


def test_a_right_withdrawn_is_gone_with_the_next_request(app: Flask, pages: Pages) -> None:
    """Case 3."""
    from eventreg.db import transaction
    from eventreg.events.models import TeamMember

    event = an_event()
    pages.sign_in(a_team_member(event, "owner"))
    address = f"/manage/events/{event.slug}/registrations"
    pages.get(address)
    with transaction() as session:
        session.query(TeamMember).delete()
    pages.get(address, 404)


def test_another_event_is_as_if_it_did_not_exist(app: Flask) -> None:
    """Case 2: the same code and the same body."""
    mine, other = an_event(), an_event()
    pages = Pages(app).sign_in(a_team_member(mine, "owner"))
    pages.get(f"/manage/events/{mine.slug}/registrations")
    theirs = pages.get(f"/manage/events/{other.slug}/registrations", 404)
    nobodys = pages.get("/manage/events/there-is-none/registrations", 404)
    assert theirs.main == nobodys.main


def test_somebody_without_an_account_is_asked_to_sign_in(app: Flask, pages: Pages) -> None:
    event = an_event()
    page = pages.get(f"/manage/events/{event.slug}/registrations?status=pending", 302)
    assert page.location.startswith("/sign-in?next=")
    assert "status" in page.location
    assert an_account().id
