"""Every act that is recorded anywhere has its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flask import Flask

from eventreg.audit.details import OF_ANSWERS, parts_of
from eventreg.audit.wording import action_catalogue, action_words, kind_catalogue, record_words
from eventreg.i18n.languages import speaking
from eventreg.registration.rules.states import Action, Status
from eventreg.site.audit_wording import UNSAID
from eventreg.site.field_wording import field_words
from tests.architecture.acts import recorded_actions, recorded_kinds
from tests.support.acts import kept_samples

#: acts whose parts are not called by us: a session has its title there, a consent is called as in its form
OF_OTHERS = OF_ANSWERS | {"session_moved", "consents_changed"}


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


def test_every_name_in_a_detail_has_words(app: Flask) -> None:
    with speaking("es"):
        without = {
            name
            for sample in kept_samples()
            if sample.action not in OF_OTHERS
            for part in parts_of(sample.action, sample.detail)
            for name in (part.name, *_names(part.new), *_names(part.old))
            if name and name not in UNSAID and field_words(name) == name
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
        assert field_words("0_r0HZIW0STd") == "0_r0HZIW0STd"
