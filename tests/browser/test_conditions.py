"""Questions that hang on others, in a real browser: the script decides as the server does, and nobody needs it (case 22)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bench.questions import CONDITIONS, QUESTIONS
from eventreg.questionnaires.rules.conditions import read_condition
from tests.browser.conftest import Site
from tests.browser.test_registering import new_address
from tests.support.browser import ContextMaker, axe_faults, overflow

pytestmark = pytest.mark.browser

_ROOT = Path(__file__).resolve().parents[2]
VECTORS = json.loads((_ROOT / "tests/questionnaires/condition_vectors.json").read_text(encoding="utf-8"))
_EACH = """async ({code, vectors}) => {
    const {holds} = await import(URL.createObjectURL(new Blob([code], {type: 'text/javascript'})))
    return vectors.map(each => holds(each.condition, each.answers)) }"""


def test_server_decides_as_written() -> None:
    found = [read_condition(each["condition"]).holds(each["answers"]) for each in VECTORS]
    assert [each for each, is_so in zip(VECTORS, found, strict=True) if each["holds"] is not is_so] == []


def test_script_decides_as_the_server(visits: ContextMaker) -> None:
    page = visits().new_page()
    code = (_ROOT / "static/js/conditions.js").read_text(encoding="utf-8")
    found = page.evaluate(_EACH, {"code": code, "vectors": VECTORS})
    assert [each for each, is_so in zip(VECTORS, found, strict=True) if each["holds"] is not is_so] == []


def fill(page: Page, site: Site, event: str = "") -> None:
    page.goto(site.url(f"/events/{event or site.asking}/register?category=government"))
    for name in ("given_name", "family_name", "institution"):
        page.locator(f"[name={name}]").fill("Ana")
    page.locator("[name=email]").fill(new_address())
    page.locator("[name=country]").select_option("GT")
    page.locator("[name=days]").first.check()
    page.locator("[name=agrees]").check()


def test_with_script_questions_come_and_go(site: Site, visits: ContextMaker) -> None:
    page = visits("es", width=360).new_page()
    fill(page, site)
    number = page.locator("[name=visa_number]")
    expect(number).to_be_hidden()
    expect(number).to_be_disabled()
    page.locator("[name=flies][value=yes]").check()
    page.locator("[name=visa][value=yes]").check()
    expect(number).to_be_visible()
    expect(page.locator("[data-come]")).to_contain_text("Ahora también se pregunta")
    number.fill("A1")
    expect(page.locator("[name=note]")).to_be_hidden()
    number.blur()
    expect(page.locator("[name=note]")).to_be_visible()
    assert axe_faults(page) == []
    assert overflow(page) == 0
    page.locator("[name=flies][value=no]").check()
    expect(number).to_be_hidden()
    expect(page.locator("[name=note]")).to_be_hidden()
    expect(page.locator("[data-come]")).to_contain_text("Ya no se pregunta")
    page.locator("#send").click()
    expect(page.locator("#error-summary")).to_have_count(0)
    expect(page).to_have_url(site.url("/my/") + page.url.split("/my/")[1])


def test_without_script_everything_can_be_reached(site: Site, visits: ContextMaker) -> None:
    page = visits("es", javascript=False, width=360).new_page()
    fill(page, site)
    # The note follows no choice, so that it is there and says when it is asked; the visa is revealed by style.
    expect(page.get_by_text("Solo si «Number of the visa (es)» tiene respuesta.")).to_be_visible()
    expect(page.locator("[name=visa]").first).to_be_hidden()
    page.locator("[name=flies][value=yes]").check()
    expect(page.locator("[name=visa]").first).to_be_visible()
    page.locator("#send").click()
    expect(page.locator("#error-summary a")).to_have_count(1)
    page.locator("[name=visa][value=yes]").check()
    page.locator("[name=visa_number]").fill("A1")
    assert overflow(page) == 0
    page.locator("#send").click()
    expect(page).to_have_url(site.url("/my/") + page.url.split("/my/")[1])


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_long_form_is_clean_and_can_be_sent(site: Site, visits: ContextMaker, javascript: bool) -> None:
    """The form that `bench/questions.py` measures: sixty questions, twenty conditions."""
    page = visits("es", javascript=javascript, width=360).new_page()
    fill(page, site, site.long)
    hidden = page.locator(".er-asked:not(.er-asked--revealed)")
    assert page.locator(".er-asked").count() == CONDITIONS
    assert hidden.count() == 0, "each follows its choice, so that style sheets reveal it"
    assert page.locator(".er-asked:visible").count() == 0
    # axe is a script itself.
    assert not javascript or axe_faults(page) == []
    page.locator("[name=ask_0][value=yes]").check()
    page.locator("[name=ask_2][value=one]").check()
    assert page.locator(".er-asked:visible").count() == 2
    page.locator("#send").click()
    page.locator("#error-summary").wait_for()
    assert page.locator("#error-summary li").count() == QUESTIONS // 3
    assert not javascript or axe_faults(page) == []
    assert overflow(page) == 0
    for number in range(QUESTIONS // 3):
        line = page.locator(f"[name=line_{number}]")
        if line.first.get_attribute("type") == "radio":
            line.first.check()
        else:
            line.fill({"email": "ana@instituto.example"}.get(line.get_attribute("type") or "", "12"))
    page.locator("#send").click()
    expect(page).to_have_url(re.compile("/my/"))


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_steps_pass_over_what_nobody_is_asked_and_send_what_is_hidden(
    site: Site, visits: ContextMaker, javascript: bool
) -> None:
    """The fields of a step that is not at hand are sent as they are; only what is not asked is kept back."""
    page = visits("es", javascript=javascript, width=360).new_page()
    page.goto(site.url(f"/events/{site.steps}/register?category=government"))
    for name in ("given_name", "family_name", "institution"):
        page.locator(f"[name={name}]").fill("Ana")
    page.locator("[name=email]").fill(new_address())
    page.locator("[name=country]").select_option("GT")
    page.locator("#send").click()
    page.locator("[name=days]").first.check()
    page.locator("[name=diet]").fill("sin sal")
    page.locator("[name=flies][value=no]").check()
    page.locator("#send").click()
    expect(page.locator(".er-kicker", has_text="Paso 3 de 4")).to_be_visible()
    page.get_by_role("button", name="Volver", exact=True).click()
    expect(page.locator(".er-kicker", has_text="Paso 2 de 4")).to_be_visible()
    page.locator("[name=flies][value=yes]").check()
    page.locator("#send").click()
    expect(page.locator(".er-kicker", has_text="Paso 3 de 5")).to_be_visible()
    expect(page.locator("[name=visa]").first).to_be_visible()
    page.locator("[name=visa][value=yes]").check()
    page.locator("[name=visa_number]").fill("A1")
    # The note hangs on the line that is being left: it must not move the button from under the press.
    assert overflow(page) == 0
    assert not javascript or axe_faults(page) == []
    page.locator("#send").click()
    page.locator("[name=agrees]").check()
    page.locator("#send").click()
    for words in ("sin sal", "A1"):
        expect(page.get_by_text(words, exact=True)).to_be_visible()
    page.locator("#send").click()
    expect(page).to_have_url(re.compile("/my/"))
