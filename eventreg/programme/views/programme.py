"""The programme on the desk: adding, moving and removing sessions, rooms, a whole day as lines.

The desk's page of the whole programme, for every view that ends on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from flask import abort, current_app, g, redirect, request, url_for
from flask_babel import gettext as _

from eventreg.audit.services import acting
from eventreg.events.models import Event, EventDay, ProgrammeSession, Room
from eventreg.events.queries.programme import PeopleOf, Programme, get_programme, list_rooms, names_of, slots_of
from eventreg.events.rules.dates import read_clock
from eventreg.events.rules.programme import Finding, FindingKind, ScheduledSession, SessionKind, findings_of
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.i18n import formats, languages
from eventreg.kernel.text import folded
from eventreg.programme.forms.programme import LinesForm, NewSessionForm, RoomForm
from eventreg.programme.rules.sessions import (
    DEFAULT_BREAK_MINUTES,
    DEFAULT_MINUTES,
    Lines,
    SessionEntry,
    columns_of,
    read_lines,
    rows_of,
    suggested_hours,
)
from eventreg.programme.services import programme as sessions, speakers
from eventreg.programme.views import blueprint
from eventreg.web import fields, templating
from eventreg.web.access import Answer, requires
from eventreg.web.refusals import Refusals

_PAGE = "programme.edit_programme"


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
    earlier, revision = _direction(), fields.whole_number(request.form.get("revision"))
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
        speakers.add_room(g.event.id, form.name.data, acting())
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
            speakers.remove_room(event.id, room_id, acting())
        elif order in ("earlier", "later"):
            speakers.move_room(event.id, room_id, acting(), earlier=order == "earlier")
        else:
            form.check()
            speakers.rename_room(event.id, room_id, form.name.data, event.languages, acting())
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
    address = url_for("programme.write_lines", slug=event.slug)
    return render_desk(
        "programme/programme_lines.html",
        "sessions",
        form=form,
        lines=lines,
        leaving=leaving,
        problem=problem,
        at=address,
    )


@dataclass(frozen=True)
class SessionShown:
    """A session of the list, with what is to be said beside it."""

    session: ProgrammeSession
    column: int
    hours: str
    detail: str
    #: sentences
    warnings: Sequence[str]


@dataclass(frozen=True)
class RowShown:
    """What begins at one time: sessions, or a stretch that nothing covers."""

    sessions: Sequence[SessionShown] = ()
    gap: Finding | None = None
    gap_hours: str = ""


@dataclass(frozen=True)
class DayShown:
    """A day of the list."""

    day: EventDay
    columns: int
    rows: Sequence[RowShown]
    #: how many things are pointed out on it
    warnings: int


def programme_page(form: NewSessionForm | None = None, room_form: RoomForm | None = None, problem: str = "") -> str:
    """Return the page. `form`, `room_form`: what was filled in and refused; `problem`: why something else was not done."""
    event: Event = g.event
    programme, rooms = get_programme(event.id), list_rooms(event.id)
    address = url_for("programme.edit_programme", slug=event.slug)
    added = request.args.get("added", "") if form is None else ""
    return render_desk(
        "programme/programme.html",
        "sessions",
        days=[_day_shown(day, programme.people, rooms) for day in programme.days],
        rooms=rooms,
        form=form or (_form(event, programme, rooms) if programme.days else None),
        is_filled=form is not None,
        room_form=room_form or RoomForm(event.languages, formdata=None),
        rename_forms={room.id: _rename_form(event, room) for room in rooms},
        added=next((each for day in programme.days for each in day.sessions if each.public_id == added), None),
        problem=problem,
        endpoints=current_app.view_functions,
        edit_event=Permission.EDIT_EVENT,
        hours_of=_hours,
        at=address,
    )


def new_session_form(event: Event, programme: Programme, rooms: Sequence[Room], **values: Any) -> NewSessionForm:
    """Return the form that adds a session to the days of a programme."""
    return NewSessionForm(event.languages, programme.days, rooms, **values)


def _form(event: Event, programme: Programme, rooms: Sequence[Room]) -> NewSessionForm:
    """Return the empty form with day, hours and room as the address names them, else as they follow from what is there."""
    asked = request.args
    day = _asked_day(programme.days, fields.whole_number(asked.get("day")))
    room_id = next((room.id for room in rooms if str(room.id) == asked.get("room")), None)
    kind = next((kind for kind in SessionKind if kind.value == asked.get("kind")), SessionKind.SESSION)
    minutes = DEFAULT_BREAK_MINUTES if kind is SessionKind.BREAK else DEFAULT_MINUTES
    starts_at, ends_at = suggested_hours(day, slots_of(day.sessions, {}), room_id, minutes)
    starts_at, ends_at = read_clock(asked.get("from", "")) or starts_at, read_clock(asked.get("to", "")) or ends_at
    form = new_session_form(
        event,
        programme,
        rooms,
        formdata=None,
        day=str(day.id),
        kind=kind.value,
        room=str(room_id or ""),
        starts_at=f"{starts_at:%H:%M}",
        ends_at=f"{ends_at:%H:%M}",
    )
    if "added" in asked or "day" in asked:
        # Whoever comes to add goes on typing. No fragment in those addresses: with one, browsers focus nothing by themselves.
        form.title.inputs[form.languages[0]].render_kw["autofocus"] = True
    return form


def _asked_day(days: Sequence[EventDay], day_id: int | None) -> EventDay:
    """Return the day that was asked for, else the first one whose hours are not filled, else the first."""
    for day in days:
        if day.id == day_id:
            return day
    unfilled = (day for day in days if max([each.ends_at for each in day.sessions], default=time.min) < day.ends_at)
    return next(unfilled, days[0])


def _rename_form(event: Event, room: Room) -> RoomForm:
    return RoomForm(event.languages, formdata=None, prefix=f"room-{room.id}-", name=room.name)


def _day_shown(day: EventDay, people: PeopleOf, rooms: Sequence[Room]) -> DayShown:
    slots = slots_of(day.sessions, people)
    findings = findings_of(day, slots)
    columns = columns_of(slots, [room.id for room in rooms])
    sessions = {session.id: session for session in day.sessions}
    said = _Words(sessions, people)
    rows: list[tuple[time, RowShown]] = [
        (row.starts_at, RowShown([_session_shown(sessions[each.slot.id], each.column, people, findings, said)
                                  for each in row.placed]))
        for row in rows_of(slots, columns)
    ]  # fmt: skip
    gaps = [finding for finding in findings if finding.kind is FindingKind.GAP]
    rows += [(gap.starts_at, RowShown(gap=gap, gap_hours=_hours(gap))) for gap in gaps]
    rows.sort(key=lambda row: row[0])
    return DayShown(day, len(columns), [row for _at, row in rows], len(findings))


def _session_shown(
    session: ProgrammeSession, column: int, people: PeopleOf, findings: Sequence[Finding], said: _Words
) -> SessionShown:
    room = templating.in_reader_language(session.room.name) if session.room is not None else ""
    names = "; ".join(person.speaker.name for person in people.get(session.id, ()))
    kind = _(session.kind.title) if session.kind is not SessionKind.SESSION else ""
    if kind == templating.plain_in_reader_language(session.title):
        kind = ""
    detail = " · ".join(part for part in (kind, room, names) if part)
    warnings = [said.sentence(finding) for finding in findings if finding.session_id == session.id]
    return SessionShown(session, column, _hours(session), detail, warnings)


class _Words:
    """Findings as sentences."""

    def __init__(self, sessions: dict[int, ProgrammeSession], people: PeopleOf) -> None:
        self._sessions = sessions
        self._names = names_of(people)

    def sentence(self, finding: Finding) -> str:
        """Return what is pointed out beside a session."""
        if finding.kind is FindingKind.OUTSIDE_HOURS:
            return _("Outside the hours of the day")
        other = templating.plain_in_reader_language(self._sessions[finding.other_id or 0].title)
        if finding.kind is FindingKind.SPEAKER_TWICE:
            name = self._names[finding.speaker_id or 0]
            return _("%(name)s is also in “%(title)s” at this time", name=name, title=other)
        return _("Overlaps with “%(title)s”", title=other)


def _hours(slot: ScheduledSession | ProgrammeSession | Finding) -> str:
    return formats.span(slot.starts_at, slot.ends_at, languages.current_language(), bare=True)
