"""What went wrong is told shortly, in the reader's language, with a way on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask, abort

from eventreg.kernel.errors import Busy, NotFound
from eventreg.web.access import public
from tests.support.pages import Pages


@pytest.fixture
def broken(make_app: Callable[..., Flask]) -> Flask:
    """An application with addresses that fail."""
    app = make_app()
    # Here the page for a fault of ours is what is looked at.
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/fails/<int:code>")
    @public
    def fail(code: int) -> str:
        if code == 500:
            raise RuntimeError("secret detail")
        abort(code)

    @app.get("/busy")
    @public
    def busy() -> str:
        raise Busy

    @app.get("/gone")
    @public
    def gone() -> str:
        raise NotFound

    return app


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("code", [400, 403, 404, 405, 410, 413, 415, 429, 500, 502])
def test_every_error_has_a_page(broken: Flask, code: int, language: str) -> None:
    page = Pages(broken, language).get(f"/fails/{code}", code)
    assert page.language == language
    assert page.heading
    assert page.all("a", class_="govuk-button"), "a way on"


def test_a_fault_of_ours_tells_nothing_of_itself(broken: Flask, caplog: pytest.LogCaptureFixture) -> None:
    page = Pages(broken).get("/fails/500", 500)
    assert "secret detail" not in page.html
    assert "Traceback" not in page.html
    assert "secret detail" in caplog.text, "but it is in the log"


def test_a_lock_not_had_in_time_asks_to_try_again(broken: Flask) -> None:
    """Case 21."""
    assert Pages(broken).get("/busy", 503).has("Nothing was changed")


def test_what_is_not_there_and_what_is_not_for_you_look_alike(broken: Flask) -> None:
    pages = Pages(broken)
    assert pages.get("/gone", 404).main == pages.get("/no/such/page", 404).main


def test_a_method_that_is_not_offered_is_refused(pages: Pages) -> None:
    assert pages.post("/", status=405).status == 405
