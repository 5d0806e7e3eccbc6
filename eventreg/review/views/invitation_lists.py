"""Many people are invited from a list: tried first, line by line; then made, or made and sent."""

from __future__ import annotations

from flask import flash, g, redirect, request, url_for
from flask_babel import ngettext

from eventreg.events.models import Event
from eventreg.events.organizers import organizer
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.i18n.languages import known_languages, name_of, own_name
from eventreg.kernel.typed import showable
from eventreg.registration.rules.invitation_lists import Lines, names_of, read_list
from eventreg.registration.rules.invitation_wishes import Verdict
from eventreg.registration.services.invitations import invite_list, try_list
from eventreg.review.forms.invitations import InvitationListForm
from eventreg.review.views import blueprint
from eventreg.review.views.invitations import category_choices
from eventreg.review.views.list_state import categories_in_sight
from eventreg.web.access import Answer, may, requires
from eventreg.web.bodies import takes_files
from eventreg.web.refusals import refuse, said

#: characters of a list: a thousand people with everything about them
_LONGEST = 500_000


@blueprint.route("/manage/events/<slug>/invitations/list", methods=["GET", "POST"])
@requires(Permission.SEND_MESSAGES)
@takes_files
def invite_people(slug: str) -> Answer:
    """Take a list: say what would come of each line, or do it when the button of that page was pressed."""
    event: Event = g.event
    form = InvitationListForm(category_choices())
    if request.method != "POST":
        return _page(event, form)
    with form.refusals() as outcome:
        form.check()
        _take_file(form)
        act = request.form.get("act", "try")
        lines = _lines(event, form)
        if act == "change":
            return _page(event, form)
        if act not in ("make", "send"):
            return _page(event, form, try_list(event.id, lines, organizer(), sends=False))
        verdicts, is_done = invite_list(event.id, lines, organizer(), sends=act == "send")
        if not is_done:
            return _page(event, form, verdicts)
        if act == "send":
            flash(ngettext("%(num)d invitation is on its way.", "%(num)d invitations are on their way.", len(verdicts)))
        else:
            flash(ngettext("%(num)d invitation is made.", "%(num)d invitations are made.", len(verdicts)))
        return redirect(url_for("review.show_invitations", slug=slug), 303)
    if outcome.problem:
        refuse(form.people, outcome.problem)
    return _page(event, form), outcome.status_code


def _page(event: Event, form: InvitationListForm, verdicts: list[Verdict] | None = None) -> str:
    refused = sum(1 for verdict in verdicts or () if verdict.refusal)
    return render_desk(
        "review/invitation_list.html",
        "invitations",
        form=form,
        verdicts=verdicts,
        refused=refused,
        without_address=sum(1 for verdict in verdicts or () if not verdict.wish.email),
        sentence=said,
        category_names=dict(category_choices()),
        language_names={code: own_name(code) for code in known_languages()},
        can_decide=may(Permission.DECIDE),
    )


def _take_file(form: InvitationListForm) -> None:
    """Put what a file holds into the field of the list, so that it goes along from page to page."""
    storage = request.files.get(form.file.name)
    if storage is None or not storage.filename:
        return
    content = storage.read(_LONGEST * 4)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What Excel writes as "CSV" in a western language.
        text = content.decode("cp1252", "replace")
    form.people.data = showable(text)


def _lines(event: Event, form: InvitationListForm) -> Lines:
    text = (form.people.data or "")[:_LONGEST]
    categories = names_of({category.key: list(category.name.values()) for category in categories_in_sight()})
    codes = known_languages()
    languages = names_of({code: [own_name(code), *(name_of(code, reader) for reader in codes)] for code in codes})
    return read_list(text, form.terms(event.time_zone, may_decide=may(Permission.DECIDE)), categories, languages)
