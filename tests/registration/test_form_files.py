"""Files that come with the form of registering (case 26), as a person at a browser without script meets them."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from eventreg.db import db, transaction
from eventreg.registration.models import Upload
from eventreg.registration.services.uploads import list_of_registration
from tests.builders import an_event
from tests.registration.filling import PDF, SEND, address_of_form, open_form, send, typed
from tests.registration.records import count_registrations, the_registration
from tests.support.pages import Pages


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
            ("carta.pdf", b"", "is empty"),
            ("carta.pdf", PDF + b" " * 200_001, "It can have 0.2 MB"),
        ],
        ids=["gif", "svg", "html", "polyglot", "empty", "too-large"],
    )
    def test_a_file_that_does_not_fit_is_refused(self, pages: Pages, name: str, content: bytes, says: str) -> None:
        event = an_event()
        page = send(open_form(pages, event), event, 422, Letter=(name, content), Diet="sin gluten")
        (error,) = page.errors()
        assert says in error
        assert page.form(SEND).values()["diet"] == ["sin gluten"]
        assert "We have this file" not in page.main
        assert (count_registrations(), db.session.scalar(select(func.count()).select_from(Upload))) == (0, 0)

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
        from eventreg.registration.services import uploads

        monkeypatch.setattr(uploads, "MOST_HELD_FILES", 0)
        event = an_event()
        page = send(open_form(pages, event), event, 422, Letter=("carta.pdf", PDF), **{"Given name": ""})
        assert "We cannot keep the file at this moment. Choose it again before you send." in page.errors()

    def test_another_forms_file_is_not_shown(self, app: Flask, pages: Pages) -> None:
        event = an_event()
        send(open_form(pages, event), event, 422, Letter=("carta.pdf", PDF), **{"Given name": ""})
        page = send(open_form(Pages(app), event), event, 422, **{"Given name": ""})
        assert "carta.pdf" not in page.main
