"""What an event asks, on one page of the desk: sections, questions, and what is not published yet."""

from __future__ import annotations

from flask import g, redirect, render_template, request, url_for
from flask_login import current_user

from eventreg.events.rules.team import Permission
from eventreg.kernel.clock import now
from eventreg.questionnaires.draft_wording import draft_sentence
from eventreg.questionnaires.queries import get_board
from eventreg.questionnaires.rules.drafts import DraftRefused, list_differences, read_draft
from eventreg.questionnaires.services import building
from eventreg.questionnaires.views import blueprint
from eventreg.questionnaires.views.offering import frame, whole_event
from eventreg.questionnaires.views.rows import section_rows
from eventreg.web.access import Answer, requires
from eventreg.web.templating import language_url_at

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
    event_id, order, account_id, at = g.event.id, request.form.get("do", ""), current_user.id, now()
    try:
        if order in _STEPS:
            building.move_question(event_id, key, _STEPS[order], account_id, at)
        elif order == "place":
            section, before = request.form.get("section", ""), request.form.get("before", "")
            building.place_question(event_id, key, section, before, account_id, at)
        elif order == "copy":
            copied = building.copy_question(event_id, key, g.event.languages, account_id, at)
            return redirect(url_for("questionnaires.edit_question", slug=slug, key=copied), 303)
        elif order == "retire":
            building.retire_question(event_id, key, account_id, at)
            return redirect(url_for("questionnaires.list_questions", slug=slug), 303)
    except DraftRefused as refused:
        return _page(draft_sentence(refused)), 409
    return redirect(url_for("questionnaires.list_questions", slug=slug, _anchor=f"question-{key}"), 303)


@blueprint.post("/manage/events/<slug>/questions/sections/<key>/arrange")
@requires(Permission.EDIT_EVENT)
def arrange_section(slug: str, key: str) -> Answer:
    """Move or remove a section, as the button says."""
    order, account_id = request.form.get("do", ""), current_user.id
    try:
        if order in _STEPS:
            building.move_section(g.event.id, key, _STEPS[order], account_id, now())
        elif order == "remove":
            building.remove_section(g.event.id, key, account_id, now())
    except DraftRefused as refused:
        return _page(draft_sentence(refused)), 409
    return redirect(url_for("questionnaires.list_questions", slug=slug, _anchor=f"section-{key}"), 303)


def _page(problem: str = "") -> str:
    event = whole_event()
    board = get_board(event.id)
    return render_template(
        "questionnaires/questions.html",
        sections=section_rows(read_draft(board.document), event),
        board=board,
        change_count=len(list_differences(board.published or {}, board.document)) if board.draft is not None else 0,
        problem=problem,
        language_url=language_url_at(url_for("questionnaires.list_questions", slug=event.slug)),
        **frame(event),
    )
