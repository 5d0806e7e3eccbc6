"""Views of the list that were given a name: saved, renamed, shared, replaced, deleted."""

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from eventreg.attendees.forms import SavedViewForm
from eventreg.attendees.queries.reasons import ShownView, list_views
from eventreg.attendees.rules.listing import ListState
from eventreg.attendees.services import reasons
from eventreg.attendees.views import blueprint
from eventreg.attendees.views.desk import categories_in_sight, list_url, query_of, read_list_state
from eventreg.events.organizers import organizer
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.web.access import Answer, may, requires


@blueprint.get("/manage/events/<slug>/registrations/views")
@requires(Permission.SEE_REGISTRATIONS)
def list_saved_views(slug: str) -> Answer:
    """List one's own views and the team's, with a form to save the list's state that the address holds."""
    return _page(SavedViewForm())


@blueprint.post("/manage/events/<slug>/registrations/views")
@requires(Permission.SEE_REGISTRATIONS)
def save_list_view(slug: str) -> Answer:
    """Save the list's state that the address holds: under a new name, or in place of a view."""
    form, state = SavedViewForm(), _state()
    with form.refusals() as outcome:
        reasons.save_view(g.event.id, organizer(), form.typed_name, query_of(state), is_shared=_is_shared(form))
        flash(_("The view was saved. It stands above the list."))
        return redirect(list_url(slug, state), 303)
    return _page(form), outcome.status_code


@blueprint.post("/manage/events/<slug>/registrations/views/<public_id>")
@requires(Permission.SEE_REGISTRATIONS)
def change_saved_view(slug: str, public_id: str) -> Answer:
    """Rename or share a view, put the list's present state in its place, or delete it, as the button says."""
    acts = {"change": _change, "replace": _replace, "delete": _delete}
    act = acts.get(request.form.get("do", ""))
    if act is None:
        abort(400)
    return act(slug, public_id)


def _change(slug: str, public_id: str) -> Answer:
    form = SavedViewForm(prefix=_prefix(public_id))
    with form.refusals() as outcome:
        reasons.change_view(
            g.event.id, public_id, organizer(), form.typed_name,
            is_shared=_is_shared(form), may_change_shared=_may_change_shared(),
        )  # fmt: skip
        flash(_("The view was changed."))
        return redirect(list_url(slug, _state(), "attendees.list_saved_views"), 303)
    return _page(SavedViewForm(formdata=None), {public_id: form}), outcome.status_code


def _replace(slug: str, public_id: str) -> Answer:
    form, state = SavedViewForm(formdata=None), _state()
    with form.refusals() as outcome:
        name = reasons.replace_view(
            g.event.id, public_id, organizer(), query_of(state), may_change_shared=_may_change_shared()
        )
        flash(_("“%(name)s” now shows this.", name=name))
        return redirect(list_url(slug, state), 303)
    return _page(form), outcome.status_code


def _delete(slug: str, public_id: str) -> Answer:
    name = reasons.delete_view(g.event.id, public_id, organizer(), may_change_shared=_may_change_shared())
    flash(_("“%(name)s” was deleted.", name=name))
    return redirect(list_url(slug, _state(), "attendees.list_saved_views"), 303)


def views_above(slug: str, state: ListState, views: Sequence[ShownView]) -> list[dict[str, Any]]:
    """Return the views that stand above the list, each with its address and whether the list shows just that."""
    shown_now = query_of(state)
    return [
        {
            "text": view.name,
            "href": view_url(slug, view),
            "current": view.query == shown_now,
            "owner": "" if view.is_own else view.owner,
        }
        for view in views
    ]


def view_url(slug: str, view: ShownView) -> str:
    """Return the address of the list as a view has it; what is not there any more is said by the list."""
    address = url_for("attendees.list_registrations", slug=slug)
    return f"{address}?{view.query}" if view.query else address


def _may_change_shared() -> bool:
    """Say whether the account may change the views that others gave to the team."""
    return may(Permission.EDIT_EVENT) and _may_share()


def _is_shared(form: SavedViewForm) -> bool:
    return bool(form.is_shared.data) and _may_share()


def _may_share() -> bool:
    """Say whether the account's views can be the team's: those of whoever knows a part of the event stay their own."""
    is_whole: bool = g.event_access.scope.is_whole
    return is_whole


def _state() -> ListState:
    return read_list_state(categories_in_sight()).with_()


def _prefix(public_id: str) -> str:
    return f"view-{public_id}-"


def _page(form: SavedViewForm, filled: dict[str, SavedViewForm] | None = None) -> str:
    slug, state, filled = g.event.slug, _state(), filled or {}
    views = list_views(g.event.id, current_user.id)
    may_change_shared = _may_change_shared()
    return render_desk(
        "attendees/saved_views.html",
        "registrations",
        form=next((each for each in filled.values() if each.errors), form),
        new=form,
        views=[
            {
                "view": view,
                "href": view_url(slug, view),
                "form": filled.get(view.public_id) or _form_of(view),
                "action": list_url(slug, state, "attendees.change_saved_view", public_id=view.public_id),
                "is_changeable": view.is_own or may_change_shared,
            }
            for view in views
        ],
        may_share=_may_share(),
        save_url=list_url(slug, state, "attendees.save_list_view"),
        back_url=list_url(slug, state),
        at=list_url(slug, state, "attendees.list_saved_views"),
    )


def _form_of(view: ShownView) -> SavedViewForm:
    return SavedViewForm(
        formdata=None, prefix=_prefix(view.public_id), data={"name": view.name, "is_shared": view.is_shared}
    )
