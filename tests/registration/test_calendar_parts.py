"""The calendar that messages carry (case 35): who has a confirmed place has the days, and nobody else."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
import time_machine

from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.mail.models import MailMessage
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.services.answer_changes import change_answers
from eventreg.registration.services.decisions import decide, undo
from eventreg.registration.services.promotion import pass_on_places
from eventreg.selfservice.services import withdraw
from tests.builders import a_registration, a_team_member, an_event, register_somebody
from tests.registration.calendars import occurrences
from tests.registration.records import entries, fresh, last_mail, mails, registered, told

pytestmark = pytest.mark.usefixtures("app", "clock")


def uids(mail: MailMessage) -> list[str]:
    """Return what identifies the entries of a message."""
    return [str(entry["UID"]) for entry in entries(mail)]


def sequence(mail: MailMessage) -> int:
    """Return the one number that the entries of a message carry."""
    (number,) = {int(entry["SEQUENCE"]) for entry in entries(mail)}
    return number


def dates(mail: MailMessage) -> list[date]:
    """Return on which dates a message puts entries, as the rule of the entry says."""
    return [start.date() for start in occurrences(mail.calendar)]


def held(event: Event, number: int) -> date:
    """Return the date of a day of the event by its place."""
    return event.days[number].held_on


def days(event: Event, *which: int) -> list[str]:
    """Return the values of an answer that chooses days of the event by their place."""
    return [str(event.days[number].id) for number in which]


def decided(event: Event, person: Registration, action: Action, organizer: int) -> int:
    """Decide on somebody as seen now; return the decision's id."""
    revision = fresh(person).revision
    return decide(event.id, person.reference, action, "Motivo.", revision, Organizer.account(organizer)).id


def test_a_confirmed_person_gets_the_days_attended() -> None:
    event = an_event()
    person = registered(register_somebody(event, days=days(event, 1)))
    (entry,) = entries(last_mail(person))
    zone = ZoneInfo(event.time_zone)
    assert entry["DTSTART"].dt == datetime.combine(event.days[1].held_on, time(9), zone)
    assert entry["DTEND"].dt == datetime.combine(event.days[1].held_on, time(18), zone)
    assert str(entry["SUMMARY"]) == event.title["es"]
    assert str(entry["ORGANIZER"]) == f"mailto:{event.contact_email}"
    assert str(entry["ATTENDEE"]) == f"mailto:{person.email}"
    assert str(entry["STATUS"]) == "CONFIRMED"
    assert last_mail(person).calendar_method == "REQUEST"
    assert dates(last_mail(registered(register_somebody(event)))) == [held(event, 0), held(event, 1)]


def test_no_personal_link_stands_in_a_calendar() -> None:
    """Lines of a calendar are folded, and whoever shares one would share the link."""
    person = registered(register_somebody(an_event()))
    calendar = last_mail(person).calendar.replace("\r\n ", "")
    assert "[[" not in calendar
    assert "/my/" not in calendar


def test_the_contact_person_gets_no_entry() -> None:
    assert entries(last_mail(registered(register_somebody(an_event())), "contact")) == []


@pytest.mark.parametrize("status", [Status.PENDING, Status.WAITLISTED], ids=lambda status: status.value)
def test_nothing_is_attached_while_there_is_no_place(status: Status) -> None:
    event = an_event(capacity=0 if status is Status.WAITLISTED else None)
    person = registered(register_somebody(event, "academia"))
    assert person.status is status
    assert entries(last_mail(person)) == []


@pytest.mark.parametrize("action", [Action.DECLINE, Action.WAITLIST], ids=lambda action: action.value)
def test_nothing_is_attached_to_a_refusal_of_somebody_who_had_no_place(action: Action) -> None:
    event = an_event()
    person = registered(register_somebody(event, "academia"))
    decided(event, person, action, a_team_member(event).id)
    assert entries(last_mail(person)) == []


def test_withdrawing_takes_back_the_same_entries_with_a_higher_number() -> None:
    event = an_event()
    person = registered(register_somebody(event))
    withdraw(event.id, person.id)
    invited, cancelled = mails(person)
    assert cancelled.calendar_method == "CANCEL"
    assert uids(cancelled) == uids(invited)
    assert sequence(cancelled) > sequence(invited)
    assert {str(entry["STATUS"]) for entry in entries(cancelled)} == {"CANCELLED"}


def test_withdrawing_while_under_review_carries_nothing() -> None:
    event = an_event()
    person = registered(register_somebody(event, "academia"))
    withdraw(event.id, person.id)
    assert entries(last_mail(person)) == []


@pytest.mark.parametrize("action", [Action.DECLINE, Action.WAITLIST], ids=lambda action: action.value)
def test_a_decision_against_a_confirmed_person_takes_the_entries_back(action: Action) -> None:
    event = an_event()
    person = registered(register_somebody(event, days=days(event, 0)))
    decided(event, person, action, a_team_member(event).id)
    invited, cancelled = mails(person)
    assert (cancelled.calendar_method, uids(cancelled)) == ("CANCEL", uids(invited))
    assert sequence(cancelled) > sequence(invited)


def test_taking_an_approval_back_takes_the_entries_back(clock: time_machine.Traveller) -> None:
    event = an_event()
    organizer = a_team_member(event).id
    person = registered(register_somebody(event, "academia"))
    made = decided(event, person, Action.APPROVE, organizer)
    clock.shift(60)
    undo(event.id, person.reference, made, Organizer.account(organizer))
    assert [mail.calendar_method for mail in mails(person)] == ["", "REQUEST", "CANCEL"]


