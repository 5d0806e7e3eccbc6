"""What programs ask: does the process live, is it ready, what are its figures, what may be crawled."""

from __future__ import annotations

import hmac
from collections.abc import Iterator

from flask import Response, abort, current_app, jsonify, redirect, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse

from eventreg.jobs.queries import find_stuck as find_stuck_job
from eventreg.kernel.clock import now
from eventreg.mail.queries import find_stuck as find_stuck_message
from eventreg.site.queries.figures import Figures, check_database, count_everything
from eventreg.site.views import blueprint
from eventreg.web.access import public
from eventreg.web.addresses import address_of
from eventreg.web.instance import config

#: pages that mean nothing to a search engine; personal and organizers' pages also say so themselves
_NOT_FOR_CRAWLERS = (
    "/manage/",
    "/my/",
    "/sign-in",
    "/preview/",
    "/invitations/",
    "/api/",
    "/metrics",
    "/healthz",
    "/readyz",
)


@blueprint.get("/healthz")
@public
def healthz() -> BaseResponse:
    """Say that the process lives. Asks nobody else."""
    return _uncached(jsonify(status="ok"))


@blueprint.get("/readyz")
@public
def readyz() -> BaseResponse:
    """Say whether the instance does its work: the database answers, and messages and jobs do not pile up."""
    reason = _reason_not_ready()
    if reason is None:
        return _uncached(jsonify(status="ready"))
    response = jsonify(status="not ready", reason=reason)
    response.status_code = 503
    return _uncached(response)


@blueprint.get("/metrics")
@public
def metrics() -> BaseResponse:
    """Give the figures in the text format of Prometheus to whoever brings the token that is set, else nothing."""
    token = config().metrics_token
    if not token:
        abort(404)
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return _uncached(Response("", 401, {"WWW-Authenticate": 'Bearer realm="metrics"'}, mimetype="text/plain"))
    text = "".join(f"{line}\n" for line in _exposition(count_everything(now())))
    return _uncached(Response(text, content_type="text/plain; version=0.0.4; charset=utf-8"))


@blueprint.get("/robots.txt")
@public
def robots() -> BaseResponse:
    """Tell crawlers which pages mean nothing to them."""
    disallowed = (f"Disallow: {path}" for path in _NOT_FOR_CRAWLERS)
    lines = ["User-agent: *", *disallowed, f"Sitemap: {address_of('site.show_sitemap')}"]
    return Response("".join(f"{line}\n" for line in lines), mimetype="text/plain")


@blueprint.get("/favicon.ico")
@public
def favicon() -> BaseResponse:
    """Lead programs that ask here to the icon; pages bear it in themselves."""
    return redirect(url_for("static", name="img/icon.svg"), code=301)


def _reason_not_ready() -> str | None:
    try:
        check_database()
        moment = now()
        waiting = [since for since in (find_stuck_message(moment), find_stuck_job(moment)) if since is not None]
    except SQLAlchemyError:
        current_app.logger.exception("The database does not answer")
        return "the database does not answer"
    if waiting:
        return f"work has been due since {min(waiting).isoformat(timespec='seconds')}: is the mail worker running?"
    return None


def _exposition(figures: Figures) -> Iterator[str]:
    yield "# HELP eventreg_registrations Registrations by status."
    yield "# TYPE eventreg_registrations gauge"
    for status, count in figures.registrations.items():
        yield f'eventreg_registrations{{status="{status.value}"}} {count}'
    yield "# HELP eventreg_mail_messages Messages of the outbox by state."
    yield "# TYPE eventreg_mail_messages gauge"
    for state, count in figures.messages.items():
        yield f'eventreg_mail_messages{{state="{state.value}"}} {count}'
    yield "# HELP eventreg_jobs Jobs that are due, that are due later, and that were given up."
    yield "# TYPE eventreg_jobs gauge"
    for name, count in figures.jobs.items():
        yield f'eventreg_jobs{{state="{name}"}} {count}'


def _uncached(response: BaseResponse) -> BaseResponse:
    response.headers["Cache-Control"] = "no-store"
    return response
