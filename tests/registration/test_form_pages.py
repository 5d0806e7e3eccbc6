"""The form of registering, as a person at a browser without script meets it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from eventreg.kernel import clock as clocks
from eventreg.kernel.errors import Busy
from eventreg.questionnaires.rules.answers import meant_address
from eventreg.registration.queries.answers import load_answers
from eventreg.registration.rules.states import Status
from eventreg.registration.services import registering
from eventreg.registration.services.answers import list_of_registration, open_upload
from eventreg.registration.services.links import SEND_LINK_JOB
from tests.builders import CATEGORIES, a_registration, an_event, register_somebody
from tests.registration.filling import JOIN, PDF, SEND, address_of_form, days_of, open_form, send, typed
from tests.registration.records import count_registrations, fresh, jobs_of, the_registration
from tests.support.pages import Pages, tokens_in

EMAIL = "ana.demo@instituto.example"


@pytest.mark.usefixtures("app")
class TestChoosingTheCategory:
    def test_the_category_comes_first_and_its_questions_follow(self, pages: Pages) -> None:
        event = an_event()
        page = pages.get(address_of_form(event))
        form = page.submit("Continue", {"In which capacity do you take part?": "Academia"}, 303).follow()
        labels = form.form(SEND).labels()
        assert "Field of work (optional)" in labels
        assert "Letter (optional)" not in labels
        assert "Academia" in form.main

    def test_without_a_choice_it_asks_again(self, pages: Pages) -> None:
        page = pages.get(address_of_form(an_event())).submit("Continue", status=422)
        assert page.errors() == ["Choose in which capacity you take part"]

    def test_a_single_category_is_not_asked_for(self, pages: Pages) -> None:
        event = an_event(categories=[{"key": "government", "name": {"es": "G", "en": "G"}, "approval": "at_once"}])
        page = pages.get(address_of_form(event))
        assert SEND in page.form(SEND).buttons()
        assert not page.all("button", name="change_category")

    def test_changed_on_the_way_nothing_typed_is_lost(self, pages: Pages) -> None:
        event = an_event()
        page = open_form(pages, event)
        button = "Change the capacity in which you take part"
        choice = page.submit(button, typed(event, Letter=("carta.pdf", PDF), Diet="sin sal"), 200)
        academia = choice.submit("Continue", {"In which capacity do you take part?": "Academia"}, 200)
        values = academia.form(SEND).values()
        assert (values["given_name"], values["email"], values["diet"]) == (["Ana"], [EMAIL], ["sin sal"])
        assert len(values["days"]) == 2
        back = academia.submit(button).submit("Continue", {"In which capacity do you take part?": "Government"}, 200)
        assert "carta.pdf" in back.main
        send(back, event, 303)
        assert set(list_of_registration(the_registration().id)) == {"letter"}

    def test_an_unknown_category_in_the_address_shows_the_choice(self, pages: Pages) -> None:
        assert pages.get(address_of_form(an_event(), "nobody")).heading == "In which capacity do you take part?"


@pytest.mark.usefixtures("app")
class TestFullCategories:
    def test_a_full_category_says_so_where_it_is_chosen_and_on_the_button(self, pages: Pages) -> None:
        event = an_event([{**category, "places": 1} for category in CATEGORIES])
        a_registration(event)
        choice = pages.get(address_of_form(event))
        assert [
            text for text in choice.texts("div", class_="govuk-radios__item") if "Full, with a waiting list" in text
        ]
        full, other = open_form(pages, event), open_form(pages, event, "academia")
        assert JOIN in full.form(JOIN).buttons()
        assert SEND not in full.form(JOIN).buttons()
        assert full.has("All places are taken.")
        assert SEND in other.form(SEND).buttons()
        assert send(full, event, 303).follow().heading == "You are on the waiting list"

    def test_taken_meanwhile_it_is_said_with_the_next_look_and_when_it_is_sent(self, pages: Pages) -> None:
        event = an_event(capacity=1)
        page = open_form(pages, event)
        register_somebody(event, email="otra@instituto.example")
        assert JOIN in open_form(pages, event).form(JOIN).buttons()
        again = page.submit(SEND, typed(event, Institution=""), 422)
        assert JOIN in again.form(JOIN).buttons()


@pytest.mark.usefixtures("app")
class TestMistypedDomain:
    def test_it_is_asked_about_once_and_taken_when_it_is_meant(self, pages: Pages) -> None:
        event = an_event()
        asked = send(open_form(pages, event), event, 422, Email_address="ana@gmial.com")
        assert asked.errors() == ["Did you mean ana@gmail.com? If ana@gmial.com is right, send the form once more."]
        assert count_registrations() == 0
        asked = asked.submit(SEND, {"Email address": "ana@hotmal.com"}, 422)
        assert "ana@hotmail.com" in asked.errors()[0]
        asked.submit(SEND, {}, 303)
        assert the_registration().email == "ana@hotmal.com"

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("a@gmial.com", "a@gmail.com"),
            ("a@gmail.con", "a@gmail.com"),
            ("a@GMAL.com", "a@gmail.com"),
            ("a@hotmail.om", "a@hotmail.com"),
            ("a@outlok.es", "a@outlook.es"),
            ("a@yahoo.com.m", "a@yahoo.com.mx"),
            ("a@gmail.com", ""),
            ("a@mail.com", ""),
            ("a@ymail.com", ""),
            ("a@hotmail.fr", ""),
            ("a@instituto.example", ""),
            ("@gmial.com", ""),
            ("gmial.com", ""),
            ("", ""),
        ],
    )
    def test_one_slip_is_seen_and_no_more(self, typed: str, meant: str) -> None:
        assert meant_address(typed) == meant


@pytest.mark.usefixtures("app")
class TestExamples:
    def test_a_blank_stands_before_optional_wherever_spaces_between_boxes_are_dropped(self, pages: Pages) -> None:
        html = open_form(pages, an_event()).html
        assert html.count("(optional)") == html.count('<span class="er-quiet"> (optional)</span>') > 3

    @pytest.mark.parametrize(("country", "code"), [("Guatemala", "+502"), ("Belize", "+501"), ("Mexico", "+52")])
    def test_the_number_is_one_of_the_readers_country(self, pages: Pages, country: str, code: str) -> None:
        event = an_event()
        assert "For example +52 " in open_form(pages, event).main
        page = send(open_form(pages, event), event, 422, Telephone="5555 0100", Country=country)
        assert f"Use the country code, for example {code}" in page.errors()[0]


@pytest.mark.usefixtures("app")
def test_the_form_names_its_address_and_says_what_it_is(pages: Pages) -> None:
    event = an_event()
    found = {}
    for page in (pages.get(address_of_form(event)), open_form(pages, event)):
        (link,), (words,) = page.all("link", rel="canonical"), page.all("meta", name="description")
        found[link.get("href")] = words.get("content") or ""
    address = f"http://localhost/events/{event.slug}/register"
    assert list(found) == [address, f"{address}?category=government"]
    assert all(words.startswith("Registration form: Trial meeting") for words in found.values())


@pytest.mark.usefixtures("app")
class TestSending:
    @pytest.mark.parametrize(
        ("category", "capacity", "heading"),
        [
            ("government", None, "Your place is confirmed"),
            ("academia", None, "We have your request"),
            ("government", 0, "You are on the waiting list"),
            ("academia", 0, "You are on the waiting list"),
        ],
    )
    def test_the_receipt_says_what_came_of_it(
        self, pages: Pages, category: str, capacity: int | None, heading: str
    ) -> None:
        event = an_event(capacity=capacity)
        receipt = send(open_form(pages, event, category), event, 303).follow()
        assert receipt.heading == heading
        assert the_registration().reference in receipt.main
        assert EMAIL in receipt.main
        warns = "Wait for our answer before you buy tickets." in receipt.main
        assert warns is (heading != "Your place is confirmed")

    def test_everything_entered_is_kept(self, pages: Pages) -> None:
        event = an_event()
        entries = {
            "Telephone": "+502 5555 0100", "Sex": "Woman", "Topics": ["Law", "Data"], "Diet": "sin gluten",
            "Do you travel from another city?": "Yes", "Letter": ("../../carta de Ana.pdf", PDF),
            "I may be named in the list": True, "Days attended": days_of(event)[:1],
        }  # fmt: skip
        send(open_form(pages, event), event, 303, **entries)
        person = the_registration()
        answers = load_answers(person)
        assert (person.phone, person.country, person.language) == ("+502 5555 0100", "GT", "en")
        assert (answers["sex"], answers["topics"], answers["travels"]) == (["woman"], ["law", "data"], ["yes"])
        assert (answers["diet"], answers["days"]) == (["sin gluten"], [str(event.days[0].id)])
        letter = list_of_registration(person.id)["letter"][0]
        assert "/" not in letter.name
        assert open_upload(event.id, person.id, letter.public_id).content == PDF
        assert person.privacy_notice_id is not None

    @pytest.mark.parametrize(
        "name",
        [
            "Ñandú",
            "María del Carmen",
            "O’Brien-Núñez",
            "Zoe\u0308",
            "محمد",
            "李",
            "Ana 🦋",
            "x" * 120,
            "<b>Ana</b>",
            "{{7*7}}",
        ],
    )
    def test_names_are_kept_as_typed_and_shown_whole(self, pages: Pages, name: str) -> None:
        """Case 25."""
        event = an_event()
        receipt = send(open_form(pages, event), event, 303, **{"Given name": name, "Family name": ""}).follow()
        assert f"Thank you, {name}." in receipt.main
        assert the_registration().given_name == name

    def test_sent_twice_it_is_one_registration_and_one_receipt(self, pages: Pages) -> None:
        """Case 17: a double click, a reload, a retry."""
        event = an_event()
        form = open_form(pages, event).form(SEND).fill(SEND, typed(event))
        first, again = (pages.send(form, address_of_form(event), 303) for _ in range(2))
        assert first.location == again.location
        assert count_registrations() == 1

    def test_another_form_with_a_live_address_shows_nothing_of_it(self, pages: Pages) -> None:
        event = an_event()
        holder = a_registration(event, status=Status.DECLINED, email=EMAIL, given_name="Berta")
        page = send(open_form(pages, event), event, 303).follow()
        assert page.heading == "We have written to this address"
        for secret in (holder.reference, "Berta", "eclined", "Without a place", "/my/"):
            assert secret not in page.html.replace("/my-link", "")
        assert not list(tokens_in(page.html.replace(page.root.get("class", ""), "")))
        assert [job.payload["email"] for job in jobs_of(SEND_LINK_JOB)] == [EMAIL]
        assert (count_registrations(), fresh(holder).given_name) == (1, "Berta")

    def test_verified_addresses_everybody_sees_the_same_page(self, pages: Pages) -> None:
        event = an_event(verifies_addresses=True)
        a_registration(event, status=Status.CONFIRMED, email=EMAIL)
        answers = []
        for email in (EMAIL, "nueva@instituto.example"):
            answer = send(open_form(pages, event), event, 303, **{"Email address": email})
            answers.append((answer.status, answer.location, answer.follow().main))
        assert answers[0] == answers[1]
        assert EMAIL not in answers[0][2]

    @pytest.mark.parametrize("days", [-2, 29], ids=["not-open-yet", "closed"])
    def test_outside_its_time_there_is_no_form(self, clock: time_machine.Traveller, pages: Pages, days: int) -> None:
        event = an_event()
        clock.shift(timedelta(days=days))
        page = pages.get(address_of_form(event))
        assert page.heading == "Registration is not open"
        assert not page.all("form")

    def test_closed_while_somebody_was_writing_keeps_what_was_typed(
        self, clock: time_machine.Traveller, pages: Pages
    ) -> None:
        event = an_event(registration_closes_at=clocks.now() + timedelta(hours=1))
        page = open_form(pages, event)
        clock.shift(timedelta(hours=1))
        answer = send(page, event, 409)
        assert answer.errors() == ["Registration has closed. If you have a question, write to the contact person."]
        assert answer.form(SEND).values()["given_name"] == ["Ana"]

    def test_an_event_that_is_not_published_does_not_exist(self, pages: Pages) -> None:
        event = an_event(publication="draft")
        pages.get(address_of_form(event), 404)


@pytest.mark.usefixtures("app")
class TestWhatIsToBeChecked:
    def test_an_error_keeps_everything_and_leads_to_each_question(self, pages: Pages) -> None:
        """Case 27."""
        event = an_event()
        page = send(
            open_form(pages, event), event, 422,
            **{"Given name": "", "Email address": "ana@", "Telephone": "5555", "Diet": "sin gluten", "Sex": "Man",
               "Topics": ["Data"], "Country": "Guatemala", "Letter": ("carta.pdf", PDF),
               "I may be named in the list": True},
        )  # fmt: skip
        assert page.title.startswith("Check this: ")
        links = [link.get("href") for link in page.all("a") if (link.get("href") or "").startswith("#q-")]
        assert links == ["#q-given_name", "#q-email", "#q-phone"]
        assert page.all(id="error-summary")[0].get("autofocus") is not None
        values = page.form(SEND).values()
        assert (values["email"], values["phone"], values["diet"]) == (["ana@"], ["5555"], ["sin gluten"])
        assert (values["sex"], values["topics"], values["country"]) == (["man"], ["data"], ["GT"])
        assert (values["agrees"], values["listed"], len(values["days"])) == (["yes"], ["yes"], 2)
        assert "carta.pdf" in page.main
        mended = {"Given name": "Ana", "Email address": EMAIL, "Telephone": "+502 5555 0100"}
        page.submit(SEND, mended, 303)
        assert load_answers(the_registration())["diet"] == ["sin gluten"]
        assert list_of_registration(the_registration().id)["letter"][0].name == "carta.pdf"

    def test_a_required_consent_is_required_by_the_server(self, pages: Pages) -> None:
        """Case 29."""
        event = an_event()
        page = send(open_form(pages, event), event, 422, **{"I agree to the use of my data": False})
        assert len(page.errors()) == 1
        assert count_registrations() == 0

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("profile", "https://instituto.example"),  # a question of the other category
            ("reference", "PRU-ZZZZZZ"),
            ("status", "confirmed"),
            ("sex", "other"),
            ("days", "999999"),
            ("country", "XX"),
            ("letter", "a text under the name of a file"),
        ],
    )
    def test_what_nobody_asked_for_is_refused(self, pages: Pages, name: str, value: str) -> None:
        """Case 23."""
        event = an_event()
        form = open_form(pages, event).form(SEND).fill(SEND, typed(event))
        form.pairs = [(key, old) for key, old in form.pairs if key != name] + [(name, value)]
        page = pages.send(form, address_of_form(event), 422)
        assert page.errors()
        assert count_registrations() == 0

    def test_another_events_day_is_refused(self, pages: Pages) -> None:
        event, other = an_event(), an_event()
        form = open_form(pages, event).form(SEND).fill(SEND, typed(event))
        form.pairs = [pair for pair in form.pairs if pair[0] != "days"] + [("days", str(other.days[0].id))]
        pages.send(form, address_of_form(event), 422)

    def test_the_category_of_another_event_shows_the_choice(self, pages: Pages) -> None:
        event = an_event()
        form = open_form(pages, event).form(SEND).fill(SEND, typed(event))
        form.pairs = [pair for pair in form.pairs if pair[0] != "category"] + [("category", "press")]
        page = pages.send(form, address_of_form(event), 422)
        assert page.heading == "In which capacity do you take part?"
        chosen = page.submit("Continue", {"In which capacity do you take part?": "Government"}, 200)
        assert chosen.form(SEND).values()["given_name"] == ["Ana"]

    @pytest.mark.parametrize("language", ["es", "en"])
    def test_the_language_switch_shows_again_what_was_typed(self, app: Flask, language: str) -> None:
        event = an_event()
        other, button = ("en", "English") if language == "es" else ("es", "Español")
        pages = Pages(app, language)
        page = open_form(pages, event)
        entries = {"#given_name": "Ana", "#diet": "sin gluten", "#agrees": True, "#q-letter": ("carta.pdf", PDF)}
        switched = page.submit(button, entries, 200)
        assert switched.language == other
        assert not switched.errors()
        values = switched.form().values()
        assert (values["given_name"], values["diet"], values["agrees"]) == (["Ana"], ["sin gluten"], ["yes"])
        assert "carta.pdf" in switched.main
        assert values["submission_key"] == page.form().values()["submission_key"]
        assert pages.get(f"/events/{event.slug}").language == other  # remembered
        assert count_registrations() == 0

    @pytest.mark.parametrize("token", ["", "forged"])
    def test_a_missing_token_shows_the_filled_form_again(self, pages: Pages, token: str) -> None:
        event = an_event()
        form = open_form(pages, event).form(SEND).fill(SEND, typed(event, Letter=("carta.pdf", PDF)))
        form.pairs = [(name, token if name == "csrf_token" else value) for name, value in form.pairs]
        page = pages.send(form, address_of_form(event), 400)
        assert page.errors() == ["Send the form once more. It was open for a long time; nothing you wrote is lost."]
        assert page.form(SEND).values()["given_name"] == ["Ana"]
        assert "carta.pdf" in page.main
        assert count_registrations() == 0
        page.submit(SEND, {}, 303)
        assert set(list_of_registration(the_registration().id)) == {"letter"}

    def test_an_expired_token_shows_the_filled_form_again(self, clock: time_machine.Traveller, pages: Pages) -> None:
        event = an_event()
        page = open_form(pages, event)
        clock.shift(timedelta(hours=13))
        again = send(page, event, 400)
        again.submit(SEND, {}, 303)
        assert count_registrations() == 1

    def test_a_lock_not_had_in_time_keeps_what_was_typed(self, pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
        """Case 21."""
        event = an_event()
        page = open_form(pages, event)
        with monkeypatch.context() as patched:
            patched.setattr(registering, "register", _busy)
            answer = send(page, event, 503, Letter=("carta.pdf", PDF), Diet="sin gluten")
        assert answer.errors() == ["Many people are sending at this moment. Nothing is lost: send the form once more."]
        assert answer.form(SEND).values()["diet"] == ["sin gluten"]
        assert count_registrations() == 0
        answer.submit(SEND, {}, 303)
        assert load_answers(the_registration())["diet"] == ["sin gluten"]
        assert set(list_of_registration(the_registration().id)) == {"letter"}

    def test_pages_with_what_somebody_typed_are_kept_by_no_cache(self, pages: Pages) -> None:
        event = an_event()
        page = send(open_form(pages, event), event, 422, **{"Given name": ""})
        assert "no-store" in page.headers["Cache-Control"]


def _busy(*_args: object) -> None:
    raise Busy
