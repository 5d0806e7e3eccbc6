"""Remarks and recommendations on the desk: written one after the other, by session; taken away as a document.

Conclusions and recommendations as a document in Markdown: to be taken into a report, a mail, a word processor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import indent

from flask import Response, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from markupsafe import escape

from eventreg.audit.services import acting
from eventreg.events.models import Event, SessionOutcome
from eventreg.events.queries.partners import load_partners
from eventreg.events.rules.programme import OutcomeKind
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.events.wording import credits_of
from eventreg.i18n import formats, languages
from eventreg.kernel.text import LocalizedText, pick
from eventreg.programme.forms.materials import OutcomeForm
from eventreg.programme.queries import SessionOfDay, get_outcome, list_outcomes, list_sessions
from eventreg.programme.rules.materials import OutcomeReason
from eventreg.programme.services import materials
from eventreg.programme.views import blueprint
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
        values = form.read()
        materials.add_outcome(event.id, values, acting())
        flash(_("It is recorded. The form is ready for the next one."))
        kind, public = values["kind"].value, "1" if values["is_public"] else None
        address = url_for(
            "programme.list_outcomes", slug=slug, session=values["session"], kind=kind, public=public, _anchor="add"
        )
        return redirect(address, 303)
    return _list_page(event, sessions, form), outcome.status_code


@blueprint.get("/manage/events/<slug>/outcomes/<int(max=2147483647):outcome_id>")
@requires(Permission.EDIT_PROGRAMME)
def edit_outcome(slug: str, outcome_id: int) -> Answer:
    """Show an entry as a form."""
    outcome = get_outcome(g.event.id, outcome_id)
    return _edit_page(outcome, OutcomeForm(g.event, list_sessions(g.event.id), outcome))


@blueprint.post("/manage/events/<slug>/outcomes/<int(max=2147483647):outcome_id>")
@requires(Permission.EDIT_PROGRAMME)
def save_outcome(slug: str, outcome_id: int) -> Answer:
    """Save an entry."""
    event: Event = g.event
    form = OutcomeForm(event, list_sessions(event.id))
    with form.refusals() as refusal:
        materials.change_outcome(event.id, outcome_id, form.read(), form.seen_revision, acting())
        flash(_("It is saved."))
        return redirect(url_for("programme.list_outcomes", slug=slug, _anchor=f"outcome-{outcome_id}"), 303)
    outcome = get_outcome(event.id, outcome_id)
    if refusal.is_for(OutcomeReason.CHANGED_MEANWHILE):
        form.revision.data = str(outcome.revision)
    return _edit_page(outcome, form), refusal.status_code


@blueprint.post("/manage/events/<slug>/outcomes/<int(max=2147483647):outcome_id>/move")
@requires(Permission.EDIT_PROGRAMME)
def move_outcome(slug: str, outcome_id: int) -> Answer:
    """Move an entry up or down among those of its session."""
    step = 1 if request.form.get("step") == "down" else -1
    materials.move_outcome(g.event.id, outcome_id, step, acting())
    return redirect(url_for("programme.list_outcomes", slug=slug, _anchor=f"outcome-{outcome_id}"), 303)


@blueprint.post("/manage/events/<slug>/outcomes/<int(max=2147483647):outcome_id>/remove")
@requires(Permission.EDIT_PROGRAMME)
def remove_outcome(slug: str, outcome_id: int) -> Answer:
    """Remove an entry."""
    materials.remove_outcome(g.event.id, outcome_id, acting())
    flash(_("It is removed."))
    return redirect(url_for("programme.list_outcomes", slug=slug), 303)


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
        "programme/outcomes.html",
        "outcomes",
        groups=groups,
        has_public=any(outcome.is_public for _session, found in groups for outcome in found),
        has_sessions=bool(sessions),
        form=form,
        language_name=languages.name_of,
    )


def _edit_page(outcome: SessionOutcome, form: OutcomeForm) -> str:
    return render_desk("programme/outcome.html", "outcomes", outcome=outcome, form=form)


def _groups(event: Event, sessions: Sequence[SessionOfDay], *, only_public: bool = False) -> list[Group]:
    by_session: dict[int, list[SessionOutcome]] = {}
    for outcome in list_outcomes(event.id, only_public=only_public):
        by_session.setdefault(outcome.session_id, []).append(outcome)
    return [(each, by_session[each.session.id]) for each in sessions if each.session.id in by_session]


Group = tuple[SessionOfDay, Sequence[SessionOutcome]]


def outcomes_document(event: Event, groups: Sequence[Group], language: str) -> str:
    """Return the document in a language of the event; a text that is missing in it stands in another.

    What only the team reads is marked as such. The event's institutions are loaded. Lines end in "\\n".
    """
    with languages.speaking(language) as spoken:
        lines = [f"# {_in(event, event.title, language)}", "", "**" + _("Conclusions and recommendations") + "**"]
        for place, outcomes in groups:
            when = f"{formats.day(place.held_on, spoken)}, {formats.clock(place.session.starts_at, spoken)}"
            lines += ["", f"## {_in(event, place.session.title, language)}", "", f"*{when}*"]
            for kind, heading in (
                (OutcomeKind.RECOMMENDATION, _("Recommendations")),
                (OutcomeKind.REMARK, _("Remarks")),
            ):
                found = [outcome for outcome in outcomes if outcome.kind is kind]
                if found:
                    lines += ["", f"### {heading}", "", *_items(event, found, language)]
        lines += _credits(event)
        return "\n".join(lines) + "\n"


def _credits(event: Event) -> list[str]:
    """Return who stands behind the event and the sentences that were agreed, after a rule; nothing where nobody does."""
    found = credits_of(event)
    if not found:
        return []
    named = [
        f"{escape(group.role).striptags()}{formats.colon(languages.current_language())} "
        + ", ".join(member.name.striptags() for member in group.members)
        for group in found.groups
    ]
    parts = [*named, *(phrase.striptags() for phrase in found.phrases)]
    return ["", "---", *(line for part in parts for line in ("", part))]


def _items(event: Event, outcomes: Sequence[SessionOutcome], language: str) -> Iterator[str]:
    for number, outcome in enumerate(outcomes, 1):
        mark = f"{number}. "
        text = _in(event, outcome.text, language)
        if not outcome.is_public:
            text += " *(" + _("for the team only") + ")*"
        if addressee := _in(event, outcome.addressee, language):
            text += "\n\n" + _("For: %(addressee)s", addressee=addressee)
        # What goes on below the number belongs to it when it is set in as far as the text beside the number.
        yield mark + indent(text, " " * len(mark)).lstrip()


def _in(event: Event, text: LocalizedText, language: str) -> str:
    return pick(text, language, event.languages).text
