"""Acts on many registrations: chosen, begun, done one at a time, stopped, undone. Cases 16 to 20."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from time_machine import Traveller

from eventreg.accounts.models import Account
from eventreg.attendees.listing import RegistrationList
from eventreg.attendees.rules.acts import MOST_CHOSEN, ItemOutcome, RunAct, RunReason
from eventreg.attendees.rules.listing import ListState
from eventreg.audit.models import AuditEntry
from eventreg.audit.services import Actor
from eventreg.bulk.models import Run, RunItem
from eventreg.bulk.queries.previews import forecast_places, get_figures
from eventreg.bulk.queries.runs import count_items, get_run
from eventreg.bulk.services import steps
from eventreg.bulk.services.runs import (
    all_of,
    begin_run,
    draft_run,
    leave_out,
    save_details,
    stop_run,
    sweep_drafts,
    take_as_they_are,
    these,
    undo_run,
)
from eventreg.bulk.services.steps import ACTS, RUN_JOB, decide_one, do_some, do_turn
from eventreg.bulk.services.writing import Batch, ItemResult
from eventreg.db import db, transaction
from eventreg.events.models import Event, TeamMember
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.team import EVERYTHING, WHOLE, Scope, Sight
from eventreg.jobs.models import Job
from eventreg.jobs.running import run_due
from eventreg.jobs.services import job_registry
from eventreg.kernel import clock as clocks
from eventreg.kernel.errors import NotFound, Refused
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.registration.models import Decision, Place, Registration
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.services.decisions import decide
from eventreg.registration.services.promotion import pass_on_places
from tests.builders import a_registration, a_team_member, an_event
from tests.support.waiting import HANGS

pytestmark = pytest.mark.both_databases

MANY = 12
#: people who wait for a decision take no place meanwhile
ACADEMIA = {"key": "academia", "name": {"es": "Academia"}, "approval": ApprovalRule.BY_ORGANIZER}


def a_crowd(event: Event, number: int = MANY) -> list[Registration]:
    return [a_registration(event, "academia", "pending", has_place=False) for _ in range(number)]


def a_draft(event: Event, act: RunAct, people: Sequence[Registration], account: Account, **details: object) -> Run:
    seen = {person.reference: person.revision for person in people}
    return draft_run(event.id, act, these(event.id, seen, EVERYTHING), account.id, details=details, seen=seen)


def begun(run: Run) -> Run:
    begin_run(run.id)
    do_some(run.id, lambda: True)
    db.session.remove()
    return db.session.get_one(Run, run.id)


def outcomes(run: Run) -> Counter[str]:
    db.session.remove()
    counts = count_items([run.id])[run.id].by_outcome
    return Counter({outcome.value: number for outcome, number in counts.items()})


def refusals(run: Run) -> Counter[str]:
    db.session.remove()
    rows = db.session.scalars(select(RunItem.refusal).where(RunItem.run_id == run.id, RunItem.refusal != ""))
    return Counter(rows)


def statuses() -> Counter[str]:
    db.session.remove()
    return Counter(status.value for status in db.session.scalars(select(Registration.status)))


def told(state: DeliveryState | None = None) -> Counter[int | None]:
    """Count the messages to participants by person."""
    statement = select(MailMessage.record_id).where(MailMessage.audience == "participant")
    return Counter(db.session.scalars(statement if state is None else statement.where(MailMessage.state == state)))


def test_each_is_decided_once_and_told_once(app: Flask) -> None:
    event = an_event(capacity=None)
    people, account = a_crowd(event), a_team_member(event)
    run = begun(a_draft(event, RunAct.APPROVE, people, account, reason={"es": "Bienvenida."}))
    assert outcomes(run) == {"done": MANY}
    assert statuses() == {"confirmed": MANY}
    assert told() == Counter(person.id for person in people)
    assert run.finished_at is not None
    assert set(db.session.scalars(select(Decision.reason))) == {"Bienvenida."}
    # case 36: each message is to one person and names nobody else
    sent = db.session.execute(
        select(MailMessage.recipient, MailMessage.text).where(MailMessage.audience == "participant")
    )
    addresses = {person.email for person in people}
    for recipient, text in sent:
        assert not any(address in text for address in addresses - {recipient})


def test_k_places_go_to_the_first_k_by_the_order_in_which_they_came(app: Flask) -> None:
    """Case 16: exactly k are confirmed, the last ones wait, approved."""
    event = an_event(capacity=5)
    people, account = a_crowd(event), a_team_member(event)
    run = a_draft(event, RunAct.APPROVE, list(reversed(people)), account)
    forecast = forecast_places(get_event_whole(event.id), run)
    assert forecast is not None
    assert (forecast.seats.whole.left, forecast.needed, forecast.without_place) == (5, MANY, MANY - 5)
    run = begun(run)
    assert outcomes(run) == {"done": 5, "done_without_place": MANY - 5}
    found = {row.id: row for row in db.session.scalars(select(Registration))}
    assert [found[person.id].status for person in people] == [Status.CONFIRMED] * 5 + [Status.WAITLISTED] * (MANY - 5)
    assert all(found[person.id].approved_at is not None for person in people)
    assert db.session.scalar(select(func.count(Place.id))) == 5


def test_the_forecast_is_what_comes_of_it_with_places_of_categories_and_of_the_event(app: Flask) -> None:
    categories = [
        {**ACADEMIA, "places": 4},
        {**ACADEMIA, "key": "press", "places": 3},
        {**ACADEMIA, "key": "guests", "places": 1, "counts_toward_event": False},
    ]
    event = an_event(categories=categories, capacity=6)
    keys = ("academia", "press", "guests", "academia", "academia", "press", "academia", "press", "academia", "guests")
    people = [a_registration(event, key, "pending", has_place=False) for key in keys]
    run = a_draft(event, RunAct.APPROVE, people, a_team_member(event))
    forecast = forecast_places(get_event_whole(event.id), run)
    assert forecast is not None
    assert {need.category.key: (need.needed, need.places.left) for need in forecast.categories} == {
        "academia": (5, 4), "press": (3, 3), "guests": (2, 1),
    }  # fmt: skip
    run = begun(run)
    assert outcomes(run)["done_without_place"] == forecast.without_place == 3


def test_lowering_the_capacity_below_what_is_taken_drops_nobody(app: Flask) -> None:
    """Case 19: whoever is approved now waits, and who has a place keeps it."""
    event = an_event(capacity=4)
    there = [a_registration(event) for _ in range(4)]
    with transaction() as session:
        session.get_one(Event, event.id).capacity = 2
    run = begun(a_draft(event, RunAct.APPROVE, a_crowd(event, 3), a_team_member(event)))
    assert outcomes(run) == {"done_without_place": 3}
    assert statuses() == {"confirmed": len(there), "waitlisted": 3}


def test_places_that_a_run_sets_free_go_to_the_waiting_list_in_its_order_once_it_cannot_be_undone(
    app: Flask, clock: Traveller
) -> None:
    """Case 20."""
    event = an_event(capacity=2)
    there = [a_registration(event) for _ in range(2)]
    waiting = [a_registration(event, status="waitlisted") for _ in range(3)]
    run = begun(a_draft(event, RunAct.DECLINE, there, a_team_member(event), reason={"es": "No hay lugar."}))
    assert outcomes(run) == {"done": 2}
    assert pass_on_places(event.id) == []
    clock.shift(timedelta(minutes=2))
    assert pass_on_places(event.id) == [person.id for person in waiting[:2]]
    assert pass_on_places(event.id) == []


def test_all_that_match_are_chosen_by_one_statement_in_scope(app: Flask) -> None:
    event = an_event()
    account = a_team_member(event)
    people = a_crowd(event, 3)
    a_registration(event, "government", "pending")
    narrow = Sight(Scope(frozenset({"academia"})))
    everybody = RegistrationList(event.id, event.categories, ListState(), narrow)
    run = draft_run(event.id, RunAct.APPROVE, all_of(everybody), account.id)
    items = db.session.scalars(select(RunItem).where(RunItem.run_id == run.id).order_by(RunItem.id)).all()
    assert [item.registration_id for item in items] == [person.id for person in people]
    assert {item.seen_revision for item in items} == {1}


def test_nobody_out_of_sight_or_of_another_event_is_chosen(app: Flask) -> None:
    event, other = an_event(), an_event()
    account = a_team_member(event)
    seen = {a_registration(other).reference: 1, a_registration(event, "government").reference: 1}
    chosen = these(event.id, seen, Sight(Scope(frozenset({"academia"}))))
    with pytest.raises(Refused) as refused:
        draft_run(event.id, RunAct.DECLINE, chosen, account.id, seen=seen)
    assert refused.value.reason is RunReason.NOBODY_CHOSEN
    assert db.session.scalar(select(func.count(Run.id))) == 0


def test_too_many_are_not_named_one_by_one(app: Flask) -> None:
    with pytest.raises(Refused) as refused:
        these(1, dict.fromkeys(map(str, range(MOST_CHOSEN + 1)), 1), EVERYTHING)
    assert refused.value.reason is RunReason.TOO_MANY_CHOSEN


def test_whoever_was_decided_on_meanwhile_is_left_and_named(app: Flask) -> None:
    """Case 18."""
    event = an_event()
    people, mine, other = a_crowd(event, 3), a_team_member(event), a_team_member(event)
    run = a_draft(event, RunAct.APPROVE, people, mine)
    decide(event.id, people[1].reference, Action.DECLINE, "No hay lugar.", 1, Organizer.account(other.id))
    assert get_figures(run).changed == 1
    run = begun(run)
    assert outcomes(run) == {"done": 2, "left": 1}
    assert refusals(run) == {"decided_by_another": 1}
    assert statuses() == {"confirmed": 2, "declined": 1}
    assert set(told().values()) == {1}


def test_whoever_changed_is_taken_once_somebody_has_looked(app: Flask) -> None:
    event = an_event()
    people, account = a_crowd(event, 2), a_team_member(event)
    run = a_draft(event, RunAct.APPROVE, people, account)
    with transaction() as session:
        session.get_one(Registration, people[0].id).revision = 7
    take_as_they_are(run.id)
    assert get_figures(run).changed == 0
    assert outcomes(begun(run)) == {"done": 2}


def test_a_status_that_the_act_does_not_fit_is_left(app: Flask) -> None:
    event = an_event()
    people = [a_registration(event, status=status) for status in ("confirmed", "cancelled")] + a_crowd(event, 1)
    run = a_draft(event, RunAct.APPROVE, people, a_team_member(event))
    assert get_figures(run).unfit == {Status.CONFIRMED: 1, Status.CANCELLED: 1}
    assert outcomes(begun(run)) == {"left": 2, "done": 1}


def test_begun_twice_it_is_one_run(app: Flask) -> None:
    """Case 17: the same form sent twice."""
    event = an_event()
    people, account = a_crowd(event, 3), a_team_member(event)
    first = draft_run(event.id, RunAct.APPROVE, these(event.id, {p.reference: 1 for p in people}, EVERYTHING), account.id,
                      submission_key="k")  # fmt: skip
    again = draft_run(event.id, RunAct.APPROVE, these(event.id, {people[0].reference: 1}, EVERYTHING), account.id,
                      submission_key="k")  # fmt: skip
    assert first.id == again.id
    assert begin_run(first.id)
    assert not begin_run(first.id)
    do_some(first.id, lambda: True)
    do_some(first.id, lambda: True)
    assert not begin_run(first.id)
    assert told() == Counter(person.id for person in people)
    assert db.session.scalar(select(func.count()).where(AuditEntry.action == "run_begun")) == 1


def test_a_draft_does_nothing_until_it_is_begun_and_is_forgotten_after_a_day(app: Flask, clock: Traveller) -> None:
    event = an_event()
    run = a_draft(event, RunAct.APPROVE, a_crowd(event, 2), a_team_member(event))
    do_some(run.id, lambda: True)
    assert outcomes(run) == {"waiting": 2}
    kept = a_draft(event, RunAct.APPROVE, a_crowd(event, 1), a_team_member(event))
    begin_run(kept.id)
    clock.shift(timedelta(hours=23))
    assert sweep_drafts(clocks.now()) == 0
    clock.shift(timedelta(hours=2))
    assert sweep_drafts(clocks.now()) == 1
    assert list(db.session.scalars(select(Run.id))) == [kept.id]
    assert db.session.scalar(select(func.count()).where(RunItem.run_id == run.id)) == 0


def test_somebody_is_left_out_of_a_draft_but_not_of_a_run(app: Flask) -> None:
    event = an_event()
    people = a_crowd(event, 3)
    run = a_draft(event, RunAct.APPROVE, people, a_team_member(event))
    leave_out(run.id, people[1].id)
    begin_run(run.id)
    with pytest.raises(Refused):
        leave_out(run.id, people[0].id)
    with pytest.raises(Refused):
        save_details(run.id, {"reason": {"es": "Otra."}})
    do_some(run.id, lambda: True)
    assert outcomes(run) == {"done": 2}
    assert statuses() == {"confirmed": 2, "pending": 1}


def test_what_is_stopped_goes_on_later(app: Flask) -> None:
    event = an_event()
    people, account = a_crowd(event, 4), a_team_member(event)
    run = a_draft(event, RunAct.APPROVE, people, account)
    begin_run(run.id)
    do_some(run.id, iter([True, False]).__next__)
    stop_run(run.id, Actor.account(account.id))
    assert not do_turn({"run_id": run.id}, clocks.now())
    assert outcomes(run) == {"done": 2, "waiting": 2}
    assert begin_run(run.id)
    do_turn({"run_id": run.id}, clocks.now())
    assert outcomes(run) == {"done": 4}
    acts = list(db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("run_"))))
    assert acts == ["run_begun", "run_stopped", "run_resumed"]


def test_whoever_may_not_decide_any_more_stops_the_run(app: Flask) -> None:
    """Case 3: a right withdrawn ends what goes on under it."""
    event = an_event()
    account = a_team_member(event, "reviewer")
    run = a_draft(event, RunAct.APPROVE, a_crowd(event, 3), account)
    begin_run(run.id)
    do_some(run.id, lambda: False)
    with transaction() as session:
        session.scalars(select(TeamMember).where(TeamMember.account_id == account.id)).one().withheld = ["decide"]
    do_some(run.id, lambda: True)
    db.session.remove()
    assert outcomes(run) == {"done": 1, "waiting": 2}
    assert db.session.get_one(Run, run.id).stopped_at is not None


def test_whoever_sees_less_meanwhile_decides_on_no_other(app: Flask) -> None:
    event = an_event()
    account = a_team_member(event, "reviewer")
    people = [a_registration(event, "government", "pending", has_place=False), *a_crowd(event, 1)]
    run = a_draft(event, RunAct.APPROVE, people, account)
    with transaction() as session:
        member = session.scalars(select(TeamMember).where(TeamMember.account_id == account.id)).one()
        member.only_categories = ["academia"]
    assert refusals(begun(run)) == {"out_of_sight": 1}


def test_one_who_cannot_be_done_does_not_keep_the_others_waiting(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    event = an_event()
    people, account = a_crowd(event, 3), a_team_member(event)

    def faulty(batch: Batch, item: RunItem, person: Registration) -> ItemResult:
        result = decide_one(batch, item, person)
        if item.registration_id == people[1].id:
            raise ValueError("after it was written")
        return result

    monkeypatch.setitem(ACTS, RunAct.APPROVE, faulty)
    run = begun(a_draft(event, RunAct.APPROVE, people, account))
    assert outcomes(run) == {"done": 2, "left": 1}
    assert refusals(run) == {"fault": 1}
    assert statuses() == {"confirmed": 2, "pending": 1}
    assert set(told()) == {people[0].id, people[2].id}


def test_a_drafts_and_other_peoples_runs_are_seen_by_whom_they_concern(app: Flask) -> None:
    event = an_event()
    mine, other = a_team_member(event), a_team_member(event)
    run = a_draft(event, RunAct.APPROVE, a_crowd(event, 1), mine)
    assert get_run(event.id, run.public_id, Organizer("account", mine.id, WHOLE)).counts.total == 1
    with pytest.raises(NotFound):
        get_run(event.id, run.public_id, Organizer("account", other.id, WHOLE))
    begin_run(run.id)
    assert get_run(event.id, run.public_id, Organizer("account", other.id, WHOLE)).by == mine.name
    for event_id, scope in ((event.id, Scope(frozenset({"academia"}))), (an_event().id, WHOLE)):
        with pytest.raises(NotFound):
            get_run(event_id, run.public_id, Organizer("account", other.id, scope))


def test_without_a_mail_nobody_is_told(app: Flask) -> None:
    event = an_event()
    run = begun(a_draft(event, RunAct.DECLINE, a_crowd(event, 2), a_team_member(event), without_mail=True))
    assert outcomes(run) == {"done": 2}
    assert statuses() == {"declined": 2}
    assert not told()


def test_a_run_is_undone_while_no_mail_has_gone(app: Flask, clock: Traveller) -> None:
    event = an_event(categories=[ACADEMIA], capacity=2)
    people, account = a_crowd(event, 4), a_team_member(event)
    run = begun(a_draft(event, RunAct.APPROVE, people, account))
    undoing = undo_run(run.id, Actor.account(account.id))
    assert undo_run(run.id, Actor.account(account.id)).id == undoing.id
    do_some(undoing.id, lambda: True)
    assert outcomes(undoing) == {"done": 4}
    assert statuses() == {"pending": 4}
    assert told(DeliveryState.DROPPED) == Counter(person.id for person in people)
    assert db.session.scalar(select(func.count(Place.id))) == 0


def test_for_whom_it_is_too_late_is_said(app: Flask, clock: Traveller) -> None:
    event = an_event()
    people, account = a_crowd(event, 3), a_team_member(event)
    run = a_draft(event, RunAct.APPROVE, people, account)
    begin_run(run.id)
    do_some(run.id, lambda: False)
    clock.shift(timedelta(seconds=70))
    do_some(run.id, lambda: True)
    undoing = undo_run(run.id, Actor.account(account.id))
    do_some(undoing.id, lambda: True)
    assert outcomes(undoing) == {"done": 2, "left": 1}
    assert refusals(undoing) == {"told_already": 1}
    assert statuses() == {"confirmed": 1, "pending": 2}
    clock.shift(timedelta(minutes=5))
    late = begun(a_draft(event, RunAct.DECLINE, a_crowd(event, 1), account, reason={"es": "No."}))
    clock.shift(timedelta(minutes=5))
    with pytest.raises(Refused) as refused:
        undo_run(late.id, Actor.account(account.id))
    assert refused.value.reason is RunReason.NOTHING_TO_UNDO


def test_no_mail_goes_while_many_are_undone(app: Flask, clock: Traveller) -> None:
    event = an_event()
    account = a_team_member(event)
    people = [a_registration(event) for _ in range(3)]
    run = begun(a_draft(event, RunAct.DECLINE, people, account, reason={"es": "No hay lugar."}))
    clock.shift(timedelta(seconds=55))
    undoing = undo_run(run.id, Actor.account(account.id))
    clock.shift(timedelta(seconds=30))
    due = db.session.scalars(
        select(func.min(MailMessage.due_at)).where(MailMessage.state == DeliveryState.QUEUED)
    ).one()
    assert due is None or due > clocks.now()
    do_some(undoing.id, lambda: True)
    assert outcomes(undoing) == {"done": 3}
    assert statuses() == {"confirmed": 3}
    assert db.session.scalar(select(func.count(Place.id)).where(Place.released_at.is_(None))) == 3


def test_the_mails_of_a_run_wait_for_its_end(app: Flask, clock: Traveller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of those who are done in one transaction, which must not end because the machine is busy."""
    monkeypatch.setattr(steps, "_HOLDS_SECONDS", HANGS)
    event = an_event()
    people, account = a_crowd(event, 3), a_team_member(event)
    run = a_draft(event, RunAct.APPROVE, people, account)
    begin_run(run.id)

    def a_while_each() -> bool:
        clock.shift(timedelta(seconds=0.4))
        return True

    do_some(run.id, a_while_each)
    first, *_rest, last = db.session.scalars(select(Decision).order_by(Decision.id)).all()
    assert first.mails_at - first.decided_at > last.mails_at - last.decided_at >= timedelta(seconds=60)


