"""One's own registration, as its holder meets it; and links from mails, which a GET never follows through (case 9)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select

from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.rules.publication import Publication
from eventreg.kernel.tokens import personal_token
from eventreg.registration.emails import CONFIRM_ADDRESS, OWN_PAGE, VERIFY
from eventreg.registration.models import AddressChange, Registration, Upload
from eventreg.registration.queries.answers import current_consents
from eventreg.registration.queries.registrations import own_token
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.services.answers import list_of_registration
from eventreg.registration.services.decisions import decide
from eventreg.web.instance import ONE_GENERATION, keys
from tests.builders import a_registration, a_team_member, an_event, register_somebody
from tests.registration.filling import PDF
from tests.registration.owning import a_letter, home, own_page
from tests.registration.records import fresh, last_mail, registered, status_of, told
from tests.support.pages import Pages

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def event() -> Event:
    """An event with both categories."""
    return an_event()


@pytest.fixture
def person(event: Event) -> Registration:
    """Somebody confirmed who sent a letter and a diet."""
    return registered(register_somebody(event, email="ana@instituto.example", diet="sin gluten", files=[a_letter()]))


class TestThePage:
    @pytest.mark.parametrize(
        ("status", "word", "can_change", "can_withdraw"),
        [
            (Status.PENDING, "Under review", True, True),
            (Status.CONFIRMED, "Place confirmed", True, True),
            (Status.WAITLISTED, "Waiting list", True, True),
            (Status.DECLINED, "Without a place", False, False),
            (Status.CANCELLED, "Withdrawn", False, False),
        ],
        ids=lambda value: value.value if isinstance(value, Status) else "",
    )
    def test_it_shows_the_status_and_what_can_be_done(
        self, pages: Pages, event: Event, status: Status, word: str, can_change: bool, can_withdraw: bool
    ) -> None:
        page = own_page(pages, a_registration(event, "academia", status))
        assert word in page.main
        links = page.texts("a")
        assert ("Change my answers" in links) is can_change
        assert ("Withdraw my registration" in links) is can_withdraw
        assert ("Add to calendar (.ics)" in links) is (status is Status.CONFIRMED)

    def test_it_shows_every_answer_in_the_readers_language(
        self, app: Flask, pages: Pages, person: Registration
    ) -> None:
        assert "sin gluten" in own_page(pages, person).main  # one's own sensitive answer, on one's own page
        page = own_page(Pages(app, "es"), person)
        assert page.heading.startswith("Encuentro de prueba")
        assert "carta.pdf" in page.main
        assert "Sin respuesta" in page.main

    def test_a_decision_shows_when_its_mail_goes_and_not_before(
        self, clock: time_machine.Traveller, pages: Pages
    ) -> None:
        event = an_event()
        someone = registered(register_somebody(event, "academia"))
        decide(
            event.id, someone.reference, Action.DECLINE, "No es su tema.", 1, Organizer.account(a_team_member(event).id)
        )
        clock.shift(59)
        before = own_page(pages, someone).main
        assert ("Under review" in before, "No es su tema." in before) == (True, False)
        clock.shift(1)
        after = own_page(pages, someone).main
        assert ("Without a place" in after, "No es su tema." in after) == (True, True)

    def test_it_is_kept_by_no_cache_and_no_search_engine(self, pages: Pages, person: Registration) -> None:
        """Case 7; that no log holds a token is tested with the server."""
        page = own_page(pages, person)
        assert "no-store" in page.headers["Cache-Control"]
        assert "noindex" in page.headers["X-Robots-Tag"]
        assert page.headers["Referrer-Policy"] == "no-referrer"

    @pytest.mark.parametrize("path", ["", "/received", "/answers", "/address", "/withdraw", "/calendar.ics"])
    def test_forged_tokens_and_dead_generations_are_not_there(
        self, pages: Pages, person: Registration, path: str
    ) -> None:
        good = own_token(person, OWN_PAGE)
        dead = personal_token(keys(), OWN_PAGE, person.public_id, person.link_generation + 1)
        other_purpose = own_token(person, VERIFY)
        for token in (good[:-1] + ("A" if good[-1] != "A" else "B"), dead, other_purpose, "A" * 36, "short"):
            pages.get(f"/my/{token}{path}", 404)

    @pytest.mark.parametrize("status", [Status.DECLINED, Status.CANCELLED], ids=lambda status: status.value)
    def test_the_receipt_of_what_is_over_leads_to_the_page(self, pages: Pages, event: Event, status: Status) -> None:
        someone = a_registration(event, status=status)
        assert pages.get(home(someone) + "/received", 302).location == home(someone)

    def test_the_calendar_file_has_the_days_attended(self, pages: Pages, event: Event) -> None:
        someone = registered(register_somebody(event, days=[str(event.days[1].id)]))
        file = own_page(pages, someone).click("Add to calendar (.ics)")
        assert file.headers["Content-Disposition"].startswith("attachment")
        (entry,) = Calendar.from_ical(file.body).walk("VEVENT")
        assert entry["DTSTART"].dt.date() == event.days[1].held_on
        assert b"ATTENDEE" not in file.body

    @pytest.mark.parametrize("status", [Status.PENDING, Status.WAITLISTED, Status.DECLINED, Status.CANCELLED])
    def test_without_a_place_there_is_no_calendar_file(self, pages: Pages, event: Event, status: Status) -> None:
        pages.get(home(a_registration(event, "academia", status)) + "/calendar.ics", 404)

    def test_ones_own_file_comes_back_as_an_attachment(self, pages: Pages, person: Registration) -> None:
        """Case 8."""
        file = own_page(pages, person).click("carta.pdf")
        assert file.body == PDF
        assert file.headers["Content-Disposition"].startswith("attachment")
        assert file.headers["X-Content-Type-Options"] == "nosniff"

    def test_anothers_file_is_not_there(self, pages: Pages, event: Event, person: Registration) -> None:
        other = registered(register_somebody(event, files=[a_letter()]))
        upload = list_of_registration(other.id)["letter"][0].public_id
        pages.get(f"{home(person)}/files/{upload}", 404)


class TestOtherChanges:
    def test_permissions_are_saved_and_the_needed_one_stands(self, pages: Pages, person: Registration) -> None:
        page = own_page(pages, person).submit("Save my permissions", {"I may be named in the list": True}, 303)
        assert "Your permissions are saved." in page.follow().main
        assert current_consents(person.id) == {"agrees": True, "listed": True}
        own_page(pages, person).submit("Save my permissions", {"I may be named in the list": False}, 303)
        assert current_consents(person.id) == {"agrees": True, "listed": False}

    def test_the_language_of_messages_is_changed_by_a_post(self, pages: Pages, person: Registration) -> None:
        page = own_page(pages, person).submit("Save the language", {"Language of our messages": "English"}, 303)
        assert "From now on we write to you in this language." in page.follow().main
        assert fresh(person).language == "en"
        pages.get(home(person) + "?lang=es")
        assert fresh(person).language == "en"

    @pytest.mark.parametrize("language", ["xx", "", "../es"])
    def test_an_unknown_language_changes_nothing(self, pages: Pages, person: Registration, language: str) -> None:
        pages.post(home(person) + "/language", {"language": language}, 303, token=True)
        assert fresh(person).language == "es"

    def test_withdrawing_asks_once_more(self, pages: Pages, person: Registration) -> None:
        asking = own_page(pages, person).click("Withdraw my registration")
        assert status_of(person) is Status.CONFIRMED
        page = asking.submit("Withdraw my registration", {}, 303).follow()
        assert "Withdrawn" in page.main
        assert status_of(person) is Status.CANCELLED
        assert asking.submit("Withdraw my registration", {}, 303).follow().heading == page.heading
        assert told(person) == ["confirmed", "withdrawn"]

    def test_another_address_is_confirmed_from_its_mail(self, pages: Pages, person: Registration) -> None:
        """Case 12."""
        before = home(person)
        form = pages.get(before + "/address")
        assert form.submit("Send the message", {"New email address": "ana@"}, 422).errors()
        same = form.submit("Send the message", {"New email address": "ANA@instituto.example"}, 422)
        assert same.errors() == ["This is the address we already have. Write the new one."]
        page = form.submit("Send the message", {"New email address": "ana@Ministerio.example"}, 303).follow()
        assert "We have sent a message to ana@ministerio.example. Confirm the address there." in page.main
        change = db.session.scalars(select(AddressChange)).one()
        token = personal_token(keys(), CONFIRM_ADDRESS, change.public_id, ONE_GENERATION)
        button = pages.get(f"/my/address/{token}")
        assert fresh(person).email == "ana@instituto.example"  # case 9: looking at it changed nothing
        assert "ana@ministerio.example" in button.submit("Confirm my new address", {}, 303).follow().main
        pages.get(before, 404)

    def test_an_expired_link_of_an_address_says_what_to_do(self, clock: time_machine.Traveller, pages: Pages) -> None:
        someone = registered(register_somebody(an_event()))
        pages.get(home(someone) + "/address").submit("Send the message", {"New email address": "otra@x.example"}, 303)
        change = db.session.scalars(select(AddressChange)).one()
        token = personal_token(keys(), CONFIRM_ADDRESS, change.public_id, ONE_GENERATION)
        clock.shift(timedelta(hours=72))
        button = pages.get(f"/my/address/{token}")
        page = button.submit("Confirm my new address", {}, 409)
        assert "This link has expired. Ask for a new one on the page of your registration." in page.main


class TestVerifying:
    def test_a_get_changes_nothing_and_a_post_counts_once(self, pages: Pages) -> None:
        """Cases 9 and 10."""
        event = an_event(verifies_addresses=True)
        register_somebody(event, email="eva@instituto.example")
        eva = db.session.scalars(select(Registration)).one()
        link = f"/my/verify/{own_token(eva, VERIFY)}"
        for _ in range(2):
            button = pages.get(link)
        assert status_of(eva) is Status.UNVERIFIED
        receipt = button.submit("Confirm my address", {}, 303).follow()
        assert receipt.heading == "Your place is confirmed"
        assert button.submit("Confirm my address", {}, 303).follow().heading == receipt.heading
        assert told(eva) == ["verify", "confirmed"]

    def test_a_registration_that_was_given_up_cannot_be_verified(self, pages: Pages) -> None:
        event = an_event(verifies_addresses=True)
        someone = a_registration(event, status=Status.UNVERIFIED)
        button = pages.get(f"/my/verify/{own_token(someone, VERIFY)}")
        row = fresh(someone)
        row.status = Status.CANCELLED
        db.session.commit()
        assert button.submit("Confirm my address", {}, 409).all("p", role="alert")

    def test_the_link_of_verifying_does_not_open_ones_page(self, pages: Pages, person: Registration) -> None:
        pages.get(f"/my/{own_token(person, VERIFY)}", 404)
        pages.get(f"/my/verify/{own_token(person, OWN_PAGE)}", 404)


class TestAskingForOnesLink:
    @pytest.mark.parametrize("email", ["ana@instituto.example", "nadie@instituto.example"])
    def test_the_answer_is_the_same_whether_or_not_the_address_is_known(
        self, pages: Pages, event: Event, person: Registration, email: str
    ) -> None:
        """Case 11."""
        form = pages.get(f"/events/{event.slug}/my-link")
        answer = form.submit("Send me my link", {"Email address": email}, 303)
        assert answer.location == f"/events/{event.slug}/my-link/sent"
        assert "If there is a registration with this address" in answer.follow().main
        assert told(person) == ["confirmed"]

    def test_an_address_is_understood_as_the_form_of_registering_does(self, pages: Pages, event: Event) -> None:
        form = pages.get(f"/events/{event.slug}/my-link")
        form.submit("Send me my link", {"Email address": " ana@instituciÓn.example "}, 303)
        assert form.submit("Send me my link", {"Email address": "ñandú@x.example"}, 422).errors()
        assert form.submit("Send me my link", {"Email address": ""}, 422).errors()


def test_pages_of_one_registration_show_nothing_of_another(pages: Pages, event: Event, person: Registration) -> None:
    other = registered(register_somebody(event, given_name="Berta", email="berta@instituto.example"))
    html = own_page(pages, person).html
    assert other.reference not in html
    assert "Berta" not in html
    assert db.session.scalars(select(Upload)).all()
    assert last_mail(other).recipient == "berta@instituto.example"


def test_ones_own_page_says_that_the_event_does_not_take_place(app: Flask, pages: Pages) -> None:
    """Withdrawing stays possible; nothing else can be done, and no place is promised."""
    note = {"es": "El río creció.", "en": "The river rose."}
    event = an_event(publication=Publication.CANCELLED, cancellation_note=note)
    page = own_page(pages, a_registration(event))
    assert page.has("This event does not take place.")
    assert page.has("The river rose.")
    assert not page.has("Your place is confirmed.")
    assert "Change my answers" not in page.texts("a")
    assert "Add to calendar (.ics)" not in page.texts("a")
    page.click("Withdraw my registration").submit("Withdraw my registration")
    assert own_page(pages, a_registration(event)).status == 200


def test_ones_own_page_of_an_archived_event_is_read_only(app: Flask, pages: Pages) -> None:
    event = an_event(publication=Publication.ARCHIVED)
    page = own_page(pages, a_registration(event))
    assert page.has("This event has taken place.")
    assert "Withdraw my registration" not in page.texts("a")
    assert "Change my answers" not in page.texts("a")


def test_consents_and_language_are_ones_own_even_in_the_archive(app: Flask, pages: Pages) -> None:
    person = a_registration(an_event(publication=Publication.ARCHIVED), language="es")
    own_page(pages, person).submit("Save the language", {"Language of our messages": "English"})
    assert fresh(person).language == "en"
    own_page(pages, person).submit("Save my permissions")
