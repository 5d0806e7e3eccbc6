"""A programme as the public pages show it, and a preview, whose links stay within it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape

from eventreg.events.models import Event, EventDay, ProgrammeSession, SessionPerson, Speaker
from eventreg.events.queries.programme import people_of, slots_of
from eventreg.events.rules.programme import SessionKind, SpeakerRole
from eventreg.events.wording import speaker_role_name
from eventreg.i18n import formats, languages
from eventreg.programme.rules.sessions import columns_of, rows_of
from eventreg.web.templating import in_reader_language

#: a longer programme, or one in several rooms, has a page of its own; the event's page gives its outline
MOST_ON_EVENT_PAGE = 20
#: between the people of one line
_COMMA, _SEMICOLON = Markup(", "), Markup("; ")

#: a session to where its page is
AddressOf = Callable[[ProgrammeSession], str]


@dataclass(frozen=True)
class GroupShown:
    """Who does one thing in a session."""

    label: str
    people: Markup


@dataclass(frozen=True)
class ItemShown:
    """A session, as `components/programme.html` takes it."""

    time: str
    title: Markup
    detail: Markup
    href: str
    is_break: bool
    room: Markup
    kind: str
    groups: Sequence[GroupShown]
    #: counted from 1; 0: over all columns
    column: int


@dataclass(frozen=True)
class RowShown:
    """What begins at one time. `time` says until when, if it is the same for all."""

    time: str
    items: Sequence[ItemShown]


@dataclass(frozen=True)
class DayShown:
    """A day with its programme."""

    number: int
    day: EventDay
    sessions: Sequence[ItemShown]
    rows: Sequence[RowShown]
    columns: int


def days_shown(days: Sequence[EventDay], slug: str, address_of: AddressOf | None = None) -> list[DayShown]:
    """Return days that were loaded with their sessions (queries.programme) as pages show them.

    `address_of` says where the page of a session is; by default that is its public address.
    """
    people = people_of(days)

    def public_address(session: ProgrammeSession) -> str:
        return url_for("site.show_session", slug=slug, public_id=session.public_id)

    shown = []
    for number, day in enumerate(days, 1):
        sessions = {session.id: session for session in day.sessions}
        slots = slots_of(day.sessions, people)
        columns = columns_of(slots, _rooms(day))
        rows = []
        for row in rows_of(slots, columns):
            placed = [(sessions[each.slot.id], each.column) for each in row.placed]
            items = [
                _item(session, column, people[session.id], address_of or public_address) for session, column in placed
            ]
            rows.append(RowShown(_time_of([session for session, _column in placed]), items))
        shown.append(DayShown(number, day, [item for row in rows for item in row.items], rows, len(columns)))
    return shown


def event_programme(event: Event, programme_url: str = "", address_of: AddressOf | None = None) -> dict[str, Any]:
    """Return what the page of an event needs of its programme: `days`, and `programme_url` where that is to be read instead.

    The addresses are the public ones unless a preview gives its own.
    """
    days = days_shown(event.days, event.slug, address_of)
    address = programme_url or url_for("site.show_programme", slug=event.slug)
    return {"days": days, "programme_url": address if is_long(days) else ""}


def is_long(days: Sequence[DayShown]) -> bool:
    """Say whether a programme has a page of its own: many sessions, or several rooms at once."""
    return sum(len(day.sessions) for day in days) > MOST_ON_EVENT_PAGE or any(day.columns for day in days)


def groups_shown(people: Sequence[SessionPerson]) -> list[GroupShown]:
    """Return the people of a session by what they do, each with institution, as one line a role."""
    found = []
    for role in SpeakerRole:
        named = [person.speaker for person in people if person.role is role]
        if named:
            found.append(
                GroupShown(speaker_role_name(role, len(named)), _SEMICOLON.join(map(_with_institution, named)))
            )
    return found


def institution_of(speaker: Speaker, *, is_short: bool = False) -> Markup:
    """Return where a speaker is from, in the reader's language; empty when nobody said."""
    if speaker.organization is None:
        return in_reader_language(speaker.affiliation)
    short = in_reader_language(speaker.organization.short_name) if is_short else Markup()
    return short or in_reader_language(speaker.organization.name)


def span_of(session: ProgrammeSession) -> str:
    """Return from when to when: "09:00–10:30"."""
    return formats.span(session.starts_at, session.ends_at, languages.current_language(), bare=True)


def _item(session: ProgrammeSession, column: int, people: Sequence[SessionPerson], address_of: AddressOf) -> ItemShown:
    is_break = session.kind is SessionKind.BREAK
    plain = session.kind in (SessionKind.SESSION, SessionKind.BREAK)
    return ItemShown(
        time=span_of(session),
        title=in_reader_language(session.title),
        detail=in_reader_language(session.note),
        href="" if is_break else address_of(session),
        is_break=is_break,
        room=in_reader_language(session.room.name) if session.room is not None else Markup(),
        kind="" if plain else _(session.kind.title),
        groups=groups_shown(people),
        column=column,
    )


def _rooms(day: EventDay) -> list[int]:
    rooms = {session.room.id: session.room for session in day.sessions if session.room is not None}
    return [room.id for room in sorted(rooms.values(), key=lambda room: (room.position, room.id))]


def _time_of(sessions: Sequence[ProgrammeSession]) -> str:
    """Return the hours that all sessions of a row have in common, else only when they begin."""
    if len({session.ends_at for session in sessions}) == 1:
        return span_of(sessions[0])
    return formats.clock(sessions[0].starts_at, languages.current_language(), bare=True)


def _with_institution(speaker: Speaker) -> Markup:
    institution = institution_of(speaker, is_short=True)
    name = Markup('<span dir="auto">{}</span>').format(speaker.name)
    return Markup("{} ({})").format(name, institution) if institution else escape(name)
