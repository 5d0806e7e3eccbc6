"""A calendar follows the event with the next message, and leaves the entries of before, of one day each, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from eventreg.audit.services import Actor
from eventreg.db import transaction
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import list_days
from eventreg.events.rules.settings import DayEntry
from eventreg.events.services.settings import save_settings
from eventreg.mail.models import MailMessage
from eventreg.onbehalf.services.care import send_link_to
from eventreg.programme.calendars import day_uid, personal_uid
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Action
from eventreg.registration.services.answer_changes import change_answers
from eventreg.registration.services.decisions import decide, undo
from eventreg.selfservice.services import withdraw
from tests.builders import a_team_member, an_event, register_somebody
from tests.registration.calendars import occurrences
from tests.registration.records import entries, fresh, last_mail, mails, registered, told

pytestmark = pytest.mark.usefixtures("app", "clock")

PHONE = {"phone": ["+52 55 5555 0101"]}


def days_of(event: Event) -> list[DayEntry]:
    """Return the days of an event as they stand."""
    return [DayEntry(day.id, day.held_on, day.starts_at, day.ends_at, day.title) for day in list_days(event.id)]


def save(event: Event, days: list[DayEntry], **changed: Any) -> None:
    """Save the settings of an event, all as they stand but those that are changed."""
    values = {column.name: getattr(event, column.name) for column in Event.__table__.c if "revision" not in column.name}
    save_settings(event.id, event.settings_revision, days, values | changed, Actor.account(a_team_member(event).id))


def move_a_day(event: Event, by: int = 1) -> None:
    """Move the event's last day, as an organizer does."""
    *others, last = days_of(event)
    save(event, [*others, replace(last, held_on=last.held_on + timedelta(days=by))])


def numbers(mail: MailMessage) -> set[int]:
    return {int(entry["SEQUENCE"]) for entry in entries(mail)}


def test_after_a_day_was_moved_the_next_message_moves_the_entry_whatever_it_is_about() -> None:
    # case 70
    event = an_event()
    person = registered(register_somebody(event))
    move_a_day(event)
    assert told(person) == ["confirmed"], "nothing goes that nobody announced"
    change_answers(event.id, person.id, PHONE)
    invited, changed = mails(person)
    assert changed.calendar_method == "REQUEST"
    assert {str(entry["UID"]) for entry in entries(changed)} == {str(entry["UID"]) for entry in entries(invited)}
    assert min(numbers(changed)) > max(numbers(invited))
    assert occurrences(changed.calendar)[-1] - occurrences(invited.calendar)[-1] == timedelta(days=1)
    assert "Este mensaje actualiza su calendario." in " ".join(changed.text.split())
    change_answers(event.id, person.id, {"phone": ["+52 55 5555 0102"]})
    assert last_mail(person).calendar == "", "it is up to date"


def test_a_change_that_calendars_do_not_show_leaves_them_alone() -> None:
    event = an_event()
    person = registered(register_somebody(event))
    save(event, days_of(event), capacity=77)
    change_answers(event.id, person.id, PHONE)
    assert last_mail(person).calendar == ""


@pytest.mark.parametrize("name", ["title", "venue"])
def test_words_that_calendars_show_are_counted(name: str) -> None:
    event = an_event()
    person = registered(register_somebody(event))
    with transaction() as session:
        setattr(session.get_one(Event, event.id), name, {"es": "Otro nombre", "en": "Another name"})
    change_answers(event.id, person.id, PHONE)
    invited, changed = mails(person)
    assert changed.calendar_method == "REQUEST"
    assert min(numbers(changed)) > max(numbers(invited))


def test_who_has_no_entry_gets_none_by_the_way() -> None:
    event = an_event(capacity=0)
    person = registered(register_somebody(event))
    move_a_day(event)
    change_answers(event.id, person.id, PHONE)
    assert last_mail(person).calendar == ""


def as_before_the_upgrade(event: Event, person: Registration) -> list[str]:
    """Leave the person with an entry a day, as messages made them before; return their identifiers."""
    with transaction():
        held = [day_uid(event, day, person.public_id) for day in event.days]
        fresh(person).calendar_uids = held
    return held


def taken_back(about: Registration) -> list[str]:
    return [str(entry["UID"]) for mail in mails(about) if mail.calendar_method == "CANCEL" for entry in entries(mail)]


def test_the_first_message_after_the_upgrade_takes_the_entries_of_each_day_back_once() -> None:
    event = an_event()
    person = registered(register_somebody(event))
    before = as_before_the_upgrade(event, person)
    change_answers(event.id, person.id, PHONE)
    assert told(person) == ["confirmed", "changed", "old_entry", "old_entry"]
    changed = mails(person)[1]
    assert changed.calendar_method == "REQUEST"
    assert {str(entry["UID"]) for entry in entries(changed)} == {personal_uid(event, person.public_id)}
    assert taken_back(person) == before
    for mail, day in zip(mails(person)[2:], event.days, strict=True):
        (entry,) = entries(mail)
        assert entry["DTSTART"].dt.date() == day.held_on, "one message, one object, one identifier"
        assert min(numbers(mail)) > max(numbers(mails(person)[0]))
    change_answers(event.id, person.id, {"phone": ["+52 55 5555 0102"]})
    assert told(person)[4:] == ["changed"]


def test_withdrawing_first_takes_back_the_entries_of_each_day_and_nothing_else() -> None:
    event = an_event()
    person = registered(register_somebody(event))
    before = as_before_the_upgrade(event, person)
    withdraw(event.id, person.id)
    assert told(person) == ["confirmed", "withdrawn", "old_entry"]
    assert taken_back(person) == before


def test_undone_in_time_the_entries_of_each_day_are_still_to_be_taken_back(clock: time_machine.Traveller) -> None:
    event = an_event()
    organizer = a_team_member(event).id
    person = registered(register_somebody(event))
    before = as_before_the_upgrade(event, person)
    made = decide(
        event.id, person.reference, Action.DECLINE, "Motivo.", fresh(person).revision, Organizer.account(organizer)
    )
    assert taken_back(person) == before
    clock.shift(20)
    undo(event.id, person.reference, made.id, Organizer.account(organizer))
    assert taken_back(person) == [], "never sent"
    send_link_to(event.id, person.reference, Organizer.account(organizer))
    assert taken_back(person) == before
    assert fresh(person).calendar_uids == [personal_uid(event, person.public_id)]
