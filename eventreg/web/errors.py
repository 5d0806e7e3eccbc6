"""The pages for what went wrong: short, in the reader's language, with a way on."""

from typing import Any

from flask import Flask, current_app, g, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError, PendingRollbackError, TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from eventreg.db import db
from eventreg.kernel.errors import Busy, NotFound, described, traced

Answer = tuple[str, int]


def init_errors(app: Flask) -> None:
    """Answer every error of `app` with a page of ours."""
    app.log_exception = _log_fault  # type: ignore[method-assign]

    @app.errorhandler(CSRFError)
    def form_too_old(_error: CSRFError) -> Answer:
        return _page(
            400,
            _("Send the form once more"),
            _("The page was open for a long time, so nothing was sent. Go back, reload the page and send it again."),
        )

    @app.errorhandler(NotFound)
    def not_found(_error: NotFound) -> Answer:
        return _page(404, *_sentences(404))

    @app.errorhandler(Busy)
    def busy(_error: Busy) -> Answer:
        return _page(
            503,
            _("Many people are here at once"),
            _("Nothing was changed and nothing was lost. Wait a moment and try again."),
        )

    @app.errorhandler(OperationalError)
    @app.errorhandler(InterfaceError)
    @app.errorhandler(PendingRollbackError)
    @app.errorhandler(PoolTimeout)
    def without_database(error: Exception) -> Answer:
        """The database is away, silent or full, or cut the request off: over soon, as a program that asks should know."""
        # One line: everybody gets here while it lasts, and the disk that the log lies on may be the database's.
        current_app.logger.error("The database did not answer: %s", described(error))
        # What was begun is lost; the page asks anew for the little that it needs, or does without.
        db.session.remove()
        # Who is signed in cannot be asked now, and the page would.
        g.is_database_away = True
        return _page(503, *_sentences(503))

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Answer | Response:
        if error.response is not None or error.code is None or error.code < 400:
            return error.get_response(request.environ)
        return _page(error.code, *_sentences(error.code))

    @app.errorhandler(500)
    def broken(_error: Exception) -> Answer:
        return _page(500, *_sentences(500))


def _log_fault(exc_info: Any) -> None:
    """Log what went wrong by the rule of the address, never the address itself: a token in it opens somebody's page."""
    current_app.logger.error("Failed: %s %s\n%s", request.method, request.url_rule or "-", traced(exc_info[1]))


def _page(code: int, title: str, text: str) -> Answer:
    return render_template("errors/error.html", code=code, title=title, text=text), code


def _sentences(code: int) -> tuple[str, str]:
    unreadable = (_("The request could not be read"), _("Check the address, or go back and try again."))
    known = {
        400: unreadable,
        411: unreadable,
        403: (_("Your account may not do this"), _("Ask an owner of the event for the permission you need.")),
        404: (
            _("There is no such page"),
            _(
                "Check the address. If you followed a link from an email, it may have been replaced by a newer one: "
                "the page of the event sends you the one that works."
            ),
        ),
        405: (_("This address does not work that way"), _("Go back and use the buttons of the page.")),
        413: (_("What you sent is too large"), _("Go back and choose a smaller file. Nothing else was lost.")),
        429: (_("Too many tries from your network"), _("Wait a few minutes and try again.")),
    }
    fallback = (
        _("Something went wrong on our side"),
        _("Nothing you sent was half saved. Try again in a moment; if it happens again, write to the contact person."),
    )
    return known.get(code, fallback)
