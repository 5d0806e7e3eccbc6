"""Programmes to test with: plainly fictional."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import time, timedelta
from itertools import islice
from typing import Any

from eventreg.db import transaction
from eventreg.events.models import Event, EventDay, ProgrammeSession, Room, SessionPerson, Speaker
from eventreg.events.rules.programme import SessionKind, SpeakerRole
from eventreg.kernel.text import LocalizedText
from eventreg.programme.rules.sessions import SessionEntry
from tests.builders import an_event, an_institution, text
from tests.events.programme_texts import INSTITUTIONS, a_position, a_text, names, titles


def an_entry(event: Event, day: int = 0, **changes: Any) -> SessionEntry:
    """A session to add: one hour from eleven, for everybody."""
    values: dict[str, Any] = {
        "day_id": event.days[day].id,
        "kind": SessionKind.SESSION,
        "starts_at": time(11),
        "ends_at": time(12),
        "title": text("Segunda sesión", "Second session"),
    }
    return SessionEntry(**{**values, **changes})


def a_room(event: Event, name: str = "Sala Uno", position: int = 1) -> Room:
    """A room, called alike in both languages."""
    with transaction() as session:
        room = Room(event_id=event.id, position=position, name=text(name, name))
        session.add(room)
        session.flush()
    return room


def a_speaker(event: Event, name: str = "Dora Demo", **changes: Any) -> Speaker:
    """A speaker with a position and an institution that is no record."""
    values: dict[str, Any] = {
        "event_id": event.id,
        "name": name,
        "sort_name": name.casefold(),
        "position": text("Investigadora", "Researcher"),
        "affiliation": text("Instituto de Prueba", "Institute of Trials"),
    }
    with transaction() as session:
        speaker = Speaker(**{**values, **changes})
        session.add(speaker)
        session.flush()
    return speaker


def a_large_programme(slug: str = "grande") -> Event:
    """Sixty sessions on three days in four rooms, with two of forty speakers each: what the page has to bear."""
    event = an_event(slug=slug)
    with transaction() as session:
        stored = session.merge(event)
        following = stored.days[1].held_on + timedelta(days=1)
        third = EventDay(held_on=following, starts_at=time(9), ends_at=time(18), sessions=[])
        stored.days.append(third)
        rooms = [Room(event_id=event.id, position=n, name=text(f"Sala {n}", f"Room {n}")) for n in range(1, 5)]
        hosts = [an_institution(name=text(*name)) for name in INSTITUTIONS]
        speakers = [
            Speaker(
                event_id=event.id, name=name, sort_name=name.casefold(), position=a_position(n),
                organization=hosts[n % len(hosts)], biography=a_text(1000 + n, 8),
            )
            for n, name in enumerate(islice(names(), 40))
        ]  # fmt: skip
        session.add_all([*rooms, *speakers])
        source = titles()
        for number, day in enumerate(stored.days):
            day.sessions = _day_of_twenty(number, rooms, speakers, source)
    return event


def _day_of_twenty(
    number: int, rooms: list[Room], speakers: list[Speaker], source: Iterator[LocalizedText]
) -> list[ProgrammeSession]:
    plenary, closing = _session(next(source), 9, None), _session(next(source), 17, None)
    lunch = _session(text("Comida", "Lunch"), 12, None, SessionKind.BREAK)
    coffee = _session(text("Receso", "Break"), 15, None, SessionKind.BREAK)
    parallel = [_session(next(source), hour, room, SessionKind.PANEL) for hour in (10, 11, 14, 16) for room in rooms]
    for index, session in enumerate(parallel):
        two = (speakers[(index * 2 + number) % 40], speakers[(index * 2 + number + 1) % 40])
        session.people = [
            SessionPerson(speaker=speaker, role=SpeakerRole.PANELLIST, position=position)
            for position, speaker in enumerate(two, 1)
        ]
    return [plenary, *parallel[:8], lunch, *parallel[8:12], coffee, *parallel[12:], closing]


def _session(
    title: LocalizedText, hour: int, room: Room | None, kind: SessionKind = SessionKind.SESSION
) -> ProgrammeSession:
    seed = zlib.crc32(title["es"].encode())
    return ProgrammeSession(
        kind=kind,
        starts_at=time(hour),
        ends_at=time(hour + 1),
        title=title,
        note=a_text(seed, 1),
        description=a_text(seed + 1, 20),
        room=room,
    )
