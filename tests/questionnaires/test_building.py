"""Building a draft by the services: keys, two people at once, and what the history tells."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from eventreg.audit.queries import TrailFilter, list_trail
from eventreg.audit.services import Actor
from eventreg.events.models import Event
from eventreg.kernel.errors import Refused
from eventreg.questionnaires.queries import draft_document, find_draft, get_board
from eventreg.questionnaires.rules.drafts import changes
from eventreg.questionnaires.rules.drafts.reading import DraftReason, fingerprint, questions_in
from eventreg.questionnaires.services import drafting
from eventreg.questionnaires.services.drafting import change_draft
from tests.builders import a_questionnaire, an_account, an_event, text


def _question(es: str, en: str, **parts: Any) -> dict[str, Any]:
    return {"kind": "short_text", "label": text(es, en), **parts}


def _empty_event() -> Event:
    event = an_event()
    # What it asks is of no matter here: the draft begins with nothing.
    a_questionnaire(event, {"sections": []})
    return event


def _add(event: Event, entry: dict[str, Any], section: str = "") -> str:
    account = an_account()
    return drafting.add_question(
        event.id, section, entry, Actor.account(account.id), first_title=text("Sobre usted", "About you")
    )


def _stored(event: Event, key: str) -> dict[str, Any]:
    return next(entry for entry in questions_in(draft_document(event.id)) if entry["key"] == key)


@pytest.mark.both_databases
def test_first_question_brings_a_section_and_keys_come_from_the_labels(app: Flask) -> None:
    event = _empty_event()
    assert _add(event, _question("Nombre de pila", "Given name")) == "nombre_de_pila"
    assert _add(event, _question("Nombre de pila", "Given name"), "sobre_usted") == "nombre_de_pila_2"
    assert [section["key"] for section in draft_document(event.id)["sections"]] == ["sobre_usted"]


# case 24
def test_a_key_that_answers_hang_on_is_not_given_again(app: Flask) -> None:
    event = an_event()
    account = an_account()
    change_draft(event.id, Actor.account(account.id), changes.remove_question, "diet")
    assert _add(event, _question("Diet", "Diet"), "you") == "diet_2"
    # A name that the form needs for itself is no key either.
    assert _add(event, _question("Language", "Language"), "you") == "language_2"


@pytest.mark.both_databases
def test_two_people_who_change_different_questions_lose_nothing(app: Flask) -> None:
    event, one, other = an_event(), an_account(), an_account()
    diet, phone = _stored(event, "diet"), _stored(event, "phone")
    changed = {**diet, "is_required": True}
    drafting.save_question(event.id, "diet", fingerprint(diet), changed, "stay", Actor.account(one.id))
    drafting.save_question(
        event.id, "phone", fingerprint(phone), {**phone, "is_required": True}, "you", Actor.account(other.id)
    )
    assert _stored(event, "diet")["is_required"]
    assert _stored(event, "phone")["is_required"]
    with pytest.raises(Refused) as caught:
        drafting.save_question(event.id, "diet", fingerprint(diet), diet, "stay", Actor.account(other.id))
    assert caught.value.reason is DraftReason.CHANGED_MEANWHILE
    assert _stored(event, "diet")["is_required"]
    draft = find_draft(event.id)
    assert draft is not None
    assert draft.changed_by_id == other.id
    assert get_board(event.id).changed_by == other.name


def test_history_tells_what_was_changed_and_is_silent_about_order(app: Flask) -> None:
    event, account = an_event(), an_account()
    before = len(list_trail(event.id, TrailFilter(), 50))
    phone = _stored(event, "phone")
    change_draft(event.id, Actor.account(account.id), changes.move_question, "phone", -1)
    drafting.save_question(event.id, "phone", fingerprint(phone), phone, "you", Actor.account(account.id))
    assert len(list_trail(event.id, TrailFilter(), 50)) == before
    label = text("Celular", "Mobile")
    changed = {**phone, "label": label, "settings": {}}
    drafting.save_question(event.id, "phone", fingerprint(phone), changed, "you", Actor.account(account.id))
    change_draft(event.id, Actor.account(account.id), changes.remove_question, "phone")
    retired, saved = list_trail(event.id, TrailFilter(), 2)
    assert (saved.entry.action, saved.entry.actor_id) == ("question_changed", account.id)
    assert saved.detail["changed"] == {"label": [phone["label"], label], "settings": "changed"}
    assert (retired.entry.action, retired.detail["name"]) == ("question_removed", label)
