"""What an event asks, on one page of the desk: sections, questions, and what is not published yet."""

from __future__ import annotations

from flask import g, render_template

from eventreg.events.queries.for_registration import get_event_whole
from eventreg.events.rules.publication import EFFECTS
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import QUESTIONS, desk
from eventreg.questionnaires.queries import get_board
from eventreg.questionnaires.rules.drafts import list_differences, read_draft
from eventreg.questionnaires.views import blueprint
from eventreg.questionnaires.views.rows import section_rows
from eventreg.web.access import requires


@blueprint.get("/manage/events/<slug>/questions")
@requires(Permission.EDIT_EVENT)
def list_questions(slug: str) -> str:
    """Show the sections with their questions in order, and how the draft stands to what is published."""
    event = get_event_whole(g.event.id)
    board = get_board(event.id)
    return render_template(
        "questionnaires/questions.html",
        sections=section_rows(read_draft(board.document), event),
        board=board,
        change_count=len(list_differences(board.published or {}, board.document)) if board.draft is not None else 0,
        is_changeable=EFFECTS[event.publication].is_changeable,
        **desk(event, QUESTIONS, "questions"),
    )
