"""Materials as people find them: an embargo shows nothing, files go out as attachments (case 8), only to those entitled."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from eventreg.events.models import Event, Material
from eventreg.events.rules.programme import MaterialAudience
from eventreg.events.rules.publication import Publication
from eventreg.kernel.clock import now
from tests.belongings import PDF, a_material, a_session
from tests.builders import a_registration, a_team_member, an_event
from tests.registration.owning import home
from tests.support.pages import Pages


def address(event: Event, material: Material) -> str:
    return f"/events/{event.slug}/materials/{material.public_id}"


def test_a_file_goes_out_as_an_attachment_of_the_type_found(pages: Pages, event: Event) -> None:
    """Case 8."""
    big = PDF + b"x" * 3_000_000 + PDF
    material = a_material(event, content=big, file_name='Informe "final" ñ.pdf')
    answer = pages.get(address(event, material))
    assert answer.body == big
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Length"] == str(len(big))


def test_an_embargo_shows_nothing_until_its_second(pages: Pages, event: Event, clock: time_machine.Traveller) -> None:
    """Before it, the answer is that of what does not exist, word for word; the title is on no page."""
    at = now() + timedelta(hours=1)
    material = a_material(event, title={"es": "Secreto", "en": "Secret"}, released_at=at)
    clock.move_to(at - timedelta(seconds=1))
    before = pages.get(address(event, material), 404)
    assert before.main == pages.get(f"/events/{event.slug}/materials/AAAAAAAAAAAA", 404).main
    assert "Secret" not in pages.get(f"/events/{event.slug}").html
    clock.move_to(at)
    assert pages.get(address(event, material)).body == PDF
    assert pages.get(f"/events/{event.slug}").link("Secret").endswith(address(event, material))


def test_what_is_for_the_confirmed_is_on_no_public_page(pages: Pages, event: Event) -> None:
    material = a_material(event, title={"en": "Inner"}, audience=MaterialAudience.CONFIRMED)
    pages.get(address(event, material), 404)
    assert "Inner" not in pages.get(f"/events/{event.slug}").html


@pytest.mark.parametrize("publication", list(Publication))
def test_materials_follow_the_state_of_their_event(pages: Pages, publication: Publication) -> None:
    event = an_event(publication=publication)
    pages.get(address(event, a_material(event)), 404 if publication is Publication.DRAFT else 200)


def test_files_of_another_event_and_links_are_not_there(pages: Pages, event: Event) -> None:
    """Case 2."""
    pages.get(address(event, a_material(an_event())), 404)
    pages.get(address(event, a_material(event, url="https://videos.example/1")), 404)


def test_the_page_of_the_event_says_what_each_is(pages: Pages, event: Event) -> None:
    a_material(event, language="es", content=PDF + b" " * 90_000 + PDF)
    a_material(event, title={"en": "Film"}, url="https://videos.example/1", position=2)
    a_material(event, a_session(event), title={"en": "Of a session"})
    page = pages.get(f"/events/{event.slug}")
    assert page.has("PDF, 88 KB, Español")
    assert page.has("videos.example")
    assert not page.has("Of a session")
    (link,) = [each for each in page.all("a") if each.get("href") == "https://videos.example/1"]
    assert "noopener" in (link.get("rel") or "")


@pytest.mark.parametrize(
    ("status", "code"),
    [("confirmed", 200), ("pending", 404), ("waitlisted", 404), ("declined", 404), ("cancelled", 404)],
)
def test_the_confirmed_find_theirs_on_their_own_page(pages: Pages, event: Event, status: str, code: int) -> None:
    material = a_material(event, a_session(event), title={"en": "Inner"}, audience=MaterialAudience.CONFIRMED)
    later = a_material(event, title={"en": "Later"}, released_at=now() + timedelta(hours=1))
    person = a_registration(event, "academia", status)
    own = pages.get(home(person))
    assert own.has("Inner") is (code == 200)
    assert not own.has("Later")
    pages.get(f"{home(person)}/materials/{material.public_id}", code)
    pages.get(f"{home(person)}/materials/{later.public_id}", 404)
    pages.get(f"{home(person)}/materials/{a_material(an_event()).public_id}", 404)


def test_the_team_opens_what_is_not_released(pages: Pages, event: Event) -> None:
    material = a_material(event, released_at=now() + timedelta(hours=1), audience=MaterialAudience.CONFIRMED)
    desk = pages.sign_in(a_team_member(event, "viewer"))
    answer = desk.get(f"/manage/events/{event.slug}/materials/{material.public_id}/file")
    assert answer.body == PDF
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_file_that_is_lost_is_not_there(pages: Pages, event: Event) -> None:
    pages.get(address(event, a_material(event, file_id="lost-lost-00")), 404)
