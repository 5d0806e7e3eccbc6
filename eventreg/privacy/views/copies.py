"""One's own data, for oneself: asked for, waited for, fetched. Each page opens by the personal link."""

from flask import Response, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventreg.kernel.clock import now
from eventreg.privacy import copies
from eventreg.privacy.views import blueprint
from eventreg.selfservice.views.page import OwnRegistration
from eventreg.web import downloads, limits
from eventreg.web.access import Answer, personal
from eventreg.web.refusals import Refusals


@blueprint.get("/my/<token>/data")
@personal
def show_own_data(token: str) -> str:
    """Show what a copy holds, and where the newest one is."""
    return _page(OwnRegistration.open(token))


@blueprint.post("/my/<token>/data")
@personal
@limits.limited("20 per 10 minutes")
def ask_for_copy(token: str) -> Answer:
    """Have a copy made."""
    own = OwnRegistration.open(token)
    outcome = Refusals()
    with outcome:
        copies.ask_for_copy(own.event.id, own.registration.id)
        return own.back(_("We are making your copy. We write to you when it is ready."))
    return _page(own, outcome.problem), outcome.status_code


@blueprint.post("/my/<token>/data/copy.zip")
@personal
def download_copy(token: str) -> Response | BaseResponse:
    """Return the newest copy."""
    own = OwnRegistration.open(token)
    copy, content = copies.open_copy(own.registration.id, now())
    return downloads.as_attachment(
        content, f"{own.event.slug}-{own.registration.reference}.zip", "application/zip", copy.size
    )


def _page(own: OwnRegistration, problem: str = "") -> str:
    at, copy = now(), copies.find_copy(own.registration.id)
    is_ready = copy is not None and copy.expires_at is not None and copy.expires_at > at
    return render_template(
        "privacy/own_data.html",
        copy=copy if is_ready else None,
        is_waiting=copy is not None and copy.ready_at is None and copy.asked_at > at - copies.MADE_WITHIN,
        problem=problem,
        **own.frame(),
    )
