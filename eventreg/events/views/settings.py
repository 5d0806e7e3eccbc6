"""Dates, places and other settings of an event on the desk."""

from __future__ import annotations

from collections.abc import Sequence

from flask import g, redirect, request, url_for

from eventreg.audit.services import acting
from eventreg.events.forms.settings import SettingsPage
from eventreg.events.models import Event
from eventreg.events.occupancy import occupancy
from eventreg.events.queries.for_registration import get_event_whole
from eventreg.events.rules.settings import SettingsReason
from eventreg.events.rules.team import Permission
from eventreg.events.services.settings import lift_mail_hold, save_settings
from eventreg.events.views import blueprint
from eventreg.events.views.desk import render_desk
from eventreg.web.access import Answer, requires
from eventreg.web.fields import whole_number
from eventreg.web.refusals import Refusals


@blueprint.get("/manage/events/<slug>/settings")
@requires(Permission.EDIT_EVENT)
def edit_settings(slug: str) -> Answer:
    """Show days, dates, places and the rest."""
    return _page(SettingsPage(get_event_whole(g.event.id)))


@blueprint.post("/manage/events/<slug>/settings")
@requires(Permission.EDIT_EVENT)
def save_event_settings(slug: str) -> Answer:
    """Save the settings, all or none."""
    page = SettingsPage(get_event_whole(g.event.id), request.form)
    with Refusals() as outcome:
        days, columns = page.read()
        save_settings(g.event.id, whole_number(page.form.revision.data), days, columns, acting())
        is_more = request.form.get("do") == "add-day"
        return redirect(url_for("events.edit_settings", slug=slug, saved=1, _anchor="days" if is_more else None), 303)
    if outcome.is_for(SettingsReason.CHANGED_MEANWHILE):
        return _page_of_conflict(page), outcome.status_code
    page.refuse(outcome.refused)
    return _page(page), outcome.status_code


@blueprint.post("/manage/events/<slug>/settings/mail")
@requires(Permission.OWN)
def lift_hold(slug: str) -> Answer:
    """Let the event's messages go, once a contact address of the team's own is entered."""
    with Refusals() as outcome:
        lift_mail_hold(g.event.id, request.form.get("contact_address", ""), acting())
        return redirect(url_for("events.edit_settings", slug=slug, saved=1), 303)
    return _page(SettingsPage(get_event_whole(g.event.id)), has_bad_address=True), outcome.status_code


def _page_of_conflict(sent: SettingsPage) -> str:
    """Show what was typed, and what of it stands otherwise now. Saving once more puts what was typed in its place."""
    current = SettingsPage(get_event_whole(sent.event.id))
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
    page: SettingsPage, *, differing: Sequence[tuple[str, str, str]] | None = None, has_bad_address: bool = False
) -> str:
    event: Event = page.event
    places = occupancy().seats_of(event).whole
    return render_desk(
        "events/settings.html",
        "settings",
        page=page,
        form=page.form,
        taken=places.taken,
        over=places.over,
        has_registrations=bool(occupancy().count_in_categories(event.id)),
        differing=differing,
        own=Permission.OWN,
        has_bad_address=has_bad_address,
        typed_address=request.form.get("contact_address", "") if has_bad_address else "",
    )
