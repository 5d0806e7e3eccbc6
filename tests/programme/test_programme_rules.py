"""The rules of a programme: what is pointed out, moving, what is suggested, lines of text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from itertools import pairwise
from time import process_time

import pytest
from hypothesis import assume, given, strategies as st

from eventreg.events.rules.dates import read_clock
from eventreg.events.rules.programme import (
    FindingKind,
    ScheduledSession,
    SessionKind,
    SpeakerRole,
    findings_of,
    meet,
    minutes_of,
    time_of,
)
from eventreg.kernel.errors import Refused
from eventreg.programme.rules.sessions import (
    MOST_LINES,
    MOST_PEOPLE,
    People,
    ProgrammeReason,
    SessionEntry,
    blocks_of,
    check_entry,
    default_role,
    moved,
    names_in,
    read_lines,
    suggested_hours,
)

K = FindingKind


@dataclass(frozen=True)
class Day:
    starts_at: time = time(9)
    ends_at: time = time(18)


def at(text: str) -> time:
    return time.fromisoformat(text)


def slot(number: int, hours: str, room: int | None = None, *speakers: int) -> ScheduledSession:
    start, end = hours.split("-")
    return ScheduledSession(number, at(start), at(end), room, frozenset(speakers))


def found(*slots: ScheduledSession, day: Day | None = None) -> list[tuple[FindingKind, int | None, int | None]]:
    return [(f.kind, f.session_id, f.other_id) for f in findings_of(day or Day(), slots)]


FULL = Day(time(9), time(12))


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ([slot(1, "09:00-10:30"), slot(2, "10:00-12:00")], [(K.OVERLAP, 2, 1)]),
        ([slot(1, "09:00-10:30", 1), slot(2, "10:00-12:00", 1)], [(K.OVERLAP, 2, 1)]),
        ([slot(1, "09:00-12:00", 1), slot(2, "09:00-12:00", 2)], []),
        ([slot(1, "09:00-12:00", 1), slot(2, "10:00-11:00")], [(K.OVERLAP, 2, 1)]),
        ([slot(1, "09:00-10:00"), slot(2, "10:00-12:00")], []),
        ([slot(1, "09:00-12:00", 1, 7), slot(2, "11:00-12:00", 2, 7)], [(K.SPEAKER_TWICE, 2, 1)]),
        ([slot(1, "09:00-11:00", 1, 7), slot(2, "11:00-12:00", 2, 7)], []),
        # in one room the overlap says it already
        ([slot(1, "09:00-12:00", 1, 7), slot(2, "11:00-12:00", 1, 7)], [(K.OVERLAP, 2, 1)]),
        ([slot(1, "08:30-12:00")], [(K.OUTSIDE_HOURS, 1, None)]),
        ([slot(1, "09:00-12:01")], [(K.OUTSIDE_HOURS, 1, None)]),
    ],
)
def test_what_is_in_the_way_of_another_is_pointed_out(slots: list[ScheduledSession], expected: list[object]) -> None:
    assert found(*slots, day=FULL) == expected
    assert found(*reversed(slots), day=FULL) == expected


@pytest.mark.parametrize(
    ("slots", "gaps"),
    [
        ([], []),
        ([slot(1, "09:00-12:00")], []),
        ([slot(1, "09:15-12:00")], []),
        ([slot(1, "09:16-12:00")], ["09:00-09:16"]),
        ([slot(1, "09:00-11:44")], ["11:44-12:00"]),
        ([slot(1, "09:00-10:00", 1), slot(2, "10:30-12:00", 2)], ["10:00-10:30"]),
        # one room rests while the other goes on
        ([slot(1, "09:00-12:00", 1), slot(2, "11:00-12:00", 2)], []),
        ([slot(1, "09:00-11:30"), slot(2, "09:30-10:00"), slot(3, "11:30-12:00")], []),
        ([slot(1, "07:00-08:00")], ["09:00-12:00"]),
        ([slot(1, "13:00-14:00")], ["09:00-12:00"]),
    ],
)
def test_a_stretch_that_nothing_covers_is_a_gap(slots: list[ScheduledSession], gaps: list[str]) -> None:
    told = [f for f in findings_of(FULL, slots) if f.kind is K.GAP]
    assert [f"{f.starts_at:%H:%M}-{f.ends_at:%H:%M}" for f in told] == gaps


def test_everybody_who_is_in_two_places_is_told() -> None:
    slots = [slot(1, "09:00-12:00", 1, 7, 8, 9), slot(2, "11:00-12:00", 2, 9, 7)]
    assert [f.speaker_id for f in findings_of(FULL, slots)] == [7, 9]


def hours(moves: dict[int, tuple[time, time]] | None) -> dict[int, str] | None:
    return moves and {key: f"{start:%H:%M}-{end:%H:%M}" for key, (start, end) in moves.items()}


def test_neighbours_exchange_places_and_keep_durations_and_the_pause_between_them() -> None:
    day = [slot(1, "09:00-10:30"), slot(2, "10:45-11:15"), slot(3, "11:15-12:00")]
    assert hours(moved(day, 2, earlier=True)) == {2: "09:00-09:30", 1: "09:45-11:15"}
    assert hours(moved(day, 1, earlier=False)) == {2: "09:00-09:30", 1: "09:45-11:15"}


def test_what_has_nothing_beside_it_passes_parallel_sessions_as_one() -> None:
    day = [slot(1, "09:00-10:00", 1), slot(2, "09:00-09:30", 2), slot(3, "09:30-10:00", 2), slot(4, "10:00-10:20")]
    assert hours(moved(day, 4, earlier=True)) == {
        4: "09:00-09:20", 1: "09:20-10:20", 2: "09:20-09:50", 3: "09:50-10:20",
    }  # fmt: skip


def test_what_has_others_beside_it_moves_in_its_room() -> None:
    day = [slot(1, "09:00-10:00", 1), slot(2, "10:00-11:30", 1), slot(3, "09:00-11:30", 2)]
    assert hours(moved(day, 2, earlier=True)) == {2: "09:00-10:30", 1: "10:30-11:30"}
    assert moved(day, 3, earlier=True) is None


def test_the_first_and_the_last_stay_and_so_does_what_overlaps_its_neighbour() -> None:
    day = [slot(1, "09:00-10:00"), slot(2, "10:00-11:00")]
    assert moved(day, 1, earlier=True) is None
    assert moved(day, 2, earlier=False) is None
    assert moved([slot(1, "09:00-10:00"), slot(2, "09:30-11:00")], 2, earlier=True) is None
    with pytest.raises(KeyError):
        moved(day, 9, earlier=True)


_SLOTS = st.lists(
    st.tuples(st.integers(0, 1380), st.integers(5, 240), st.sampled_from([None, 1, 2])).map(
        lambda drawn: (time_of(drawn[0]), time_of(min(drawn[0] + drawn[1], 1439)), drawn[2])
    ),
    min_size=1,
    max_size=8,
).map(lambda drawn: [ScheduledSession(number, *each) for number, each in enumerate(drawn)])


def _length(slot: ScheduledSession) -> int:
    return minutes_of(slot.ends_at) - minutes_of(slot.starts_at)


@given(_SLOTS, st.integers(0, 7), st.booleans())
def test_moving_keeps_durations_and_the_stretch_and_disturbs_nobody_else(
    slots: list[ScheduledSession], number: int, earlier: bool
) -> None:
    number %= len(slots)
    moves = moved(slots, number, earlier=earlier)
    assume(moves is not None and moves)
    assert moves is not None
    before = [slot for slot in slots if slot.id in moves]
    after = [ScheduledSession(slot.id, *moves[slot.id], slot.room_id) for slot in before]
    assert [_length(slot) for slot in after] == [_length(slot) for slot in before]
    assert min(slot.starts_at for slot in after) == min(slot.starts_at for slot in before)
    assert max(slot.ends_at for slot in after) == max(slot.ends_at for slot in before)
    # it went where it was sent, and in a day without parallel sessions it comes back
    old, new = (next(slot for slot in group if slot.id == number) for group in (before, after))
    assert (new.starts_at < old.starts_at) if earlier else (new.starts_at > old.starts_at)
    if all(len(block) == 1 for block in blocks_of(slots)):
        row = [slot for slot in slots if slot.id not in moves] + after
        assert moved(row, number, earlier=not earlier) == {slot.id: (slot.starts_at, slot.ends_at) for slot in before}


@given(_SLOTS)
def test_blocks_follow_one_another_and_lose_nobody(slots: list[ScheduledSession]) -> None:
    blocks = blocks_of(slots)
    assert sorted(slot.id for block in blocks for slot in block) == [slot.id for slot in slots]
    for first, second in pairwise(blocks):
        assert not any(meet(one, other) for one in first for other in second)


@given(_SLOTS)
def test_nothing_is_found_twice_and_every_overlap_is_found(slots: list[ScheduledSession]) -> None:
    told = findings_of(Day(), slots)
    pairs = {frozenset((f.session_id, f.other_id)) for f in told if f.kind is K.OVERLAP}
    expected = {
        frozenset((one.id, other.id))
        for one in slots
        for other in slots
        if one.id < other.id
        and meet(one, other)
        and (None in (one.room_id, other.room_id) or one.room_id == other.room_id)
    }
    assert pairs == expected
    assert len(told) == len(set(told))


def test_the_next_session_begins_where_the_last_one_ended() -> None:
    day = Day()
    assert suggested_hours(day, []) == (at("09:00"), at("10:00"))
    slots = [slot(1, "09:00-10:00"), slot(2, "10:00-12:00", 1), slot(3, "10:00-11:00", 2)]
    assert suggested_hours(day, slots) == (at("12:00"), at("13:00"))
    assert suggested_hours(day, slots, 2) == (at("11:00"), at("12:00"))
    assert suggested_hours(day, slots, 3, minutes=30) == (at("10:00"), at("10:30"))
    assert suggested_hours(day, [slot(1, "09:00-17:30")]) == (at("17:30"), at("18:00"))
    assert suggested_hours(day, [slot(1, "09:00-19:00")]) == (at("19:00"), at("20:00"))
    assert suggested_hours(day, [slot(1, "09:00-23:30")]) == (at("23:30"), at("23:59"))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("9:00", "09:00"), ("09:00", "09:00"), ("09.30", "09:30"), ("9h05", "09:05"), (" 18:00 h ", "18:00"), ("00:00", "00:00"),
        ("23:59", "23:59"), ("09:30:00", "09:30"), ("900", "09:00"), ("0930", "09:30"), ("2359", "23:59"),
        ("9", "09:00"), ("13", "13:00"), ("9 h", "09:00"), ("09h30", "09:30"), ("9 h 30", "09:30"), ("13 hrs", "13:00"),
        ("11:00 am", "11:00"), ("11:00\u202fa.\u00a0m.", "11:00"), ("2pm", "14:00"), ("2:30 P.M.", "14:30"), ("12 am", "00:00"),
        ("12:15 pm", "12:15"), ("09:00 pm", "21:00"), ("13:00 pm", "13:00"), ("13 am", None), ("0 pm", None), ("am", None),
        ("24:00", None), ("24", None), ("90", None), ("2400", None), ("09000", None), ("", None), ("9:7", None), ("٠٩:٠٠", None),
        ("12:60", None), ("-1:00", None),
    ],
)  # fmt: skip
def test_times_are_read_as_people_type_them(typed: str, read: str | None) -> None:
    assert read_clock(typed) == (at(read) if read else None)


def test_names_are_kept_as_typed_in_their_order_and_once() -> None:
    assert names_in(" Ana  Demo;Luis de la Prueba ; ana demo;;\nO’Demo, PhD") == [
        "Ana Demo", "Luis de la Prueba", "O’Demo, PhD",
    ]  # fmt: skip
    assert names_in(" ; ") == []


def test_people_of_a_panel_are_panellists() -> None:
    assert default_role(SessionKind.PANEL) is SpeakerRole.PANELLIST
    assert default_role(SessionKind.KEYNOTE) is SpeakerRole.SPEAKER


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"ends_at": time(9)}, ProgrammeReason.ENDS_BEFORE_START),
        ({"ends_at": time(8)}, ProgrammeReason.ENDS_BEFORE_START),
        ({"title": {}}, ProgrammeReason.NO_TITLE),
        ({"title": {"es": "  "}}, ProgrammeReason.NO_TITLE),
        ({"people": [People(SpeakerRole.SPEAKER, ["x"] * (MOST_PEOPLE + 1))]}, ProgrammeReason.TOO_MANY),
    ],
)
def test_what_cannot_be_a_session_is_refused(change: dict[str, object], reason: ProgrammeReason) -> None:
    values = {"day_id": 1, "kind": SessionKind.SESSION, "starts_at": time(9), "ends_at": time(10), "title": {"es": "A"}}
    check_entry(SessionEntry(**values))  # type: ignore[arg-type]
    with pytest.raises(Refused) as refused:
        check_entry(SessionEntry(**{**values, **change}))  # type: ignore[arg-type]
    assert refused.value.reason is reason


def test_a_day_is_read_from_lines() -> None:
    text = """09:00–09:30 Apertura | Opening
