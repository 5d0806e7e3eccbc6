"""The access codes of an event: added, switched off and on, taken away as a list. Who came by each stands beside it."""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from eventreg.events.models import Event
from eventreg.events.queries.for_registration import get_event_whole
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.kernel.clock import now
from eventreg.registration.rules.access_codes import CodeReason, CodesRefused
from eventreg.registration.services.access_codes import add_codes, make_codes, switch_code
from eventreg.review.forms import CodesForm
from eventreg.review.queries.access_codes import list_codes
from eventreg.review.rules.listing import ListState
from eventreg.review.services.access_codes import export_codes
from eventreg.review.views import blueprint
from eventreg.review.views.desk import registration_url
from eventreg.review.views.listing import categories_in_sight
from eventreg.review.wording import code_standing, codes_refused
from eventreg.web.access import Answer, may, requires
from eventreg.web.downloads import as_attachment

#: the input that a refusal is about, where it is not the list
_FIELDS = {
    CodeReason.UNKNOWN_CATEGORY: "category",
    CodeReason.LABEL_TOO_LONG: "label",
    CodeReason.LABEL_UNREADABLE: "label",
    CodeReason.USES_OUT_OF_RANGE: "most_uses",
    CodeReason.EXPIRES_TOO_EARLY: "expires_at",
}


@blueprint.get("/manage/events/<slug>/access-codes")
@requires(Permission.EDIT_EVENT)
def list_access_codes(slug: str) -> Answer:
    """List the codes, with who came by each, and a form to add some."""
    return _page(_form(g.event))


@blueprint.post("/manage/events/<slug>/access-codes")
@requires(Permission.EDIT_EVENT)
def add_access_codes(slug: str) -> Answer:
    """Add the codes that were written, or as many new ones as asked for."""
    event: Event = g.event
    form = _form(event)
    terms = form.read(may_decide=may(Permission.DECIDE))
    if terms is None:
        return _page(form), 422
    try:
        if form.wanted is None:
            added = add_codes(event.id, terms, form.lines(), current_user.id, g.event_access.scope)
        else:
            added = make_codes(event.id, terms, form.wanted, current_user.id, g.event_access.scope)
    except CodesRefused as refused:
        reason = CodeReason(refused.reason)
        field = _FIELDS.get(reason, "codes" if form.wanted is None else "count")
        form[field].errors = [codes_refused(refused)]
        return _page(form), 422
    flash(ngettext("%(num)d code was added.", "%(num)d codes were added.", added))
    return redirect(url_for("review.list_access_codes", slug=slug), 303)


@blueprint.post("/manage/events/<slug>/access-codes/<int(max=2147483647):code_id>")
@requires(Permission.EDIT_EVENT)
def switch_access_code(slug: str, code_id: int) -> Answer:
    """Switch a code off or on. Who came by it stays registered."""
    is_active = request.form.get("do") == "on"
    switch_code(g.event.id, code_id, current_user.id, is_active=is_active, scope=g.event_access.scope)
    flash(_("The code works again.") if is_active else _("The code is switched off. Who came by it stays registered."))
    return redirect(url_for("review.list_access_codes", slug=slug, _anchor=f"code-{code_id}"), 303)


@blueprint.post("/manage/events/<slug>/access-codes.csv")
@requires(Permission.EDIT_EVENT)
def export_access_codes(slug: str) -> FlaskResponse:
    """Give the codes as CSV. A POST, since it is recorded who took them."""
    content = export_codes(g.event.id, g.event_access.scope, current_user.id)
    return as_attachment(content, f"{slug}-codes.csv", "text/csv; charset=utf-8")


def _form(event: Event) -> CodesForm:
    return CodesForm(categories_in_sight(), event.time_zone)


def _page(form: CodesForm) -> str:
    event = get_event_whole(g.event.id)
    return render_desk(
        "review/access_codes.html",
        "codes",
        form=form,
        codes=list_codes(event.id, g.event_access.scope, now()),
        standing=code_standing,
        url_of=lambda person: registration_url(event.slug, person.reference, ListState()),
        is_whole=g.event_access.scope.is_whole,
        can_decide=may(Permission.DECIDE),
        at=url_for("review.list_access_codes", slug=event.slug),
    )
