"""A copy takes along what was chosen, moves the dates and leaves people behind."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventreg.audit.services import SYSTEM, Actor
from eventreg.db import db, transaction
from eventreg.events.bundles.fields import DateShift
from eventreg.events.models import (
    Event,
    EventDay,
    Material,
    Partner,
    PrivacyNotice,
    ProgrammeSession,
    SessionOutcome,
    TeamMember,
)
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.team import TeamRole
from eventreg.making.rules import next_year, title_for
from eventreg.making.services.founding import USUAL, Copying, copy_event, first_day_of, list_copyable
from eventreg.questionnaires.models import QuestionnaireVersion
from eventreg.questionnaires.queries import get_current_version
from eventreg.questionnaires.rules.drafts.reading import find_question, questions_in
from eventreg.questionnaires.rules.publishing import NO_DAY
from eventreg.questionnaires.services.drafting import take_from_event
from eventreg.registration.models import Registration
from tests.builders import a_questionnaire, an_account
from tests.events.parts.whole import a_whole_event

AT = datetime(2027, 1, 5, 12, tzinfo=UTC)


def _copy(event: Event, parts: frozenset[str] = USUAL, **changes: Any) -> Event:
    first = first_day_of(event.id)
    assert first is not None
    values = {"slug": "copia", "title": {"es": "Otra", "en": "Another"}, "first_day": next_year(first), **changes}
    return get_event_whole(copy_event(event.id, Copying(parts=parts, **values), Actor.account(an_account().id), AT))


def _count(model: Any, *conditions: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def test_copy_is_a_draft_of_the_next_year_with_everything_usual(app: Flask) -> None:
    event = a_whole_event()
    copy = _copy(event)
    assert copy.publication is Publication.DRAFT
    assert copy.title == {"es": "Otra", "en": "Another"}
    days = [day.held_on for day in event.days]
    assert [day.held_on for day in copy.days] == [next_year(day) for day in days]
    assert copy.capacity == event.capacity
    assert copy.palette == "clay"
    assert _count(Partner, Partner.event_id == copy.id) == 2
    sessions = _count(ProgrammeSession, ProgrammeSession.day_id.in_([day.id for day in copy.days]))
    assert sessions == 4


def test_people_materials_and_conclusions_stay_unless_chosen(app: Flask) -> None:
    event = a_whole_event()
    copy = _copy(event)
    assert _count(Registration, Registration.event_id == copy.id) == 0
    assert _count(Material, Material.event_id == copy.id) == 0
    with_all = _copy(event, USUAL | {"materials", "outcomes", "registrations"}, slug="copia-2")
    assert _count(Registration, Registration.event_id == with_all.id) == 0, "never, whatever was asked"
    assert _count(Material, Material.event_id == with_all.id) == 2
    session_ids = select(ProgrammeSession.id).join(EventDay).where(EventDay.event_id == with_all.id)
    assert _count(SessionOutcome, SessionOutcome.session_id.in_(session_ids)) == 2


def test_what_needs_a_part_that_stays_behind_stays_as_well(app: Flask) -> None:
    event = a_whole_event()
    copy = _copy(event, (USUAL | {"materials"}) - {"days"})
    assert len(copy.days) == 1, "one day stands in"
    assert copy.days[0].held_on == next_year(event.days[0].held_on)
    assert _count(ProgrammeSession, ProgrammeSession.day_id == copy.days[0].id) == 0
    assert _count(Material, Material.event_id == copy.id) == 0
    keys = [question["key"] for section in get_current_version(copy.id).definition["sections"]
            for question in section["questions"]]  # fmt: skip
    assert "topics" not in keys, "the basic form stands in"
    assert "email" in keys


def test_copy_of_nothing_is_an_event_all_the_same(app: Flask) -> None:
    copy = _copy(a_whole_event(), frozenset())
    assert [category.key for category in copy.categories] == ["participant"]
    assert get_current_version(copy.id).version == 1


def test_needs_are_told_for_the_page(app: Flask) -> None:
    needs = {key: set(needed) for key, _label, needed in list_copyable()}
    assert needs["programme"] == {"days"}
    assert needs["materials"] == {"programme"}
    assert needs["questionnaire"] == {"categories", "days"}
    assert "registrations" not in needs


def test_copy_begins_with_the_newest_notice_and_form_as_its_first(app: Flask) -> None:
    event = a_whole_event()
    copy = _copy(event)
    versions = db.session.scalars(select(QuestionnaireVersion).where(QuestionnaireVersion.event_id == copy.id)).all()
    assert [row.version for row in versions] == [1]
    notices = db.session.scalars(select(PrivacyNotice).where(PrivacyNotice.event_id == copy.id)).all()
    assert [(row.version, row.published_at) for row in notices] == [(1, AT)]


def test_team_comes_along_and_its_days_move(app: Flask) -> None:
    event = a_whole_event()
    copy = _copy(event)
    members = db.session.scalars(select(TeamMember).where(TeamMember.event_id == copy.id)).all()
    assert sorted(member.role.value for member in members) == ["owner", "owner", "reviewer", "reviewer"]
    narrowed = next(member for member in members if member.role is TeamRole.REVIEWER and member.only_categories)
    assert narrowed.only_categories == ["academia"]
    assert narrowed.only_days == [copy.days[0].held_on.isoformat()]


def test_hold_on_the_mail_is_inherited_by_a_copy(app: Flask) -> None:
    event = a_whole_event()
    with transaction() as session:
        session.get_one(Event, event.id).holds_mail = True
    assert _copy(event).holds_mail


def test_times_stay_on_the_wall_across_a_change_of_clocks(app: Flask) -> None:  # case 28
    zone = "America/Chicago"
    move = DateShift(7, zone, zone)
    before = datetime(2027, 3, 10, 23, 59, tzinfo=ZoneInfo(zone))  # the clocks change on 14 March 2027
    after = move.instant(before.astimezone(UTC))
    assert after.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") == "2027-03-17 23:59"
    assert (after - before).total_seconds() == 7 * 86_400 - 3600


def test_window_of_a_copy_keeps_its_hour(app: Flask) -> None:  # case 28
    event = a_whole_event()
    zone = ZoneInfo("America/New_York")
    with transaction() as session:
        row = session.get_one(Event, event.id)
        row.time_zone = "America/New_York"
        row.registration_opens_at = datetime(2026, 12, 1, 9, tzinfo=zone)
        row.registration_closes_at = datetime(2027, 2, 1, 23, 59, tzinfo=zone)
    copy = _copy(event, first_day=date(2027, 7, 6))
    assert copy.registration_closes_at.astimezone(zone).time() == time(23, 59)
    assert copy.registration_opens_at.astimezone(zone).time() == time(9)


def test_year_in_a_title_is_the_new_one() -> None:
    assert title_for({"es": "Foro 2027", "en": "Forum 2027"}, 2027, 2028) == {"es": "Foro 2028", "en": "Forum 2028"}
    assert next_year(date(2027, 3, 11)) == date(2028, 3, 9)


def test_copy_of_what_is_not_there_is_not_found(app: Flask) -> None:
    from eventreg.kernel.errors import NotFound

    with pytest.raises(NotFound):
        copy_event(99, Copying("x", {"es": "x"}, date(2027, 1, 1), USUAL), Actor.account(1), AT)


def test_conditions_on_days_follow_the_days_of_the_copy(app: Flask) -> None:
    event = a_whole_event()
    data = deepcopy(get_current_version(event.id).definition)
    [stays] = [each for each in questions_in(data) if each["kind"] == "days"]
    looks_at = {"question": stays["key"], "is": [str(event.days[-1].id), "9999"]}
    data["sections"][-1]["questions"].append(
        {"key": "dinner", "kind": "yes_no", "label": {"es": "Cena", "en": "Dinner"}, "condition": looks_at}
    )
    a_questionnaire(event, data)
    copy = _copy(event)
    dinner = find_question(get_current_version(copy.id).definition, "dinner")
    assert dinner is not None
    assert dinner["condition"]["is"] == [str(copy.days[-1].id), NO_DAY]
    taken = take_from_event(copy.id, event.id, SYSTEM, instead=True).document
    again = find_question(taken, "dinner")
    assert again is not None
    assert again["condition"]["is"] == [str(copy.days[-1].id), NO_DAY]
