"""Messages that go by themselves: each person once, at the right local time, or lapsed and said."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from eventreg.accounts.models import Account
from eventreg.attendees.rules.acts import RunAct
from eventreg.audit.models import AuditEntry
from eventreg.audit.services import Actor
from eventreg.bulk import emails
from eventreg.bulk.models import Run
from eventreg.bulk.parts import SchedulesPart
from eventreg.bulk.rules import Anchor, Dates, Lapse, Moment, ScheduleReason, ScheduleState
from eventreg.bulk.services import schedules
from eventreg.bulk.services.runs import draft_run
from eventreg.bulk.services.steps import RUN_JOB, do_some
from eventreg.bulk.services.writing import take_back_messages
from eventreg.db import db, transaction
from eventreg.events.bundles.fields import BundleInvalid
from eventreg.events.bundles.parts import Intake, TakeOut
from eventreg.events.models import Event, EventDay, ProgrammeSession, SessionOutcome
from eventreg.events.organizers import Organizer
from eventreg.events.rules.programme import OutcomeKind
from eventreg.events.rules.publication import Publication
from eventreg.kernel.clock import now
from eventreg.kernel.errors import Refused
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Status
from eventreg.selfservice import copies
from tests.builders import a_registration, a_team_member, an_event
from tests.selfservice.test_concurrency import at_once
from tests.support.apps import AppMaker
from tests.support.killed import Work, let_leases_end
from tests.support.pages import Pages

MADRID = "Europe/Madrid"
#: the clocks there go forward in the night to Sunday, March 28
TUESDAY = date(2027, 3, 30)
NINE = time(9)
LEAVES = {"mail_server": "127.0.0.1", "mail_default_sender": "equipo@instituto.example"}


@pytest.fixture
def app(make_app: AppMaker) -> Iterator[Flask]:
    """The application, with a server for its mail: where there is none nothing goes by itself."""
    app = make_app(**LEAVES)
    with app.app_context():
        yield app
        db.session.remove()


def seminar(**changes: Any) -> tuple[Event, Account]:
    event = an_event(**{"first_day": TUESDAY, "time_zone": MADRID, "capacity": None, **changes})
    return event, a_team_member(event)


def confirmed(event: Event, number: int = 1) -> list[Registration]:
    return [a_registration(event, "academia", "confirmed") for _ in range(number)]


def scheduled(
    event: Event, account: Account, moment: Moment, message: type[emails.Timely] = emails.EventReminder, **details: Any
) -> Run:
    run = schedules.set_up(event.id, message, Organizer.account(account.id))
    if details:
        run = draft_run(event.id, RunAct.WRITE, None, account.id, details=details)
        schedules.prepare(run.id)
    schedules.switch_on(run.id, moment, Organizer.account(account.id))
    return run


def look() -> None:
    """Do what the worker does each minute, and what it began."""
    schedules.see_to_schedules(now())
    db.session.rollback()
    for run_id in db.session.scalars(select(Run.id).where(Run.begun_at.is_not(None), Run.finished_at.is_(None))).all():
        do_some(run_id, lambda: True)
    db.session.rollback()


def reached() -> Counter[str]:
    db.session.rollback()
    return Counter(db.session.scalars(select(MailMessage.recipient).where(MailMessage.audience == "participant")))


def state_of(run: Run) -> tuple[ScheduleState, Lapse | None]:
    db.session.rollback()
    found = db.session.get_one(Run, run.id, populate_existing=True).schedule
    assert found is not None
    return found.state, found.lapse


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        (Moment(Anchor.FIRST_DAY, 3, NINE), "2027-03-27T08:00"),
        (Moment(Anchor.FIRST_DAY, 1, NINE), "2027-03-29T07:00"),
        (Moment(Anchor.LAST_DAY, 1, NINE), "2027-04-01T07:00"),
        (Moment(Anchor.CLOSES, 2, NINE), "2027-03-18T08:00"),
        (Moment(Anchor.CHANGES, 0, NINE), "2027-03-25T08:00"),
        # An hour that the clocks skip is the one after it.
        (Moment(Anchor.DAY, 0, time(2, 30), date(2027, 3, 28)), "2027-03-28T01:30"),
    ],
)
def test_an_hour_is_that_of_the_place_on_both_sides_of_a_change_of_clocks(moment: Moment, due: str) -> None:
    closes, changes = datetime(2027, 3, 19, 23, 30, tzinfo=UTC), datetime(2027, 3, 25, 12, tzinfo=UTC)
    dates = Dates(MADRID, TUESDAY, date(2027, 3, 31), closes, changes)
    assert moment.due_at(dates) == datetime.fromisoformat(due).replace(tzinfo=UTC)
    assert Moment(Anchor.FIRST_DAY, 3, NINE).due_at(Dates(MADRID, None, None, closes, changes)) is None


@pytest.mark.both_databases
def test_it_goes_when_it_is_due_to_those_who_are_on_the_list_then_and_once(
    app: Flask, clock: time_machine.Traveller
) -> None:
    event, account = seminar()
    before = confirmed(event)[0]
    run = scheduled(event, account, Moment(Anchor.FIRST_DAY, 1, NINE))
    clock.move_to(datetime(2027, 3, 29, 6, 59, 50, tzinfo=UTC))
    look()
    assert not reached()
    after, left = confirmed(event, 2)
    with transaction():
        db.session.get_one(Registration, left.id).status = Status.CANCELLED
    clock.move_to(datetime(2027, 3, 29, 7, 0, tzinfo=UTC))
    look()
    assert reached() == Counter([before.email, after.email])
    assert state_of(run) == (ScheduleState.GONE, None)
    clock.shift(timedelta(hours=1))
    look()
    assert reached().total() == 2


@pytest.mark.both_databases
def test_it_moves_with_the_days_and_the_zone_of_the_event(app: Flask, clock: time_machine.Traveller) -> None:
    event, account = seminar()
    person = confirmed(event)[0]
    scheduled(event, account, Moment(Anchor.FIRST_DAY, 1, NINE))
    with transaction() as session:
        session.get_one(Event, event.id).time_zone = "America/Mexico_City"
        for day in session.scalars(select(EventDay).where(EventDay.event_id == event.id)):
            day.held_on += timedelta(days=10)
    clock.move_to(datetime(2027, 4, 8, 14, 59, tzinfo=UTC))
    look()
    assert not reached()
    clock.move_to(datetime(2027, 4, 8, 15, 0, tzinfo=UTC))
    look()
    assert reached() == {person.email: 1}


def test_a_moment_that_is_over_by_half_a_day_lapses_and_says_so(app: Flask, clock: time_machine.Traveller) -> None:
    """Nobody looked for twelve hours: what is late by less goes, what is late by more does not."""
    event, account = seminar()
    person = confirmed(event)[0]
    moment = Moment(Anchor.FIRST_DAY, 1, NINE)
    late, later = scheduled(event, account, moment), scheduled(event, account, moment, emails.StillComing)
    with transaction():
        changed = db.session.get_one(Run, later.id).schedule
        assert changed is not None
        changed.hour = time(8, 30)
    clock.move_to(datetime(2027, 3, 29, 18, 45, tzinfo=UTC))
    look()
    assert state_of(late) == (ScheduleState.GONE, None)
    assert state_of(later) == (ScheduleState.LAPSED, Lapse.LATE)
    assert reached() == {person.email: 1}
    assert "schedule_lapsed" in db.session.scalars(select(AuditEntry.action)).all()


@pytest.mark.parametrize(
    ("changes", "lapse"),
    [
        ({"holds_mail": True}, Lapse.HELD),
        ({"publication": Publication.DRAFT}, Lapse.NOT_PUBLISHED),
        ({"publication": Publication.CANCELLED}, Lapse.CALLED_OFF),
    ],
)
def test_what_keeps_it_from_going_is_said(
    app: Flask, clock: time_machine.Traveller, changes: dict[str, Any], lapse: Lapse
) -> None:
    event, account = seminar()
    confirmed(event)
    run = scheduled(event, account, Moment(Anchor.FIRST_DAY, 1, NINE))
    with transaction():
        for name, value in changes.items():
            setattr(db.session.get_one(Event, event.id), name, value)
    clock.move_to(datetime(2027, 3, 29, 7, 0, tzinfo=UTC))
    look()
    # With its event it goes for good; what may end in time is waited for.
    waits = ScheduleState.OFF if lapse is Lapse.CALLED_OFF else ScheduleState.ON
    assert state_of(run)[0] is waits
    clock.shift(timedelta(hours=12, minutes=1))
    look()
    assert state_of(run) == (waits if waits is ScheduleState.OFF else ScheduleState.LAPSED, lapse)
    assert not reached()


def test_a_list_that_asks_for_what_is_gone_reaches_nobody_and_so_does_who_may_not_write_any_more(
    app: Flask, clock: time_machine.Traveller
) -> None:
    event, account = seminar()
    confirmed(event)
    words: dict[str, Any] = {"subject": {"es": "Autobús"}, "body": {"es": "Sale a las 8."}, "to": ["tag=AAAAAAAAAAAA"]}
    gone = scheduled(event, account, Moment(Anchor.FIRST_DAY, 1, NINE), **words)
    foreign = scheduled(event, a_team_member(event, "reviewer"), Moment(Anchor.FIRST_DAY, 1, NINE))
    clock.move_to(datetime(2027, 3, 29, 7, 0, tzinfo=UTC))
    look()
    assert state_of(foreign) == (ScheduleState.ON, None)
    clock.shift(timedelta(hours=13))
    look()
    assert not reached()
    assert state_of(gone) == (ScheduleState.LAPSED, Lapse.LIST_GONE)
    assert state_of(foreign) == (ScheduleState.LAPSED, Lapse.NO_RIGHT)


@pytest.mark.both_databases
def test_sent_now_it_does_not_go_again_when_it_is_due(app: Flask, clock: time_machine.Traveller) -> None:
    event, account = seminar()
    person = confirmed(event)[0]
    run = scheduled(event, account, Moment(Anchor.FIRST_DAY, 1, NINE))
    assert schedules.send_now(run.id, Organizer.account(account.id), schedules.recipients_of(run).listed, 1)
    look()
    assert not schedules.send_now(run.id, Organizer.account(account.id), None, None)
    clock.move_to(datetime(2027, 3, 29, 7, 0, tzinfo=UTC))
    look()
    assert reached() == {person.email: 1}


def test_a_copy_goes_and_is_stopped_with_each_message_of_a_kind(app: Flask) -> None:
    event, account = seminar()
    (person,) = confirmed(event)
    copies.name_copy(event.id, person.id, "focal@institucion.example", "es")
    for _again in range(2):
        run = scheduled(event, account, Moment(Anchor.FIRST_DAY, 1, NINE))
        schedules.send_now(run.id, Actor.account(account.id), schedules.recipients_of(run).listed, None)
        do_some(run.id, lambda: True)
    assert reached() == {person.email: 2}
    assert take_back_messages(run.id, Actor.account(account.id)) == 1
    waiting = select(MailMessage.recipient).where(MailMessage.state == DeliveryState.QUEUED)
    assert Counter(db.session.scalars(waiting)) == {person.email: 1, "focal@institucion.example": 2}


@pytest.mark.both_databases
def test_two_workers_that_look_at_once_write_to_each_once(app: Flask, clock: time_machine.Traveller) -> None:
    event, account = seminar()
    people = confirmed(event, 5)
    scheduled(event, account, Moment(Anchor.FIRST_DAY, 1, NINE))
    clock.move_to(datetime(2027, 3, 29, 7, 0, tzinfo=UTC))
    assert [each for each in at_once(app, look, look) if each is not None] == []
    assert reached() == Counter(person.email for person in people)


@pytest.mark.slow
@pytest.mark.both_databases
@pytest.mark.timeout(240)
def test_each_has_it_once_although_the_worker_is_killed(app: Flask, work: Work) -> None:
    """The second batch dies: its people are the next worker's, also when the moment is looked at again."""
    event, account = seminar(first_day=(now() + timedelta(days=2)).date())
    people, hour_ago = confirmed(event, 60), (now() - timedelta(hours=1)).astimezone(ZoneInfo(MADRID))
    moment = Moment(Anchor.DAY, 0, hour_ago.time(), hour_ago.date())
    with transaction():
        schedules.put(event, account.id, moment, schedules.details_of(emails.EventReminder), ScheduleState.ON)
    place = "eventreg.bulk.services.writing.participant_message"
    assert work(place, dies_at=55, is_after=True, **_ENVIRONMENT) == -signal.SIGKILL
    let_leases_end(RUN_JOB)
    assert work(**_ENVIRONMENT) == 0
    assert reached() == Counter(person.email for person in people)


