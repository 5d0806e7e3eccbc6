"""Forms written through the screens alone: a short one, timed, and the seminar's, compared with the data that the demo has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select

from eventreg.db import db
from eventreg.events.models import Event
from eventreg.questionnaires.queries import get_current_version
from tests.browser.klm import clock
from tests.browser.organizer_facts import organizer_facts
from tests.browser.organizer_site import new_site
from tests.browser.questionnaire_task import SHORT_FORM, WHOLE_FORM, asked_in_the_seminar, build
from tests.support.apps import build_app, make_config
from tests.support.browser import ContextMaker

pytestmark = pytest.mark.browser

#: seconds
MOST_FOR_A_FORM = 10 * 60
MOST_FOR_A_CONDITION = 90


@contextmanager
def instance_of(folder: Path) -> Iterator[Flask]:
    """Look into the instance that `new_site` serves below `folder`."""
    app = build_app(make_config(folder / "instance", ""), folder / "cache")
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def published_on(page: Page, folder: Path) -> dict[str, Any]:
    """Return what the event whose desk is open asks now."""
    with instance_of(folder):
        event_id = db.session.scalar(select(Event.id).where(Event.slug == page.url.split("/")[5]))
        assert event_id is not None
        return dict(get_current_version(event_id).definition)


@pytest.mark.timeout(300)
def test_a_form_with_a_condition_is_published_in_time(tmp_path: Path, visits: ContextMaker) -> None:
    """Issue 4: from an empty event to a published bilingual form with one condition under ten minutes."""
    facts = organizer_facts(tmp_path)
    with new_site(tmp_path / "site") as site:
        page = visits("es").new_page()
        page.goto(site.link)
        meter = build(page, facts, SHORT_FORM)
        assert meter.whole.seconds < MOST_FOR_A_FORM, f"{clock(meter.whole.seconds)}:\n{meter.table()}"
        assert meter.phases["condition on country"].seconds < MOST_FOR_A_CONDITION, meter.table()
        asked = published_on(page, tmp_path / "site")
    questions = [question for section in asked["sections"] for question in section["questions"]]
    assert {question["key"]: question["condition"] for question in questions if "condition" in question} == {
        "numero_de_vuelo": {"question": "como_llega_a_tapachula", "is": ["en_avion"]},
        "numero_de_visa": {"not": {"question": "pais_de_su_pasaporte", "is": ["MX"]}},
    }
    texts = [section["title"] for section in asked["sections"]]
    texts += [question[name] for question in questions for name in ("label", "purpose")]
    texts += [option["label"] for question in questions for option in question.get("options", ())]
    assert len(texts) == 2 + 2 * 7 + 3
    assert all(set(text) == {"es", "en"} for text in texts)


@pytest.mark.timeout(300)
def test_questionnaire_of_the_seminar_is_rebuilt_by_the_screens_alone(tmp_path: Path, visits: ContextMaker) -> None:
    """Issue 4: equal to the data one. Keys are made from Spanish words, those of the data are English: places match them."""
    facts = organizer_facts(tmp_path)
    with new_site(tmp_path / "site") as site:
        page = visits("es").new_page()
        page.goto(site.link)
        build(page, facts, WHOLE_FORM)
        asked = published_on(page, tmp_path / "site")
    wanted = asked_in_the_seminar()
    assert _under_keys_of(asked, wanted) == wanted


def _under_keys_of(asked: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """Return a definition whose sections, questions and options have the keys that those at their places have in another."""
    sections = _named(asked["sections"], wanted["sections"], "key")
    for section, other in zip(sections, wanted["sections"], strict=True):
        section["questions"] = _named(section["questions"], other["questions"], "key")
        for question, its in zip(section["questions"], other["questions"], strict=True):
            # What yes and no are called in the machine is no matter of words.
            if "options" in question and question["kind"] != "yes_no":
                question["options"] = _named(question["options"], its.get("options", ()), "value")
    return {**asked, "sections": sections}


def _named(entries: Any, others: Any, name: str) -> list[dict[str, Any]]:
    return [{**entry, name: other[name]} for entry, other in zip(entries, others, strict=True)]
