"""The words of messages on the desk: written in each language, shown as anybody gets them, kept from harm."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eventreg.audit.queries import list_traces
from eventreg.audit.services import Actor
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.queries.events import get_event_whole
from eventreg.mail.models import MailMessage
from eventreg.messages.services import save_message_texts
from eventreg.registration.emails import OWN_PAGE, every_message
from eventreg.registration.models import MessageText, Registration
from eventreg.registration.queries.registrations import own_token
from eventreg.registration.rules.messages import OwnText, TextEdit
from tests.builders import a_registration, a_team_member, an_account, an_event, register_somebody
from tests.reports.test_narrowed import a_narrowed
from tests.support.pages import Page, Pages

SAVE, SHOW = "Save template", "Preview message"


@pytest.fixture
def desk(pages: Pages, event: Event) -> Pages:
    """Its owner's desk, in English."""
    return pages.sign_in(a_team_member(event))


def address(event: Event, key: str = "") -> str:
    return f"/manage/events/{event.slug}/messages/texts" + (f"/{key}" if key else "")


def stored(key: str = "confirmed") -> dict[str, tuple[str, str]]:
    db.session.rollback()
    rows = db.session.scalars(select(MessageText).where(MessageText.message == key))
    return {row.language: (row.subject, row.body) for row in rows}


def test_every_message_is_listed_with_its_trigger_and_words_in_each_language(desk: Pages, event: Event) -> None:
    page = desk.get(f"/manage/events/{event.slug}/messages").click("Templates")
    assert page.has("Goes when somebody gets a place: at once on registering, or by a decision.")
    assert page.has("Su lugar está confirmado: {event_title}")
    assert page.has("Your place is confirmed: {event_title}")
    for key in (message.key for message in every_message()):
        assert f'href="{address(event, key)}"' in page.html


@pytest.mark.both_databases
def test_words_are_saved_by_language_and_stand_in_the_next_message(desk: Pages, event: Event) -> None:
    page = desk.get(address(event)).click("Place confirmed")
    saved = page.submit(SAVE, {"subject-es": "Bienvenida, {given_name}", "body-es": "Le esperamos."}, 303).follow()
    assert saved.has("Saved.")
    assert stored() == {"es": ("Bienvenida, {given_name}", "Le esperamos.")}
    assert desk.get(address(event)).has("Custom text")
    db.session.expire_all()
    register_somebody(get_event_whole(event.id), given_name="Ana")
    message = db.session.scalars(select(MailMessage).where(MailMessage.audience == "participant")).one()
    assert message.subject == "Bienvenida, Ana"
    assert "Le esperamos." in message.text


@pytest.mark.parametrize("language", ["es", "en"])
def test_an_unknown_placeholder_is_refused_in_every_language_and_the_nearest_named(
    desk: Pages, event: Event, language: str
) -> None:
    """Case 33."""
    page = desk.get(address(event, "confirmed"))
    refused = page.submit(SAVE, {f"body-{language}": "Hola {given_nane}"}, 422)
    assert refused.has("There is no placeholder {given_nane}. The nearest one is {given_name}")
    assert refused.has("Hola {given_nane}")
    refused = refused.submit(SAVE, {f"body-{language}": "Hola", f"subject-{language}": "{link}"}, 422)
    assert refused.has("{link} cannot stand here")
    assert stored() == {}


def test_nothing_of_a_person_can_stand_in_what_goes_to_anybody(desk: Pages, event: Event) -> None:
    refused = desk.get(address(event, "verify")).submit(SAVE, {"body-en": "Dear {given_name}"}, 422)
    assert refused.has("{given_name} cannot stand here")


def test_somebodys_personal_link_is_refused(desk: Pages, event: Event) -> None:
    """Case 33."""
    person = a_registration(event, "government", "confirmed")
    link = f"http://localhost/my/{own_token(person, OWN_PAGE)}"
    for words in (link, f"[here]({link}/withdraw)"):
        refused = desk.get(address(event, "confirmed")).submit(SAVE, {"body-en": words}, 422)
        assert refused.has("Take out the address of a personal page")
    fits = desk.get(address(event, "confirmed")).submit(SAVE, {"body-en": "[here]({link})"}, 303)
    assert fits.follow().has("Saved.")


def test_half_a_placeholder_in_an_address_is_refused(desk: Pages, event: Event) -> None:
    page = desk.get(address(event, "confirmed"))
    assert page.submit(SAVE, {"body-en": "[x](https://a.example/{reference})"}, 422).has("The address of a link can be")


