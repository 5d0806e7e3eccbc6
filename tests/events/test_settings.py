"""Dates, places and other settings of an event: to the second, without losing anybody."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.accounts.models import Account
from eventreg.audit.models import AuditDetail, AuditEntry
from eventreg.db import db, transaction
from eventreg.events.forms.settings import SUBJECTS
from eventreg.events.models import Event, EventDay, TeamMember
from eventreg.events.rules.dates import ClockFault, instant_of, read_moment, written_moment
from eventreg.events.rules.publication import Publication
from eventreg.jobs.models import Job
from eventreg.registration.services.promotion import PLACES_JOB
from tests.builders import a_registration, a_team_member, an_event
from tests.support.pages import Page, Pages

#: clocks went forward at 02:00 on 14 March 2027 there, and go back at 02:00 on 7 November
NEW_YORK = "America/New_York"


def desk(app: Flask, event: Event, role: str = "manager", language: str = "en") -> tuple[Pages, Account]:
    account = a_team_member(event, role)
    return Pages(app, language).sign_in(account), account


def opened(pages: Pages, event: Event, name: str = "days") -> Page:
    """The page of the subject that holds a field."""
    part = next(subject.key for subject in SUBJECTS if name in subject.names)
    return pages.get(f"/manage/events/{event.slug}/settings?part={part}")


def stored(event: Event) -> Event:
    db.session.rollback()
    found = db.session.get(Event, event.id, populate_existing=True)
    assert found is not None
    return found


def days_of(event: Event) -> list[EventDay]:
    db.session.rollback()
    return list(db.session.scalars(select(EventDay).where(EventDay.event_id == event.id).order_by(EventDay.held_on)))


def send(page: Page, **values: Any) -> Page:
    return page.submit("Save settings", {f"#{name}": value for name, value in values.items()})


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2027-03-14T01:59:59", datetime(2027, 3, 14, 6, 59, 59, tzinfo=UTC)),
        ("2027-03-14T02:00:00", ClockFault.SKIPPED),
        ("2027-03-14T02:59:59", ClockFault.SKIPPED),
        ("2027-03-14T03:00", datetime(2027, 3, 14, 7, tzinfo=UTC)),
        ("2027-11-07T00:59:59", datetime(2027, 11, 7, 4, 59, 59, tzinfo=UTC)),
        ("2027-11-07T01:00:00", ClockFault.TWICE),
        ("2027-11-07T01:59:59", ClockFault.TWICE),
        ("2027-11-07T02:00", datetime(2027, 11, 7, 7, tzinfo=UTC)),
    ],
)
def test_wall_clock_times_across_a_change_of_clocks(local: str, expected: object) -> None:
    # case 28
    read = read_moment(local)
    assert read is not None
    assert instant_of(read, NEW_YORK) == expected


@pytest.mark.parametrize(
    "text",
    ["", "tomorrow", "2027-02-30T10:00", "2027-01-01", "0001-01-01T00:00", "9999-12-31T23:59", "2027-01-01T25:00"],
)
def test_what_is_no_moment_is_none(text: str) -> None:
    # case 63
    assert read_moment(text) is None


def test_a_moment_is_written_as_it_is_read() -> None:
    for text in ("2027-02-25T18:00", "2027-02-25T18:00:07"):
        at = instant_of(datetime.fromisoformat(text), NEW_YORK)
        assert isinstance(at, datetime)
        assert written_moment(at, NEW_YORK) == text


def test_closing_is_set_to_the_second_in_the_events_zone(app: Flask) -> None:
    # case 28
    event = an_event(time_zone=NEW_YORK)
    pages, _account = desk(app, event)
    assert (
        send(opened(pages, event, "registration_closes_at"), registration_closes_at="2027-03-14T03:00:01").status == 303
    )
    assert stored(event).registration_closes_at == datetime(2027, 3, 14, 7, 0, 1, tzinfo=UTC)


def test_a_time_that_the_clocks_skip_is_told_beside_it_and_kept(app: Flask) -> None:
    # cases 27, 28
    event = an_event(time_zone=NEW_YORK)
    pages, _account = desk(app, event)
    answer = send(
        opened(pages, event, "registration_closes_at"),
        registration_closes_at="2027-03-14T02:30",
        answers_by="2027-03-01",
    )
    assert answer.status == 422
    assert answer.errors() == ["This time does not exist: the clocks go forward over it. Write one before or after."]
    assert answer.form("Save settings").values()["answers_by"] == ["2027-03-01"]
    assert stored(event).answers_by is None


def test_an_instant_that_nobody_touched_stays_to_the_microsecond(app: Flask) -> None:
    # case 28: also one in the hour that exists twice
    at = datetime(2027, 11, 7, 6, 30, 0, 123456, tzinfo=UTC)
    event = an_event(time_zone=NEW_YORK, changes_until=at)
    pages, _account = desk(app, event)
    assert send(opened(pages, event, "city"), city="Elsewhere").status == 303
    assert stored(event).changes_until == at


def test_nothing_changed_writes_nothing(app: Flask) -> None:
    event = an_event()
    pages, _account = desk(app, event)
    assert send(opened(pages, event)).status == 303
    assert stored(event).settings_revision == 1
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.action == "settings_changed")).all() == []


def test_what_changed_is_in_the_trail_without_the_contact_persons_data(app: Flask) -> None:
    event = an_event(capacity=100)
    pages, account = desk(app, event)
    send(opened(pages, event, "capacity"), capacity="120")
    send(opened(pages, event, "contact_phone"), contact_phone="+52 1 000")
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "settings_changed")).all()
    told = select(AuditDetail.detail).where(AuditDetail.entry_id.in_([entry.id for entry in entries]))
    assert {entry.actor_id for entry in entries} == {account.id}
    changed = [{"changed": {"capacity": [100, 120]}}, {"changed": {"contact_phone": "changed"}}]
    assert db.session.scalars(told.order_by(AuditDetail.entry_id)).all() == changed


def test_the_second_of_two_people_is_told_what_differs_and_overwrites_nothing(app: Flask) -> None:
    event = an_event()
    (ana, _a), (luis, _l) = desk(app, event), desk(app, event)
    luises = opened(luis, event, "city")
    send(opened(ana, event, "city"), city="Ciudad de Ana")
    clash = send(luises, city="Ciudad de Luis")
    assert clash.status == 409
    assert clash.has("City: Ciudad de Ana")
    assert clash.form("Save settings").values()["city"] == ["Ciudad de Luis"]
    assert stored(event).city == "Ciudad de Ana"
    assert send(clash).status == 303
    assert stored(event).city == "Ciudad de Luis"


def test_a_capacity_below_what_is_taken_is_allowed_and_shown(app: Flask) -> None:
    # case 19
    event = an_event(capacity=10)
    people = [a_registration(event) for _number in range(3)]
    pages, _account = desk(app, event)
    page = send(opened(pages, event, "capacity"), capacity="1").follow()
    assert page.has("3 places are taken now.")
    assert page.has("2 over the limit")
    statuses = {person.id: db.session.get(type(person), person.id).status.value for person in people}  # type: ignore[union-attr]
    assert set(statuses.values()) == {"confirmed"}
    assert db.session.scalars(select(Job).where(Job.kind == PLACES_JOB)).all() == []


def test_a_raised_capacity_has_the_waiting_list_looked_at(app: Flask) -> None:
    # case 20
    event = an_event(capacity=1)
    a_registration(event)
    waiting = a_registration(event, status="waitlisted")
    pages, _account = desk(app, event)
    announced = send(opened(pages, event, "capacity"), capacity="2")
    assert announced.status == 422
    announced.submit("Confirm and write to 1 person", status=303)
    assert db.session.get_one(type(waiting), waiting.id, populate_existing=True).status.value == "confirmed"


def test_days_are_added_changed_and_removed(app: Flask) -> None:
    event = an_event()
    first, second = days_of(event)
    second.sessions  # noqa: B018 - loaded before the pages change it
    pages, _account = desk(app, event)
    day = (second.held_on + timedelta(days=1)).isoformat()
    assert (
        opened(pages, event)
        .submit(
            "Save and add another", {"#day+0-held_on": day, "#day+0-ends_at": "13:30", "#day+0-title-en": "Field visit"}
        )
        .status
        == 303
    )
    third = days_of(event)[2]
    assert (third.held_on.isoformat(), third.ends_at.isoformat(), third.title) == (
        day,
        "13:30:00",
        {"en": "Field visit"},
    )
    answer = opened(pages, event).submit("Save settings", {f"#day-{third.id}-is_removed": True})
    assert answer.status == 303
    assert [day.id for day in days_of(event)] == [first.id, second.id]


def test_two_days_can_change_places(app: Flask) -> None:
    event = an_event()
    first, second = days_of(event)
    dates = first.held_on, second.held_on
    pages, _account = desk(app, event)
    answer = opened(pages, event).submit(
        "Save settings",
        {f"#day-{first.id}-held_on": dates[1].isoformat(), f"#day-{second.id}-held_on": dates[0].isoformat()},
    )
    assert answer.status == 303
    assert [day.id for day in days_of(event)] == [second.id, first.id]


def test_whoever_sees_the_people_of_one_day_sees_no_others_by_moving_days(app: Flask) -> None:
    event = an_event()
    first, second = days_of(event)
    dates = first.held_on, second.held_on
    pages, account = desk(app, event)
    with transaction() as session:
        member = session.scalars(select(TeamMember).where(TeamMember.account_id == account.id)).one()
        member.only_days = [dates[0].isoformat()]
    a_registration(event, given_name="Deotrodía", answers={"days": [str(second.id)]})
    address = f"/manage/events/{event.slug}/registrations"
    assert not pages.get(address).has("Deotrodía")
    opened(pages, event).submit(
        "Save settings",
        {f"#day-{first.id}-held_on": dates[1].isoformat(), f"#day-{second.id}-held_on": dates[0].isoformat()},
    )
    assert [day.id for day in days_of(event)] == [second.id, first.id]
    assert not pages.get(address).has("Deotrodía")


def test_a_day_with_people_or_sessions_is_not_removed_and_says_why(app: Flask) -> None:
    event = an_event()
    first, _second = days_of(event)
    a_registration(event, answers={"days": [str(first.id)]})
    a_registration(event, status="cancelled")
    pages, _account = desk(app, event)
    answer = opened(pages, event).submit("Save settings", {f"#day-{first.id}-is_removed": True})
    assert answer.status == 422
    assert answer.has("1 person comes on this day.")
    assert answer.has("This day has 1 session.")
    assert len(days_of(event)) == 2


@pytest.mark.parametrize(
    ("entries", "error"),
    [
        ({"registration_closes_at": "2020-01-01T00:00"}, "Registration closes before it opens"),
        ({"capacity": "-1"}, "Write a number, 0 or more"),
        ({"capacity": "99999999999"}, "Write a number, 0 or more"),
        ({"few_places": ""}, "Write a number, 0 or more"),
        ({"contact_email": "no address"}, "Write an email address like name@institution.org"),
        ({"joining_url": "javascript:alert(1)"}, "Write an address that begins with https://"),
        ({"answers_by": "soon"}, "Write a date"),
        ({"city": " "}, "Write this text"),
        ({"city": "a\x00b"}, "Take out the characters that cannot be shown"),
    ],
)
def test_what_cannot_be_is_refused_beside_it(app: Flask, entries: dict[str, str], error: str) -> None:
    event = an_event()
    pages, _account = desk(app, event)
    answer = send(opened(pages, event, next(iter(entries))), **entries)
    assert answer.status == 422
    assert answer.errors() == [error]
    assert stored(event).settings_revision == 1


def test_a_language_taken_away_keeps_its_texts_and_the_last_stays(app: Flask) -> None:
    event = an_event()
    pages, _account = desk(app, event)
    title = dict(event.title)
    answer = opened(pages, event, "languages").submit("Save settings", {"Languages of the event": ["Español"]})
    assert answer.status == 303
    assert (stored(event).languages, stored(event).title) == (["es"], title)
    refused = opened(pages, event, "languages").submit("Save settings", {"Languages of the event": []})
    assert refused.errors() == ["Keep at least one language"]
    back = opened(pages, event, "languages").submit(
        "Save settings", {"Languages of the event": ["Español", "English"], "First language": "English"}
    )
    assert back.status == 303
    assert stored(event).languages == ["en", "es"]


def test_clock_times_stay_when_the_zone_changes(app: Flask) -> None:
    event = an_event(registration_closes_at=datetime(2027, 1, 10, 0, 0, tzinfo=UTC))
    pages, _account = desk(app, event)
    before = written_moment(stored(event).registration_closes_at, event.time_zone)
    page = opened(pages, event, "time_zone")
    assert page.has("All dates and times are those of Mexico City.")
    assert {"Mexico (Tijuana)", "Guatemala"} <= set(page.texts("option"))
    assert send(opened(pages, event, "time_zone"), time_zone="America/Tijuana").status == 303
    after = stored(event)
    assert written_moment(after.registration_closes_at, "America/Tijuana") == before
    assert after.registration_closes_at - datetime(2027, 1, 10, tzinfo=UTC) == timedelta(hours=2)


def test_only_an_owner_lifts_the_hold_on_mail_and_only_with_an_address(app: Flask) -> None:
    # case 37
    event = an_event(holds_mail=True)
    manager, _account = desk(app, event)
    address = f"/manage/events/{event.slug}/settings/mail"
    assert not opened(manager, event, "contact_email").has("Messages of this event are held")
    manager.post(address, {"contact_address": "nueva@instituto.example"}, 403, token=True)
    owner, _owner = desk(app, event, "owner")
    page = opened(owner, event, "contact_email")
    wrong = page.submit("Release messages of this event", {"Address of your contact person": "nobody"})
    assert wrong.status == 422
    assert stored(event).holds_mail
    page.submit(
        "Release messages of this event", {"Address of your contact person": "nueva@instituto.example"}
    ).follow()
    assert not stored(event).holds_mail
    assert stored(event).contact_email == "nueva@instituto.example"


def test_answers_by_and_the_rest_are_kept(app: Flask) -> None:
    event = an_event()
    pages, _account = desk(app, event, language="es")
    for name, entries in (
        ("answers_by", {"#answers_by": "2027-03-01", "#verifies_addresses": True}),
        ("city", {"Las personas participan": "En el lugar y en línea", "#joining_url": "https://sala.example/x",
                  "#country": "GT"}),
        ("region", {"#region": ["MX", "HN"]}),
        ("demands_second_factor", {"#demands_second_factor": True}),
    ):  # fmt: skip
        assert opened(pages, event, name).submit("Guardar ajustes", entries).status == 303
    after = stored(event)
    assert (after.answers_by, after.attendance.value, after.joining_url) == (
        date(2027, 3, 1),
        "both",
        "https://sala.example/x",
    )
    assert (after.verifies_addresses, after.demands_second_factor, after.region, after.country) == (
        True,
        True,
        ["MX", "HN"],
        "GT",
    )


def test_an_archived_event_keeps_its_settings(app: Flask) -> None:
    event = an_event()
    pages, _account = desk(app, event)
    page = opened(pages, event, "city")
    row = stored(event)
    row.publication = Publication.ARCHIVED
    db.session.commit()
    assert send(page, city="Elsewhere").status == 409
    assert stored(event).city != "Elsewhere"


def test_a_subject_saves_itself_and_goes_on_to_the_next(app: Flask) -> None:
    event = an_event(demands_second_factor=False, verifies_addresses=True)
    pages, _account = desk(app, event)
    page = opened(pages, event, "capacity").submit("Save and go on to: Where", {"#capacity": "77"}).follow()
    assert page.has("Saved.")
    assert page.has("City")
    after = stored(event)
    assert (after.capacity, after.verifies_addresses, after.languages) == (77, True, event.languages)
    assert pages.get(f"/manage/events/{event.slug}/settings?part=nothing").has("Add a day")


def test_what_is_refused_about_another_subject_is_shown_and_mended_beside_it(app: Flask) -> None:
    event = an_event(time_zone="UTC", changes_until=datetime(2027, 3, 14, 2, 30, tzinfo=UTC))
    pages, _account = desk(app, event)
    answer = send(opened(pages, event, "time_zone"), time_zone=NEW_YORK)
    assert answer.status == 422
    assert answer.errors() == ["This time does not exist: the clocks go forward over it. Write one before or after."]
    assert send(answer, changes_until="2027-03-14T03:30").status == 303
    assert stored(event).changes_until == datetime(2027, 3, 14, 7, 30, tzinfo=UTC)
