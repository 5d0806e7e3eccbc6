"""Ready-made sets, and questions of another event, go into a draft."""

from __future__ import annotations

import copy
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from eventreg.audit.services import Actor
from eventreg.events.rules.starting import TEMPLATES
from eventreg.i18n.catalogs import translated_languages
from eventreg.kernel.errors import NotFound, Refused
from eventreg.making.services.founding import basic_questionnaire
from eventreg.questionnaires.checks import list_obstacles
from eventreg.questionnaires.queries import draft_document, find_draft
from eventreg.questionnaires.rules.drafts.reading import questions_in
from eventreg.questionnaires.rules.starts import SETS, Fit, set_document, take_over
from eventreg.questionnaires.services.drafting import add_set, take_from_event
from tests.builders import a_questionnaire, a_team_member, an_event
from tests.questionnaires.samples import definition, entry, text
from tests.support.pages import Pages

FIT = Fit(("es", "en"), {"government"})


def _keys(document: Any) -> list[str]:
    return [question["key"] for question in questions_in(document)]


@pytest.mark.parametrize("language", translated_languages())
def test_sets_are_whole_in_every_language(app: Flask, language: str) -> None:
    document: dict[str, Any] = {"sections": []}
    for name in SETS:
        document = take_over(document, set_document(name), Fit((language,), set())).document
    assert list_obstacles(document, (language,), set()) == []
    assert len(_keys(document)) == len(set(_keys(document))) > 25


def test_sensitive_questions_of_the_sets_are_deleted_soon() -> None:
    for name in SETS:
        for question in questions_in(set_document(name)):
            assert question["retention_days"] <= (30 if question.get("is_sensitive") else 365), question["key"]
    sensitive = {
        q["key"] for name in ("needs", "travel") for q in questions_in(set_document(name)) if q.get("is_sensitive")
    }
    assert {"diet", "accessibility", "passport_number"} <= sensitive


def test_new_events_begin_with_questions_that_can_be_published(app: Flask) -> None:
    for is_on_site in (True, False):
        for has_several_days in (True, False):
            made = basic_questionnaire(has_several_days=has_several_days, is_on_site=is_on_site)["versions"][0]
            assert list_obstacles(made["definition"], translated_languages(), set()) == []
    assert TEMPLATES


def test_what_is_asked_already_is_left_and_said() -> None:
    before = definition(entry("sex"), entry("given", column="given_name"))
    taken = take_over(before, set_document("basics"), FIT)
    assert [label["en"] for label in taken.skipped] == ["Given name", "Sex"]
    assert _keys(taken.document)[:2] == ["sex", "given"]
    assert "given_name" not in _keys(taken.document)
    assert before == definition(entry("sex"), entry("given", column="given_name"))


def test_set_added_twice_changes_nothing() -> None:
    once = take_over({"sections": []}, set_document("travel"), FIT).document
    again = take_over(once, set_document("travel"), FIT)
    assert (again.document, again.added) == (once, ())


def test_sections_of_one_key_become_one_unless_asked_at_another_time() -> None:
    source = definition(entry("b"))
    assert len(take_over(definition(entry("a")), source, FIT).document["sections"]) == 1
    source["sections"][0]["stage"] = "follow_up"
    keys = [section["key"] for section in take_over(definition(entry("a")), source, FIT).document["sections"]]
    assert keys == ["all", "all_2"]


def test_categories_that_are_not_there_are_dropped_and_said() -> None:
    source = definition(
        entry("a", categories=["press"]),
        entry("b", categories=["press", "government"]),
        entry("c", required_for=["press"]),
    )
    taken = take_over({"sections": []}, source, FIT)
    assert [(q["key"], q.get("categories"), q.get("required_for")) for q in questions_in(taken.document)] == [
        ("b", ["government"], None), ("c", None, []),
    ]  # fmt: skip
    assert (taken.homeless, taken.lost_categories) == ((text("a"),), ("press",))


