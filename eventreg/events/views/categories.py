"""The kinds of participants of an event on the desk."""

from collections.abc import Mapping
from typing import Any

from flask import g, redirect, request, url_for

from eventreg.audit.services import acting
from eventreg.events.announcing import Announcing, announced
from eventreg.events.checks import count_asked, occupancy
from eventreg.events.forms.categories import CategoriesForm
from eventreg.events.links import category_token
from eventreg.events.models import Event
from eventreg.events.organizers import organizer
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.categories import CategoriesRefused
from eventreg.events.rules.settings import SettingsReason
from eventreg.events.rules.team import Permission
from eventreg.events.services.categories import replace_link, save_categories
from eventreg.events.views import blueprint, desk
from eventreg.events.views.desk import render_desk
from eventreg.web.access import Answer, Sending, requires, sends
from eventreg.web.fields import whole_number
from eventreg.web.instance import address_of
from eventreg.web.refusals import Refusals
from eventreg.web.templating import plain_in_reader_language


@blueprint.get("/manage/events/<slug>/categories")
@requires(Permission.EDIT_EVENT)
def list_categories(slug: str) -> Answer:
    """Show the categories of an event, and a blank one."""
    event = get_event_whole(g.event.id)
    return _page(event, CategoriesForm(event))


@blueprint.post("/manage/events/<slug>/categories")
@requires(Permission.EDIT_EVENT)
@sends(Sending.ANNOUNCED)
def save_event_categories(slug: str) -> Answer:
    """Save the categories, all or none."""
    event, order = get_event_whole(g.event.id), request.form.get("do", "")
    form = CategoriesForm(event, request.form)
    announcing = Announcing(organizer(), request.form.get("announced", ""))
    with Refusals() as outcome:
        save_categories(event.id, whole_number(form.revision), form.read(order), announcing.who, announcing)
        anchor, moved = "new" if order == "add" else None, desk.moved_at(announcing)
        return redirect(url_for("events.list_categories", slug=slug, saved=1, _anchor=anchor, **moved), 303)
    event = get_event_whole(g.event.id)
    is_overtaken = outcome.is_for(SettingsReason.CHANGED_MEANWHILE)
    if is_overtaken:
        form.revision = str(event.settings_revision)
    elif isinstance(outcome.refused, CategoriesRefused):
        form.refuse(outcome.refused)
    return _page(event, form, is_overtaken=is_overtaken, announcement=announced(outcome)), outcome.status_code


@blueprint.post("/manage/events/<slug>/categories/<int(max=2147483647):category_id>/new-link")
@requires(Permission.EDIT_EVENT)
def replace_category_link(slug: str, category_id: int) -> Answer:
    """Make a new link of a private category; the one before is dead."""
    replace_link(g.event.id, category_id, acting())
    return redirect(url_for("events.list_categories", slug=slug, saved=1, _anchor=f"category-{category_id}"), 303)


def _page(
    event: Event,
    form: CategoriesForm,
    *,
    is_overtaken: bool = False,
    announcement: Mapping[str, Any] | None = None,
) -> str:
    return render_desk(
        "events/categories.html",
        "categories",
        form=form,
        seats=occupancy().seats_of(event),
        is_overtaken=is_overtaken,
        announcement=announcement,
        moved=desk.moved_up(),
        links={
            row.id: address_of("registration.register_by_link", slug=event.slug, token=category_token(row))
            for row in event.categories
            if row.is_private
        },
        asked=count_asked(event.id, [row.key for row in event.categories]),
        key_of={row.id: row.key for row in event.categories},
        names={row.key: plain_in_reader_language(row.name) for row in event.categories},
        current=sorted(event.categories, key=lambda category: (category.position, category.id)),
        at=url_for("events.list_categories", slug=event.slug),
    )
