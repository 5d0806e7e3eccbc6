"""Publishing by the page: what stands in the way, what changes, whom it reaches. Cases 8, 10, 24, 63."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.audit.queries import list_traces
from eventreg.audit.services import Actor
from eventreg.db import db, transaction
from eventreg.events.models import Event, TeamMember
from eventreg.events.rules.team import WHOLE, Scope
from eventreg.jobs.models import Job
from eventreg.kernel import clock
from eventreg.kernel.errors import Refused
from eventreg.questionnaires.checks import list_missing_questions, list_obstacles
from eventreg.questionnaires.models import QuestionnaireVersion
from eventreg.questionnaires.queries import (
    ASK_AGAIN_JOB,
    WantedCounts,
    count_registered,
    find_draft,
    get_current_version,
)
from eventreg.questionnaires.rules.publishing import seen_mark
from eventreg.questionnaires.services.drafting import change_draft, discard_draft
from eventreg.questionnaires.services.publishing import AskAgain, publish_draft
from eventreg.registration.models import Upload
from tests.builders import a_registration, a_team_member, an_event, text
from tests.questionnaire import DEFINITION
from tests.support.pages import Pages
from tests.support.statements import counted

ADDRESS = "/manage/events/{}/questions/publish"


def _whole() -> dict[str, Any]:
    """The builders' questionnaire with a purpose for every question."""
    data = copy.deepcopy(DEFINITION)
    for section in data["sections"]:
        for question in section["questions"]:
            question.setdefault("purpose", text("Para algo", "For something"))
    return data


def _question(data: dict[str, Any], key: str) -> dict[str, Any]:
    return next(q for section in data["sections"] for q in section["questions"] if q["key"] == key)


def _draft(event: Event, account_id: int, change: Any = None) -> str:
    def write(_before: dict[str, Any]) -> dict[str, Any]:
        data = _whole()
        if change is not None:
            change(data)
        return data

    change_draft(event.id, Actor.account(account_id), write)
    draft = find_draft(event.id)
    assert draft is not None
    return seen_mark(draft.revision, draft.definition)


def _add(data: dict[str, Any]) -> None:
    data["sections"][1]["questions"].append(
        {"key": "arrival", "kind": "short_text", "label": text("Llegada", "Arrival"),
         "purpose": text("El traslado", "The transfer"), "is_required": True}
    )  # fmt: skip


@pytest.mark.both_databases
def test_draft_that_was_seen_becomes_what_is_asked(app: Flask) -> None:
    event = an_event()
    owner = a_team_member(event)
    revision = _draft(event, owner.id, _add)
    version = publish_draft(
        event.id, revision, AskAgain(["arrival", "gone"], text("Por favor", "Please")), Actor.account(owner.id)
    )
    assert get_current_version(event.id).id == version.id
    assert find_draft(event.id) is None
    trace = list_traces(event.id, "questionnaire", version.id)[0]
    assert trace.detail["questions_added"] == ["Llegada"]
    assert trace.detail["asked_again"] == ["Llegada"]
    job = db.session.scalars(select(Job).where(Job.kind == ASK_AGAIN_JOB)).one()
    assert (job.payload["question_keys"], job.payload["version_id"]) == (["arrival"], version.id)
    assert job.payload["note"] == text("Por favor", "Please")


@pytest.mark.both_databases
def test_another_draft_than_the_one_seen_is_not_published(app: Flask) -> None:  # case 10
    event = an_event()
    owner = a_team_member(event)
    seen = _draft(event, owner.id)
    _draft(event, owner.id, _add)
    before = get_current_version(event.id).id
    with pytest.raises(Refused, match="since you opened this page"):
        publish_draft(event.id, seen, AskAgain(), Actor.account(owner.id))
    assert get_current_version(event.id).id == before


