"""Organizers decide and undo: what changes, who is told when, what becomes of the place."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from eventreg.contacts.services import write_news
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.kernel import clock as clocks
from eventreg.kernel.errors import NotFound, Refused
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.registration.models import Decision, Registration
from eventreg.registration.rules.states import Action, DecisionReason, Status
from eventreg.registration.services.answer_changes import change_answers
from eventreg.registration.services.decisions import LONGEST_REASON, decide, undo
from eventreg.registration.services.promotion import PLACES_JOB, pass_on_places
from eventreg.selfservice.services import withdraw
from eventreg.web.refusals import said
from tests.builders import BY_ORGANIZER, a_registration, a_team_member, an_event
from tests.registration.records import fresh, history, jobs_of, last_mail, mails, places_of, status_of, told

pytestmark = pytest.mark.usefixtures("app", "clock")

COUNTING = {"key": "academia", "name": {"es": "A", "en": "A"}, "approval": BY_ORGANIZER, "pending_counts": True}
FREE = {**COUNTING, "pending_counts": False}


class Desk:
    """An organizer at an event."""

    def __init__(self, event: Event) -> None:
        self.event = event
        self.account = a_team_member(event, name="Olga Organizadora")

    def decide(self, who: Registration, action: Action, reason: str = "", seen: int | None = None) -> Decision:
        """Decide on somebody as seen now, or on an earlier revision."""
        revision = fresh(who).revision if seen is None else seen
        return decide(self.event.id, who.reference, action, reason, revision, Organizer.account(self.account.id))

    def undo(self, who: Registration, made: Decision) -> Any:
        """Take a decision back."""
        return undo(self.event.id, who.reference, made.id, Organizer.account(self.account.id))


def a_desk(**event: Any) -> Desk:
    return Desk(an_event(**{"categories": [COUNTING], **event}))


def a_person(desk: Desk, status: Status = Status.PENDING, **changes: Any) -> Registration:
    return a_registration(desk.event, "academia", status, **changes)


@pytest.mark.parametrize(
    ("before", "action", "after", "message"),
    [
        (Status.PENDING, Action.APPROVE, Status.CONFIRMED, "confirmed"),
        (Status.PENDING, Action.WAITLIST, Status.WAITLISTED, "waitlisted"),
        (Status.PENDING, Action.DECLINE, Status.DECLINED, "declined"),
        (Status.CONFIRMED, Action.WAITLIST, Status.WAITLISTED, "waitlisted"),
        (Status.CONFIRMED, Action.DECLINE, Status.DECLINED, "declined"),
        (Status.WAITLISTED, Action.APPROVE, Status.CONFIRMED, "confirmed"),
        (Status.WAITLISTED, Action.DECLINE, Status.DECLINED, "declined"),
        (Status.DECLINED, Action.APPROVE, Status.CONFIRMED, "confirmed"),
        (Status.DECLINED, Action.WAITLIST, Status.WAITLISTED, "waitlisted"),
    ],
)
def test_a_decision_changes_the_status_and_tells_both_sides_a_minute_later(
    clock: time_machine.Traveller, before: Status, action: Action, after: Status, message: str
) -> None:
    desk = a_desk()
    person = a_person(desk, before)
    revision = person.revision
    made = desk.decide(person, action, "Porque sí.")
    assert (made.status_after, made.action, status_of(person)) == (after, action, after)
    assert told(person) == told(person, "contact") == [message]
    for mail in (last_mail(person), last_mail(person, "contact")):
        assert _wait_of(mail) == 60
    clock.shift(60)
    write_news(clocks.now())
    for mail in (last_mail(person), last_mail(person, "contact")):
        assert "Porque sí." in mail.text
    assert fresh(person).revision == revision + 1
    assert history(person) == [
        (f"decided_{action.value}", {"old": before.value, "new": after.value, "reason": "Porque sí."})
    ]


@pytest.mark.parametrize("action", [Action.APPROVE, Action.WAITLIST], ids=lambda action: action.value)
def test_a_decision_that_leads_nowhere_is_refused(action: Action) -> None:
    desk = a_desk()
    person = a_person(desk, Status.CONFIRMED if action is Action.APPROVE else Status.WAITLISTED)
    with pytest.raises(Refused) as refused:
        desk.decide(person, action)
    assert refused.value.reason is DecisionReason.NOT_POSSIBLE
    assert (told(person), history(person)) == ([], [])


def test_declining_needs_a_reason_of_a_readable_length() -> None:
    desk = a_desk()
    person = a_person(desk)
    for reason, expected in (
        (" \n ", DecisionReason.REASON_MISSING),
        ("x" * (LONGEST_REASON + 1), DecisionReason.REASON_TOO_LONG),
    ):
        with pytest.raises(Refused) as refused:
            desk.decide(person, Action.DECLINE, reason)
        assert refused.value.reason is expected
    assert desk.decide(person, Action.DECLINE, "x" * LONGEST_REASON).status_after is Status.DECLINED


def test_approval_without_a_place_waits_as_approved() -> None:
    desk = a_desk(categories=[FREE], capacity=1)
    a_person(desk, Status.CONFIRMED)
    person = a_person(desk)
    made = desk.decide(person, Action.APPROVE)
    assert (made.action, made.status_after) == (Action.APPROVE_WITHOUT_PLACE, Status.WAITLISTED)
    assert fresh(person).approved_at is not None
    assert told(person) == ["waitlisted"]
    assert "Su solicitud fue aceptada." in last_mail(person).text


def test_a_pending_person_who_holds_a_place_is_approved_in_a_full_event() -> None:
    desk = a_desk(capacity=1)
    person = a_person(desk)
    assert desk.decide(person, Action.APPROVE).status_after is Status.CONFIRMED


def test_whoever_waits_keeps_the_turn_when_approved_without_a_place(clock: time_machine.Traveller) -> None:
    desk = a_desk(capacity=0)
    person = a_person(desk, Status.WAITLISTED)
    since = person.waitlisted_at
    clock.shift(3600)
    desk.decide(person, Action.APPROVE)
    assert fresh(person).waitlisted_at == since


def test_undone_within_the_minute_nobody_notices(clock: time_machine.Traveller) -> None:
    desk = a_desk()
    person = a_person(desk, Status.CONFIRMED)
    made = desk.decide(person, Action.DECLINE, "Error mío.")
    clock.shift(59)
    undone = desk.undo(person, made)
    assert (undone.status, undone.is_new_decision) == (Status.CONFIRMED, False)
    assert (told(person), told(person, "contact")) == ([], [])
    assert places_of(desk.event)[person.id].released_at is None
    assert [action for action, _ in history(person)] == ["decided_decline", "decision_undone"]


def test_the_place_is_kept_for_the_minute_and_passed_on_after_it(clock: time_machine.Traveller) -> None:
    desk = a_desk(capacity=1)
    person = a_person(desk, Status.CONFIRMED)
    waiting = a_person(desk, Status.WAITLISTED)
    desk.decide(person, Action.DECLINE, "No es su tema.")
    (job,) = jobs_of(PLACES_JOB)
    clock.shift(59)
    assert pass_on_places(desk.event.id) == []
    assert person.id in places_of(desk.event)
    clock.shift(1)
    assert job.due_at == last_mail(person).due_at
    assert pass_on_places(**job.payload) == [waiting.id]
    assert list(places_of(desk.event)) == [waiting.id]


def test_undone_later_it_is_a_new_decision_with_its_own_mail(clock: time_machine.Traveller) -> None:
    desk = a_desk()
    person = a_person(desk)
    made = desk.decide(person, Action.APPROVE)
    clock.shift(60)
    undone = desk.undo(person, made)
    assert (undone.status, undone.is_new_decision) == (Status.PENDING, True)
    assert told(person) == ["confirmed", "reopened"]
    assert fresh(person).approved_at is None
    assert person.id in places_of(desk.event)


def test_undone_later_the_place_is_decided_anew(clock: time_machine.Traveller) -> None:
    desk = a_desk(capacity=1)
    person, waiting = a_person(desk, Status.CONFIRMED), a_person(desk, Status.WAITLISTED)
    made = desk.decide(person, Action.DECLINE, "No es su tema.")
    clock.shift(60)
    pass_on_places(desk.event.id)
    assert desk.undo(person, made).status is Status.WAITLISTED
    assert fresh(person).approved_at is not None
    assert status_of(waiting) is Status.PENDING
    assert list(places_of(desk.event)) == [waiting.id]


def test_taking_back_a_decline_never_takes_a_place_that_is_not_there(clock: time_machine.Traveller) -> None:
    """Never over: where pending people count, thinking again without a place puts the person on the waiting list."""
    desk = a_desk(capacity=1)
    person, waiting = a_person(desk), a_person(desk, Status.WAITLISTED)
    made = desk.decide(person, Action.DECLINE, "No es su tema.")
    clock.shift(60)
    pass_on_places(desk.event.id)
    assert desk.undo(person, made).status is Status.WAITLISTED
    assert fresh(person).approved_at is None
    assert list(places_of(desk.event)) == [waiting.id]


def test_undone_later_the_turn_on_the_waiting_list_comes_back(clock: time_machine.Traveller) -> None:
    desk = a_desk(capacity=0)
    person = a_person(desk, Status.WAITLISTED)
    since = person.waitlisted_at
    made = desk.decide(person, Action.DECLINE, "No es su tema.")
    clock.shift(3600)
    desk.undo(person, made)
    assert fresh(person).waitlisted_at == since


def test_a_mail_already_on_its_way_makes_the_undo_a_new_decision(clock: time_machine.Traveller) -> None:
    """Both mails or neither: what one side reads, the other must not miss."""
    desk = a_desk()
    person = a_person(desk)
    made = desk.decide(person, Action.APPROVE)
    last_mail(person, "contact").state = DeliveryState.SENDING
    db.session.commit()
    undone = desk.undo(person, made)
    assert undone.is_new_decision
    assert {mail.state for mail in mails(person, "contact")} == {DeliveryState.SENDING, DeliveryState.HELD}


def test_only_the_last_decision_can_be_undone(clock: time_machine.Traveller) -> None:
    desk = a_desk()
    person = a_person(desk)
    first = desk.decide(person, Action.APPROVE)
    second = desk.decide(person, Action.DECLINE, "No es su tema.")
    desk.undo(person, second)
    for made in (first, second):
        with pytest.raises(Refused) as refused:
            desk.undo(person, made)
        assert refused.value.reason is DecisionReason.NOT_THE_LAST


def test_a_decision_cannot_be_undone_once_the_person_withdrew() -> None:
    desk = a_desk()
    person = a_person(desk)
    made = desk.decide(person, Action.APPROVE)
    withdraw(desk.event.id, person.id)
    with pytest.raises(Refused) as refused:
        desk.undo(person, made)
    assert refused.value.reason is DecisionReason.NOT_THE_LAST


def test_a_newer_decision_drops_the_mails_of_the_one_it_overtakes(clock: time_machine.Traveller) -> None:
    desk = a_desk()
    person = a_person(desk)
    desk.decide(person, Action.APPROVE)
    clock.shift(30)
    desk.decide(person, Action.DECLINE, "No es su tema.")
    assert told(person) == told(person, "contact") == ["declined"]


def test_undoing_a_decision_that_overtook_another_tells_of_the_first(clock: time_machine.Traveller) -> None:
    """The mails of the first were dropped, so coming back to it in silence would leave the person without any word."""
    desk = a_desk()
    person = a_person(desk)
    desk.decide(person, Action.DECLINE, "No es su tema.")
    clock.shift(20)
    second = desk.decide(person, Action.APPROVE)
    clock.shift(20)
    undone = desk.undo(person, second)
    assert (undone.status, undone.is_new_decision) == (Status.DECLINED, True)
    assert told(person) == ["declined"]
    assert "No es su tema." in last_mail(person).text


def test_two_organizers_one_decision_one_mail_and_the_second_is_told_who() -> None:
    """Case 18."""
    desk = a_desk()
    other = a_team_member(desk.event, name="Pedro Segundo")
    person = a_person(desk)
    seen = person.revision
    desk.decide(person, Action.APPROVE, seen=seen)
    with pytest.raises(Refused) as refused:
        decide(desk.event.id, person.reference, Action.DECLINE, "No es su tema.", seen, Organizer.account(other.id))
    assert refused.value.reason is DecisionReason.DECIDED_BY_ANOTHER
    sentence = said(refused.value)
    assert "Olga Organizadora" in sentence
    assert "Aprobada" in sentence
    assert told(person) == ["confirmed"]


def test_a_change_by_the_person_is_not_blamed_on_an_organizer(clock: time_machine.Traveller) -> None:
    desk = a_desk()
    person = a_person(desk)
    desk.decide(person, Action.APPROVE)
    clock.shift(120)
    seen = fresh(person).revision
    change_answers(desk.event.id, person.id, {"phone": ["+52 55 5555 0101"]})
    with pytest.raises(Refused) as refused:
        desk.decide(person, Action.DECLINE, "No es su tema.", seen=seen)
    assert refused.value.reason is DecisionReason.CHANGED_MEANWHILE


def test_another_events_registration_does_not_exist() -> None:
    """Case 2."""
    desk, elsewhere = a_desk(), a_desk()
    person = a_person(elsewhere)
    with pytest.raises(NotFound):
        desk.decide(person, Action.APPROVE)


def test_wait_listed_by_an_organizer_is_not_promoted_by_the_own_place(clock: time_machine.Traveller) -> None:
    desk = a_desk(capacity=1)
    person = a_person(desk, Status.CONFIRMED)
    desk.decide(person, Action.WAITLIST)
    clock.shift(60)
    assert pass_on_places(desk.event.id) == []
    assert status_of(person) is Status.WAITLISTED
    assert told(person) == ["waitlisted"]


def _wait_of(mail: MailMessage) -> float:
    assert mail.due_at is not None
    return (mail.due_at - mail.created_at).total_seconds()
