"""Every unsafe verb without a valid token is refused, walked over the address map (case 6)."""

from __future__ import annotations

import pytest

from tests.support.pages import Page, Pages
from tests.world import UNSAFE, World, rules

#: shows what was typed and asks to send it once more, instead of the page that says no; the test below looks closer
_SHOWS_THE_FORM_AGAIN = "registration.send_form"


def _send_to_all(world: World, visitor: Pages, token: str | None) -> dict[str, Page]:
    answers = {}
    for verb, rule in rules(world.app):
        if verb in UNSAFE:
            fields = {**world.form_data(rule), **({"csrf_token": token} if token is not None else {})}
            answers[rule.endpoint] = visitor.post(world.address(rule), fields, sound=False)
    return answers


@pytest.mark.parametrize("token", [None, "", "forged", "ImZvcmdlZCI.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb"])
@pytest.mark.parametrize("actor", ["anonymous", "owner"])
def test_nothing_is_done_without_a_token(world: World, actor: str, token: str | None) -> None:
    before = world.rows()
    answers = _send_to_all(world, world.visitor(actor), token)
    assert {name: page.status for name, page in answers.items() if page.status != 400} == _unchosen(answers)
    assert world.rows() == before


def test_a_token_of_somebody_else_does_not_count(world: World) -> None:
    before = world.rows()
    answers = _send_to_all(world, world.visitor("owner"), world.visitor("manager").csrf_token())
    assert {name: page.status for name, page in answers.items() if page.status != 400} == _unchosen(answers)
    assert world.rows() == before


def test_the_form_without_a_token_is_shown_again_filled(world: World) -> None:
    visitor = world.visitor("anonymous")
    address = f"/events/{world.event.slug}/register"
    typed = {"category": "government", "given_name": "Ana María", "email": "ana@instituto.example"}
    page = visitor.post(address, typed, 400)
    assert page.form("Send registration").values()["given_name"] == ["Ana María"]
    assert "once more" in page.errors()[0]


def test_nothing_changes_by_reading(world: World) -> None:
    """Case 9: as whoever may see most; the test of access does it as everybody."""
    before = world.rows()
    for verb, rule in rules(world.app):
        if verb == "GET":
            world.visitor("owner").get(world.address(rule), None, sound=False)
    assert world.rows() == before


def test_other_verbs_are_not_offered(world: World) -> None:
    offered = {verb for verb, _ in rules(world.app)}
    assert offered <= {"GET", "POST"}


def _unchosen(answers: dict[str, Page]) -> dict[str, int]:
    """Without a category there is nothing to show again: the form asks for one."""
    return {_SHOWS_THE_FORM_AGAIN: 422} if _SHOWS_THE_FORM_AGAIN in answers else {}
