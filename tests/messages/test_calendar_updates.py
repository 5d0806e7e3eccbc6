"""The calendar follows the event (cases 35, 70 and 73): announced before it is saved, told once to whom it concerns."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from flask import Flask
from icalendar import Calendar
from icalendar.timezone import tzp

from eventreg.db import db, transaction
from eventreg.events.models import Event, EventDay
from eventreg.events.rules.publication import Step
from eventreg.jobs.models import Job
from eventreg.jobs.running import run_due
from eventreg.jobs.services import job_registry
from eventreg.kernel.clock import now
from eventreg.messages import calendar_updates
from eventreg.messages.calendar_updates import UPDATE_JOB, take_reply
from eventreg.registration.models import Registration
from eventreg.web.instance import config
from tests.builders import a_registration, a_team_member, an_event, register_somebody
from tests.registration.calendars import by_icalendar, by_icaljs, by_vobject
from tests.registration.records import fresh, jobs_of, last_mail, mails, registered, told
from tests.registration.test_cancelling import take
from tests.support.html import elements, text_of
from tests.support.pages import Page, Pages

CONFIRM, CONFIRM_ALL = "Confirm and write to 2 people", "Confirm and write to 3 people"
QUIETLY = "Confirm without writing to them"


class Desk:
    """An event with two people who come on both days and one who comes on the first; an organizer is at the browser."""

    def __init__(self, app: Flask, **changes: Any) -> None:
        self.event = an_event(**changes)
        first = str(self.event.days[0].id)
        self.ana, self.luis = (registered(register_somebody(self.event)) for _ in range(2))
        self.john = registered(register_somebody(self.event, days=[first], language="en"))
        self.waiting = registered(register_somebody(self.event, "academia"))
        self.everybody = (self.ana, self.luis, self.john, self.waiting)
        self.pages = Pages(app, "en").sign_in(a_team_member(self.event))

    def at(self, path: str) -> Page:
        return self.pages.get(f"/manage/events/{self.event.slug}/{path}")

    def day(self, number: int) -> EventDay:
        db.session.rollback()
        return db.session.get_one(EventDay, self.event.days[number].id, populate_existing=True)

    def move(self, number: int = 1, by: int = 1) -> Page:
        """Move a day, without confirming."""
        day = self.day(number)
        held_on = (day.held_on + timedelta(days=by)).isoformat()
        return self.at("settings?part=days").submit("Save settings", {f"#day-{day.id}-held_on": held_on})

    def told(self) -> list[int]:
        """How many updates each has got: Ana, Luis, John and who waits."""
        return [told(each).count("event_changed") for each in self.everybody]


@pytest.fixture
def desk(app: Flask, clock: time_machine.Traveller) -> Desk:
    return Desk(app)


def later(clock: time_machine.Traveller, seconds: int = 61) -> None:
    clock.shift(timedelta(seconds=seconds))
    run_due(job_registry(), 100)


@pytest.mark.both_databases
def test_a_moved_day_is_one_update_to_those_whom_it_concerns(desk: Desk, clock: time_machine.Traveller) -> None:
    invited = last_mail(desk.ana).calendar
    page = desk.move()
    assert page.status == 422
    (block,) = page.all(id="announcement")
    assert "2 people will be written to" in text_of(block)
    assert desk.ana.full_name in text_of(block)
    assert any("Please note" in text_of(mail) or "Le avisamos" in text_of(mail) for mail in elements(block, "pre"))
    before = desk.day(1).held_on
    page.submit(CONFIRM, status=303)
    assert desk.day(1).held_on == before + timedelta(days=1)
    later(clock, 30)
    assert desk.told() == [0, 0, 0, 0]
    later(clock, 31)
    later(clock)
    assert desk.told() == [1, 1, 0, 0]
    update = last_mail(desk.ana)
    (old, new) = (Calendar.from_ical(each).walk("VEVENT")[0] for each in (invited, update.calendar))
    assert (update.calendar_method, new["UID"]) == ("REQUEST", old["UID"])
    assert new["SEQUENCE"] > old["SEQUENCE"]
    spans = by_icalendar(update.calendar)
    assert len(spans) == 2
    assert spans[0] == by_icalendar(invited)[0]
    assert spans[1][0] == by_icalendar(invited)[1][0] + timedelta(days=1)
    read = by_icaljs(update.calendar)
    assert (read["spans"], len(read["uids"])) == (spans, 1)
    assert by_vobject(update.calendar) == spans
    assert jobs_of(UPDATE_JOB) == []


@pytest.mark.both_databases
@pytest.mark.parametrize("part", ["settings", "texts", "history"])
def test_undone_within_the_minute_all_is_as_before(desk: Desk, clock: time_machine.Traveller, part: str) -> None:
    title = desk.event.title["en"]
    if part == "settings":
        page = desk.move().submit(CONFIRM, status=303).follow()
    else:
        page = desk.at("texts?part=title").submit("Save texts", {"#title-en": "Another"})
        page = page.submit(QUIETLY if part == "history" else CONFIRM_ALL, status=303).follow()
    if part == "history":
        title = "Another"
        page = desk.at("texts/history?field=title&language=en")
        (restore,) = (each for form in page.forms() for each in form.buttons() if each.startswith("Restore"))
        page = page.submit(restore, status=422).submit(CONFIRM_ALL, status=303).follow()
    assert page.has("get an update for the calendar at")
    assert page.submit("Undo", status=303).follow().has("Undone. Dates, place and title are as before")
    assert desk.day(1).held_on == desk.day(0).held_on + timedelta(days=1)
    assert db.session.get_one(Event, desk.event.id).title["en"] == title
    later(clock)
    assert desk.told() == [0, 0, 0, 0]


def test_several_changes_within_the_minute_are_one_update(desk: Desk, clock: time_machine.Traveller) -> None:
    desk.move().submit(CONFIRM, status=303)
    later(clock, 40)
    desk.move(0, -1).submit(CONFIRM_ALL, status=303)
    later(clock, 40)
    assert desk.told() == [0, 0, 0, 0]
    later(clock, 21)
    assert desk.told() == [1, 1, 1, 0]
    assert len(by_icalendar(last_mail(desk.ana).calendar)) == 2


def test_moved_there_and_back_is_none(desk: Desk, clock: time_machine.Traveller) -> None:
    desk.move().submit(CONFIRM, status=303)
    assert desk.move(by=-1).status == 303
    later(clock)
    assert desk.told() == [0, 0, 0, 0]


def test_saved_without_telling_nobody_is_written_to(desk: Desk, clock: time_machine.Traveller) -> None:
    desk.move().submit(QUIETLY, status=303)
    later(clock)
    assert desk.told() == [0, 0, 0, 0]


def test_what_no_calendar_shows_asks_nothing(desk: Desk) -> None:
    assert desk.at("settings?part=places").submit("Save settings", {"#capacity": "77"}).status == 303
    assert desk.at("texts?part=about").submit("Save texts", {"#summary-en": "Other words."}).status == 303


def test_after_the_minute_or_another_change_it_cannot_be_undone(desk: Desk, clock: time_machine.Traveller) -> None:
    page = desk.move().submit(CONFIRM, status=303).follow()
    desk.move(by=2).submit(QUIETLY, status=303)
    assert page.submit("Undo", status=303).follow().has("Somebody else saved these settings meanwhile")
    clock.shift(timedelta(seconds=61))
    assert page.submit("Undo", status=303).follow().has("It is too late to undo this")


def test_an_event_that_is_over_or_called_off_updates_nobody(desk: Desk, clock: time_machine.Traveller) -> None:
    desk.move().submit(CONFIRM, status=303)
    take(desk.event, Step.CANCEL)
    later(clock)
    assert desk.told() == [0, 0, 0, 0]
    take(desk.event, Step.REINSTATE)
    clock.shift(timedelta(days=60))
    desk.pages.sign_in(a_team_member(desk.event))
    assert desk.move(by=-1).status == 303


@pytest.mark.both_databases
@pytest.mark.parametrize("dies_after", range(4))
def test_a_worker_that_dies_leaves_nobody_out_and_tells_nobody_twice(
    desk: Desk, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch, dies_after: int
) -> None:
    monkeypatch.setattr(calendar_updates, "PEOPLE_A_STEP", 2)
    written, whole = 0, calendar_updates.participant_message
    desk.move(0, -1).submit(CONFIRM_ALL, status=303)

    def until_killed(*args: Any, **more: Any) -> Any:
        nonlocal written
        written += 1
        if written == dies_after + 1:
            raise RuntimeError("killed")
        return whole(*args, **more)

    monkeypatch.setattr(calendar_updates, "participant_message", until_killed)
    later(clock)
    with transaction() as session:
        for job in jobs_of(UPDATE_JOB):
            session.get_one(Job, job.id).due_at = now()
    later(clock)
    assert desk.told() == [1, 1, 1, 0]


def test_a_change_while_some_are_told_reaches_all_whose_entry_is_of_before(
    desk: Desk, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar_updates, "PEOPLE_A_STEP", 1)
    desk.move().submit(CONFIRM, status=303)
    clock.shift(timedelta(seconds=61))
    run_due(job_registry(), 1)
    assert desk.told() == [1, 0, 0, 0]
    desk.move(by=-1).submit(CONFIRM_ALL, status=303)
    later(clock)
    assert desk.told()[:2] == [2, 1]
    for person in (desk.ana, desk.luis):
        held = sorted(day.held_on for day in (desk.day(0), desk.day(1)))
        assert [start.date() for start, _end in by_icalendar(last_mail(person).calendar)] == held
        assert fresh(person).calendar_revision == db.session.get_one(Event, desk.event.id).calendar_revision


def test_a_quiet_event_names_itself_in_no_subject_and_no_calendar(app: Flask, clock: time_machine.Traveller) -> None:
    desk = Desk(app, is_quiet=True)
    page = desk.at("settings?part=where").submit("Save settings", {"#city": "Otra Ciudad"})
    page.submit(CONFIRM_ALL, status=303)
    later(clock)
    message = last_mail(desk.ana)
    assert told(desk.ana)[-1] == "event_changed"
    assert "Otra Ciudad" in message.text
    assert "Encuentro" not in message.subject
    assert "Otra Ciudad" not in message.calendar


def test_nobody_is_told_whose_calendar_has_no_entry(desk: Desk, clock: time_machine.Traveller) -> None:
    silent = a_registration(desk.event)
    assert desk.move().has("2 people will be written to")
    assert mails(silent) == []
    with transaction() as session:
        session.get_one(Registration, desk.ana.id).calendar_uids = []
    desk.move().submit("Confirm and write to 1 person", status=303)


def reply_to(app: Flask, person: Registration, answer: str = "DECLINED", *, zone: bytes = b"", **other: str) -> bytes:
    """What a mail program sends back to the invitation of a person, whose boxes of answers are read."""
    invited = Calendar.from_ical(last_mail(person).calendar).walk("VEVENT")[0]
    values = {"uid": str(invited["UID"]), "guest": person.email, "to": str(invited["ORGANIZER"])[7:], **other}
    lines = (
        "BEGIN:VCALENDAR", "METHOD:REPLY", "VERSION:2.0", "BEGIN:VEVENT", f"UID:{values['uid']}", "SEQUENCE:2",
        f"ATTENDEE;PARTSTAT={answer}:mailto:{values['guest']}", "END:VEVENT", "END:VCALENDAR", "",
    )  # fmt: skip
    message = EmailMessage()
    message["To"], message["From"] = values["to"], values["guest"]
    message.set_content("Answer")
    content = "\r\n".join(lines).encode().replace(b"\r\nBEGIN:VEVENT", (zone or b"\r\n") + b"BEGIN:VEVENT")
    message.add_attachment(content, maintype="text", subtype="calendar")
    return message.as_bytes()


@pytest.fixture
def answering(app: Flask, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The desk of an instance whose mailbox of what comes back is read."""
    box = "what.comes.back.to.the.secretary.xy@anfitriona.example"
    monkeypatch.setitem(vars(config()), "mail_bounce_address", box)
    return Desk(app)