9:30 - 10.00 Receso | Break

10:00 a 11:00 Primer panel @ sala  uno
10h00—11h00 h  Otro | Other @ Sala Dos
11:00 to 12:00 Solo así"""
    lines = read_lines(text, ("es", "en"), {"sala uno": 1, "sala dos": 2})
    assert lines.not_understood == []
    assert [(f"{s.starts_at:%H:%M}-{s.ends_at:%H:%M}", s.title, s.kind.value, s.room) for s in lines.sessions] == [
        ("09:00-09:30", {"es": "Apertura", "en": "Opening"}, "session", ""),
        ("09:30-10:00", {"es": "Receso", "en": "Break"}, "break", ""),
        ("10:00-11:00", {"es": "Primer panel"}, "session", "sala  uno"),
        ("10:00-11:00", {"es": "Otro", "en": "Other"}, "session", "Sala Dos"),
        ("11:00-12:00", {"es": "Solo así"}, "session", ""),
    ]


@pytest.mark.parametrize(
    "line",
    ["Apertura", "09:00 Apertura", "10:00–09:00 Atrás", "09:00–09:00 Nada", "25:00–26:00 Tarde", "09:00–10:00", "09:00–10:00 |",
     "09:00–10:00 a | b | c", "09:00–10:00 " + "x" * 201, "09:00–10:00 a\x01b", "09:00–10:00 A @ Sala Tres"],
)  # fmt: skip
def test_a_line_that_says_no_session_is_named(line: str) -> None:
    lines = read_lines(f"09:00–10:00 Bien\n{line}", ("es", "en"), {"sala uno": 1})
    assert (len(lines.sessions), lines.not_understood) == (1, [2])


def test_a_room_that_is_not_there_is_named_once() -> None:
    lines = read_lines("09:00–10:00 A @ Sala X\n10:00–11:00 B @ Sala X", ("es",), {})
    assert (lines.sessions, lines.unknown_rooms) == ([], ["Sala X"])


def test_no_more_than_a_hundred_lines_are_read() -> None:
    lines = read_lines("09:00–10:00 A\n" * (MOST_LINES + 2), ("es",), {})
    assert (len(lines.sessions), list(lines.not_understood)) == (MOST_LINES, [101, 102])


def test_a_line_of_blanks_takes_no_time() -> None:
    """Blanks that two parts of a pattern could take would be tried in every combination: minutes for one line."""
    began = process_time()
    lines = read_lines(f"{' ' * 20_000}x\n{' ' * 20_000}09:00–10:00{' ' * 20_000}A", ("es",), {})
    assert (len(lines.sessions), lines.not_understood) == (1, [1])
    assert process_time() - began < 1


@given(st.text(max_size=300))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    lines = read_lines(text, ("es", "en"), {})
    assert len(lines.sessions) + len(lines.not_understood) <= len(text.splitlines())
