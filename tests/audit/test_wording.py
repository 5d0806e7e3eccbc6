"""Every act that is recorded anywhere has its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from eventreg.audit import trail
from eventreg.audit.history import parts_of
from eventreg.audit.telling import UNSAID
from eventreg.i18n.languages import speaking
from eventreg.registration.rules.states import Action, Status
from tests.architecture.acts import recorded_actions, recorded_kinds
from tests.support.acts import kept_samples

#: acts whose parts are not called by us: a session has its title there, a consent is called as in its form
OF_OTHERS = {"session_moved", "consents_changed"}


def test_every_act_has_words(app: Flask) -> None:
    with speaking("en"):
        known = trail.acts()
    acts = recorded_actions()
    assert len(acts) > 70
    without = {
        pattern: sorted(paths)
        for pattern, paths in acts.items()
        if not any(re.fullmatch(pattern, action) for action in known)
    }
    assert not without


def test_every_kind_of_record_has_words(app: Flask) -> None:
    with speaking("en"):
        known = trail.kinds()
    kinds = recorded_kinds()
    assert {"registration", "event", "account"} <= kinds
    assert kinds <= set(known)


def test_every_decision_and_every_way_to_register_has_words(app: Flask) -> None:
    with speaking("en"):
        known = trail.acts()
    decided = {Action.APPROVE, Action.APPROVE_WITHOUT_PLACE, Action.DECLINE, Action.WAITLIST, Action.REOPEN}
    assert {f"decided_{action.value}" for action in decided} <= set(known)
    registered = {Status.UNVERIFIED, Status.PENDING, Status.CONFIRMED, Status.WAITLISTED}
    assert {f"registered_{status.value}" for status in registered} <= set(known)


def test_words_are_in_the_readers_language(app: Flask) -> None:
    with speaking("es"):
        assert trail.act_words("password_set") == "Cambió la contraseña"
        assert trail.kind_words("speaker") == "Persona del programa"
        assert trail.act_words("act_of_a_later_release") == "act of a later release"


def test_every_name_in_a_detail_has_words(app: Flask) -> None:
    with speaking("es"):
        without = {
            name
            for sample in kept_samples()
            if sample.action not in OF_OTHERS and trail.holds(sample.action) is not trail.Holds.ANSWERS
            for part in parts_of(sample.action, sample.detail)
            for name in (part.name, *_names(part.new), *_names(part.old))
            if name and name not in UNSAID and trail.part_words(name) == name
        }
    assert not without


def _names(value: Any) -> Iterator[str]:
    """Yield every name below a value; those of two letters are languages, which are said as such."""
    if isinstance(value, dict):
        yield from (name for name in value if len(name) > 2)
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _names(inner)


def test_a_name_that_is_not_ours_stays_as_it_is(app: Flask) -> None:
    with speaking("es"):
        assert trail.part_words("0_r0HZIW0STd") == "0_r0HZIW0STd"


def test_a_name_is_registered_once(app: Flask) -> None:
    with pytest.raises(ValueError, match="registered twice for the audit trail: signed_in"):
        trail.add_acts(signed_in="Signed in")


def test_what_nobody_registered_is_of_the_status_and_holds_what_it_says(app: Flask) -> None:
    assert trail.group_of("act_of_a_later_release") is trail.Group.STATUS
    assert trail.holds("act_of_a_later_release") is None
    assert trail.own_title("act_of_a_later_release") == "act of a later release"
    assert trail.page_of("kind_of_a_later_release") == ""
