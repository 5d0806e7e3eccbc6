"""What programs ask: does the process live, is it ready, what are its figures, what may be crawled."""

import hmac
from collections.abc import Iterator

from flask import Response, abort, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventreg.kernel.clock import now
from eventreg.site.queries import Figures, count_everything, look_whether_ready
from eventreg.site.views import blueprint
from eventreg.web import access, instance

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
@access.probe
def healthz() -> BaseResponse:
    """Say that the process lives. Asks nobody else."""
    return _uncached(jsonify(status="ok"))


@blueprint.get("/readyz")
@access.probe
def readyz() -> BaseResponse:
    """Say whether this process can do its work, and name what somebody should see to: that takes nobody out of service."""
    found = look_whether_ready()
    if not found.reason:
        return _uncached(jsonify(status="ready", attention=found.attention))
    response = jsonify(status="not ready", reason=found.reason)
    response.status_code = 503
    return _uncached(response)


@blueprint.get("/metrics")
@access.probe
def metrics() -> BaseResponse:
    """Give the figures in the text format of Prometheus to whoever brings the token that is set, else nothing."""
    token = instance.config().metrics_token
    if not token:
        abort(404)
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return _uncached(Response("", 401, {"WWW-Authenticate": 'Bearer realm="metrics"'}, mimetype="text/plain"))
    text = "".join(f"{line}\n" for line in _exposition(count_everything(now())))
    return _uncached(Response(text, content_type="text/plain; version=0.0.4; charset=utf-8"))


@blueprint.get("/robots.txt")
@access.public
def robots() -> BaseResponse:
    """Tell crawlers which pages mean nothing to them."""
    disallowed = (f"Disallow: {path}" for path in _NOT_FOR_CRAWLERS)
    lines = ["User-agent: *", *disallowed, f"Sitemap: {instance.address_of('site.show_sitemap')}"]
    return Response("".join(f"{line}\n" for line in lines), mimetype="text/plain")


@blueprint.get("/favicon.ico")
@access.public
def favicon() -> BaseResponse:
    """Lead programs that ask here to the icon; pages bear it in themselves."""
    return redirect(url_for("static", name="img/icon.svg"), code=301)


def _exposition(figures: Figures) -> Iterator[str]:
    yield "# HELP eventreg_registrations Registrations by status."
    yield "# TYPE eventreg_registrations gauge"
    for status, count in figures.registrations.items():
        yield f'eventreg_registrations{{status="{status.value}"}} {count}'
    yield "# HELP eventreg_mail_messages Messages of the outbox by state."
    yield "# TYPE eventreg_mail_messages gauge"
    for state, count in figures.messages.items():
        yield f'eventreg_mail_messages{{state="{state.value}"}} {count}'
    yield from _gauge("mail_deferred", "Messages that were tried and put off.", figures.deferred)
    yield from _gauge("mail_oldest_seconds", "Since the longest waiting message was queued.", round(figures.mail_age))
    yield from _gauge("jobs_oldest_seconds", "Since the first job that waits became due.", round(figures.jobs_age))
    yield "# HELP eventreg_jobs Jobs that are due, that are due later, and that were given up."
    yield "# TYPE eventreg_jobs gauge"
    for name, count in figures.jobs.items():
        yield f'eventreg_jobs{{state="{name}"}} {count}'


def _gauge(name: str, words: str, value: int) -> Iterator[str]:
    yield f"# HELP eventreg_{name} {words}"
    yield f"# TYPE eventreg_{name} gauge"
    yield f"eventreg_{name} {value}"


def _uncached(response: BaseResponse) -> BaseResponse:
    response.headers["Cache-Control"] = "no-store"
    return response
