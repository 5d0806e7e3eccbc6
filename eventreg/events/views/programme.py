"""The programme on the desk: adding, moving and removing sessions, rooms, a whole day as lines."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, g, redirect, request, url_for
from flask_login import current_user

from eventreg.events.forms.programme import NewSessionForm, RoomForm
from eventreg.events.forms.programme_lines import LinesForm
from eventreg.events.models import Event, ProgrammeSession
from eventreg.events.queries.programme import get_programme, list_rooms
from eventreg.events.rules.programme_entries import ProgrammeReason, ProgrammeRefused, SessionEntry
from eventreg.events.rules.programme_lines import Lines, read_lines
from eventreg.events.rules.team import Permission
from eventreg.events.services.programme import add_session as add
from eventreg.events.services.programme import add_sessions, left_out, move_session, replace_day
from eventreg.events.services.rooms import add_room as add_a_room
from eventreg.events.services.rooms import move_room, remove_room, rename_room
from eventreg.events.views import blueprint
from eventreg.events.views.desk import render_desk
from eventreg.events.views.programme_page import programme_page
from eventreg.events.wording import programme_refused
from eventreg.kernel.clock import now
from eventreg.kernel.text import folded
from eventreg.web.access import Answer, requires
from eventreg.web.fields import whole_number


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
    programme, rooms = get_programme(event.id), list_rooms(event.id)
    if not programme.days:
        abort(409)
    form = NewSessionForm(event.languages, programme.days, rooms)
    entry = form.read()
    if entry is None:
        return programme_page(form), 422
    try:
        public_id = add(event.id, entry, current_user.id, now())
    except ProgrammeRefused as refused:
        return programme_page(form, problem=programme_refused(refused)), 422
    address = url_for("events.edit_programme", slug=slug, day=entry.day_id, room=entry.room_id, added=public_id)
    return redirect(address, 303)


@blueprint.post("/manage/events/<slug>/programme/sessions/<public_id>/move")
@requires(Permission.EDIT_PROGRAMME)
def move_one_session(slug: str, public_id: str) -> Answer:
    """Let a session exchange places with the one before or after it."""
    earlier, revision = _direction(), whole_number(request.form.get("revision"))
    if revision is None:
        abort(400)
    try:
        move_session(
            g.event.id, public_id, earlier=earlier, seen_revision=revision, account_id=current_user.id, at=now()
        )
    except ProgrammeRefused as refused:
        return programme_page(problem=programme_refused(refused)), 409
    return redirect(url_for("events.edit_programme", slug=slug, _anchor=f"session-{public_id}"), 303)


@blueprint.post("/manage/events/<slug>/programme/rooms")
@requires(Permission.EDIT_PROGRAMME)
def add_room(slug: str) -> Answer:
    """Add a room."""
    form = RoomForm(g.event.languages)
    if not form.validate():
        return programme_page(room_form=form), 422
    try:
        add_a_room(g.event.id, form.name.data, current_user.id, now())
    except ProgrammeRefused as refused:
        return programme_page(room_form=form, problem=programme_refused(refused)), 422
    return redirect(url_for("events.edit_programme", slug=slug, _anchor="rooms"), 303)


@blueprint.post("/manage/events/<slug>/programme/rooms/<int(max=2147483647):room_id>")
@requires(Permission.EDIT_PROGRAMME)
def change_room(slug: str, room_id: int) -> Answer:
    """Rename, move or remove a room, as the button says."""
    event: Event = g.event
    order = request.form.get("do", "save")
    form = RoomForm(event.languages, prefix=f"room-{room_id}-")
    try:
        if order == "remove":
            remove_room(event.id, room_id, current_user.id, now())
        elif order in ("earlier", "later"):
            move_room(event.id, room_id, earlier=order == "earlier", account_id=current_user.id, at=now())
        elif form.validate():
            rename_room(event.id, room_id, form.name.data, event.languages, current_user.id, now())
        else:
            return programme_page(problem=" ".join(form.name.errors)), 422
    except ProgrammeRefused as refused:
        return programme_page(problem=programme_refused(refused)), 422
    return redirect(url_for("events.edit_programme", slug=slug, _anchor="rooms"), 303)


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
    programme, rooms = get_programme(event.id), list_rooms(event.id)
    form = LinesForm(event.languages, programme.days)
    by_name = {folded(name): room.id for room in rooms for name in room.name.values()}
    lines, day_id = read_lines(form.text(), event.languages, by_name), form.chosen_day()
    if day_id is None:
        return _lines_page(form, lines), 422
    entries = [
        SessionEntry(day_id, line.kind, line.starts_at, line.ends_at, line.title, by_name.get(folded(line.room)))
        for line in lines.sessions
    ]
    of_day = next(day.sessions for day in programme.days if day.id == day_id)
    leaving = left_out(of_day, entries) if form.instead.data else []
    if request.form.get("do") != "add" or not entries or lines.not_understood:
        form.remember(of_day)
        return _lines_page(form, lines, leaving)
    try:
        if form.instead.data:
            replace_day(event.id, day_id, entries, form.seen_revisions(), current_user.id, now())
        else:
            add_sessions(event.id, entries, current_user.id, now())
    except ProgrammeRefused as refused:
        form.remember(of_day)
        return _lines_page(form, lines, leaving, programme_refused(refused)), gone(refused)
    return redirect(url_for("events.edit_programme", slug=slug, _anchor=f"day-{day_id}"), 303)


def gone(refused: ProgrammeRefused) -> int:
    """Return the code of an answer that says why: 409 when somebody was quicker, else 422."""
    return 409 if refused.reason is ProgrammeReason.CHANGED_MEANWHILE else 422


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