def test_answers_of_many_are_asked_to_be_mended(app: Flask) -> None:
    event = an_event()
    people = [a_registration(event, language=language) for language in ("es", "en", "es")]
    account = a_team_member(event)
    details = {"questions": ["sex"], "reason": {"es": "Revise.", "en": "Please check."}}
    run = begun(a_draft(event, RunAct.CORRECT, people, account, **details))
    assert outcomes(run) == {"done": 3}
    rows = db.session.execute(
        select(MailMessage.record_id, MailMessage.text).where(MailMessage.template == "registration/asked_correction")
    ).all()
    texts = {row[0]: row[1] for row in rows}
    assert "Please check." in texts[people[1].id]
    assert "Revise." in texts[people[0].id]


def test_no_job_is_left_of_a_run_that_is_done(app: Flask) -> None:
    event = an_event()
    run = a_draft(event, RunAct.APPROVE, a_crowd(event, 3), a_team_member(event))
    begin_run(run.id)
    assert db.session.scalar(select(func.count(Job.id)).where(Job.kind == RUN_JOB)) == 1
    while run_due(job_registry(), 5, should_stop=lambda: outcomes(run)["waiting"] == 0):
        pass
    run_due(job_registry(), 5)
    assert outcomes(run) == {ItemOutcome.DONE.value: 3}
    assert db.session.scalar(select(func.count(Job.id)).where(Job.kind == RUN_JOB)) == 0
