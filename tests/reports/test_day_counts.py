"""Counts by day for the caterer: a recount of the export (case 41), nobody in it, and recorded where it is sensitive (53)."""

from __future__ import annotations

import csv
import io

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.audit.models import AuditDetail, AuditEntry
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.rules.team import TeamRole
from tests.builders import a_questionnaire, a_registration, a_team_member, an_event, text
from tests.kernel.recount import exported_rows
from tests.questionnaire import DEFINITION
from tests.reports.test_narrowed import a_narrowed
from tests.support.pages import Pages

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def event(app: Flask) -> Event:
    """An event that asks, sensitively, for allergies to choose from."""
    event = an_event()
    options = [{"value": value, "label": text(es, en)} for value, es, en in
               (("nuts", "Nueces", "Nuts"), ("fish", "Pescado", "Fish"))]  # fmt: skip
    allergies = {
        "key": "allergies", "kind": "multiple_choice", "label": text("Alergias", "Allergies"), "options": options,
        "is_sensitive": True, "purpose": text("Comida", "Meals"), "retention_days": 30,
    }  # fmt: skip
    section = {"key": "food", "title": text("Comida", "Food"), "questions": [allergies]}
    a_questionnaire(event, {"sections": [*DEFINITION["sections"], section]})
    return event


def people(event: Event) -> None:
    first, second = (str(day.id) for day in event.days[:2])
    for days, allergies, sex in (
        ([first, second], ["nuts", "fish"], "woman"),
        ([first], ["nuts"], "man"),
        ([second], [], "man"),
        ([], ["fish"], "woman"),  # never asked for days: comes on all
    ):
        a_registration(event, answers={"days": days, "allergies": allergies, "sex": [sex]})
    a_registration(event, status="pending", answers={"days": [first], "allergies": ["nuts"]})
    a_registration(an_event(), answers={})


def counts(desk: Pages, event: Event, question: str) -> dict[str, list[int]]:
    form = {"question": question, "do": "file"}
    answer = desk.post(f"/manage/events/{event.slug}/counts-by-day", form, 200, token=True)
    rows = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))
    return {row[0]: [int(number) for number in row[1:]] for row in rows[1:]}


@pytest.mark.both_databases
def test_counts_of_what_is_sensitive_are_recorded_and_name_nobody(pages: Pages, event: Event) -> None:
    people(event)
    desk = pages.sign_in(a_team_member(event, TeamRole.OWNER))
    page = desk.get(f"/manage/events/{event.slug}/counts-by-day")
    shown = page.submit("Show the counts", {"question": "Allergies"}, 200)
    assert shown.has("Nuts")
    assert not shown.has("Demostración")
    assert counts(desk, event, "allergies") == {
        "Nuts": [2, 1], "Fish": [2, 2], "No answer": [0, 1], "People on this day": [3, 3],
    }  # fmt: skip
    details = db.session.scalars(
        select(AuditDetail.detail).join(AuditEntry).where(AuditEntry.action == "counted_by_day").order_by(AuditEntry.id)
    ).all()
    assert details == [{"question": "allergies"}, {"question": "allergies", "format": "csv"}]


@pytest.mark.both_databases
def test_counts_equal_a_recount_of_the_export(pages: Pages, event: Event) -> None:  # case 41
    people(event)
    desk = pages.sign_in(a_team_member(event, TeamRole.OWNER))
    rows = exported_rows(desk, event, "status=confirmed", with_sensitive="y", reason="A recount")
    every_day = [day.held_on.isoformat() for day in event.days]
    for question, title in (("allergies", "Allergies"), ("sex", "Sex")):
        found = counts(desk, event, question)
        for words, numbers in found.items():
            for day, number in zip(every_day, numbers, strict=True):
                here = [row for row in rows if day in (row["Days attended"] or "; ".join(every_day)).split("; ")]
                given = [row[title].split("; ") if row[title] else [] for row in here]
                expected = {
                    "People on this day": len(here), "No answer": sum(not each for each in given),
                }.get(words, sum(words in each for each in given))  # fmt: skip
                assert number == expected, (question, words, day)


def test_who_may_not_see_sensitive_answers_counts_none(pages: Pages, event: Event) -> None:
    people(event)
    desk = pages.sign_in(a_narrowed(event, "manager", withheld=["see_sensitive"]))
    assert not desk.get(f"/manage/events/{event.slug}/counts-by-day").has("Allergies")
    refused = desk.post(f"/manage/events/{event.slug}/counts-by-day", {"question": "allergies"}, 422, token=True)
    assert refused.has("Choose a question")
    assert counts(desk, event, "sex")["People on this day"] == [3, 3]


def test_a_part_of_the_people_is_counted_for_who_sees_a_part(pages: Pages, event: Event) -> None:
    people(event)
    a_registration(event, "academia")
    desk = pages.sign_in(a_narrowed(event, "manager", only_categories=["academia"]))
    assert counts(desk, event, "sex")["People on this day"] == [1, 1]