def test_published_twice_is_published_once(app: Flask) -> None:  # case 10
    event = an_event()
    owner = a_team_member(event)
    revision = _draft(event, owner.id, _add)
    publish_draft(event.id, revision, AskAgain(), Actor.account(owner.id))
    with pytest.raises(Refused, match="since you opened this page"):
        publish_draft(event.id, revision, AskAgain(), Actor.account(owner.id))
    versions = db.session.query(QuestionnaireVersion).filter_by(event_id=event.id).count()
    assert versions == 2


def test_what_stands_in_the_way_is_told_whole_and_nothing_is_written(app: Flask) -> None:
    event = an_event()
    owner = a_team_member(event)

    def spoil(data: dict[str, Any]) -> None:
        del _question(data, "sex")["purpose"], _question(data, "topics")["options"]
        del _question(data, "diet")["label"]["en"]

    revision = _draft(event, owner.id, spoil)
    with pytest.raises(Refused, match="stands in the way") as refused:
        publish_draft(event.id, revision, AskAgain(), Actor.account(owner.id))
    assert {each.question.key for each in refused.value.details["obstacles"] if each.question} == {
        "sex",
        "topics",
        "diet",
    }
    assert find_draft(event.id) is not None


def test_texts_of_a_language_that_is_gone_and_blank_ones_are_left_out(app: Flask) -> None:
    event = an_event()
    owner = a_team_member(event)

    def odd(data: dict[str, Any]) -> None:
        _question(data, "sex")["label"]["fr"] = "Sexe"
        _question(data, "sex")["help"] = {"es": " ", "en": ""}

    version = publish_draft(event.id, _draft(event, owner.id, odd), AskAgain(), Actor.account(owner.id))
    assert _question(version.definition, "sex")["label"].keys() == {"es", "en"}
    assert "help" not in _question(version.definition, "sex")


@pytest.mark.both_databases
def test_people_are_counted_by_what_they_answered(app: Flask) -> None:
    event = an_event()
    a_registration(event, answers={"sex": ["woman"], "diet": ["nada"]}, phone="+52 55 5555 0100")
    a_registration(event, "academia", "pending", answers={"sex": ["woman"], "topics": ["law", "data"]})
    for status in ("declined", "cancelled", "unverified"):
        a_registration(event, status=status, answers={"sex": ["man"]})
    a_registration(an_event(), answers={"sex": ["man"]})
    wanted = WantedCounts({"sex", "diet", "topics", "agrees", "listed"}, {"phone": "phone"}, {"sex", "diet", "topics"})
    figures = count_registered(event.id, wanted, WHOLE)
    assert figures.people == {"government": 1, "academia": 1}
    assert figures.answered == {
        "sex": {"government": 1, "academia": 1},
        "diet": {"government": 1},
        "topics": {"academia": 1},
        "agrees": {"government": 1, "academia": 1},
        "phone": {"government": 1, "academia": 0},
    }
    assert figures.chosen == {"sex": {"woman": 2}, "topics": {"law": 1, "data": 1}}
    narrow = count_registered(event.id, wanted, Scope(frozenset({"academia"})))
    assert (narrow.people, narrow.chosen["sex"]) == ({"academia": 1}, {"woman": 1})


def test_counting_takes_as_many_statements_for_many_as_for_few(app: Flask) -> None:
    event = an_event()
    wanted = WantedCounts(
        {f"key_{number}" for number in range(200)}, {"phone": "phone", "given_name": "given_name"}, {"sex"}
    )
    with counted() as seen:
        count_registered(event.id, wanted, WHOLE)
    few = len(seen)
    for _number in range(12):
        a_registration(event, answers={"sex": ["woman"]})
    with counted() as seen:
        count_registered(event.id, wanted, WHOLE)
    assert len(seen) == few <= 7