def test_preview_shows_it_as_one_person_gets_it_and_writes_nothing(desk: Pages, event: Event) -> None:
    person = a_registration(event, "academia", "pending", given_name="Zoila", family_name="Prueba")
    page = desk.get(address(event, "confirmed"))
    shown = page.submit(SHOW, {"body-en": "Dear {given_name}, see {link}.", "who": "zoila", "as_language": "en"})
    assert shown.has(f"As Zoila Prueba, {person.reference}, would get it.")
    assert shown.has("Dear Zoila, see [personal link].")
    assert shown.has("Clara")
    submission = shown.form("Show it in the frame").fill("Show it in the frame", {})
    frame = desk.send(submission, shown.address, 200, sound=False)
    assert "Dear Zoila" in frame.html
    assert "[[" not in frame.html
    assert person.public_id not in frame.html
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert stored() == {}
    assert db.session.scalars(select(MailMessage)).all() == []
    assert db.session.get_one(Registration, person.id).status is person.status


def test_every_message_can_be_shown_with_somebody_made_up(desk: Pages, event: Event) -> None:
    for key in (message.key for message in every_message()):
        shown = desk.get(address(event, key)).submit(SHOW, {"body-es": "{greeting} Nuestro texto.", "who": ""})
        assert shown.has("With somebody made up."), key
        assert shown.has("Nuestro texto."), key


def test_another_events_people_are_not_found(desk: Pages, event: Event) -> None:
    """Case 2."""
    other = a_registration(an_event(), "government", "confirmed", given_name="Xoch")
    for typed in ("Xoch", other.reference):
        shown = desk.get(address(event, "confirmed")).submit(SHOW, {"body-en": "Hi", "who": typed})
        assert shown.has("Nobody is called so.")
        assert not shown.has(f"As {other.full_name}")


def test_two_at_once_lose_nothing(desk: Pages, event: Event) -> None:
    page = desk.get(address(event, "confirmed"))
    colleague = an_account(name="Colega Demo")
    edits = {"en": TextEdit(0, OwnText("Theirs", "Their words."))}
    save_message_texts(event.id, "confirmed", edits, Actor.account(colleague.id))
    told = page.submit(SAVE, {"body-en": "My words.", "body-es": "Mis palabras."}, 409)
    assert told.has("Somebody else saved these words meanwhile")
    assert told.has("Colega Demo")
    assert told.has("My words.")
    assert stored() == {"en": ("Theirs", "Their words."), "es": ("", "Mis palabras.")}
    taken = told.submit("Use theirs", {})
    assert _value(taken, "body-en") == "Their words."
    told.submit(SAVE, {}, 303)
    assert stored()["en"] == ("", "My words.")


def test_reset_and_the_history_of_it(desk: Pages, event: Event) -> None:
    desk.get(address(event, "declined")).submit(SAVE, {"body-en": "Sorry."}, 303)
    desk.get(address(event, "declined")).submit("Reset to the default text", {}, 303)
    entries = [
        trace for trace in list_traces(event.id, "event", event.id) if trace.entry.action == "message_text_changed"
    ]
    assert [trace.detail["changed"]["body"] for trace in entries] == [
        [{"en": "Sorry."}, {"en": ""}], [{"en": ""}, {"en": "Sorry."}],
    ]  # fmt: skip
    page = desk.get(f"/manage/events/{event.slug}/history")
    assert page.has("Changed a message template")
    assert page.has("Declined")
    assert page.has("English: Sorry.")


def test_usual_words_fill_what_is_empty_and_nothing_else(desk: Pages, event: Event) -> None:
    page = desk.get(address(event, "confirmed")).submit("Start from the default text", {"body-en": "Mine."})
    assert _value(page, "body-en") == "Mine."
    assert _value(page, "subject-es") == "Su lugar está confirmado: {event_title}"
    assert stored() == {}


def test_a_narrowed_member_previews_with_people_of_the_scope_alone(pages: Pages, event: Event) -> None:
    a_registration(event, "government", "confirmed", given_name="Zoila")
    desk = pages.sign_in(a_narrowed(event, "manager", only_categories=["academia"]))
    shown = desk.get(address(event, "confirmed")).submit(SHOW, {"body-en": "Hi {given_name}", "who": "Zoila"})
    assert shown.has("Nobody is called so.")
    assert "Hi Zoila" not in shown.html


def _value(page: Page, name: str) -> str:
    return page.form(SAVE).values()[name][0]
