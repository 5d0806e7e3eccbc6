"""The table of an event's states, whole: every pair of state and step, what each needs, what each state does."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from eventreg.events.rules.publication import (
    ALIVE,
    ASKED_TWICE,
    LONGEST_NOTE,
    PUBLIC,
    TRANSITIONS,
    Circumstances,
    LifecycleReason,
    LifecycleRefused,
    Publication,
    Step,
    check_changeable,
    check_deletion,
    check_step,
    next_publication,
    permission_for,
    steps_from,
)
from eventreg.events.rules.team import PERMISSIONS, Permission, TeamRole

_P, _S = Publication, Step
NOTE = {"es": "El río creció.", "en": "The river rose."}

#: written out anew, by step, so that a slip in the table of the product shows; what is not here is impossible
EXPECTED: dict[Step, dict[Publication, Publication]] = {
    _S.PUBLISH: {_P.DRAFT: _P.PUBLISHED},
    _S.CLOSE_REGISTRATION: {_P.PUBLISHED: _P.REGISTRATION_CLOSED},
    _S.REOPEN_REGISTRATION: {_P.REGISTRATION_CLOSED: _P.PUBLISHED},
    _S.UNPUBLISH: {_P.PUBLISHED: _P.DRAFT},
    _S.CANCEL: {_P.PUBLISHED: _P.CANCELLED, _P.REGISTRATION_CLOSED: _P.CANCELLED},
    _S.REINSTATE: {_P.CANCELLED: _P.PUBLISHED},
    _S.ARCHIVE: {_P.PUBLISHED: _P.ARCHIVED, _P.REGISTRATION_CLOSED: _P.ARCHIVED, _P.CANCELLED: _P.ARCHIVED},
    _S.UNARCHIVE: {_P.ARCHIVED: _P.PUBLISHED},
}


def ready(publication: Publication, **changes: Any) -> Circumstances:
    """Circumstances in which every step that the table has can be taken."""
    values = {"languages": ("es", "en"), "is_over": True, "note": {} if publication is _P.ARCHIVED else NOTE}
    return Circumstances(publication, **{**values, **changes})


def reason_of(step: Step, circumstances: Circumstances) -> LifecycleReason:
    with pytest.raises(LifecycleRefused) as refused:
        check_step(step, circumstances)
    return LifecycleReason(refused.value.reason)


@pytest.mark.parametrize(("publication", "step"), list(itertools.product(_P, _S)), ids=lambda member: member.value)
def test_every_step_from_every_state(publication: Publication, step: Step) -> None:
    expected = EXPECTED[step].get(publication)
    assert next_publication(publication, step) is expected
    assert (step in steps_from(publication)) is (expected is not None)
    if expected is None:
        assert reason_of(step, ready(publication)) is LifecycleReason.NOT_POSSIBLE_NOW
    else:
        assert check_step(step, ready(publication)) is expected


def test_no_state_is_a_dead_end_and_every_one_is_reached() -> None:
    assert {publication for publication, _ in TRANSITIONS} == set(Publication)
    assert set(TRANSITIONS.values()) == set(Publication)


def test_publishing_waits_until_nothing_is_missing() -> None:
    assert reason_of(_S.PUBLISH, ready(_P.DRAFT, missing=1)) is LifecycleReason.NOT_READY


def test_back_to_a_draft_only_while_nobody_has_registered() -> None:
    assert reason_of(_S.UNPUBLISH, ready(_P.PUBLISHED, registrations=1)) is LifecycleReason.HAS_REGISTRATIONS


def test_only_what_is_over_or_cancelled_is_archived() -> None:
    for publication in (_P.PUBLISHED, _P.REGISTRATION_CLOSED):
        assert reason_of(_S.ARCHIVE, ready(publication, is_over=False)) is LifecycleReason.NOT_OVER
    assert check_step(_S.ARCHIVE, ready(_P.CANCELLED, is_over=False)) is _P.ARCHIVED


def test_what_was_cancelled_comes_out_of_the_archive_as_cancelled() -> None:
    assert check_step(_S.UNARCHIVE, ready(_P.ARCHIVED, note=NOTE)) is _P.CANCELLED


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        ({}, LifecycleReason.NOTE_MISSING),
        ({"es": "El río creció."}, LifecycleReason.NOTE_MISSING),
        ({"es": "El río creció.", "en": " \n "}, LifecycleReason.NOTE_MISSING),
        ({"es": "x" * LONGEST_NOTE, "en": "x" * (LONGEST_NOTE + 1)}, LifecycleReason.NOTE_TOO_LONG),
    ],
)
def test_a_cancellation_says_why_in_each_language(note: dict[str, str], reason: LifecycleReason) -> None:
    assert reason_of(_S.CANCEL, ready(_P.PUBLISHED, note=note)) is reason
    longest = {"es": "x" * LONGEST_NOTE, "en": "x" * LONGEST_NOTE}
    assert check_step(_S.CANCEL, ready(_P.PUBLISHED, note=longest)) is _P.CANCELLED


def test_owners_alone_reinstate_and_open_the_archive() -> None:
    owners = {step for step in Step if permission_for(step) is Permission.OWN}
    assert owners == {_S.REINSTATE, _S.UNARCHIVE}
    assert {permission_for(step) for step in set(Step) - owners} == {Permission.PUBLISH}
    assert Permission.OWN not in PERMISSIONS[TeamRole.MANAGER]
    for publication, step in TRANSITIONS:
        refused = ready(publication, is_permitted=False)
        assert reason_of(step, refused) is LifecycleReason.OWNERS_ONLY


def test_what_reaches_people_or_hides_pages_is_asked_twice() -> None:
    assert {_S.CANCEL, _S.REINSTATE, _S.ARCHIVE, _S.UNARCHIVE, _S.UNPUBLISH} == ASKED_TWICE


def test_only_a_draft_without_registrations_is_deleted() -> None:
    check_deletion(ready(_P.DRAFT))
    for circumstances, reason in (
        (ready(_P.DRAFT, registrations=1), LifecycleReason.HAS_REGISTRATIONS),
        (ready(_P.DRAFT, is_permitted=False), LifecycleReason.OWNERS_ONLY),
        *((ready(publication), LifecycleReason.NOT_POSSIBLE_NOW) for publication in PUBLIC),
    ):
        with pytest.raises(LifecycleRefused) as refused:
            check_deletion(replace(circumstances))
        assert refused.value.reason is reason


def test_what_each_state_does() -> None:
    assert set(Publication) - {_P.DRAFT} == PUBLIC
    assert {_P.PUBLISHED, _P.REGISTRATION_CLOSED} == ALIVE
    assert [state for state in Publication if state.effects.takes_registrations] == [_P.PUBLISHED]
    assert [state for state in Publication if not state.effects.is_changeable] == [_P.ARCHIVED]
    assert _P.CANCELLED.effects.takes_withdrawals
    for state in Publication:
        if state is _P.ARCHIVED:
            with pytest.raises(LifecycleRefused):
                check_changeable(state)
        else:
            check_changeable(state)
