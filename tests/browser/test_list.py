"""The attendee list in a real browser: its keys, colleagues' changes, and a phone's width."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from eventreg.events.organizers import Organizer
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.services.decisions import decide
from tests.browser.conftest import Site, sign_in
from tests.browser.test_registering import new_address
from tests.builders import a_registration, a_team_member, register_somebody
from tests.support.browser import ContextMaker

pytestmark = pytest.mark.browser


def _people(site: Site, name: str, number: int = 3) -> list[str]:
    """Let some people wait for an answer; returns their references, the newest first."""
    with site.world.app.app_context():
        made = [
            a_registration(
                site.world.event,
                "academia",
                Status.PENDING,
                given_name=name,
                family_name=str(index),
                email=new_address(),
            )
            for index in range(number)
        ]
        return [person.reference for person in reversed(made)]


def _open(page: Page, site: Site, query: str) -> None:
    sign_in(page, site, "en")
    page.goto(site.url(f"/manage/events/{site.world.event.slug}/registrations?{query}"))


def test_keys_go_through_the_list_and_decide(site: Site, visits: ContextMaker) -> None:
    _people(site, "Tecla")
    page = visits("en").new_page()
    _open(page, site, "q=tecla")
    told = page.locator("[data-told]")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("jad")
    expect(page.get_by_role("searchbox")).to_have_value("jad")
    expect(told).to_be_hidden()
    page.get_by_role("searchbox").blur()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Tecla 2")).to_be_focused()
    page.keyboard.press(" ")
    page.keyboard.press("ArrowDown")
    page.keyboard.press(" ")
    expect(told).to_have_text("2 chosen")
    expect(page.get_by_role("link", name="Tecla 1")).to_be_focused()
    page.keyboard.press("w")
    expect(page.get_by_role("heading", level=1)).to_have_text("Put 2 registrations on the waiting list")
    page.go_back()
    page.keyboard.press("?")
    page.get_by_label("Keyboard shortcuts are on").uncheck()
    page.locator("body").press("j")
    expect(page.get_by_role("link", name="Tecla 2")).not_to_be_focused()


def test_a_colleagues_decision_appears_and_nothing_is_lost(site: Site, visits: ContextMaker) -> None:  # case 18
    first, second, third = _people(site, "Vivo")
    page = visits("en").new_page()
    _open(page, site, "q=vivo")
    page.locator(f"[value='{first}.1']").check()
    page.locator(f"[value='{second}.1']").check()
    page.get_by_role("link", name="Vivo 1").focus()
    with site.world.app.app_context():
        colleague = a_team_member(site.world.event, name="Rita Revisora")
        decide(site.world.event.id, second, Action.DECLINE, "No hay lugar.", 1, Organizer.account(colleague.id))
        register_somebody(site.world.event, "academia", given_name="Vivo", family_name="Nuevo", email=new_address())
    row = page.locator(f"tr[data-reference='{second}']")
    expect(row.get_by_text("changed by Rita Revisora")).to_be_visible()
    expect(row.get_by_text("Declined")).to_be_visible()
    expect(row.locator("[name=chosen]")).to_be_checked()
    expect(row.locator("[name=chosen]")).to_have_value(f"{second}.2")
    expect(page.get_by_role("link", name="Vivo 1")).to_be_focused()
    expect(page.locator("[data-told]")).to_have_text("2 chosen")
    expect(page.locator(f"tr[data-reference='{third}']")).not_to_contain_text("changed")
    news = page.locator("[data-news]")
    expect(news).to_have_text(re.compile("new: show"))
    news.click()
    expect(page.get_by_role("link", name="Vivo Nuevo")).to_be_visible()


def test_what_can_be_done_to_those_chosen_is_offered_first(site: Site, visits: ContextMaker) -> None:
    with site.world.app.app_context():
        for status in (Status.PENDING, Status.CONFIRMED, Status.DECLINED):
            who = {"given_name": "Orden", "family_name": status.value, "email": new_address()}
            a_registration(site.world.event, "academia", status, **who)
    page = visits("en").new_page()
    _open(page, site, "q=orden")
    in_front = page.locator(".er-acts > button[name=act]")
    page.get_by_label("Choose Orden confirmed").check()
    expect(in_front).to_have_text(["Put on the waiting list", "Decline", "Send email", "Return to review"])
    expect(page.locator(".er-acts details button[name=act]").last).to_have_text("Approve")
    page.get_by_label("Choose Orden pending").check()
    expect(in_front).to_have_text(["Approve", "Put on the waiting list", "Decline", "Send email"])


def test_a_question_becomes_a_filter_without_loading_the_page(site: Site, visits: ContextMaker) -> None:
    _people(site, "Filtro")
    page = visits("en").new_page()
    _open(page, site, "q=filtro")
    page.locator("summary", has_text="Filters").click()
    page.get_by_label("Academia").check()
    page.get_by_label("Any question of the form").select_option(label="Field of work")
    address = page.url
    page.get_by_role("button", name="Add a filter").click()
    page.locator("#group-answer-field").get_by_label("Not answered 3").check()
    assert page.url == address
    page.get_by_role("button", name="Apply filters").last.click()
    expect(page.get_by_role("link", name="Filtro 0")).to_be_visible()
    assert "category=academia" in page.url
    assert "answer.field=%7E" in page.url or "answer.field=~" in page.url


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_a_phone_shows_cards_and_never_scrolls_sideways(site: Site, visits: ContextMaker, javascript: bool) -> None:
    first, *_ = _people(site, f"Movil{javascript}")
    page = visits("es", javascript=javascript, width=360).new_page()
    sign_in(page, site, "en")
    page.goto(site.url(f"/manage/events/{site.world.event.slug}/registrations?q=movil{javascript}&lang=es"))
    columns = "person,institution,status,received,email,phone,tags,answer.field"
    for query in (f"q=movil{javascript}", f"q=movil{javascript}&columns={columns}&open=answer.field"):
        page.goto(site.url(f"/manage/events/{site.world.event.slug}/registrations?{query}"))
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.goto(site.url(f"/manage/events/{site.world.event.slug}/registrations?q=movil{javascript}"))
    expect(page.get_by_role("button", name="Aplicar filtros").last).not_to_be_visible()
    page.locator(f"[value='{first}.1']").check()
    expect(page.get_by_role("button", name="Aprobar")).to_be_in_viewport()
