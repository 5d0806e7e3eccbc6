"""Publishing the draft: what stands in the way, what changes, what that does to people; and throwing the draft away.

The versions of what an event asks: when each was published, by whom, and what it changed.
"""

from dataclasses import dataclass
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from eventreg.audit.services import acting
from eventreg.events.models import Event
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.kernel.errors import Refused
from eventreg.questionnaires import checks, queries, wording
from eventreg.questionnaires.forms.sections import PublishingForm
from eventreg.questionnaires.models import QuestionnaireDraft
from eventreg.questionnaires.rules.changes import Change, Changes, Figures, Part, changes_between
from eventreg.questionnaires.rules.publishing import finished, seen_mark
from eventreg.questionnaires.services.drafting import discard_draft
from eventreg.questionnaires.services.publishing import AskAgain, can_be_asked_again, publish_draft
from eventreg.questionnaires.views import blueprint
from eventreg.web import fields, freshness, refusals
from eventreg.web.access import Answer, Sending, requires, sends


@dataclass(frozen=True)
class _State:
    """The draft of an event beside what is published."""

    draft: QuestionnaireDraft | None
    has_version: bool
    changes: Changes
    askable: list[Change]
    #: None where nobody can have answered: nothing was published yet
    figures: Figures | None


@blueprint.get("/manage/events/<slug>/questions/publish")
@requires(Permission.EDIT_EVENT)
def review_publishing(slug: str) -> str:
    """Show what stands in the way of publishing the draft, what it changes, and what that does to people."""
    state = _state(g.event)
    return _page(state, PublishingForm(g.event.languages, _keys(state), formdata=None))


@blueprint.post("/manage/events/<slug>/questions/publish")
@requires(Permission.EDIT_EVENT)
@sends(Sending.LOOKED_AT)
def publish_questions(slug: str) -> Answer:
    """Publish the draft that was seen, or say how many people would be asked again."""
    state = _state(g.event)
    form = PublishingForm(g.event.languages, _keys(state), formdata=request.form)
    if not form.validate():
        return _page(state, form), 422
    if "count" in request.form:
        return _page(state, form)
    again = AskAgain(form.again.data or (), form.note.data)
    try:
        publish_draft(g.event.id, request.form.get("revision", ""), again, acting())
    except Refused as refused:
        return _page(_state(g.event), form, refusals.said(refused)), refused.status_code
    if again.question_keys:
        flash(_("Published. Those already registered are being asked to answer again."))
    else:
        flash(_("Published. Whoever registers from now on is asked these questions."))
    return redirect(url_for("questionnaires.review_publishing", slug=slug), 303)


@blueprint.route("/manage/events/<slug>/questions/discard", methods=["GET", "POST"])
@requires(Permission.EDIT_EVENT)
@freshness.requires_fresh_sign_in()
def discard_questions(slug: str) -> Answer:
    """Ask once more, then throw the draft away: what is published goes on being asked."""
    problem, code = "", 200
    if request.method == "POST":
        try:
            discard_draft(g.event.id, request.form.get("revision", ""), acting())
        except Refused as refused:
            problem, code = refusals.said(refused), refused.status_code
        else:
            flash(_("The draft is discarded."))
            return redirect(url_for("questionnaires.review_publishing", slug=slug), 303)
    state = _state(g.event)
    page = render_desk(
        "questionnaires/discard.html",
        "publish",
        problem=problem,
        draft=state.draft,
        seen=_mark(state.draft),
        has_version=state.has_version,
        changes=wording.changes_in_words(state.changes, None),
    )
    return page, code


def _state(event: Event) -> _State:
    draft, newest = queries.find_draft(event.id), queries.find_newest_version(event.id)
    if draft is None:
        return _State(None, newest is not None, Changes(()), [], None)
    changes = changes_between(newest.definition if newest else {}, finished(draft.definition, event.languages))
    if newest is None:
        return _State(draft, False, changes, [], None)
    askable = changes.askable(checks.is_answerable) if can_be_asked_again(event) else []
    return _State(
        draft, True, changes, askable, queries.count_registered(event.id, _wanted(changes), g.event_access.scope)
    )


def _wanted(changes: Changes) -> queries.WantedCounts:
    """Return what is to be counted for the questions that changed."""
    questions = [(each, each.before or each.after) for each in changes.listed if not each.is_section]
    return queries.WantedCounts(
        keys={change.key for change, question in questions if question and not question.column},
        columns={change.key: question.column for change, question in questions if question and question.column},
        values_of={
            change.key
            for change, question in questions
            if question and not question.is_sensitive and any(p.part is Part.OPTIONS_REMOVED for p in change.parts)
        },
    )


def _page(state: _State, form: PublishingForm, problem: str = "") -> str:
    event = get_event_whole(g.event.id)
    ticked = set(form.again.data or ())
    reached = [change.after for change in state.askable if change.key in ticked and change.after is not None]
    obstacles = checks.obstacles_of(state.draft.definition, event) if state.draft is not None else []
    return render_desk(
        "questionnaires/publish.html",
        "publish",
        form=form,
        problem=problem,
        problem_title=_("Nothing was published"),
        draft=state.draft,
        seen=_mark(state.draft),
        has_version=state.has_version,
        obstacles=wording.obstacles_in_words(obstacles, event.slug),
        changes=wording.changes_in_words(state.changes, state.figures, state.askable),
        form_changes=[wording.part_in_words(part) for part in state.changes.form],
        how_words=wording.how_in_words,
        people=sum(state.figures.people.values()) if state.figures else 0,
        ticked=ticked,
        reached=state.figures.reached(reached) if state.figures and reached else 0,
        is_part=not g.event_access.scope.is_whole,
        can_ask=can_be_asked_again(event),
    )


def _keys(state: _State) -> list[str]:
    return [change.key for change in state.askable]


def _mark(draft: QuestionnaireDraft | None) -> str:
    return seen_mark(draft.revision, draft.definition) if draft is not None else ""


_A_PAGE = 20


@blueprint.get("/manage/events/<slug>/questions/versions")
@requires(Permission.EDIT_EVENT)
def list_question_versions(slug: str) -> str:
    """Show the published versions, the newest first, with what each changed of the one before it."""
    versions = queries.list_past_versions(g.event.id, fields.whole_number(request.args.get("before")), _A_PAGE)
    address = url_for("questionnaires.list_question_versions", slug=slug)
    last = versions[-1] if len(versions) == _A_PAGE else None
    return render_desk(
        "questionnaires/versions.html",
        "versions",
        versions=[_shown(past) for past in versions],
        how_words=wording.how_in_words,
        older_url=f"{address}?before={last.version.version}" if last and last.version.version > 1 else "",
        at=address,
    )


def _shown(past: queries.PastVersion) -> dict[str, Any]:
    changes = changes_between(past.before.definition if past.before else {}, past.version.definition)
    return {
        "number": past.version.version,
        "at": past.version.published_at,
        "publisher": past.publisher,
        "is_first": past.before is None,
        "changes": wording.changes_in_words(changes, None) if past.before is not None else [],
        "form_changes": [wording.part_in_words(part) for part in changes.form] if past.before is not None else [],
    }
