"""Changing one's own answers, as their holder at a browser without script meets it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.kernel import clock as clocks
from eventreg.kernel.errors import Busy
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import load_answers
from eventreg.registration.rules.states import Action
from eventreg.registration.services import answer_changes
from eventreg.registration.services.answers import list_of_registration
from eventreg.registration.services.decisions import decide
from tests.builders import a_team_member, an_event, register_somebody
from tests.registration.filling import PDF
from tests.registration.owning import a_letter, home, open_answers
from tests.registration.records import fresh, history, registered, told
from tests.support.pages import Pages

pytestmark = pytest.mark.usefixtures("app")

SAVE = "Save my answers"


@pytest.fixture
def event() -> Event:
    """An event with both categories."""
    return an_event()


@pytest.fixture
def person(event: Event) -> Registration:
    """Somebody confirmed who sent a letter and a diet."""
    return registered(register_somebody(event, email="ana@instituto.example", diet="sin gluten", files=[a_letter()]))


class TestAnswers:
    def test_changed_answers_are_saved_and_told(self, pages: Pages, person: Registration) -> None:
        form = open_answers(pages, person)
        values = form.form(SAVE).values()
        assert (values["given_name"], values["diet"]) == (["Ana"], ["sin gluten"])
        assert not {"email", "agrees", "listed"} & values.keys()  # they are changed elsewhere
        page = form.submit(SAVE, {"Telephone": "+502 5555 0100", "Topics": ["Law"]}, 303).follow()
        assert "Your changes are saved. We have sent you a message about them." in page.main
        assert "+502 5555 0100" in page.main
        assert told(person) == ["confirmed", "changed"]
        assert set(list_of_registration(person.id)) == {"letter"}

    def test_nothing_changed_says_so(self, pages: Pages, person: Registration) -> None:
        assert "Nothing was changed." in open_answers(pages, person).submit(SAVE, {}, 303).follow().main
        assert told(person) == ["confirmed"]

    def test_an_error_keeps_everything_and_the_file(self, pages: Pages, person: Registration) -> None:
        """Case 27."""
        wrong = {"Given name": "", "Telephone": "5555", "Diet": "vegana", "Letter": ("nueva.pdf", PDF)}
        page = open_answers(pages, person).submit(SAVE, wrong, 422)
        assert len(page.errors()) == 2
        assert page.form(SAVE).values()["diet"] == ["vegana"]
        assert "nueva.pdf" in page.main
        page.submit(SAVE, {"Given name": "Ana", "Telephone": "+502 5555 0100"}, 303)
        assert list_of_registration(person.id)["letter"][0].name == "nueva.pdf"
        assert load_answers(fresh(person))["diet"] == ["vegana"]

    def test_a_file_that_does_not_fit_leaves_the_one_that_was_there(self, pages: Pages, person: Registration) -> None:
        page = open_answers(pages, person).submit(SAVE, {"Letter": ("nueva.pdf", b"GIF89a")}, 422)
        assert "Choose another file" in page.errors()[0]
        page.submit(SAVE, {}, 303)
        assert list_of_registration(person.id)["letter"][0].name == "carta.pdf"

    def test_a_file_can_be_removed_also_after_an_error(self, pages: Pages, person: Registration) -> None:
        letter = list_of_registration(person.id)["letter"][0]
        page = open_answers(pages, person).submit(SAVE, {"Remove this file": True, "Given name": ""}, 422)
        assert page.form(SAVE).values()["letter-remove"] == [letter.public_id]
        page.submit(SAVE, {"Given name": "Ana"}, 303)
        assert list_of_registration(person.id) == {}
        assert history(person)[-1] == ("answers_changed", {"letter": "changed"})

    def test_what_is_not_asked_here_is_refused(self, pages: Pages, person: Registration) -> None:
        """Case 23: also the address and the consents, which have their own ways."""
        for name, value in (("email", "eva@x.example"), ("agrees", "no"), ("status", "confirmed"), ("profile", "x")):
            page = open_answers(pages, person)
            sent = page.form(SAVE).fill(SAVE, {})
            sent.pairs.append((name, value))
            assert pages.send(sent, page.address, 422).errors()
        assert fresh(person).email == "ana@instituto.example"
        assert told(person) == ["confirmed"]

    def test_a_missing_token_shows_the_filled_form_again(self, pages: Pages, person: Registration) -> None:
        page = open_answers(pages, person)
        sent = page.form(SAVE).fill(SAVE, {"Diet": "vegana"})
        sent.pairs = [pair for pair in sent.pairs if pair[0] != "csrf_token"]
        again = pages.send(sent, page.address, 400)
        assert again.form(SAVE).values()["diet"] == ["vegana"]
        assert load_answers(fresh(person))["diet"] == ["sin gluten"]
        again.submit(SAVE, {}, 303)
        assert load_answers(fresh(person))["diet"] == ["vegana"]

    def test_the_language_switch_keeps_what_was_typed(self, pages: Pages, person: Registration) -> None:
        page = open_answers(pages, person).submit("Español", {"Diet": "vegana"}, 200)
        assert page.language == "es"
        assert page.form("Guardar mis respuestas").values()["diet"] == ["vegana"]
        assert told(person) == ["confirmed"]

    def test_a_lock_not_had_in_time_keeps_what_was_typed(
        self, pages: Pages, person: Registration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Case 21."""
        page = open_answers(pages, person)
        with monkeypatch.context() as patched:
            patched.setattr(answer_changes, "change_answers", _busy)
            again = page.submit(SAVE, {"Diet": "vegana"}, 503)
        assert again.form(SAVE).values()["diet"] == ["vegana"]
        again.submit(SAVE, {}, 303)
        assert load_answers(fresh(person))["diet"] == ["vegana"]

    def test_while_a_decision_waits_what_was_typed_is_kept(self, clock: time_machine.Traveller, pages: Pages) -> None:
        event = an_event()
        someone = registered(register_somebody(event))
        decide(event.id, someone.reference, Action.WAITLIST, "", 1, Organizer.account(a_team_member(event).id))
        page = open_answers(pages, someone).submit(SAVE, {"Diet": "vegana"}, 409)
        assert page.errors() == ["Somebody is working on your registration. Try again in two minutes."]
        clock.shift(61)
        page.submit(SAVE, {}, 303)
        assert load_answers(fresh(someone))["diet"] == ["vegana"]

    def test_after_the_deadline_there_is_no_form_and_no_change(
        self, clock: time_machine.Traveller, pages: Pages
    ) -> None:
        event = an_event(changes_until=clocks.now() + timedelta(hours=1))
        someone = registered(register_somebody(event))
        form = open_answers(pages, someone)
        clock.shift(timedelta(hours=1))
        late = form.submit(SAVE, {"Diet": "vegana"}, 303).follow()
        assert "Answers can no longer be changed here. Write to the contact person." in late.main
        assert pages.get(home(someone) + "/answers", 302).location == home(someone)
        assert "diet" not in load_answers(fresh(someone))


def _busy(*_args: object) -> None:
    raise Busy
