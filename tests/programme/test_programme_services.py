"""Making a programme: what is written, what is refused, what the trail keeps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventreg.audit.queries import find_broken_position, list_traces
from eventreg.audit.services import Actor
from eventreg.db import db, transaction
from eventreg.events.models import Event, ProgrammeSession, Room, SessionPerson, Speaker
from eventreg.events.queries.programme import get_programme, get_session, list_rooms, list_speakers
from eventreg.events.rules.programme import SessionKind, SpeakerRole
from eventreg.events.rules.publication import LifecycleRefused, Publication
from eventreg.kernel.errors import NotFound, Refused
from eventreg.programme.rules.sessions import People, ProgrammeReason, SpeakerEntry
from eventreg.programme.services.programme import (
    add_session,
    add_sessions,
    count_sign_ups,
    edit_session,
    move_session,
    remove_session,
)
from eventreg.programme.services.speakers import (
    add_room,
    edit_speaker,
    move_room,
    remove_room,
    remove_speaker,
    rename_room,
)
from tests.builders import an_account, an_event, an_institution, text
from tests.events.programmes import a_room, a_speaker, an_entry

LANGUAGES = ("es", "en")


@pytest.fixture
def who(app: Flask) -> Actor:
    return Actor.account(an_account().id)


def added(event: Event, who: Actor, **changes: Any) -> ProgrammeSession:
    public_id = add_session(event.id, an_entry(event, **changes), who)
    return get_session(event.id, public_id).session


def names(event: Event, public_id: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for person in get_session(event.id, public_id).people:
        found.setdefault(person.role.value, []).append(person.speaker.name)
    return found


def speakers(*given: str, role: SpeakerRole = SpeakerRole.SPEAKER) -> list[People]:
    return [People(role, given)]


def hours(event: Event, day: int = 0) -> list[tuple[str, str]]:
    sessions = get_programme(event.id).days[day].sessions
    return [(each.title["es"], f"{each.starts_at:%H:%M}–{each.ends_at:%H:%M}") for each in sessions]


def refused(act: Callable[[], object]) -> ProgrammeReason:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.reason


@pytest.mark.both_databases
def test_a_session_is_added_with_people_who_become_speakers(event: Event, who: Actor) -> None:
    known = a_speaker(event, "Dóra  Demo")
    session = added(event, who, people=speakers("dora demo", "Luis Inventado"))
    assert names(event, session.public_id) == {"speaker": ["Dóra  Demo", "Luis Inventado"]}
    assert [speaker.name for speaker, _count in list_speakers(event.id)] == ["Dóra  Demo", "Luis Inventado"]
    assert get_session(event.id, session.public_id).people[0].speaker_id == known.id
    assert (session.revision, session.kind, session.room_id) == (1, SessionKind.SESSION, None)


def test_the_same_session_sent_twice_is_added_once(event: Event, who: Actor) -> None:
    first = add_session(event.id, an_entry(event), who)
    assert add_session(event.id, an_entry(event), who) == first
    assert add_session(event.id, an_entry(event, day=1), who) != first


def test_sessions_are_added_all_or_none(event: Event, who: Actor) -> None:
    entries = [an_entry(event), an_entry(event, room_id=999)]
    assert refused(lambda: add_sessions(event.id, entries, who)) is ProgrammeReason.NO_SUCH_ROOM
    assert hours(event) == [("Apertura", "09:00–11:00")]


def test_days_and_rooms_of_another_event_are_refused(event: Event, who: Actor) -> None:
    # case 2
    other = an_event()
    room = a_room(other)
    foreign_day = an_entry(other)
    assert refused(lambda: add_session(event.id, foreign_day, who)) is ProgrammeReason.NO_SUCH_DAY
    foreign_room = an_entry(event, room_id=room.id)
    assert refused(lambda: add_session(event.id, foreign_room, who)) is ProgrammeReason.NO_SUCH_ROOM


def test_another_events_session_speaker_and_room_are_not_there(event: Event, who: Actor) -> None:
    # case 2
    other = an_event()
    session, speaker, room = added(other, who), a_speaker(other), a_room(other)
    entry = SpeakerEntry("X")
    for act in (
        lambda: edit_session(event.id, session.public_id, an_entry(event), LANGUAGES, 1, who),
        lambda: move_session(event.id, session.public_id, who, earlier=True, seen_revision=1),
        lambda: remove_session(event.id, session.public_id, who, seen_revision=1, is_confirmed=True),
        lambda: edit_speaker(event.id, speaker.public_id, entry, LANGUAGES, 1, who),
        lambda: remove_speaker(event.id, speaker.public_id, who),
        lambda: rename_room(event.id, room.id, text("a", "b"), LANGUAGES, who),
        lambda: move_room(event.id, room.id, who, earlier=True),
        lambda: remove_room(event.id, room.id, who),
    ):
        with pytest.raises(NotFound):
            act()


@pytest.mark.both_databases
def test_editing_keeps_old_and_new_and_raises_the_revision(event: Event, who: Actor) -> None:
    session = added(event, who, people=speakers("Dora Demo"))
    entry = an_entry(
        event,
        starts_at=time(11, 30),
        title=text("Otra", "Other"),
        people=[*speakers("Luis Inventado", "Dora Demo"), People(SpeakerRole.MODERATOR, ["Dora Demo"])],
    )
    edit_session(event.id, session.public_id, entry, LANGUAGES, 1, who)
    found = get_session(event.id, session.public_id).session
    assert (found.revision, found.title, found.starts_at) == (2, text("Otra", "Other"), time(11, 30))
    assert names(event, session.public_id) == {"moderator": ["Dora Demo"], "speaker": ["Luis Inventado", "Dora Demo"]}
    trace = list_traces(event.id, "session", session.id)[0]
    assert trace.entry.action == "session_changed"
    assert trace.detail["changed"] == {
        "starts_at": ["11:00", "11:30"],
        "title": [text("Segunda sesión", "Second session"), text("Otra", "Other")],
        "people": [
            {"speaker": ["Dora Demo"]},
            {"moderator": ["Dora Demo"], "speaker": ["Luis Inventado", "Dora Demo"]},
        ],
    }
    assert find_broken_position(event.id) is None


def test_saving_without_a_change_changes_nothing(event: Event, who: Actor) -> None:
    session = added(event, who, people=speakers("Dora Demo"))
    edit_session(event.id, session.public_id, an_entry(event, people=speakers("Dora Demo")), LANGUAGES, 1, who)
    assert get_session(event.id, session.public_id).session.revision == 1
    assert [trace.entry.action for trace in list_traces(event.id, "session", session.id)] == ["session_added"]


def test_a_text_in_a_language_that_the_form_did_not_offer_stays(event: Event, who: Actor) -> None:
    session = added(event, who)
    edit_session(event.id, session.public_id, an_entry(event, title={"es": "Nueva"}), ("es",), 1, who)
    assert get_session(event.id, session.public_id).session.title == text("Nueva", "Second session")


def test_two_who_edit_at_once_are_told(event: Event, who: Actor) -> None:
    session = added(event, who)
    edit_session(event.id, session.public_id, an_entry(event, title={"es": "Uno"}), LANGUAGES, 1, who)
    late = an_entry(event, title={"es": "Dos"})
    for act in (
        lambda: edit_session(event.id, session.public_id, late, LANGUAGES, 1, who),
        lambda: move_session(event.id, session.public_id, who, earlier=True, seen_revision=1),
        lambda: remove_session(event.id, session.public_id, who, seen_revision=1, is_confirmed=True),
    ):
        assert refused(act) is ProgrammeReason.CHANGED_MEANWHILE
    assert get_session(event.id, session.public_id).session.title == {"es": "Uno"}


def test_moving_exchanges_places_and_tells_calendars(event: Event, who: Actor) -> None:
    session = added(event, who)
    move_session(event.id, session.public_id, who, earlier=True, seen_revision=1)
    assert hours(event) == [("Segunda sesión", "09:00–10:00"), ("Apertura", "10:00–12:00")]
    assert {each.revision for each in get_programme(event.id).days[0].sessions} == {2}
    again = get_session(event.id, session.public_id).session
    with pytest.raises(Refused) as caught:
        move_session(event.id, again.public_id, who, earlier=True, seen_revision=2)
    assert caught.value.reason is ProgrammeReason.CANNOT_MOVE
    changed = list_traces(event.id, "session", session.id)[0].detail["changed"]
    assert changed[session.public_id] == ["11:00–12:00", "09:00–10:00"]


def test_removing_what_people_signed_up_for_wants_a_second_word(app: Flask, event: Event, who: Actor) -> None:
    session = added(event, who, takes_sign_up=True, places=20)
    count_sign_ups.plug(app, lambda session_id: 3 if session_id == session.id else 0)
    with pytest.raises(Refused) as caught:
        remove_session(event.id, session.public_id, who, seen_revision=1, is_confirmed=False)
    assert (caught.value.reason, caught.value.details) == (ProgrammeReason.HAS_SIGN_UPS, {"num": 3})
    remove_session(event.id, session.public_id, who, seen_revision=1, is_confirmed=True)
    with pytest.raises(NotFound):
        get_session(event.id, session.public_id)
    assert list_traces(event.id, "session", session.id)[0].detail["sign_ups"] == 3


def test_removing_leaves_speakers_and_room(event: Event, who: Actor) -> None:
    room = a_room(event)
    session = added(event, who, room_id=room.id, people=speakers("Dora Demo"))
    remove_session(event.id, session.public_id, who, seen_revision=1, is_confirmed=False)
    assert [each.id for each in list_rooms(event.id)] == [room.id]
    assert [(speaker.name, count) for speaker, count in list_speakers(event.id)] == [("Dora Demo", 0)]
    assert db.session.scalar(select(func.count()).select_from(SessionPerson)) == 0


def test_an_archived_event_does_not_change(event: Event, who: Actor) -> None:
    session, speaker, room = added(event, who), a_speaker(event), a_room(event)
    with transaction() as db_session:
        db_session.get_one(Event, event.id).publication = Publication.ARCHIVED
    for act in (
        lambda: add_session(event.id, an_entry(event), who),
        lambda: edit_session(event.id, session.public_id, an_entry(event), LANGUAGES, 1, who),
        lambda: move_session(event.id, session.public_id, who, earlier=True, seen_revision=1),
        lambda: remove_session(event.id, session.public_id, who, seen_revision=1, is_confirmed=True),
        lambda: edit_speaker(event.id, speaker.public_id, SpeakerEntry("X"), LANGUAGES, 1, who),
        lambda: remove_speaker(event.id, speaker.public_id, who),
        lambda: add_room(event.id, text("a", "b"), who),
        lambda: remove_room(event.id, room.id, who),
    ):
        with pytest.raises(LifecycleRefused):
            act()


def test_rooms_are_added_once_ordered_renamed_and_removed(event: Event, who: Actor) -> None:
    first = add_room(event.id, text("Auditorio", "Auditorium"), who)
    second = add_room(event.id, text("Sala", "Room"), who)
    assert add_room(event.id, text("Sala", "Room"), who) == second
    move_room(event.id, second, who, earlier=True)
    move_room(event.id, second, who, earlier=True)
    assert [room.id for room in list_rooms(event.id)] == [second, first]
    session = added(event, who, room_id=second)
    rename_room(event.id, second, {"es": "Sala Mayor"}, ("es",), who)
    assert db.session.get_one(Room, second).name == text("Sala Mayor", "Room")
    assert get_session(event.id, session.public_id).session.revision == 2
    remove_room(event.id, second, who)
    found = get_session(event.id, session.public_id).session
    assert (found.room_id, found.revision) == (None, 3)
    assert [trace.entry.action for trace in list_traces(event.id, "room", second)] == [
        "room_removed", "room_changed", "room_moved", "room_added",
    ]  # fmt: skip


def test_a_room_without_a_name_is_none(event: Event, who: Actor) -> None:
    room = a_room(event)
    assert refused(lambda: add_room(event.id, {}, who)) is ProgrammeReason.NO_TITLE
    assert refused(lambda: rename_room(event.id, room.id, {}, LANGUAGES, who)) is ProgrammeReason.NO_TITLE


def test_a_speaker_is_edited_and_two_who_edit_at_once_are_told(event: Event, who: Actor) -> None:
    speaker, institution = a_speaker(event), an_institution()
    entry = SpeakerEntry(
        "Dora Demo Nueva", text("Directora", "Director"), institution.id, {}, text("**Vida**", "**Life**")
    )
    edit_speaker(event.id, speaker.public_id, entry, LANGUAGES, 1, who)
    found = db.session.get_one(Speaker, speaker.id)
    assert (found.name, found.sort_name, found.revision) == ("Dora Demo Nueva", "dora demo nueva", 2)
    assert (found.organization_id, found.affiliation, found.biography) == (
        institution.id,
        {},
        text("**Vida**", "**Life**"),
    )
    assert (
        refused(lambda: edit_speaker(event.id, speaker.public_id, entry, LANGUAGES, 1, who))
        is ProgrammeReason.CHANGED_MEANWHILE
    )
    assert "name" in list_traces(event.id, "speaker", speaker.id)[0].detail["changed"]


def test_an_institution_that_is_not_there_or_was_merged_is_refused(event: Event, who: Actor) -> None:
    speaker, stays = a_speaker(event), an_institution()
    gone = an_institution(merged_into_id=stays.id)
    for organization_id in (gone.id, 987654):
        entry = SpeakerEntry("Dora", organization_id=organization_id)
        assert (
            refused(lambda entry=entry: edit_speaker(event.id, speaker.public_id, entry, LANGUAGES, 1, who))  # type: ignore[misc]
            is ProgrammeReason.NO_SUCH_ORGANIZATION
        )


def test_a_removed_speaker_leaves_the_sessions_and_no_open_form_brings_it_back(event: Event, who: Actor) -> None:
    session = added(event, who, people=speakers("Dora Demo", "Luis Inventado"))
    speaker = get_session(event.id, session.public_id).people[0].speaker
    remove_speaker(event.id, speaker.public_id, who)
    assert names(event, session.public_id) == {"speaker": ["Luis Inventado"]}
    late = an_entry(event, people=speakers("Dora Demo", "Luis Inventado"))
    assert (
        refused(lambda: edit_session(event.id, session.public_id, late, LANGUAGES, 1, who))
        is ProgrammeReason.CHANGED_MEANWHILE
    )