def test_page_says_what_changes_and_whom_it_reaches(app: Flask, pages: Pages) -> None:
    event = an_event()
    owner = a_team_member(event)
    a_registration(event, answers={"sex": ["man"]})
    a_registration(event, "academia", "waitlisted")

    def change(data: dict[str, Any]) -> None:
        _add(data)
        _question(data, "sex")["options"] = _question(data, "sex")["options"][:1]

    _draft(event, owner.id, change)
    pages.sign_in(owner)
    page = pages.get(ADDRESS.format(event.slug))
    assert "The questions can be published" in page.text
    assert "1 person chose “Man”" in page.text
    assert "will be missing from 2 people already registered" in page.text
    counted = page.submit(
        "See how many people are asked", {"Ask 2 people already registered to answer again: Arrival": True}
    )
    assert "2 people get a message" in counted.text
    done = counted.submit("Publish questions").follow()
    assert "being asked to answer again" in done.text
    assert find_draft(event.id) is None


def test_page_lists_everything_with_a_way_there(app: Flask, pages: Pages) -> None:
    event = an_event()
    owner = a_team_member(event)

    def spoil(data: dict[str, Any]) -> None:
        del _question(data, "sex")["purpose"], _question(data, "diet")["label"]["en"]

    _draft(event, owner.id, spoil)
    pages.sign_in(owner)
    page = pages.get(ADDRESS.format(event.slug))
    assert "2 things are to be mended" in page.text
    (way,) = {link.get("href") for link in page.all("a") if "sex" in (link.get("href") or "")}
    pages.get(way or "")
    assert "Translate into English: question" in page.text


def test_page_that_was_overtaken_publishes_nothing(app: Flask, pages: Pages) -> None:
    event = an_event()
    owner = a_team_member(event)
    _draft(event, owner.id)
    pages.sign_in(owner)
    page = pages.get(ADDRESS.format(event.slug))
    _draft(event, owner.id, _add)
    again = page.submit("Publish questions")
    assert again.status == 409
    assert "Somebody changed the questions" in again.text
    again.submit("Publish questions").follow()
    assert find_draft(event.id) is None


def test_versions_are_told_with_who_and_what(app: Flask, pages: Pages) -> None:
    event = an_event()
    owner = a_team_member(event)
    publish_draft(event.id, _draft(event, owner.id, _add), AskAgain(), Actor.account(owner.id))
    pages.sign_in(owner)
    page = pages.get(f"/manage/events/{event.slug}/questions/versions")
    assert owner.name in page.text
    assert "New question" in page.text
    old = pages.get(f"/manage/events/{event.slug}/questions/preview/form?version=1")
    assert "Arrival" not in old.text
    new = pages.get(f"/manage/events/{event.slug}/questions/preview/form?version=2&language=en")
    assert "Arrival" in new.text


def test_preview_is_the_form_of_each_category_in_each_language(app: Flask, pages: Pages) -> None:
    event = an_event()
    owner = a_team_member(event)
    _draft(event, owner.id, _add)
    pages.sign_in(owner)
    address = f"/manage/events/{event.slug}/questions/preview/form"
    spanish = pages.get(f"{address}?category=academia&language=es")
    assert "Llegada" in spanish.text
    assert "Campo de trabajo" in spanish.text
    assert "Esta es una vista previa" in spanish.text
    english = pages.get(f"{address}?category=government&language=en")
    assert "Arrival" in english.text
    assert "Field of work" not in english.text
    assert "Arrival" not in pages.get(f"{address}?version=published&language=en").text


def test_trying_the_preview_checks_and_keeps_nothing(app: Flask, pages: Pages) -> None:
    event = an_event()
    owner = a_team_member(event)
    _draft(event, owner.id)
    pages.sign_in(owner)
    page = pages.get(f"/manage/events/{event.slug}/questions/preview/form?language=en")
    tried = page.submit("Send registration", {"Given name": "Ana"})
    assert tried.status == 422
    assert "Fill in “Institution”" in tried.text
    assert db.session.execute(select(Job)).first() is None


