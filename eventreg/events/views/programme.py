"""The programme on the desk: adding, moving and removing sessions, rooms, a whole day as lines."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, g, redirect, request, url_for

from eventreg.audit.services import acting
from eventreg.events.forms.programme import NewSessionForm, RoomForm
from eventreg.events.forms.programme_lines import LinesForm
from eventreg.events.models import Event, ProgrammeSession
from eventreg.events.queries.programme import get_programme, list_rooms
from eventreg.events.rules.programme_entries import SessionEntry
from eventreg.events.rules.programme_lines import Lines, read_lines
from eventreg.events.rules.team import Permission
from eventreg.events.services import programme as sessions
from eventreg.events.services import rooms
from eventreg.events.views import blueprint
from eventreg.events.views.desk import render_desk
from eventreg.events.views.programme_page import programme_page
from eventreg.kernel.text import folded
from eventreg.web.access import Answer, requires
from eventreg.web.fields import whole_number
from eventreg.web.refusals import Refusals

_PAGE = "events.edit_programme"


@blueprint.get("/manage/events/<slug>/programme")
@requires(Permission.EDIT_PROGRAMME)
def edit_programme(slug: str) -> Answer:
    """Show the days one below another, and a form that adds the next session."""
    return programme_page()


@blueprint.post("/manage/events/<slug>/programme")
@requires(Permission.EDIT_PROGRAMME)
def add_session(slug: str) -> Answer:
    """Add a session, and come back to the form for the next one."""
    event: Event = g.event
    programme = get_programme(event.id)
    if not programme.days:
        abort(409)
    form = NewSessionForm(event.languages, programme.days, list_rooms(event.id))
    with Refusals() as outcome:
        entry = form.read()
        added = sessions.add_session(event.id, entry, acting())
        return redirect(url_for(_PAGE, slug=slug, day=entry.day_id, room=entry.room_id, added=added), 303)
    return programme_page(form, problem=outcome.problem), outcome.status_code


@blueprint.post("/manage/events/<slug>/programme/sessions/<public_id>/move")
@requires(Permission.EDIT_PROGRAMME)
def move_one_session(slug: str, public_id: str) -> Answer:
    """Let a session exchange places with the one before or after it."""
    earlier, revision = _direction(), whole_number(request.form.get("revision"))
    if revision is None:
        abort(400)
    with Refusals() as outcome:
        sessions.move_session(g.event.id, public_id, acting(), earlier=earlier, seen_revision=revision)
        return redirect(url_for(_PAGE, slug=slug, _anchor=f"session-{public_id}"), 303)
    return programme_page(problem=outcome.problem), outcome.status_code


@blueprint.post("/manage/events/<slug>/programme/rooms")
@requires(Permission.EDIT_PROGRAMME)
def add_room(slug: str) -> Answer:
    """Add a room."""
    form = RoomForm(g.event.languages)
    with Refusals() as outcome:
        form.check()
        rooms.add_room(g.event.id, form.name.data, acting())
        return redirect(url_for(_PAGE, slug=slug, _anchor="rooms"), 303)
    return programme_page(room_form=form, problem=outcome.problem), outcome.status_code


@blueprint.post("/manage/events/<slug>/programme/rooms/<int(max=2147483647):room_id>")
@requires(Permission.EDIT_PROGRAMME)
def change_room(slug: str, room_id: int) -> Answer:
    """Rename, move or remove a room, as the button says."""
    event: Event = g.event
    order = request.form.get("do", "save")
    form = RoomForm(event.languages, prefix=f"room-{room_id}-")
    with Refusals() as outcome:
        if order == "remove":
            rooms.remove_room(event.id, room_id, acting())
        elif order in ("earlier", "later"):
            rooms.move_room(event.id, room_id, acting(), earlier=order == "earlier")
        else:
            form.check()
            rooms.rename_room(event.id, room_id, form.name.data, event.languages, acting())
        return redirect(url_for(_PAGE, slug=slug, _anchor="rooms"), 303)
    return programme_page(problem=outcome.problem or " ".join(form.name.errors)), outcome.status_code


@blueprint.get("/manage/events/<slug>/programme/lines")
@requires(Permission.EDIT_PROGRAMME)
def write_lines(slug: str) -> Answer:
    """Ask for a day as lines of text."""
    programme = get_programme(g.event.id)
    chosen = {"day": request.args["day"]} if "day" in request.args else {}
    form = LinesForm(g.event.languages, programme.days, formdata=None, **chosen)
    if chosen:
        form.lines.render_kw = {"autofocus": True}  # whoever has chosen the day goes on with its lines
    return _lines_page(form)


@blueprint.post("/manage/events/<slug>/programme/lines")
@requires(Permission.EDIT_PROGRAMME)
def try_lines(slug: str) -> Answer:
    """Show what the lines would change; with the button that says so, change it: all of it or nothing."""
    event: Event = g.event
    programme = get_programme(event.id)
    form = LinesForm(event.languages, programme.days)
    by_name = {folded(name): room.id for room in list_rooms(event.id) for name in room.name.values()}
    lines, day_id = read_lines(form.text(), event.languages, by_name), form.chosen_day()
    if day_id is None:
        return _lines_page(form, lines), 422
    entries = [
        SessionEntry(day_id, line.kind, line.starts_at, line.ends_at, line.title, by_name.get(folded(line.room)))
        for line in lines.sessions
    ]
    of_day = next(day.sessions for day in programme.days if day.id == day_id)
    leaving = sessions.left_out(of_day, entries) if form.instead.data else []
    if request.form.get("do") != "add" or not entries or lines.not_understood:
        form.remember(of_day)
        return _lines_page(form, lines, leaving)
    with Refusals() as outcome:
        if form.instead.data:
            sessions.replace_day(event.id, day_id, entries, form.seen_revisions(), acting())
        else:
            sessions.add_sessions(event.id, entries, acting())
        return redirect(url_for(_PAGE, slug=slug, _anchor=f"day-{day_id}"), 303)
    form.remember(of_day)
    return _lines_page(form, lines, leaving, outcome.problem), outcome.status_code


def _direction() -> bool:
    order = request.form.get("do", "")
    if order not in ("earlier", "later"):
        abort(400)
    return order == "earlier"


def _lines_page(
    form: LinesForm, lines: Lines | None = None, leaving: Sequence[ProgrammeSession] = (), problem: str = ""
) -> str:
    event: Event = g.event
    address = url_for("events.write_lines", slug=event.slug)
    return render_desk(
        "events/programme_lines.html",
        "sessions",
        form=form,
        lines=lines,
        leaving=leaving,
        problem=problem,
        at=address,
    )