def test_a_decision_that_was_overtaken_has_put_nothing_into_the_calendar(clock: time_machine.Traveller) -> None:
    """Approved, then declined within the minute: nobody was ever told of a place, so there is nothing to take back."""
    event = an_event()
    organizer = a_team_member(event).id
    person = registered(register_somebody(event, "academia"))
    decided(event, person, Action.APPROVE, organizer)
    clock.shift(20)
    decided(event, person, Action.DECLINE, organizer)
    assert told(person) == ["received", "declined"]
    assert entries(last_mail(person)) == []


def test_approved_and_withdrawn_within_the_minute_carries_nothing(clock: time_machine.Traveller) -> None:
    event = an_event()
    person = registered(register_somebody(event, "academia"))
    decided(event, person, Action.APPROVE, a_team_member(event).id)
    withdraw(event.id, person.id)
    assert told(person) == ["received", "withdrawn"]
    assert entries(last_mail(person)) == []


def test_the_entries_go_also_when_the_decision_that_took_them_was_overtaken(clock: time_machine.Traveller) -> None:
    """Confirmed, declined, then wait-listed within the minute: the one mail that goes must take the entries back."""
    event = an_event()
    organizer = a_team_member(event).id
    person = registered(register_somebody(event))
    decided(event, person, Action.DECLINE, organizer)
    clock.shift(20)
    decided(event, person, Action.WAITLIST, organizer)
    assert told(person) == ["confirmed", "waitlisted"]
    assert last_mail(person).calendar_method == "CANCEL"


def test_taken_back_once_is_not_taken_back_again(clock: time_machine.Traveller) -> None:
    event = an_event()
    person = registered(register_somebody(event))
    decided(event, person, Action.WAITLIST, a_team_member(event).id)
    clock.shift(60)
    withdraw(event.id, person.id)
    assert [mail.calendar_method for mail in mails(person)] == ["REQUEST", "CANCEL", ""]


def test_promoted_after_that_the_same_entries_come_back_with_a_higher_number(clock: time_machine.Traveller) -> None:
    event = an_event(capacity=2)
    person, other = (registered(register_somebody(event)) for _ in range(2))
    decided(event, person, Action.WAITLIST, a_team_member(event).id)
    clock.shift(60)
    pass_on_places(event.id)
    withdraw(event.id, other.id)
    invited, cancelled, again = mails(person)
    assert again.calendar_method == "REQUEST"
    assert uids(again) == uids(cancelled) == uids(invited)
    assert sequence(again) > sequence(cancelled) > sequence(invited)


def test_a_dropped_day_leaves_the_calendar_and_the_other_stays() -> None:
    # case 70
    event = an_event()
    person = registered(register_somebody(event))
    change_answers(event.id, person.id, {"days": days(event, 0)})
    invited, changed = mails(person)
    assert (changed.template, changed.calendar_method) == ("registration/changed", "REQUEST")
    assert uids(changed) == uids(invited)
    assert (dates(invited), dates(changed)) == ([held(event, 0), held(event, 1)], [held(event, 0)])
    assert sequence(changed) > sequence(invited)


def test_an_added_day_comes_into_the_calendar() -> None:
    event = an_event()
    person = registered(register_somebody(event, days=days(event, 1)))
    change_answers(event.id, person.id, {"days": days(event, 0, 1)})
    invited, changed = mails(person)
    assert changed.calendar_method == "REQUEST"
    assert uids(invited) == uids(changed)
    assert dates(changed) == [held(event, 0), held(event, 1)]


def test_one_day_for_another_is_one_update_and_one_message() -> None:
    event = an_event()
    person = registered(register_somebody(event, days=days(event, 0)))
    change_answers(event.id, person.id, {"days": days(event, 1)})
    invited, changed = mails(person)
    assert changed.calendar_method == "REQUEST"
    assert uids(invited) == uids(changed)
    assert dates(changed) == [held(event, 1)]
    assert told(person, "contact") == ["confirmed", "changed"]


def test_an_invitation_of_several_days_is_one_uid_in_every_request_update_and_cancel() -> None:
    # case 70
    event = an_event()
    person = registered(register_somebody(event))
    change_answers(event.id, person.id, {"days": days(event, 0)})
    change_answers(event.id, person.id, {"days": days(event, 0, 1)})
    withdraw(event.id, person.id)
    sent = mails(person)
    assert [mail.calendar_method for mail in sent] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]
    assert len({uid for mail in sent for uid in uids(mail)}) == 1
    numbers = [sequence(mail) for mail in sent]
    assert numbers == sorted(set(numbers)), "a later object never has a number of before"


def test_other_answers_leave_the_calendar_alone() -> None:
    event = an_event()
    person = registered(register_somebody(event))
    change_answers(event.id, person.id, {"phone": ["+52 55 5555 0101"]})
    assert entries(last_mail(person)) == []


def test_days_of_somebody_without_a_place_are_in_no_calendar() -> None:
    event = an_event()
    person = a_registration(event, "academia", Status.PENDING)
    change_answers(event.id, person.id, {"days": days(event, 0)})
    assert entries(last_mail(person)) == []