def test_preview_leads_into_a_frame_of_our_own(app: Flask, pages: Pages) -> None:
    event = an_event()
    owner = a_team_member(event)
    pages.sign_in(owner)
    page = pages.get(f"/manage/events/{event.slug}/questions/preview?category=academia&language=es&width=wide")
    assert "questions/preview/form?category=academia&amp;language=es" in page.html
    frame = pages.get(f"/manage/events/{event.slug}/questions/preview/form")
    assert "frame-ancestors 'self'" in frame.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "query", ["version=999", "version=99999999999", "version=%C2%B2", "category=x&stage=y&language=zz"]
)
def test_odd_choices_are_answered(app: Flask, pages: Pages, query: str) -> None:  # case 63
    event = an_event()
    pages.sign_in(a_team_member(event))
    pages.get(f"/manage/events/{event.slug}/questions/preview/form?{query}", 404 if query == "version=999" else 200)


def test_unfinished_questions_are_left_out_of_the_preview(app: Flask, pages: Pages) -> None:  # case 63
    event = an_event()
    owner = a_team_member(event)

    def spoil(data: dict[str, Any]) -> None:
        _question(data, "sex").pop("options")
        _question(data, "topics")["kind"] = "telepathy"

    _draft(event, owner.id, spoil)
    pages.sign_in(owner)
    page = pages.get(f"/manage/events/{event.slug}/questions/preview/form?language=en")
    assert "2 questions are too unfinished" in page.text


def test_nobody_is_asked_again_when_nothing_can_be_answered_any_more(app: Flask, pages: Pages) -> None:
    event = an_event(changes_until=clock.now() - timedelta(minutes=1))
    owner = a_team_member(event)
    a_registration(event)
    revision = _draft(event, owner.id, _add)
    pages.sign_in(owner)
    page = pages.get(ADDRESS.format(event.slug))
    assert "cannot be asked again" in page.text
    assert "to answer again" not in page.text
    publish_draft(event.id, revision, AskAgain(["arrival"]), Actor.account(owner.id))
    assert db.session.scalars(select(Job).where(Job.kind == ASK_AGAIN_JOB)).first() is None


def test_draft_is_discarded_after_asking_and_it_is_in_the_trail(app: Flask, pages: Pages) -> None:
    event = an_event()
    owner = a_team_member(event)
    _draft(event, owner.id, _add)
    pages.sign_in(owner)
    page = pages.get(f"/manage/events/{event.slug}/questions/discard")
    assert "Arrival" in page.text
    _draft(event, owner.id)
    assert page.submit("Discard the draft").status == 409
    assert find_draft(event.id) is not None
    again = pages.get(f"/manage/events/{event.slug}/questions/discard")
    assert "The draft is discarded" in again.submit("Discard the draft").follow().text
    assert find_draft(event.id) is None
    assert "questions_discarded" in [trace.entry.action for trace in list_traces(event.id, "questionnaire", None)]


def test_checklist_knows_of_changes_that_are_not_published(app: Flask) -> None:
    event = an_event(languages=["es", "en", "fr"])
    owner = a_team_member(event)
    assert [missing.is_blocking for missing in list_missing_questions(event.id)] == [True]
    event = an_event()
    owner = a_team_member(event)
    assert list_missing_questions(event.id) == []
    _draft(event, owner.id, _add)
    assert [missing.is_blocking for missing in list_missing_questions(event.id)] == [False]


@pytest.mark.parametrize("data", [{}, {"revision": "\u00b2"}, {"revision": "9" * 40, "again": "x", "note-es": "\x00"}])
def test_odd_posts_publish_nothing(app: Flask, pages: Pages, data: dict[str, str]) -> None:  # case 63
    event = an_event()
    owner = a_team_member(event)
    _draft(event, owner.id)
    pages.sign_in(owner)
    sent = pages.post(ADDRESS.format(event.slug), {**data, "csrf_token": pages.csrf_token()}, None)
    assert sent.status in (409, 422)
    assert find_draft(event.id) is not None


def test_demo_asks_what_can_be_published(app: Flask) -> None:
    import tomllib
    from importlib.resources import files

    data = tomllib.loads((files("eventreg.demo") / "data" / "questionnaire.toml").read_text(encoding="utf-8"))
    assert list_obstacles(data, ("es", "en"), {"government", "academia"}) == []


