"""What questions can begin from: ready-made sets, and what other events of the account ask."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _, ngettext
from flask_login import current_user

from eventreg.audit.services import acting
from eventreg.events.models import Event
from eventreg.events.policies import find_access
from eventreg.events.queries.team import list_memberships
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.i18n import formats, languages
from eventreg.kernel.errors import Refused
from eventreg.questionnaires.queries import draft_document
from eventreg.questionnaires.rules.drafts.reading import read_draft
from eventreg.questionnaires.rules.starts import SETS, ReusedQuestions, set_document
from eventreg.questionnaires.services.drafting import add_set, take_from_event
from eventreg.questionnaires.views import blueprint
from eventreg.web.access import Answer, requires
from eventreg.web.refusals import said
from eventreg.web.templating import plain_in_reader_language, quoted_in_reader_language

_MOST_EVENTS = 200


class ShownSet(NamedTuple):
    """A ready-made set for the page."""

    name: str
    title: str
    #: labels of its questions; those that are asked already apart
    new: Sequence[str]
    there: Sequence[str]


@blueprint.get("/manage/events/<slug>/questions/start")
@requires(Permission.EDIT_EVENT)
def show_starts(slug: str) -> str:
    """Show the ready-made sets, and the events whose questions can be taken over."""
    return _page(g.event)


@blueprint.post("/manage/events/<slug>/questions/start/set")
@requires(Permission.EDIT_EVENT)
def add_ready_made_set(slug: str) -> Answer:
    """Add a set to the draft, and say what was there already; or put it in place of everything."""
    name = request.form.get("set", "")
    if name not in SETS:
        return _page(g.event, _("Choose one of the sets.")), 422
    instead = bool(request.form.get("instead"))
    return _tell(slug, lambda: add_set(g.event.id, name, acting(), instead=instead))


@blueprint.post("/manage/events/<slug>/questions/start/event")
@requires(Permission.EDIT_EVENT)
def take_questions_over(slug: str) -> Answer:
    """Add what another event asks to the draft, or put it in its place."""
    chosen = request.form.get("event", "")
    if chosen not in dict(_sources(g.event)):
        return _page(g.event, _("Choose one of your events.")), 422
    access = find_access(chosen, current_user)
    # Looked at again by itself: what the list holds is what the page offers, this is what may be done.
    if access is None or not access.may(Permission.EDIT_EVENT) or access.lacks_second_factor:
        abort(404)
    instead = bool(request.form.get("instead"))
    return _tell(slug, lambda: take_from_event(g.event.id, access.event.id, acting(), instead=instead))


def _tell(slug: str, take: Callable[[], ReusedQuestions]) -> Answer:
    try:
        taken = take()
    except Refused as refused:
        what = ngettext("%(num)d question", "%(num)d questions", int(refused.details.get("most", 0)))
        return _page(g.event, said(refused, what=what)), refused.status_code
    for sentence in _said(taken):
        flash(sentence)
    return redirect(url_for("questionnaires.show_starts", slug=slug), 303)


def _said(taken: ReusedQuestions) -> list[str]:
    found = [ngettext("%(num)d question added.", "%(num)d questions added.", len(taken.added))]
    if taken.skipped:
        found.append(
            _("Asked already, and left as it is: %(questions)s", questions=quoted_in_reader_language(taken.skipped))
        )
    if taken.homeless:
        found.append(
            _("Only for categories that this event does not have, and left out: %(questions)s",
              questions=quoted_in_reader_language(taken.homeless))
        )  # fmt: skip
    if taken.lost_categories:
        keys = formats.joined(list(taken.lost_categories), languages.current_language())
        found.append(_("Categories that this event does not have: %(categories)s", categories=keys))
    return found


def _page(event: Event, problem: str = "") -> str:
    document = draft_document(event.id)
    asked = read_draft(document)
    keys = {question.key for question in asked.questions()}
    columns = {question.column for question in asked.questions()} - {None}
    return render_desk(
        "questionnaires/starts.html",
        "draft",
        problem=problem,
        sets=[_shown(name, keys, columns) for name in SETS],
        sources=_sources(event),
        has_questions=bool(keys),
        at=url_for("questionnaires.show_starts", slug=event.slug),
    )


def _shown(name: str, keys: set[str], columns: set[str | None]) -> ShownSet:
    questions = list(read_draft(set_document(name)).questions())
    is_there = {each.key: each.key in keys or each.column in columns for each in questions}
    labels: dict[bool, list[str]] = {True: [], False: []}
    for question in questions:
        labels[is_there[question.key]].append(plain_in_reader_language(question.label))
    return ShownSet(name, _titles()[name], labels[False], labels[True])


def _titles() -> Mapping[str, str]:
    return {
        "basics": _("Seminar basics"),
        "travel": _("Travel and visa"),
        "needs": _("Diet and accessibility"),
        "speaker": _("For speakers"),
    }


def _sources(event: Event) -> list[tuple[str, str]]:
    """Return the other events whose questions the account edits: name in addresses, title."""
    memberships = list_memberships(current_user.id, False)
    return [
        (each.event.slug, plain_in_reader_language(each.event.title))
        for each in memberships
        if each.event.id != event.id and each.grant.allows(Permission.EDIT_EVENT)
    ][:_MOST_EVENTS]
