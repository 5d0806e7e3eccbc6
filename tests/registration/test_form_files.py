"""Files that come with the form of registering (case 26), as a person at a browser without script meets them."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.registration.models import Registration, Upload
from eventreg.registration.queries.answers import load_answers
from eventreg.registration.services.answers import list_of_registration
from tests.builders import a_questionnaire, an_event
from tests.hostile_files import ACTIVE_PDFS, HOSTILE
from tests.questionnaire import DEFINITION
from tests.registration.filling import PDF, SEND, address_of_form, open_form, send, typed
from tests.registration.owning import open_answers
from tests.registration.records import count_registrations, the_registration
from tests.support.pages import Page, Pages

pytestmark = pytest.mark.both_databases

SAVE = "Save my answers"


@pytest.mark.usefixtures("app")
class TestFiles:
    """Case 26: a clear refusal beside the question, the rest of the form kept."""

    @pytest.mark.parametrize(
        ("name", "content", "says"),
        [
            ("carta.pdf", b"GIF89a not a PDF at all", "Choose another file"),
            ("carta.pdf", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Choose another file"),
            ("carta.pdf", b"<!doctype html><script>alert(1)</script>", "Choose another file"),
            ("carta.pdf", PDF[:20] + b"<script>alert(1)</script>" + PDF[20:], "Choose another file"),
            ("carta.pdf", HOSTILE["PDF with a page behind its head"], "Choose another file"),
            ("carta.pdf", ACTIVE_PDFS["script when opened"], "Print it as a PDF"),
            ("carta.pdf", ACTIVE_PDFS["script in an object stream"], "Print it as a PDF"),
            ("carta.pdf", PDF[: len(PDF) // 2], "is damaged"),
            ("carta.pdf", b"", "is empty"),
            ("carta.pdf", PDF + b" " * 200_001, "It can have 0.2 MB"),
        ],
        ids=[
            "gif",
            "svg",
            "html",
            "polyglot",
            "page-behind",
            "script",
            "packed-script",
            "damaged",
            "empty",
            "too-large",
        ],
    )
    def test_a_file_that_does_not_fit_is_refused(self, pages: Pages, name: str, content: bytes, says: str) -> None:
        event = an_event()
        page = send(open_form(pages, event), event, 422, Letter=(name, content), Diet="sin gluten")
        (error,) = page.errors()
        assert says in error
        assert page.form(SEND).values()["diet"] == ["sin gluten"]
        assert "We have this file" not in page.main
        assert (count_registrations(), db.session.scalar(select(func.count()).select_from(Upload))) == (0, 0)

    def test_the_browser_is_told_types_and_size_and_what_to_say(self, pages: Pages) -> None:
        (letter,) = open_form(pages, an_event()).all("input", name="letter")
        assert letter.get("accept") == ".pdf,.png"
        assert "Choose one of these types: .pdf,.png" in (letter.get("data-wrong-type") or "")
        assert letter.get("data-limit") == "200000"

    def test_a_request_beyond_all_limits_is_refused_whole(self, pages: Pages) -> None:
        event = an_event()
        form = open_form(pages, event).form(SEND).fill(SEND, typed(event, Letter=("carta.pdf", b"x" * 55_000_000)))
        assert pages.send(form, address_of_form(event), 413).heading == "What you sent is too large"

    def test_a_kept_file_can_be_removed_or_replaced(self, pages: Pages) -> None:
        event = an_event()
        wrong = {"Given name": ""}
        page = send(open_form(pages, event), event, 422, Letter=("carta.pdf", PDF), **wrong)
        replaced = page.submit(SEND, {"Letter": ("otra.pdf", PDF)}, 422)
        assert "otra.pdf" in replaced.main
        assert "carta.pdf" not in replaced.main
        removed = replaced.submit(SEND, {"Remove this file": True}, 422)
        assert "otra.pdf" not in removed.main
        removed.submit(SEND, {"Given name": "Ana"}, 303)
        assert list_of_registration(the_registration().id) == {}

    def test_a_file_that_is_gone_is_missed_and_not_passed_over(self, pages: Pages) -> None:
        event = an_event()
        page = send(open_form(pages, event), event, 422, Letter=("carta.pdf", PDF), **{"Given name": ""})
        # The session ends before the 24 hours do, so the sweep alone cannot take the file from under an open form.
        with transaction() as session:
            session.execute(delete(Upload))
        again = page.submit(SEND, {"Given name": "Ana"}, 422)
        assert again.errors() == ["Choose the file again: it was kept for 24 hours only"]
        again.submit(SEND, {"Letter": ("carta.pdf", PDF)}, 303)
        assert set(list_of_registration(the_registration().id)) == {"letter"}

    def test_a_file_that_cannot_be_kept_is_named_in_the_summary(
        self, pages: Pages, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from eventreg.registration.services import answers

        monkeypatch.setattr(answers, "MOST_HELD_FILES", 0)
        event = an_event()
        page = send(open_form(pages, event), event, 422, Letter=("carta.pdf", PDF), **{"Given name": ""})
        assert (
            "We cannot keep the file at this moment. Try again in a while, and choose it again then." in page.errors()
        )

    def test_another_forms_file_is_not_shown(self, app: Flask, pages: Pages) -> None:
        event = an_event()
        send(open_form(pages, event), event, 422, Letter=("carta.pdf", PDF), **{"Given name": ""})
        page = send(open_form(Pages(app), event), event, 422, **{"Given name": ""})
        assert "carta.pdf" not in page.main


def an_event_for_several() -> Event:
    """An event whose letter can be several files, three at most."""
    event, definition = an_event(), copy.deepcopy(DEFINITION)
    letter = next(q for q in definition["sections"][1]["questions"] if q["key"] == "letter")
    letter["settings"]["max_files"] = 3
    a_questionnaire(event, definition)
    return event


def names_of(person: Registration) -> list[str]:
    return [file.name for file in list_of_registration(person.id).get("letter", [])]


@pytest.mark.usefixtures("app")
class TestSeveralFiles:
    """Cases 26 and 27: a question that takes three files."""

    def test_over_errors_all_are_kept_and_one_is_removed_by_its_own_box(self, pages: Pages) -> None:
        event = an_event_for_several()
        first = [("uno.pdf", PDF), ("dos.pdf", PDF)]
        page = send_files(pages, event, open_form(pages, event), first, 422, **{"Given name": ""})
        assert [name for name in ("uno.pdf", "dos.pdf") if name in page.main] == ["uno.pdf", "dos.pdf"]
        assert next(iter(page.all("input", type="file"))).get("multiple") is not None
        assert page.form(SEND).labels().count("Remove this file (uno.pdf)") == 1
        more = {"Remove this file (uno.pdf)": True, "Given name": ""}
        again = send_files(pages, event, page, [("tres.pdf", PDF)], 422, **more)
        assert "uno.pdf" not in again.main
        again.submit(SEND, {"Given name": "Ana"}, 303)
        person = the_registration()
        assert names_of(person) == ["dos.pdf", "tres.pdf"]
        ids = [file.public_id for file in list_of_registration(person.id)["letter"]]
        assert load_answers(person)["letter"] == ids

    def test_each_file_is_checked_and_the_wrong_one_is_named(self, pages: Pages) -> None:
        event = an_event_for_several()
        files = [("buena.pdf", PDF), ("mala.pdf", b"GIF89a")]
        page = send_files(pages, event, open_form(pages, event), files, 422)
        (error,) = page.errors()
        assert error.startswith("mala.pdf: Choose another file")
        page.submit(SEND, {}, 303)
        assert names_of(the_registration()) == ["buena.pdf"]

    def test_more_than_fit_are_named_and_not_kept(self, pages: Pages) -> None:
        event = an_event_for_several()
        files = [(f"{number}.pdf", PDF) for number in range(5)]
        page = send_files(pages, event, open_form(pages, event), files, 422)
        assert page.errors() == ["“Letter” takes 3 files at most. Not kept: 3.pdf, 4.pdf"]
        page.submit(SEND, {}, 303)
        assert names_of(the_registration()) == ["0.pdf", "1.pdf", "2.pdf"]

    def test_one_of_them_that_is_gone_is_missed(self, pages: Pages) -> None:
        event = an_event_for_several()
        page = send_files(
            pages, event, open_form(pages, event), [("uno.pdf", PDF), ("dos.pdf", PDF)], 422, **{"Given name": ""}
        )
        with transaction() as session:
            session.execute(delete(Upload).where(Upload.id == select(func.min(Upload.id)).scalar_subquery()))
        again = page.submit(SEND, {"Given name": "Ana"}, 422)
        assert again.errors() == ["Choose the file again: it was kept for 24 hours only"]
        again.submit(SEND, {}, 303)
        assert names_of(the_registration()) == ["dos.pdf"]

    def test_afterwards_one_is_added_and_another_removed(self, pages: Pages) -> None:
        event = an_event_for_several()
        files = [("uno.pdf", PDF), ("dos.pdf", PDF)]
        own = send_files(pages, event, open_form(pages, event), files, 303).follow()
        person = the_registration()
        answers = open_answers(pages, person)
        values = {"Remove this file (uno.pdf)": True, "Letter": ("tres.pdf", PDF)}
        own = answers.submit(SAVE, values, 303).follow()
        assert names_of(person) == ["dos.pdf", "tres.pdf"]
        assert [name for name in ("uno.pdf", "dos.pdf", "tres.pdf") if name in own.main] == ["dos.pdf", "tres.pdf"]
        assert len(load_answers(person)["letter"]) == 2


def send_files(
    pages: Pages, event: Event, page: Page, files: list[tuple[str, bytes]], status: int, **values: Any
) -> Page:
    """Send the form with these files beside the letter, as a browser sends several chosen at once."""
    form = page.form(SEND).fill(SEND, typed(event, **values))
    form.pairs = [(name, value) for name, value in form.pairs if name != "letter"] + [
        ("letter", file) for file in files
    ]
    return pages.send(form, address_of_form(event), status)
