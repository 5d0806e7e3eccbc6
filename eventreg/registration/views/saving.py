"""Keeping a form for later, and going on with it by the link that was mailed."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from eventreg.events.queries.for_registration import get_event_whole, get_published_event
from eventreg.i18n.languages import current_language
from eventreg.kernel.errors import NotFound
from eventreg.questionnaires.queries import get_current_version
from eventreg.registration.emails import SAVED_FORM
from eventreg.registration.forms import KeepForm, submission_key_or_new
from eventreg.registration.queries.saved_forms import get_saved_form, open_form, resumed_key, was_sent
from eventreg.registration.queries.ways_in import find_way_in
from eventreg.registration.services import saved_forms
from eventreg.registration.views import blueprint
from eventreg.registration.views.filled_form import FilledForm
from eventreg.registration.views.form_pages import (
    closed_page,
    find_category,
    form_page,
    refusal_in,
    refusal_now,
    sent_way_in,
)
from eventreg.registration.views.framing import occasion_of, page_frame, public_occasion
from eventreg.registration.views.keep_page import NOT_CARRIED, keep_page
from eventreg.registration.views.sending import VisitorRefusals, crowd_words
from eventreg.web.access import Answer, personal, public
from eventreg.web.limits import limited
from eventreg.web.refusals import refuse


@blueprint.post("/events/<slug>/register/keep")
@public
@limited("30 per 10 minutes")
def save_form(slug: str) -> Answer:
    """Keep the form and mail the link to it."""
    occasion = public_occasion(slug)
    event = occasion.event
    category = find_category(event, request.form.get("category", ""), sent_way_in(event))
    if category is None:
        return redirect(url_for("registration.register", slug=slug), 303)
    refusal = refusal_now(event) or refusal_in(event, category)
    if refusal is not None:
        # Nobody is sent a link to a form that nobody can send.
        return closed_page(occasion, refusal, category)
    key = submission_key_or_new(request.form.get("submission_key"))
    form = KeepForm()
    values = {name: values for name, values in request.form.lists() if name not in NOT_CARRIED}
    with VisitorRefusals(form, busy=crowd_words()) as outcome:
        form.check()
        saved_forms.save_form(
            event.id,
            category.id,
            key,
            values,
            email=form.keep_email.address,
            language=current_language(),
            client=request.remote_addr,
        )
        return redirect(url_for("registration.form_kept", slug=slug), 303)
    if outcome.problem:
        refuse(form.keep_email, outcome.problem)
    return keep_page(occasion, category, key, form, outcome.status_code)


@blueprint.get("/events/<slug>/register/kept")
@public
def form_kept(slug: str) -> str:
    """Say that the form is kept and the link on its way."""
    return render_template("registration/form_kept.html", **page_frame(public_occasion(slug)))


@blueprint.get("/my/form/<token>")
@personal
def show_saved_form(token: str) -> Answer:
    """Show a kept form, filled in as it was. Nothing is written."""
    saved = get_saved_form(token, SAVED_FORM)
    occasion = occasion_of(get_event_whole(saved.event_id))
    event = occasion.event
    if was_sent(saved):
        return render_template("registration/form_was_sent.html", **page_frame(occasion))
    typed = MultiDict([(name, value) for name, values in open_form(saved).items() for value in values])
    carried = typed.get("way_in", "")
    kept = next((found for found in event.categories if found.id == saved.category_id), None)
    # A category may have become private meanwhile: it is there for whoever came by a way in.
    category = find_category(event, kept.key, find_way_in(event, carried)) if kept is not None else None
    if category is None or get_published_event(event.slug) is None:
        raise NotFound
    version = get_current_version(event.id)
    form = FilledForm(event, category, version, resumed_key(saved), is_sent=False, typed=typed)
    return form_page(occasion, form, carried=carried)
