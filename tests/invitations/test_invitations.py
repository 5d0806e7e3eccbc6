"""People are invited one by one or from a list, reminded, let off; what is known of them goes after the event."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.audit.models import AuditEntry
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.team import Scope
from eventreg.invitations.queries import tell_stories
from eventreg.invitations.rules.invitations import InvitationReason, InvitationState, NewInvitation, state_of
from eventreg.invitations.services import messages as invitation_messages
from eventreg.invitations.services.invitations import (
    decline_invitation,
    extend_invitation,
    invite,
    invite_list,
    take_invitation_back,
    try_list,
)
from eventreg.invitations.services.messages import (
    count_to_write_to,
    remind_all,
    remind_of_invitation,
    send_all_made,
    send_invitation,
)
from eventreg.jobs.running import run_due
from eventreg.jobs.services import job_registry
from eventreg.kernel.clock import now
from eventreg.kernel.errors import NotFound, Refused
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.mail.services import enqueue_all
from eventreg.privacy.running import let_all_go
from eventreg.registration.models import Invitation
from eventreg.registration.queries.places import invitation_token
from tests.builders import a_registration, a_team_member, an_event
from tests.registration.arriving import an_invitation, by, changed
from tests.registration.test_ways_in import form_by, registered
from tests.selfservice.test_concurrency import at_once

ANA, EVA = "ana@instituto.example", "eva@instituto.example"


def a_wish(email: str = ANA, **changes: Any) -> NewInvitation:
    values = {"category": "government", "language": "es", "given_name": "Ana", "family_name": "Núñez de la Peña"}
    return NewInvitation(email=email, **{**values, **changes})


def refusal_of(act: Any) -> InvitationReason:
    with pytest.raises(Refused) as refused:
        act()
    return InvitationReason(refused.value.reason)


def mails(event: Event) -> list[MailMessage]:
    db.session.rollback()
    found = select(MailMessage).where(MailMessage.event_id == event.id, MailMessage.record_kind == "invitation")
    return list(db.session.scalars(found.where(MailMessage.state != DeliveryState.DROPPED).order_by(MailMessage.id)))


def sent(event: Event) -> list[tuple[str, str]]:
    return [(mail.template.removeprefix("registration/"), mail.recipient) for mail in mails(event)]


def state(invitation: Invitation) -> InvitationState:
    db.session.rollback()
    row = db.session.get_one(Invitation, invitation.id, populate_existing=True)
    return state_of(tell_stories(row.event_id, [row])[row.id], now())


def acts(event: Event) -> list[str]:
    rows = db.session.scalars(select(AuditEntry).where(AuditEntry.chain == event.id).order_by(AuditEntry.position))
    return [row.action for row in rows if row.action.startswith("invitation")]


def do_jobs() -> int:
    return run_due(job_registry(), 100)


def test_whoever_is_invited_gets_a_message_in_their_language(app: Flask) -> None:
    # cases 34, 36
    event = an_event()
    owner = a_team_member(event, name="Olga Anfitriona")
    invite(event.id, a_wish(), Organizer.account(owner.id), sends=True)
    invite(event.id, a_wish(EVA, language="en", note="See you there."), Organizer.account(owner.id), sends=True)
    first, second = mails(event)
    assert (first.language, first.recipient, first.template) == ("es", ANA, "registration/invitation")
    assert "Olga Anfitriona" in first.text
    assert EVA not in first.text
    assert "See you there." in second.text
    assert "You are invited" in second.text
    assert acts(event) == ["invitation_made", "invitation_sent"] * 2


def test_one_that_is_only_made_writes_to_nobody(app: Flask) -> None:
    event = an_event()
    owner = a_team_member(event)
    made = invite(event.id, a_wish(), Organizer.account(owner.id), sends=False)
    assert sent(event) == []
    assert state(made) is InvitationState.MADE
    send_invitation(event.id, made.public_id, Organizer.account(owner.id))
    assert sent(event) == [("invitation", ANA)]
    assert state(made) is InvitationState.SENT


def test_the_same_address_is_not_invited_twice(app: Flask) -> None:
    event, other = an_event(), an_event()
    owner = a_team_member(event)
    first = invite(event.id, a_wish(), Organizer.account(owner.id), sends=True)
    again = partial(invite, event.id, a_wish("ANA@Instituto.example"), Organizer.account(owner.id), sends=True)
    assert refusal_of(again) is InvitationReason.ALREADY_INVITED
    a_registration(event, email=EVA)
    assert (
        refusal_of(lambda: invite(event.id, a_wish(EVA), Organizer.account(owner.id), sends=True))
        is InvitationReason.ALREADY_REGISTERED
    )
    # Another event knows nothing of it, and whose invitation is over can be invited anew.
    invite(other.id, a_wish(), Organizer.account(a_team_member(other).id), sends=True)
    take_invitation_back(event.id, first.public_id, Organizer.account(owner.id))
    again()
    assert len(sent(event)) == 1


@pytest.mark.both_databases
def test_the_same_address_invited_twice_at_once_is_one_invitation(app: Flask) -> None:
    event = an_event()
    owner = a_team_member(event).id
    outcomes = at_once(
        app, *(lambda: invite(event.id, a_wish(), Organizer.account(owner), sends=True) for _ in range(3))
    )
    assert Counter(getattr(outcome, "reason", None) for outcome in outcomes) == {
        None: 1,
        InvitationReason.ALREADY_INVITED: 2,
    }
    assert sent(event) == [("invitation", ANA)]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"email": "ana@"}, InvitationReason.ADDRESS_INVALID),
        ({"category": "nobody"}, InvitationReason.UNKNOWN_CATEGORY),
        ({"language": "xx"}, InvitationReason.UNKNOWN_LANGUAGE),
        ({"given_name": "A" * 201}, InvitationReason.TOO_LONG),
        ({"note": "x" * 1001}, InvitationReason.TOO_LONG),
        ({"family_name": "A\nB"}, InvitationReason.UNREADABLE),
        ({"expires_at": datetime.fromisoformat("2020-01-01T00:00:00+00:00")}, InvitationReason.EXPIRES_TOO_EARLY),
        ({"email": ""}, InvitationReason.ADDRESS_MISSING),
    ],
)
def test_what_cannot_be_invited_is_refused(app: Flask, changes: dict[str, Any], reason: InvitationReason) -> None:
    event = an_event()
    owner = a_team_member(event)
    assert refusal_of(lambda: invite(event.id, a_wish(**changes), Organizer.account(owner.id), sends=True)) is reason
    assert db.session.scalars(select(Invitation)).all() == []


def test_a_narrowed_member_invites_into_its_categories_alone(app: Flask) -> None:
    # case 2
    event = an_event()
    owner, scope = a_team_member(event), Scope(categories=frozenset({"academia"}))
    wish = a_wish()
    refused = refusal_of(lambda: invite(event.id, wish, Organizer("account", owner.id, scope), sends=True))
    assert refused is InvitationReason.UNKNOWN_CATEGORY
    made = invite(event.id, wish, Organizer.account(owner.id), sends=True)
    for act in (
        lambda: take_invitation_back(event.id, made.public_id, Organizer("account", owner.id, scope)),
        lambda: send_invitation(event.id, made.public_id, Organizer("account", owner.id, scope)),
        lambda: extend_invitation(event.id, made.public_id, None, Organizer("account", owner.id, scope)),
        lambda: take_invitation_back(an_event().id, made.public_id, Organizer.account(owner.id)),
    ):
        with pytest.raises(NotFound):
            act()
    assert state(made) is InvitationState.SENT


def test_a_list_is_tried_first_and_made_whole_or_not_at_all(app: Flask) -> None:
    event = an_event()
    owner = a_team_member(event)
    a_registration(event, email=EVA)
    lines = [(1, a_wish()), (2, a_wish("nadie@")), (3, a_wish(EVA)), (4, a_wish("Ana@instituto.example"))]
    tried = try_list(event.id, lines, Organizer.account(owner.id), sends=True)
    assert [verdict.refusal and verdict.refusal.reason for verdict in tried] == [
        None,
        InvitationReason.ADDRESS_INVALID,
        InvitationReason.ALREADY_REGISTERED,
        InvitationReason.TWICE_IN_LIST,
    ]
    verdicts, is_done = invite_list(event.id, lines, Organizer.account(owner.id), sends=True)
    assert not is_done
    assert [verdict.refusal is None for verdict in verdicts] == [True, False, False, False]
    assert db.session.scalars(select(Invitation)).all() == []
    assert invite_list(event.id, lines[:1], Organizer.account(owner.id), sends=True)[1]
    assert sent(event) == []
    do_jobs()
    assert sent(event) == [("invitation", ANA)]


def test_a_list_that_is_only_made_is_sent_when_it_is_asked_for(app: Flask) -> None:
    event = an_event()
    owner = a_team_member(event)
    lines = [(1, a_wish()), (2, a_wish("", given_name="Sin Correo"))]
    assert invite_list(event.id, lines, Organizer.account(owner.id), sends=False)[1]
    do_jobs()
    assert sent(event) == []
    assert count_to_write_to(event.id) == (1, 0)
    assert send_all_made(event.id, Organizer.account(owner.id)) == 1
    do_jobs()
    assert sent(event) == [("invitation", ANA)]


def test_many_are_written_to_in_steps_and_a_step_done_twice_writes_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    # case 31: what a step writes and where the next begins commit together
    monkeypatch.setattr(invitation_messages, "PEOPLE_A_STEP", 2)
    event = an_event()
    owner = a_team_member(event)
    lines = [(number, a_wish(f"persona{number}@instituto.example")) for number in range(5)]
    invite_list(event.id, lines, Organizer.account(owner.id), sends=True)
    invite_list(event.id, [(1, a_wish(EVA))], Organizer.account(owner.id), sends=True)

    def die(*_args: Any) -> None:
        raise RuntimeError("killed in the middle")

    with monkeypatch.context() as broken:
        broken.setattr(invitation_messages, "_schedule", die)
        do_jobs()
    assert [recipient for _, recipient in sent(event)] == [EVA], "the list's first step came to nothing"


def test_a_list_goes_on_after_the_worker_died(app: Flask, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invitation_messages, "PEOPLE_A_STEP", 2)
    event = an_event()
    owner = a_team_member(event)
    people = [f"persona{number}@instituto.example" for number in range(5)]
    invite_list(
        event.id,
        [(number, a_wish(email)) for number, email in enumerate(people)],
        Organizer.account(owner.id),
        sends=True,
    )
    run_due(job_registry(), 1)
    assert len(sent(event)) == 2
    calls = Counter[str]()

    def die_once(messages: Any) -> None:
        calls["all"] += 1
        enqueue_all(messages)
        if calls["all"] == 1:
            raise RuntimeError("killed after writing")

    monkeypatch.setattr(invitation_messages, "enqueue_all", die_once)
    do_jobs()
    clock.shift(timedelta(hours=2))
    do_jobs()
    assert sorted(recipient for _, recipient in sent(event)) == people


def test_nobody_is_invited_by_a_job_once_the_event_is_cancelled(app: Flask) -> None:
    event = an_event()
    owner = a_team_member(event)
    invite_list(event.id, [(1, a_wish())], Organizer.account(owner.id), sends=True)
    with transaction() as session:
        session.get_one(Event, event.id).publication = Publication.CANCELLED
    do_jobs()
    assert sent(event) == []
    assert refusal_of(lambda: send_all_made(event.id, Organizer.account(owner.id))) is InvitationReason.NOT_NOW


def test_a_reminder_goes_once_a_day_to_whoever_has_not_answered(app: Flask, clock: Any) -> None:
    event = an_event()
    owner = a_team_member(event)
    first = invite(event.id, a_wish(), Organizer.account(owner.id), sends=True)
    second = invite(event.id, a_wish(EVA), Organizer.account(owner.id), sends=True)
    remind = partial(remind_of_invitation, event.id, first.public_id, Organizer.account(owner.id))
    assert refusal_of(remind) is InvitationReason.REMINDED_TODAY
    clock.shift(timedelta(days=1))
    remind()
    assert refusal_of(remind) is InvitationReason.REMINDED_TODAY
    assert state(first) is InvitationState.REMINDED
    assert count_to_write_to(event.id) == (0, 1)
    assert remind_all(event.id, Organizer.account(owner.id)) == 1
    do_jobs()
    do_jobs()
    assert sent(event)[2:] == [("invitation_reminder", ANA), ("invitation_reminder", EVA)]
    clock.shift(timedelta(days=1))
    decline_invitation(invitation_token(second))
    a_registration(event, email=ANA)
    assert remind_all(event.id, Organizer.account(owner.id)) == 0


def test_whoever_answers_while_the_job_waits_is_not_reminded(app: Flask, clock: Any) -> None:
    event = an_event()
    owner = a_team_member(event)
    invitation = invite(event.id, a_wish(), Organizer.account(owner.id), sends=True)
    clock.shift(timedelta(days=2))
    assert remind_all(event.id, Organizer.account(owner.id)) == 1
    decline_invitation(invitation_token(invitation))
    do_jobs()
    assert [template for template, _ in sent(event)] == []


def test_sent_again_not_within_ten_minutes(app: Flask, clock: Any) -> None:
    event = an_event()
    owner = a_team_member(event)
    made = invite(event.id, a_wish(), Organizer.account(owner.id), sends=True)
    again = partial(send_invitation, event.id, made.public_id, Organizer.account(owner.id))
    assert refusal_of(again) is InvitationReason.SENT_A_MOMENT_AGO
    clock.shift(timedelta(minutes=10))
    again()
    assert len(sent(event)) == 2
    assert acts(event)[-1] == "invitation_sent_again"


def test_taken_back_leads_in_no_more_and_is_not_sent(app: Flask) -> None:
    event = an_event()
    owner = a_team_member(event)
    made = invite(event.id, a_wish(), Organizer.account(owner.id), sends=True)
    way_in = by(made)
    take_invitation_back(event.id, made.public_id, Organizer.account(owner.id))
    assert sent(event) == [], "what waited is dropped"
    with pytest.raises(Exception, match="invitation_over"):
        registered(event, form_by(way_in, event, email=ANA))
    assert (
        refusal_of(lambda: take_invitation_back(event.id, made.public_id, Organizer.account(owner.id)))
        is InvitationReason.OVER
    )
    assert refusal_of(lambda: decline_invitation(invitation_token(made))) is InvitationReason.OVER


def test_an_expired_one_can_be_given_a_new_end(app: Flask, clock: Any) -> None:
    event = an_event()
    owner = a_team_member(event)
    until = now() + timedelta(days=3)
    made = invite(event.id, a_wish(expires_at=until), Organizer.account(owner.id), sends=True)
    clock.shift(timedelta(days=3))
    assert state(made) is InvitationState.EXPIRED
    assert (
        refusal_of(lambda: send_invitation(event.id, made.public_id, Organizer.account(owner.id)))
        is InvitationReason.OVER
    )
    early = partial(extend_invitation, event.id, made.public_id, now(), Organizer.account(owner.id))
    assert refusal_of(early) is InvitationReason.EXPIRES_TOO_EARLY
    extend_invitation(event.id, made.public_id, now() + timedelta(days=2), Organizer.account(owner.id))
    assert registered(event, form_by(by(made), event, email=ANA)).registration is not None
    assert state(made) is InvitationState.REGISTERED


def test_declined_twice_is_declined_once_and_never_used(app: Flask) -> None:
    event = an_event()
    invitation = an_invitation(event)
    decline_invitation(invitation_token(invitation))
    decline_invitation(invitation_token(invitation))
    assert acts(event) == ["invitation_declined"]
    with pytest.raises(Exception, match="invitation_over"):
        registered(event, form_by(by(invitation), event, email=invitation.email))


@pytest.mark.parametrize(
    ("came", "shown"),
    [(DeliveryState.FAILED, InvitationState.TROUBLE), (DeliveryState.DOUBTFUL, InvitationState.DOUBTFUL)],
)
def test_a_message_that_somebody_should_look_at_shows(app: Flask, came: DeliveryState, shown: InvitationState) -> None:
    event = an_event()
    made = invite(event.id, a_wish(), Organizer.account(a_team_member(event).id), sends=True)
    (mail,) = mails(event)
    with transaction() as session:
        session.get_one(MailMessage, mail.id).state = came
    assert state(made) is shown


def test_what_is_known_of_invited_people_goes_thirty_days_after_the_event(app: Flask, clock: Any) -> None:
    event = an_event()
    used, open_ = an_invitation(event, email=EVA), an_invitation(event, given_name="Ana", note="Hola", institution="I")
    registered(event, form_by(by(used), event, email=EVA))
    changed(open_, declined_at=now())
    sent = invite(event.id, a_wish(), Organizer.account(a_team_member(event).id), sends=True)
    with transaction() as session:
        (mail,) = [each for each in mails(event) if each.record_id == sent.id]
        session.get_one(MailMessage, mail.id).state = DeliveryState.SENT
    clock.shift(timedelta(days=43 + 30))
    assert let_all_go(event.id, now()) == []
    clock.shift(timedelta(days=2))
    gone = {receipt.holding: receipt.number for receipt in let_all_go(event.id, now())}
    assert (gone["invitations"], gone["invitation_messages"]) == (3, 1)
    assert let_all_go(event.id, now()) == []
    db.session.rollback()
    (mail,) = [each for each in mails(event) if each.record_id == sent.id]
    assert (mail.recipient, mail.subject, mail.text, mail.html) == ("", "", "", "")
    for row in db.session.scalars(select(Invitation)):
        kept = (row.email, row.email_key, row.given_name, row.family_name, row.institution, row.note)
        assert not any(kept)
    assert state(used) is InvitationState.REGISTERED
    assert state(open_) is InvitationState.DECLINED