def test_conditions_can_be_tried_in_the_preview(app: Flask, pages: Pages) -> None:
    event = an_event()
    owner = a_team_member(event)

    def ask_of_women(data: dict[str, Any]) -> None:
        _add(data)
        data["sections"][1]["questions"][-1]["condition"] = {"question": "sex", "is": ["woman"]}

    _draft(event, owner.id, ask_of_women)
    pages.sign_in(owner)
    address = f"/manage/events/{event.slug}/questions/preview/form?language=en"
    for answer, is_missing in (("Woman", True), ("Man", False)):
        tried = pages.get(address).submit("Send registration", {"Sex": answer})
        assert any("Arrival" in error for error in tried.errors()) is is_missing


def test_a_follow_up_is_previewed_by_itself(app: Flask, pages: Pages) -> None:
    event = an_event()
    owner = a_team_member(event)

    def follow(data: dict[str, Any]) -> None:
        data["sections"].append({"key": "trip", "title": text("Viaje", "Trip"), "stage": "follow_up", "questions": [
            {"key": "flight", "kind": "short_text", "label": text("Vuelo", "Flight"), "purpose": text("P", "P"),
             "condition": {"question": "travels", "is": ["yes"]}}]})  # fmt: skip

    _draft(event, owner.id, follow)
    pages.sign_in(owner)
    address = f"/manage/events/{event.slug}/questions/preview/form?language=en"
    assert "Flight" not in pages.get(address).text
    later = pages.get(f"{address}&stage=follow_up")
    assert "Flight" in later.text
    assert "Given name" not in later.text


def test_who_knows_of_a_part_is_told_that_counts_are_of_it(app: Flask, pages: Pages) -> None:
    event = an_event()
    manager = a_team_member(event, "manager")
    with transaction() as session:
        member = session.scalars(select(TeamMember).where(TeamMember.account_id == manager.id)).one()
        member.only_categories = ["academia"]
    a_registration(event)
    a_registration(event, "academia")
    _draft(event, manager.id, _add)
    pages.sign_in(manager)
    page = pages.get(ADDRESS.format(event.slug))
    assert "1 person is registered" in page.text
    assert "part of the registrations" in page.text


def test_files_tried_in_the_preview_are_judged_and_let_go(app: Flask, pages: Pages) -> None:  # case 8
    event = an_event()
    owner = a_team_member(event)
    pages.sign_in(owner)
    address = f"/manage/events/{event.slug}/questions/preview/form?language=en&category=government"
    odd = pages.get(address).submit("Send registration", {"Letter": ("carta.pdf", b"<script>alert(1)</script>")})
    assert any("Letter" in error for error in odd.errors())
    assert db.session.scalars(select(Upload)).first() is None


def test_draft_begun_after_the_one_that_was_seen_is_another(app: Flask) -> None:  # case 10
    event = an_event()
    owner = a_team_member(event)
    seen = _draft(event, owner.id)
    publish_draft(event.id, seen, AskAgain(), Actor.account(owner.id))
    _draft(event, owner.id, _add)
    draft = find_draft(event.id)
    assert draft is not None
    assert f"{draft.revision}-" == seen.split("-")[0] + "-"
    with pytest.raises(Refused, match="since you opened this page"):
        publish_draft(event.id, seen, AskAgain(), Actor.account(owner.id))
    with pytest.raises(Refused, match="since you opened this page"):
        discard_draft(event.id, seen, Actor.account(owner.id))


def test_first_questions_are_published(app: Flask, pages: Pages) -> None:
    event = an_event()
    owner = a_team_member(event)
    with transaction() as session:
        session.query(QuestionnaireVersion).filter_by(event_id=event.id).delete()
    pages.sign_in(owner)
    assert "Nothing is asked yet" in pages.get(ADDRESS.format(event.slug)).text
    _draft(event, owner.id)
    page = pages.get(ADDRESS.format(event.slug))
    assert "first questions" in page.text
    page.submit("Publish questions").follow()
    assert get_current_version(event.id).version == 1