_ENVIRONMENT = {f"EVENTREG_{name.upper()}": value for name, value in LEAVES.items()}


def test_stopped_it_waits_for_nothing_and_what_has_passed_is_refused(app: Flask, clock: time_machine.Traveller) -> None:
    event, account = seminar()
    confirmed(event)
    who = Organizer.account(account.id)
    run = scheduled(event, account, Moment(Anchor.FIRST_DAY, 1, NINE))
    schedules.stop(run.id, who)
    clock.move_to(datetime(2027, 3, 29, 7, 0, tzinfo=UTC))
    look()
    assert not reached()
    with pytest.raises(Refused) as refused:
        schedules.switch_on(run.id, Moment(Anchor.FIRST_DAY, 1, NINE), who)
    assert refused.value.reason is ScheduleReason.PAST


def test_the_rest_of_a_message_that_a_worker_left_lying_for_half_a_day_lapses(
    app: Flask, clock: time_machine.Traveller
) -> None:
    event, account = seminar()
    confirmed(event, 60)
    run = scheduled(event, account, Moment(Anchor.FIRST_DAY, 1, NINE))
    clock.move_to(datetime(2027, 3, 29, 7, 0, tzinfo=UTC))
    schedules.see_to_schedules(now())
    do_some(run.id, lambda: False)
    first = reached().total()
    assert 0 < first < 60
    clock.shift(timedelta(hours=12, minutes=1))
    look()
    assert (reached().total(), state_of(run)) == (first, (ScheduleState.LAPSED, Lapse.LATE))


