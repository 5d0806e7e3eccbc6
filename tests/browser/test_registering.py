"""A person registers in a real browser: on a phone, with the keyboard, without script (cases 17, 27, 55)."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import Site
from tests.browser.words import Words
from tests.support.browser import ContextMaker, focused, overflow, tab_to
from tests.world import PDF

pytestmark = pytest.mark.browser

_LETTER: FilePayload = {"name": "carta.pdf", "mimeType": "application/pdf", "buffer": PDF}


def new_address() -> str:
    """Return an address that nobody used before."""
    return f"persona-{secrets.token_hex(4)}@instituto.example"


def open_form(page: Page, site: Site, words: Words, category: str = "government") -> None:
    """Go from the list of events to the form, by clicks."""
    page.goto(site.url("/"))
    page.locator(f"a[href$='/events/{site.seminar}']").first.click()
    page.get_by_role("link", name=words.say("Register"), exact=True).first.click()
    page.get_by_label(words.categories[category]).check()
    page.get_by_role("button", name=words.say("Continue"), exact=True).click()


def fill_form(page: Page, words: Words, email: str) -> None:
    """Answer everything that a government expert must, but the phone."""
    for key, value in {
        "given_name": "María José",
        "family_name": "de la Cruz Núñez",
        "institution": "Instituto de Demostración",
        "position": "Analista",
        "email": email,
        "nominating_unit": "Unidad de Prueba",
    }.items():
        page.get_by_label(words.field(key)).fill(value)
    page.get_by_label(words.field("country")).select_option(label=words.country("GT"))
    page.locator("input[type=checkbox][name=days]").first.check()
    page.get_by_label(words.option("travel_support", "no")).check()


def send(page: Page, words: Words) -> None:
    """Press the button that a person sees."""
    page.locator("#send").click()
    assert words.say("Send registration")


def test_browser_shows_that_what_it_sent_is_too_large(site: Site, visits: ContextMaker, tmp_path: Path) -> None:
    """Case 67: the server refuses by the head; the browser, still sending, reads the answer."""
    file = tmp_path / "carta.pdf"
    with file.open("wb") as sparse:
        sparse.truncate(70_000_000)
    words = Words(site, "es")
    page = visits("es", javascript=False).new_page()
    open_form(page, site, words)
    fill_form(page, words, new_address())
    page.locator("input[type=file]").first.set_input_files(file)
    send(page, words)
    expect(page.get_by_role("heading", level=1)).to_have_text("Lo que envió es demasiado grande")


@pytest.mark.parametrize("language", ["es", "en"])
def test_without_script_on_a_phone(site: Site, visits: ContextMaker, language: str) -> None:
    words, email = Words(site, language), new_address()
    page = visits(language, javascript=False, width=320).new_page()
    open_form(page, site, words)
    fill_form(page, words, email)
    page.get_by_label(words.field("nomination_letter")).set_input_files(_LETTER)
    send(page, words)

    # The phone is missing: everything typed is there, the file too, and the summary has the focus.
    summary = page.locator("#error-summary")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(1)
    expect(page.get_by_label(words.field("family_name"))).to_have_value("de la Cruz Núñez")
    expect(page.get_by_label(words.field("country"))).to_have_value("GT")
    expect(page.locator("input[type=checkbox][name=days]").first).to_be_checked()
    expect(page.get_by_text("carta.pdf")).to_be_visible()
    summary.get_by_role("link").click()
    expect(page.get_by_label(words.field("phone"))).to_be_in_viewport()

    page.get_by_label(words.field("phone")).fill("+502 2222 3333")
    send(page, words)
    expect(page.get_by_role("heading", level=1)).to_have_text(words.say("Your place is confirmed"))
    page.get_by_role("link", name=words.say("See or change my registration")).click()
    expect(page.get_by_role("link", name="carta.pdf")).to_be_visible()
    page.get_by_role("link", name=words.say("Withdraw my registration")).click()
    page.get_by_role("button", name=words.say("Withdraw my registration")).click()
    expect(page.get_by_text(words.say("Withdrawn")).first).to_be_visible()


def test_by_keyboard_alone(site: Site, visits: ContextMaker) -> None:
    words, email = Words(site, "en"), new_address()
    page = visits("en", width=1280).new_page()
    page.goto(site.url(f"/events/{site.seminar}"))
    page.keyboard.press("Tab")
    assert focused(page) == words.say("Skip to content")
    tab_to(page, words.say("Register"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/register")
    tab_to(page, words.categories["government"])
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/register?category=government")
    for key, value in {
        "given_name": "Tomás",
        "institution": "Instituto de Demostración",
        "position": "Analista",
        "country": "Guat",
        "email": email,
        "phone": "+502 2222 4444",
    }.items():
        tab_to(page, words.label(key))
        page.keyboard.type(value)
    tab_to(page, page.locator("label[for^=q-days]").first.inner_text())
    page.keyboard.press("Space")
    tab_to(page, words.label("nominating_unit"))
    page.keyboard.type("Unidad de Prueba")
    tab_to(page, words.option("travel_support", "no"))
    page.keyboard.press("Space")
    tab_to(page, words.say("Send registration"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(words.say("Your place is confirmed"))
    expect(page.get_by_text(email)).to_be_visible()


def test_enter_in_a_field_sends_the_form_and_not_the_language(site: Site, visits: ContextMaker) -> None:
    words = Words(site, "en")
    page = visits("en").new_page()
    open_form(page, site, words)
    page.get_by_label(words.field("given_name")).fill("Ana")
    page.get_by_label(words.field("given_name")).press("Enter")
    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_changing_the_language_keeps_what_was_typed(site: Site, visits: ContextMaker, javascript: bool) -> None:
    en, es = Words(site, "en"), Words(site, "es")
    page = visits("en", javascript=javascript).new_page()
    open_form(page, site, en)
    fill_form(page, en, new_address())
    page.get_by_label(en.field("nomination_letter")).set_input_files(_LETTER)
    page.get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("#error-summary")).to_have_count(0)
    expect(page.get_by_label(es.field("given_name"))).to_have_value("María José")
    expect(page.get_by_label(es.option("travel_support", "no"))).to_be_checked()
    expect(page.get_by_text("carta.pdf")).to_be_visible()
    page.get_by_label(es.field("phone")).fill("+502 2222 5555")
    send(page, es)
    expect(page.get_by_role("heading", level=1)).to_have_text(es.say("Your place is confirmed"))


def test_changing_the_language_keeps_the_capacity(site: Site, visits: ContextMaker) -> None:
    words = Words(site, "es")
    page = visits("en", javascript=False).new_page()
    page.goto(site.url(f"/events/{site.seminar}/register"))
    page.get_by_label("Academic expert").check()
    page.get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.get_by_label(words.categories["academia"])).to_be_checked()


def test_a_page_left_open_too_long_loses_nothing(site: Site, visits: ContextMaker) -> None:
    words = Words(site, "en")
    visit = visits("en")
    page = visit.new_page()
    open_form(page, site, words)
    fill_form(page, words, new_address())
    page.get_by_label(words.field("phone")).fill("+502 2222 6666")
    page.get_by_label(words.field("nomination_letter")).set_input_files(_LETTER)
    visit.clear_cookies()  # as when the token has run out
    send(page, words)
    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.get_by_label(words.field("given_name"))).to_have_value("María José")
    expect(page.get_by_text("carta.pdf")).to_be_visible()
    send(page, words)
    expect(page.get_by_role("heading", level=1)).to_have_text(words.say("Your place is confirmed"))


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_two_presses_are_one_registration(site: Site, visits: ContextMaker, javascript: bool) -> None:
    words, email = Words(site, "en"), new_address()
    page = visits("en", javascript=javascript).new_page()
    open_form(page, site, words)
    fill_form(page, words, email)
    page.get_by_label(words.field("phone")).fill("+502 2222 7777")
    page.locator("#send").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text(words.say("Your place is confirmed"))
    receipt = page.url
    page.reload()
    assert page.url == receipt
    # Back, and sent once more: the same receipt.
    page.go_back()
    send(page, words)
    expect(page.get_by_role("heading", level=1)).to_have_text(words.say("Your place is confirmed"))
    assert page.url == receipt


def test_choosing_another_capacity_keeps_what_was_typed(site: Site, visits: ContextMaker) -> None:
    words = Words(site, "en")
    page = visits("en", javascript=False, width=320).new_page()
    open_form(page, site, words)
    fill_form(page, words, new_address())
    page.get_by_role("button", name=words.say("Change")).first.click()
    page.get_by_label(words.categories["academia"]).check()
    page.get_by_role("button", name=words.say("Continue"), exact=True).click()
    expect(page.get_by_label(words.field("given_name"))).to_have_value("María José")
    page.get_by_label(words.field("field_of_work")).fill("Migración")
    page.get_by_label(words.field("phone")).fill("+502 2222 8888")
    send(page, words)
    expect(page.get_by_role("heading", level=1)).to_have_text(words.say("We have your request"))


@pytest.mark.parametrize("scale", [1, 4], ids=["100 %", "400 %"])
def test_a_full_form_fits_when_enlarged(site: Site, visits: ContextMaker, scale: int) -> None:
    """WCAG 1.4.10: 1280 pixels at 400 % are 320."""
    words = Words(site, "es")
    page = visits("es", width=1280 // scale).new_page()
    open_form(page, site, words)
    page.get_by_label(words.field("institution")).fill("Instituto" * 30)
    send(page, words)
    expect(page.locator("#error-summary")).to_be_focused()
    assert overflow(page) <= 0


@pytest.mark.parametrize("address", ["/events/{slug}", "/events/{slug}/register?category=government"])
def test_a_first_load_is_small_and_needs_no_script(site: Site, visits: ContextMaker, address: str) -> None:
    """Under 30 KB compressed and at most four requests."""
    visit = visits("es")
    page = visit.new_page()
    session = visit.new_cdp_session(page)
    session.send("Network.enable")
    sizes: dict[str, float] = {}
    session.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if not request.url.startswith("data:") else None)
    page.goto(site.url(address.format(slug=site.seminar)), wait_until="networkidle")
    assert len(asked) <= 4, asked
    assert 3_000 < sum(sizes.values()) < 30 * 1024