@pytest.mark.both_databases
def test_an_answer_of_a_calendar_stands_beside_the_person_and_decides_nothing(app: Flask, answering: Desk) -> None:
    person = answering.ana
    (entry, *_more) = Calendar.from_ical(last_mail(person).calendar).walk("VEVENT")
    assert (entry["ATTENDEE"].params["RSVP"], entry["ORGANIZER"].params["CN"]) == ("TRUE", "Clara Contacto")
    assert len(str(entry["ORGANIZER"])[7:].partition("@")[0]) <= 64
    assert by_icaljs(last_mail(person).calendar)["spans"] == by_vobject(last_mail(person).calendar)
    before = fresh(person)
    kept = (before.status, before.revision)
    assert take_reply(reply_to(app, person))
    assert take_reply(reply_to(app, person, "ACCEPTED"))
    row = fresh(person)
    assert (row.calendar_answer, row.status, row.revision) == ("accepted", *kept)
    page = answering.at(f"registrations/{person.reference}")
    assert page.has("Answered in the calendar: accepted")


def test_what_is_forged_or_another_persons_is_not_believed(app: Flask, answering: Desk) -> None:
    ana, luis = answering.ana, answering.luis
    good = reply_to(app, ana)
    to = message_from_bytes(good)["To"]
    mark, _, domain = to.partition("@")
    wrong = f"{mark[:-1]}{'b' if mark.endswith('a') else 'a'}@{domain}"
    for content in (
        reply_to(app, ana, guest=luis.email),
        reply_to(app, luis, to=to),
        reply_to(app, ana, to=wrong),
        reply_to(app, ana, to=to.partition("+c")[0] + "+c" + "a" * 25 + "@anfitriona.example"),
        reply_to(app, ana, "DELEGATED"),
        good.replace(b"+c", b"+d"),
        b"",
        b"To: " + to.encode() + b"\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n" * 2000,
        b"To: " + to.encode() + b"\r\nContent-Type: text/calendar; charset=\xff\r\n\r\n" + bytes(range(256)) * 50,
    ):
        assert not take_reply(content)
    assert (fresh(ana).calendar_answer, fresh(luis).calendar_answer) == ("", "")


def test_a_zone_that_somebody_invents_is_not_kept(app: Flask, answering: Desk) -> None:
    rules = "BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nEND:STANDARD"
    zone = f"\r\nBEGIN:VTIMEZONE\r\nTZID:Nowhere/Else\r\n{rules}\r\nEND:VTIMEZONE\r\n".encode()
    assert take_reply(reply_to(app, answering.ana, zone=zone))
    assert tzp.timezone("Nowhere/Else") is None


def test_elsewhere_invitations_ask_for_no_answer(desk: Desk) -> None:
    (entry, *_more) = Calendar.from_ical(last_mail(desk.ana).calendar).walk("VEVENT")
    assert (entry["ATTENDEE"].params["RSVP"], str(entry["ORGANIZER"])) == ("FALSE", "mailto:clara@anfitriona.example")