def test_a_team_writes_later_sees_it_before_and_finds_on_today_what_lapsed(
    app: Flask, clock: time_machine.Traveller
) -> None:
    event, account = seminar()
    before = confirmed(event)[0]
    desk, at = Pages(app, "en").sign_in(account), f"/manage/events/{event.slug}"
    page = desk.get(f"{at}/messages/write?to=status%3Dconfirmed")
    draft = page.submit("Save draft", {"#subject-es": "Autobús", "#body-es": "Sale {given_nam}."}).follow()
    refused = draft.submit("Send later…")
    assert refused.status == 422
    assert refused.has("{given_nam}")
    page = draft.submit("Send later…", {"#body-es": "Sale a las 8."}).follow()
    assert page.has("1 person would be written to now")
    day = {"kind": "day", "#day": "2027-03-28", "#hour": "9:30"}
    page = page.submit("Switch on", {**day, "#day": "2027-01-10"})
    assert page.has("That moment has passed")
    page = page.submit("Switch on", {**day, "whom": "now"}).follow()
    assert page.has("Sunday 28 March 2027, 09:30 (Ciudad de Prueba time)")
    assert desk.get(at).has("Email, 09:30: Autobús (1 person now)")
    assert desk.get(f"{at}/messages/scheduled").has("Autobús")
    confirmed(event)
    clock.move_to(datetime(2027, 3, 28, 7, 30, tzinfo=UTC))
    look()
    assert reached() == {before.email: 1}
    run = scheduled(event, account, Moment(Anchor.FIRST_DAY, 0, NINE))
    clock.move_to(datetime(2027, 4, 2, 7, 0, tzinfo=UTC))
    look()
    today = desk.sign_in(account).get(at)
    assert today.has("Scheduled message that was not sent")
    page = desk.get(f"{at}/messages/scheduled/{run.public_id}")
    assert page.has("the server was not running")
    page.submit("Leave it unsent").follow()
    assert not desk.get(at).has("Scheduled message that was not sent")