def test_texts_come_in_the_languages_of_the_event() -> None:
    source = definition(entry("a", label={"es": "Uno", "fr": "Un"}), entry("b", label={"fr": "Deux"}))
    labels = [q["label"] for q in questions_in(take_over({"sections": []}, source, FIT).document)]
    assert labels == [{"es": "Uno"}, {"es": "Deux"}]


def test_dates_move() -> None:
    source = definition(entry("a", frozen_after="2027-03-01"))
    source["sections"][0] |= {"stage": "follow_up", "answer_by": "2027-02-01"}
    taken = take_over({"sections": []}, source, Fit(("es", "en"), set(), lambda day: day + timedelta(days=7)))
    (section,) = taken.document["sections"]
    assert (section["answer_by"], section["questions"][0]["frozen_after"]) == ("2027-02-08", "2027-03-08")


def test_more_than_a_form_can_have_is_refused() -> None:
    many = definition(*(entry(f"q{number}") for number in range(199)))
    with pytest.raises(Refused, match="more than a form can have"):
        take_over(many, set_document("speaker"), FIT)


@pytest.mark.both_databases
def test_another_events_questions_take_the_place_of_the_draft(app: Flask) -> None:
    day = date(2027, 3, 11)
    event, other = an_event(first_day=day), an_event(first_day=day - timedelta(days=10))
    owner = a_team_member(event)
    source = definition(entry("a", frozen_after="2027-03-01"))
    a_questionnaire(other, {**source, "has_summary": True})
    taken = take_from_event(event.id, other.id, Actor.account(owner.id), instead=True)
    draft = find_draft(event.id)
    assert draft is not None
    assert draft.definition == taken.document
    (question,) = questions_in(draft.definition)
    assert (question["key"], question["frozen_after"]) == ("a", "2027-03-11")
    assert draft.definition["has_summary"] is True


def test_no_such_set(app: Flask) -> None:
    event = an_event()
    with pytest.raises(NotFound):
        add_set(event.id, "../basics", Actor.account(a_team_member(event).id))


def test_set_is_added_by_the_page_and_said(app: Flask, pages: Pages) -> None:
    event = an_event()
    pages.sign_in(a_team_member(event))
    page = pages.get(f"/manage/events/{event.slug}/questions/start")
    done = page.submit("Add this set: Diet and accessibility").follow()
    assert "2 questions added" in done.text
    assert "Asked already, and left as it is: “Diet”" in done.text
    assert "accessibility" in _keys(draft_document(event.id))


def test_only_events_that_one_edits_are_offered(app: Flask, pages: Pages) -> None:
    event, own, foreign, seen = an_event(), an_event(), an_event(), an_event()
    account = a_team_member(event)
    _join(own, account.id, "manager")
    _join(seen, account.id, "viewer")
    pages.sign_in(account)
    page = pages.get(f"/manage/events/{event.slug}/questions/start")
    assert [option.get("value") for option in page.all("option")] == [own.slug]
    for slug in (foreign.slug, seen.slug, "nothing"):
        token = page.pages.csrf_token()
        sent = pages.post(f"/manage/events/{event.slug}/questions/start/event", {"event": slug, "csrf_token": token})
        assert sent.status == 422
    assert find_draft(event.id) is None
    page.submit("Reuse its questions", {"In place of everything that stands in the draft": True}).follow()
    assert find_draft(event.id) is not None


def _join(event: Any, account_id: int, role: str) -> None:
    from eventreg.db import transaction
    from eventreg.events.models import TeamMember
    from eventreg.events.rules.team import TeamRole

    with transaction() as session:
        session.add(TeamMember(event_id=event.id, account_id=account_id, role=TeamRole(role)))


def test_source_is_never_changed() -> None:
    source = copy.deepcopy(dict(set_document("basics")))
    take_over({"sections": []}, set_document("basics"), FIT).document["sections"][0]["questions"][0]["label"]["es"] = (
        "x"
    )
    assert set_document("basics") == source
