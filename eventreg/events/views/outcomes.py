"""Remarks and recommendations on the desk: written one after the other, by session; taken away as a document."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from eventreg.audit.services import acting
from eventreg.events.forms.outcomes import OutcomeForm
from eventreg.events.models import Event, SessionOutcome
from eventreg.events.queries.materials import SessionOfDay, list_sessions
from eventreg.events.queries.outcomes import get_outcome, list_outcomes
from eventreg.events.queries.partners import load_partners
from eventreg.events.rules.materials import OutcomeReason
from eventreg.events.rules.programme import OutcomeKind
from eventreg.events.rules.team import Permission
from eventreg.events.services import outcomes
from eventreg.events.views import blueprint
from eventreg.events.views.desk import render_desk
from eventreg.events.views.outcomes_document import Group, outcomes_document
from eventreg.events.wording import outcome_kind_name
from eventreg.i18n.languages import own_name
from eventreg.web.access import Answer, requires
from eventreg.web.downloads import as_attachment


@blueprint.get("/manage/events/<slug>/outcomes", endpoint="list_outcomes")
@requires(Permission.EDIT_PROGRAMME)
def list_event_outcomes(slug: str) -> Answer:
    """List what each session left behind, with the form for the next entry, which begins like the last."""
    event, sessions = g.event, list_sessions(g.event.id)
    asked, first = request.args, sessions[0].session.public_id if sessions else ""
    form = OutcomeForm(
        event,
        sessions,
        formdata=None,
        session=asked.get("session", first),
        kind=asked.get("kind", OutcomeKind.RECOMMENDATION.value),
        is_public="public" in asked,
    )
    return _list_page(event, sessions, form)


@blueprint.post("/manage/events/<slug>/outcomes")
@requires(Permission.EDIT_PROGRAMME)
def add_outcome(slug: str) -> Answer:
    """Add an entry, and be ready for the next of the same session and kind."""
    event, sessions = g.event, list_sessions(g.event.id)
    form = OutcomeForm(event, sessions)
    with form.refusals() as outcome:
        entry = form.read()
        outcomes.add_outcome(event.id, entry, acting())
        flash(_("It is recorded. The form is ready for the next one."))
        kind, public = entry.kind.value, "1" if entry.is_public else None
        address = url_for(
            "events.list_outcomes", slug=slug, session=entry.session, kind=kind, public=public, _anchor="add"
        )
        return redirect(address, 303)
    return _list_page(event, sessions, form), outcome.status_code


@blueprint.get("/manage/events/<slug>/outcomes/<int(max=2147483647):outcome_id>")
@requires(Permission.EDIT_PROGRAMME)
def edit_outcome(slug: str, outcome_id: int) -> Answer:
    """Show an entry as a form."""
    outcome = get_outcome(g.event.id, outcome_id)
    return _edit_page(outcome, OutcomeForm.of(g.event, list_sessions(g.event.id), outcome))


@blueprint.post("/manage/events/<slug>/outcomes/<int(max=2147483647):outcome_id>")
@requires(Permission.EDIT_PROGRAMME)
def save_outcome(slug: str, outcome_id: int) -> Answer:
    """Save an entry."""
    event: Event = g.event
    form = OutcomeForm(event, list_sessions(event.id))
    with form.refusals() as refusal:
        outcomes.change_outcome(event.id, outcome_id, form.read(), form.seen_revision, acting())
        flash(_("It is saved."))
        return redirect(url_for("events.list_outcomes", slug=slug, _anchor=f"outcome-{outcome_id}"), 303)
    outcome = get_outcome(event.id, outcome_id)
    if refusal.is_for(OutcomeReason.CHANGED_MEANWHILE):
        form.revision.data = str(outcome.revision)
    return _edit_page(outcome, form), refusal.status_code


@blueprint.post("/manage/events/<slug>/outcomes/<int(max=2147483647):outcome_id>/move")
@requires(Permission.EDIT_PROGRAMME)
def move_outcome(slug: str, outcome_id: int) -> Answer:
    """Move an entry up or down among those of its session."""
    step = 1 if request.form.get("step") == "down" else -1
    outcomes.move_outcome(g.event.id, outcome_id, step, acting())
    return redirect(url_for("events.list_outcomes", slug=slug, _anchor=f"outcome-{outcome_id}"), 303)


@blueprint.post("/manage/events/<slug>/outcomes/<int(max=2147483647):outcome_id>/remove")
@requires(Permission.EDIT_PROGRAMME)
def remove_outcome(slug: str, outcome_id: int) -> Answer:
    """Remove an entry."""
    outcomes.remove_outcome(g.event.id, outcome_id, acting())
    flash(_("It is removed."))
    return redirect(url_for("events.list_outcomes", slug=slug), 303)


@blueprint.get("/manage/events/<slug>/outcomes.md")
@requires(Permission.EDIT_PROGRAMME)
def download_outcomes(slug: str) -> Response:
    """Give everything as a document in Markdown, in one language of the event; `scope=public` leaves out the rest."""
    event: Event = g.event
    language = request.args.get("language", "")
    language = language if language in event.languages else event.languages[0]
    only_public = request.args.get("scope") == "public"
    load_partners(event)
    text = outcomes_document(event, _groups(event, list_sessions(event.id), only_public=only_public), language)
    return as_attachment(text.encode("utf-8"), f"{event.slug}-{language}.md", "text/markdown; charset=utf-8")


def _list_page(event: Event, sessions: Sequence[SessionOfDay], form: OutcomeForm) -> str:
    groups = _groups(event, sessions)
    return render_desk(
        "events/outcomes.html",
        "outcomes",
        groups=groups,
        has_public=any(outcome.is_public for _session, found in groups for outcome in found),
        has_sessions=bool(sessions),
        form=form,
        kind_name=outcome_kind_name,
        own_name=own_name,
    )


def _edit_page(outcome: SessionOutcome, form: OutcomeForm) -> str:
    return render_desk("events/outcome.html", "outcomes", outcome=outcome, form=form, kind_name=outcome_kind_name)


def _groups(event: Event, sessions: Sequence[SessionOfDay], *, only_public: bool = False) -> list[Group]:
    by_session: dict[int, list[SessionOutcome]] = {}
    for outcome in list_outcomes(event.id, only_public=only_public):
        by_session.setdefault(outcome.session_id, []).append(outcome)
    return [(each, by_session[each.session.id]) for each in sessions if each.session.id in by_session]