def test_another_list_is_looked_at_before_it_is_switched_on(
    app: Flask, clock: time_machine.Traveller
) -> None:  # case 73
    event, account = seminar()
    confirmed(event)
    a_registration(event, "academia", "pending")
    desk, at = Pages(app, "en").sign_in(account), f"/manage/events/{event.slug}/messages/scheduled"
    page = desk.get(at).submit("Answers are missing").follow()
    assert page.has("0 people would be written to now")
    page = page.submit("Switch on", {"to": "?"})
    assert page.has("Meanwhile other people are on it")
    assert page.has("2 people would be written to now")
    page = page.submit("Switch on").follow()
    assert page.has("Switched on.")


def test_thanks_lead_to_the_conclusions_where_there_are_some(app: Flask, clock: time_machine.Traveller) -> None:
    event, account = seminar()
    confirmed(event)
    run = schedules.set_up(event.id, emails.ThankYou, Organizer.account(account.id))
    with transaction() as session:
        found = session.scalars(select(ProgrammeSession).join(EventDay).where(EventDay.event_id == event.id)).first()
        assert found is not None
        words = {"es": "Se acordó.", "en": "It was agreed."}
        session.add(
            SessionOutcome(
                session_id=found.id, kind=OutcomeKind.REMARK, position=1, text=words, is_public=True, recorded_at=now()
            )
        )
    desk = Pages(app, "en").sign_in(account)
    frame = desk.get(f"/manage/events/{event.slug}/registrations/runs/{run.public_id}/mail/es/html", sound=False)
    assert f'href="http://localhost/events/{event.slug}/conclusions"' in frame.html


