"""What an event is set to, on the desk: dates and places, colours and picture."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from eventreg.audit.services import acting
from eventreg.events.announcing import Announcing, announced
from eventreg.events.checks import calendar_updates, occupancy
from eventreg.events.forms.look import LookForm
from eventreg.events.forms.settings import SUBJECTS, SettingsPage
from eventreg.events.models import Event
from eventreg.events.organizers import organizer
from eventreg.events.queries.events import get_event_whole, get_event_with_picture
from eventreg.events.rules.settings import SettingsReason
from eventreg.events.rules.team import Permission
from eventreg.events.services import settings
from eventreg.events.views import blueprint, desk
from eventreg.events.views.desk import render_desk
from eventreg.i18n.countries import zone_place
from eventreg.i18n.languages import current_language
from eventreg.web.access import Answer, Sending, requires, sends
from eventreg.web.fields import whole_number
from eventreg.web.refusals import Refusals
from eventreg.web.subjects import Subjects
from eventreg.web.traffic import takes_files


@blueprint.get("/manage/events/<slug>/settings")
@requires(Permission.EDIT_EVENT)
def edit_settings(slug: str) -> Answer:
    """Show days, dates, places and the rest: one subject of them, with an index of all."""
    return _page(SettingsPage(get_event_whole(g.event.id), _subjects().current))


@blueprint.post("/manage/events/<slug>/settings")
@requires(Permission.EDIT_EVENT)
@sends(Sending.ANNOUNCED)
def save_event_settings(slug: str) -> Answer:
    """Save the settings of one subject, all or none."""
    subjects, order = _subjects(), request.form.get("do", "")
    page = SettingsPage(get_event_whole(g.event.id), subjects.current, request.form)
    announcing = Announcing(organizer(), request.form.get("announced", ""))
    with Refusals() as outcome:
        days, columns = page.read()
        settings.save_settings(
            g.event.id, whole_number(page.form.revision.data), days, columns, announcing.who, announcing
        )
        moved = desk.moved_at(announcing)
        return redirect(url_for("events.edit_settings", slug=slug, saved=1, part=subjects.after(order), **moved), 303)
    if announcement := announced(outcome):
        return _page(page, announcement=announcement), outcome.status_code
    if outcome.is_for(SettingsReason.CHANGED_MEANWHILE):
        return _page_of_conflict(page), outcome.status_code
    page.refuse(outcome.refused)
    return _page(page), outcome.status_code


@blueprint.post("/manage/events/<slug>/settings/mail")
@requires(Permission.OWN)
def lift_hold(slug: str) -> Answer:
    """Let the event's messages go, once a contact address of the team's own is entered."""
    with Refusals() as outcome:
        settings.lift_mail_hold(g.event.id, request.form.get("contact_address", ""), acting())
        return redirect(url_for("events.edit_settings", slug=slug, saved=1, part="contact"), 303)
    page = SettingsPage(get_event_whole(g.event.id), _subjects("contact").current)
    return _page(page, has_bad_address=True), outcome.status_code


@blueprint.post("/manage/events/<slug>/places/undo")
@requires(Permission.EDIT_EVENT)
def undo_places(slug: str) -> Answer:
    """Take back what made places and let people move up, until their mails go."""
    at = desk.read_instant(request.form.get("at", ""))
    if at is None:
        abort(400)
    page = "events.list_categories" if request.form.get("page") == "categories" else "events.edit_settings"
    with Refusals() as outcome:
        settings.take_back_places(g.event.id, at, organizer())
        flash(_("Undone. The places are as before; whoever moved up waits again, and nobody was written to."))
    if outcome.problem:
        flash(outcome.problem)
    return redirect(url_for(page, slug=slug, part=request.form.get("part") or None), 303)


@blueprint.post("/manage/events/<slug>/calendars/undo")
@requires(Permission.EDIT_EVENT)
def undo_updates(slug: str) -> Answer:
    """Put dates, place and title back, until those whose calendars follow are told."""
    page = "events.edit_texts" if request.form.get("page") == "texts" else "events.edit_settings"
    with Refusals() as outcome:
        calendar_updates().take_back(g.event.id, organizer())
        flash(_("Undone. Dates, place and title are as before, and nobody was written to."))
    if outcome.problem:
        flash(outcome.problem)
    return redirect(url_for(page, slug=slug, part=request.form.get("part") or None), 303)


def _subjects(named: str = "") -> Subjects:
    return Subjects(SUBJECTS, named or request.args.get("part", ""))


def _page_of_conflict(sent: SettingsPage) -> str:
    """Show what was typed, and what of it stands otherwise now. Saving once more puts what was typed in its place."""
    current = SettingsPage(get_event_whole(sent.event.id), sent.subject)
    differing = [*_differing(current, sent)]
    sent.form.revision.data = str(current.event.settings_revision)
    return _page(sent, differing=differing)


def _differing(current: SettingsPage, sent: SettingsPage) -> Sequence[tuple[str, str, str]]:
    typed = {bound.name: bound for form in (*sent.days, sent.form) for bound in form}
    found = []
    for form in (*current.days, current.form):
        for bound in form:
            other = typed.get(bound.name)
            if bound.type != "HiddenField" and other is not None and (bound.data or "") != (other.data or ""):
                found.append((other.id, str(bound.label.text), _shown(bound.data)))
    return found


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return " / ".join(map(str, value.values()))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _page(
    page: SettingsPage,
    *,
    differing: Sequence[tuple[str, str, str]] | None = None,
    has_bad_address: bool = False,
    announcement: Mapping[str, Any] | None = None,
) -> str:
    event: Event = page.event
    places, subjects = occupancy().seats_of(event).whole, _subjects(page.subject.key)
    address = partial(url_for, "events.edit_settings", slug=event.slug)
    return render_desk(
        "events/settings.html",
        "settings",
        at=address(part=page.subject.key),
        subjects=subjects,
        entries=subjects.index(lambda part: address(part=part)),
        page=page,
        form=page.form,
        zone=zone_place(event.time_zone, current_language()),
        taken=places.taken,
        over=places.over,
        has_registrations=bool(occupancy().count_in_categories(event.id)),
        differing=differing,
        own=Permission.OWN,
        has_bad_address=has_bad_address,
        announcement=announcement,
        moved=desk.moved_up(),
        updates=desk.updates_waiting(),
        typed_address=request.form.get("contact_address", "") if has_bad_address else "",
    )


@blueprint.get("/manage/events/<slug>/look")
@requires(Permission.EDIT_EVENT)
def edit_look(slug: str) -> Answer:
    """Show colours and picture."""
    event = get_event_with_picture(g.event.id)
    given = {"palette": event.palette, "picture_text": event.picture_text, "revision": str(event.settings_revision)}
    return _page_of_look(event, LookForm(event.languages, formdata=None, **given))


@blueprint.post("/manage/events/<slug>/look")
@requires(Permission.EDIT_EVENT)
@takes_files
def save_event_look(slug: str) -> Answer:
    """Save colours and picture. The picture is read before anything is locked."""
    event = get_event_with_picture(g.event.id)
    form = LookForm(event.languages)
    with form.refusals() as outcome:
        form.check()
        settings.save_look(
            event.id, whole_number(form.revision.data), form.palette.data or "", form.picture_text.data,
            acting(), picture=form.picture.picture, removes_picture=bool(form.is_removed.data),
        )  # fmt: skip
        return redirect(url_for("events.edit_look", slug=slug, saved=1), 303)
    problem = ""
    if outcome.is_for(SettingsReason.CHANGED_MEANWHILE):
        problem = _("Nothing was overwritten. Below stands what you chose; choose a new picture once more, then save.")
        event = get_event_with_picture(event.id)
        form.revision.data = str(event.settings_revision)
    return _page_of_look(event, form, problem, outcome.problem), outcome.status_code


def _page_of_look(event: Event, form: LookForm, problem: str = "", problem_title: str = "") -> str:
    return render_desk(
        "events/look.html", "look", form=form, shown=event.picture, problem=problem, problem_title=problem_title
    )
