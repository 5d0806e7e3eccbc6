"""The demo's data: the facts as they are known, the rest marked, every text in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, NamedTuple

import pytest

from eventreg.demo.rules.people import documents, read
from eventreg.organizations.rules import check_profile
from eventreg.questionnaires.kinds import checked_definition
from eventreg.questionnaires.rules.schema import Definition

NOW = datetime(2027, 1, 11, 15, 0, tzinfo=UTC)


class Plan(NamedTuple):
    event: dict[str, Any]
    parts: dict[str, Any]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return Plan(*documents(read("seminar"), read("programme"), NOW))


@pytest.fixture(scope="module")
def definition() -> Definition:
    return checked_definition(read("questionnaire"), ("es", "en"), {"government", "academia"})


def test_facts_of_the_seminar_are_as_the_briefing_note_gives_them(plan: Plan) -> None:
    event = plan.event
    assert event["title"]["en"] == "Migration and Security Challenges on Mexico's Southern Border"
    assert (event["city"], event["country"], len(plan.parts["days"]["days"])) == ("Tapachula", "MX", 2)
    assert set(event["region"]) == {"BZ", "CR", "GT", "HN", "NI", "PA", "SV", "MX", "US"}
    audience = plan.parts["texts"]["audience"]["en"]
    assert "government and academia from Central America, Mexico and the United States" in audience
    assert (event["contact_name"], event["contact_office"]["en"], event["contact_position"]["en"]) == (
        "Juan Artola",
        "IOM Mexico",
        "Chief of Mission in Mexico",
    )
    assert (event["contact_phone"], event["contact_email"]) == ("+525 555 36 39 54", "jartola@iom.int")


def test_institutions_stand_in_their_order_with_their_roles(plan: Plan) -> None:
    assert [(each["organization"], each["role"]) for each in plan.parts["institutions"]["institutions"]] == [
        ("iom", "host"),
        ("casede", "co_organizer"),
        ("ecosur", "co_organizer"),
        ("ford", "funder"),
    ]
    for entry in plan.parts["organizations"]["organizations"]:
        check_profile(entry["key"], entry["name"])


def test_demonstration_values(plan: Plan) -> None:
    event = plan.event
    assert [day["held_on"] for day in plan.parts["days"]["days"]] == ["2027-02-25", "2027-02-26"]
    assert datetime.fromisoformat(event["registration_opens_at"]) == NOW
    # six in the evening in Tapachula, which is six hours behind UTC
    assert datetime.fromisoformat(event["registration_closes_at"]) == datetime(2027, 2, 12, 0, 0, tzinfo=UTC)
    assert datetime.fromisoformat(event["changes_until"]) == datetime(2027, 2, 19, 0, 0, tzinfo=UTC)
    assert datetime.fromisoformat(event["promotes_until"]) == datetime(2027, 2, 25, 0, 0, tzinfo=UTC)
    assert (event["capacity"], event["few_places"]) == (120, 10)
    categories = plan.parts["categories"]["categories"]
    assert [(each["key"], each["places"], each["approval"], each["pending_counts"]) for each in categories] == [
        ("government", 60, "at_once", False),
        ("academia", 60, "by_organizer", True),
    ]


def test_day_is_counted_in_the_zone_of_the_event() -> None:
    # still the evening of the tenth in Tapachula
    _event, parts = documents(read("seminar"), read("programme"), datetime(2027, 1, 11, 3, 0, tzinfo=UTC))
    assert parts["days"]["days"][0]["held_on"] == "2027-02-24"


def test_what_is_invented_is_marked_as_a_demonstration(plan: Plan) -> None:
    assert plan.event["holds_mail"]
    assert "demostración" in plan.parts["texts"]["demonstration_note"]["es"].lower()
    assert all(item["is_demonstration"] for item in plan.parts["texts"]["practical"])
    for session in plan.parts["programme"]["sessions"]:
        if session["kind"] == "session":
            assert "demostración" in session["note"]["es"]
            assert "demonstration" in session["note"]["en"]
    notice = read("notice")
    assert "demostración" in notice["summary"]["es"]
    assert "demonstration" in notice["body"]["en"]


def test_programme_fits_the_days(plan: Plan) -> None:
    for day in plan.parts["days"]["days"]:
        of_day = [each for each in plan.parts["programme"]["sessions"] if each["day"] == day["held_on"]]
        times = [(session["starts_at"], session["ends_at"]) for session in of_day]
        assert times[0][0] == day["starts_at"]
        assert times[-1][1] == day["ends_at"]
        assert all(before[1] == after[0] for before, after in pairwise(times))


@pytest.mark.parametrize("name", ["seminar", "programme", "questionnaire", "notice"])
def test_every_text_is_there_in_both_languages(name: str) -> None:
    texts = list(_texts(read(name)))
    assert texts
    for text in texts:
        assert set(text) == {"es", "en"}
        assert all(words.strip() for words in text.values())


def _texts(data: Any) -> Iterator[dict[str, str]]:
    if isinstance(data, dict):
        if "es" in data or "en" in data:
            yield data
        for value in data.values():
            yield from _texts(value)
    elif isinstance(data, list):
        for value in data:
            yield from _texts(value)


def test_each_category_is_asked_what_fits_it(definition: Definition) -> None:
    government = {question.key for question in definition.questions_for("government")}
    academia = {question.key for question in definition.questions_for("academia")}
    assert government - academia == {"nominating_unit", "nomination_letter"}
    assert academia - government == {"field_of_work", "profile_link"}


def test_sensitive_answers_are_marked(definition: Definition) -> None:
    sensitive = {question.key for question in definition.questions() if question.is_sensitive}
    assert sensitive == {"diet", "accessibility", "needs_detail"}


def test_every_question_says_why_and_for_how_long(definition: Definition) -> None:
    for question in definition.questions():
        assert question.purpose
        assert question.retention_days is not None


def test_consents_are_one_purpose_each_and_never_required(definition: Definition) -> None:  # case 29
    consents = [question for question in definition.questions() if question.kind == "consent"]
    assert len(consents) == 3
    assert not any(question.is_required for question in consents)


def test_nobody_has_to_tell_what_is_optional(definition: Definition) -> None:
    optional = {question.key for question in definition.questions() if not question.is_required}
    assert optional >= {
        "badge_name",
        "sex",
        "diet",
        "accessibility",
        "needs_detail",
        "nomination_letter",
        "profile_link",
    }
    sex = definition.find("sex")
    assert sex is not None
    assert "prefer_not_to_say" in {option.value for option in sex.options}
