"""The versions of what an event asks: when each was published, by whom, and what it changed."""

from __future__ import annotations

from typing import Any

from flask import g, request, url_for

from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.questionnaires.queries import PastVersion, list_past_versions
from eventreg.questionnaires.rules.changes import changes_between
from eventreg.questionnaires.views import blueprint
from eventreg.questionnaires.views.publication_words import changes_in_words, how_in_words, part_in_words
from eventreg.web.access import requires
from eventreg.web.fields import whole_number

_A_PAGE = 20


@blueprint.get("/manage/events/<slug>/questions/versions")
@requires(Permission.EDIT_EVENT)
def list_question_versions(slug: str) -> str:
    """Show the published versions, the newest first, with what each changed of the one before it."""
    versions = list_past_versions(g.event.id, whole_number(request.args.get("before")), _A_PAGE)
    address = url_for("questionnaires.list_question_versions", slug=slug)
    last = versions[-1] if len(versions) == _A_PAGE else None
    return render_desk(
        "questionnaires/versions.html",
        "versions",
        versions=[_shown(past) for past in versions],
        how_words=how_in_words,
        older_url=f"{address}?before={last.version.version}" if last and last.version.version > 1 else "",
        at=address,
    )


def _shown(past: PastVersion) -> dict[str, Any]:
    changes = changes_between(past.before.definition if past.before else {}, past.version.definition)
    return {
        "number": past.version.version,
        "at": past.version.published_at,
        "publisher": past.publisher,
        "is_first": past.before is None,
        "changes": changes_in_words(changes, None) if past.before is not None else [],
        "form_changes": [part_in_words(part) for part in changes.form] if past.before is not None else [],
    }