def test_a_copy_has_on_what_hangs_on_its_dates_and_off_what_had_a_date(
    app: Flask, clock: time_machine.Traveller
) -> None:
    event, account = seminar()
    who = Organizer.account(account.id)
    scheduled(event, account, Moment(Anchor.FIRST_DAY, 3, NINE))
    words: dict[str, Any] = {"subject": {"es": "Autobús"}, "body": {"es": "Sale a las 8."}}
    dated = Moment(Anchor.DAY, 0, NINE, date(2027, 3, 28))
    scheduled(event, account, dated, **words, to=["status=confirmed", "q=Ana"])
    part = SchedulesPart()
    entry = next(iter(part.take_out(event.id, Kept())))
    other = an_event()
    with transaction():
        part.put_in([entry], Intake(other.id, now(), lambda _name, _place: b"", actor=who, is_copy=True))
    states = [ScheduleState.ON, ScheduleState.OFF]
    found = {each.schedule.message: each for each in schedules.list_planned(other, who, *states)}
    assert {name: each.schedule.state for name, each in found.items()} == dict(
        zip(("event_reminder", ""), states, strict=True)
    )
    assert found[""].run.details == {**words, "to": ["status=confirmed"]}
    broken = {"messages": [{**entry["messages"][1], "body": {"es": "{nobody}"}}]}
    with transaction(), pytest.raises(BundleInvalid, match="unknown nobody"):
        part.put_in([broken], Intake(other.id, now(), lambda _name, _place: b"", actor=who))


class Kept:
    """Keeps nothing: nothing of it stands in files."""

    options = TakeOut()

    def keep(self, content: bytes) -> str:
        raise AssertionError(content)
