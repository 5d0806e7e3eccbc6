"""What an event asks, on one page of the desk: sections, questions, how the form is shown, and what is not published yet."""

from __future__ import annotations

from flask import g, redirect, request, url_for

from eventreg.audit.services import acting
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.questionnaires.queries import get_board
from eventreg.questionnaires.rules.drafts import changes
from eventreg.questionnaires.rules.drafts.comparing import list_differences
from eventreg.questionnaires.rules.drafts.reading import read_draft
from eventreg.questionnaires.services import building
from eventreg.questionnaires.services.drafting import change_draft
from eventreg.questionnaires.views import blueprint
from eventreg.questionnaires.views.offering import whole_event
from eventreg.questionnaires.views.rows import section_rows
from eventreg.web.access import Answer, requires
from eventreg.web.refusals import Refusals

_STEPS = {"up": -1, "down": 1}


@blueprint.get("/manage/events/<slug>/questions")
@requires(Permission.EDIT_EVENT)
def list_questions(slug: str) -> Answer:
    """Show the sections with their questions in order, and how the draft stands to what is published."""
    return _page()


@blueprint.post("/manage/events/<slug>/questions/edit/<key>/arrange")
@requires(Permission.EDIT_EVENT)
def arrange_question(slug: str, key: str) -> Answer:
    """Move, copy or retire a question, as the button says."""
    event_id, order = g.event.id, request.form.get("do", "")
    with Refusals() as outcome:
        if order in _STEPS:
            change_draft(event_id, acting(), changes.move_question, key, _STEPS[order])
        elif order == "place":
            section, before = request.form.get("section", ""), request.form.get("before", "")
            change_draft(event_id, acting(), changes.place_question, key, section, before)
        elif order == "copy":
            copied = building.copy_question(event_id, key, acting())
            return redirect(url_for("questionnaires.edit_question", slug=slug, key=copied), 303)
        elif order == "retire":
            change_draft(event_id, acting(), changes.remove_question, key)
            return redirect(url_for("questionnaires.list_questions", slug=slug), 303)
        return redirect(url_for("questionnaires.list_questions", slug=slug, _anchor=f"question-{key}"), 303)
    return _page(outcome.problem), outcome.status_code


@blueprint.post("/manage/events/<slug>/questions/sections/<key>/arrange")
@requires(Permission.EDIT_EVENT)
def arrange_section(slug: str, key: str) -> Answer:
    """Move or remove a section, as the button says."""
    order = request.form.get("do", "")
    with Refusals() as outcome:
        if order in _STEPS:
            change_draft(g.event.id, acting(), changes.move_section, key, _STEPS[order])
        elif order == "remove":
            change_draft(g.event.id, acting(), changes.remove_section, key)
        return redirect(url_for("questionnaires.list_questions", slug=slug, _anchor=f"section-{key}"), 303)
    return _page(outcome.problem), outcome.status_code


@blueprint.post("/manage/events/<slug>/questions/shape")
@requires(Permission.EDIT_EVENT)
def save_form_shape(slug: str) -> Answer:
    """Save whether the form is in steps, and whether it ends with the answers."""
    shape = {name: name in request.form for name in ("is_stepwise", "has_summary")}
    change_draft(g.event.id, acting(), changes.save_shape, shape)
    return redirect(url_for("questionnaires.list_questions", slug=slug, _anchor="shape"), 303)


def _page(problem: str = "") -> str:
    event = whole_event()
    board = get_board(event.id)
    return render_desk(
        "questionnaires/questions.html",
        "draft",
        sections=section_rows(read_draft(board.document), event),
        board=board,
        change_count=len(list_differences(board.published or {}, board.document)) if board.draft is not None else 0,
        problem=problem,
    )
