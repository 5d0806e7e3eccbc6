"""Every act that is recorded anywhere has its words."""

from __future__ import annotations

import re

from flask import Flask

from eventreg.audit.wording import action_catalogue, action_words, kind_catalogue, record_words
from eventreg.i18n.languages import speaking
from eventreg.registration.rules.states import Action, Status
from tests.architecture.acts import recorded_actions, recorded_kinds


def test_every_act_has_words(app: Flask) -> None:
    with speaking("en"):
        known = action_catalogue()
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
        known = kind_catalogue()
    kinds = recorded_kinds()
    assert {"registration", "event", "account"} <= kinds
    assert kinds <= set(known)


def test_every_decision_and_every_way_to_register_has_words(app: Flask) -> None:
    with speaking("en"):
        known = action_catalogue()
    decided = {Action.APPROVE, Action.APPROVE_WITHOUT_PLACE, Action.DECLINE, Action.WAITLIST, Action.REOPEN}
    assert {f"decided_{action.value}" for action in decided} <= set(known)
    registered = {Status.UNVERIFIED, Status.PENDING, Status.CONFIRMED, Status.WAITLISTED}
    assert {f"registered_{status.value}" for status in registered} <= set(known)


def test_words_are_in_the_readers_language(app: Flask) -> None:
    with speaking("es"):
        assert action_words("password_set") == "Cambió la contraseña"
        assert record_words("speaker") == "Persona del programa"
        assert action_words("act_of_a_later_release") == "act of a later release"
