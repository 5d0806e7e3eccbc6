"""What participants change by themselves: answers, consents, language; what of it is told and kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from eventreg.accounts.rules.profiles import TooManyTries
from eventreg.accounts.services.guards import Try, admit
from eventreg.audit.models import AuditDetail
from eventreg.contacts.services import write_news
from eventreg.db import db
from eventreg.events.organizers import Organizer
from eventreg.kernel import clock as clocks
from eventreg.kernel.errors import Refused
from eventreg.mail.models import MailMessage
from eventreg.registration.models import Answer, Registration
from eventreg.registration.queries.answers import current_consents, list_consents, load_answers
from eventreg.registration.rules.states import Action, ChangeReason, Status
from eventreg.registration.services.answer_changes import CHANGES, change_answers
from eventreg.registration.services.decisions import decide
from eventreg.registration.services.statuses import expire_unverified
from eventreg.selfservice.services import change_language, record_consent_changes, withdraw
from eventreg.web import limits
from tests.builders import a_registration, a_team_member, an_event, register_somebody
from tests.registration.records import fresh, history, last_mail, places_of, registered, status_of, told

pytestmark = pytest.mark.usefixtures("app", "clock")


def test_changed_answers_are_kept_told_and_traced_with_old_and_new() -> None:
    event = an_event(contact_language="en")
    person = registered(register_somebody(event, phone="+52 55 5555 0100", topics=["law"]))
    changes = change_answers(event.id, person.id, {"phone": ["+502 5555 0101"], "topics": ["law", "data"]})
    assert [change.question.key for change in changes] == ["phone", "topics"]
    now = fresh(person)
    assert now.phone == "+502 5555 0101"
    assert "50255550101" in now.search_text
    assert load_answers(now)["topics"] == ["law", "data"]
    assert history(person)[-1] == (
        "answers_changed",
        {
            "phone": {"old": ["+52 55 5555 0100"], "new": ["+502 5555 0101"]},
            "topics": {"old": ["law"], "new": ["law", "data"]},
        },
    )
    # Each side reads questions and answers in its own language (case 34).
    assert "Temas: Derecho → Derecho, Datos" in last_mail(person).text
    write_news(clocks.now())
    assert "Topics: Law → Law, Data" in last_mail(person, "contact").text


def test_of_a_sensitive_answer_only_that_it_changed_is_told() -> None:
    event = an_event()
    person = registered(register_somebody(event, diet="sin gluten"))
    change_answers(event.id, person.id, {"diet": ["vegana estricta"]})
    assert load_answers(fresh(person))["diet"] == ["vegana estricta"]
    assert history(person)[-1] == ("answers_changed", {"diet": "changed"})
    write_news(clocks.now())
    for mail in (last_mail(person), last_mail(person, "contact")):
        assert "Dieta: cambió" in mail.text
    for body in db.session.execute(select(MailMessage.text, MailMessage.html, MailMessage.subject)):
        assert not any(secret in part for part in body for secret in ("gluten", "vegana"))


def test_sensitive_answers_are_unreadable_in_the_database() -> None:
    """Case 53."""
    event = an_event()
    person = registered(register_somebody(event, diet="alergia a las nueces"))
    change_answers(event.id, person.id, {"diet": ["alergia a los mariscos"]})
    raw = db.session.connection().connection.driver_connection
    dump = "\n".join(raw.iterdump())  # type: ignore[union-attr]
    for secret in ("nueces", "mariscos", b"nueces".hex().upper(), b"mariscos".hex().upper()):
        assert secret not in dump
    row = db.session.scalars(select(Answer).where(Answer.question_key == "diet")).one()
    assert (row.value, bool(row.sealed)) == (None, True)


def test_nothing_changed_tells_nobody() -> None:
    event = an_event()
    person = registered(register_somebody(event, topics=["law"]))
    revision = person.revision
    assert change_answers(event.id, person.id, {"topics": ["law"], "given_name": ["Ana"]}) == []
    assert (told(person), fresh(person).revision) == (["confirmed"], revision)


def test_nobody_is_flooded_with_what_they_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "are_limits_on", lambda: True)
    event = an_event()
    person = registered(register_somebody(event))
    for _number in range(CHANGES.most):
        assert admit(Try(CHANGES, person.public_id)) is not None
    with pytest.raises(TooManyTries):
        change_answers(event.id, person.id, {"phone": ["+502 5555 0101"]})
    assert "changed" not in told(person)
    assert fresh(person).phone != "+502 5555 0101"


def test_address_consents_and_category_are_not_changed_with_the_answers() -> None:
    event = an_event()
    person = registered(register_somebody(event, email="ana@instituto.example"))
    assert change_answers(event.id, person.id, {"email": ["eva@x.example"], "agrees": [], "field": ["Otro"]}) == []
    assert fresh(person).email == "ana@instituto.example"
    assert current_consents(person.id)["agrees"] is True


@pytest.mark.parametrize(("seconds", "is_late"), [(-1, False), (0, True)])
def test_answers_change_until_the_deadline(clock: time_machine.Traveller, seconds: int, is_late: bool) -> None:
    event = an_event()
    person = registered(register_somebody(event))
    clock.move_to(event.changes_until + timedelta(seconds=seconds))
    if not is_late:
        assert change_answers(event.id, person.id, {"phone": ["+52 55 5555 0101"]})
        return
    with pytest.raises(Refused) as refused:
        change_answers(event.id, person.id, {"phone": ["+52 55 5555 0101"]})
    assert refused.value.reason is ChangeReason.TOO_LATE


@pytest.mark.parametrize("status", [Status.DECLINED, Status.CANCELLED, Status.UNVERIFIED])
def test_answers_of_a_registration_that_does_not_stand_cannot_be_changed(status: Status) -> None:
    event = an_event()
    person = a_registration(event, status=status)
    with pytest.raises(Refused):
        change_answers(event.id, person.id, {"phone": ["+52 55 5555 0101"]})


def test_answers_wait_while_a_decision_can_be_undone(clock: time_machine.Traveller) -> None:
    """Its mails tell of the answers as they were: days, language, link."""
    event = an_event()
    person = registered(register_somebody(event, "academia"))
    decide(event.id, person.reference, Action.APPROVE, "", person.revision, Organizer.account(a_team_member(event).id))
    clock.shift(59)
    with pytest.raises(Refused) as refused:
        change_answers(event.id, person.id, {"phone": ["+52 55 5555 0101"]})
    assert refused.value.reason is ChangeReason.BEING_DECIDED
    clock.shift(1)
    assert change_answers(event.id, person.id, {"phone": ["+52 55 5555 0101"]})


def test_consents_change_one_by_one_and_every_word_is_kept(clock: time_machine.Traveller) -> None:
    """Case 29: append-only, in the words that were shown."""
    event = an_event()
    person = registered(register_somebody(event))
    clock.shift(3600)
    record_consent_changes(event.id, person.id, {"listed": True, "agrees": True}, "en")
    record_consent_changes(event.id, person.id, {"listed": True}, "es")
    clock.shift(3600)
    record_consent_changes(event.id, person.id, {"listed": False}, "es")
    listed = [row for row in list_consents(person.id) if row.purpose == "listed"]
    assert [(row.is_given, row.text, row.language) for row in listed] == [
        (False, "Pueden nombrarme en la lista", "es"),
        (True, "I may be named in the list", "en"),
        (False, "Pueden nombrarme en la lista", "es"),
    ]
    assert [action for action, _ in history(person)] == ["registered_confirmed", "consents_changed", "consents_changed"]


def test_what_a_registration_cannot_do_without_stays_agreed_to() -> None:
    event = an_event()
    person = registered(register_somebody(event))
    record_consent_changes(event.id, person.id, {"agrees": False, "listed": False}, "es")
    assert current_consents(person.id) == {"agrees": True, "listed": False}


def test_an_edit_of_answers_leaves_the_consents_as_they_were() -> None:
    """Case 29."""
    event = an_event()
    person = registered(register_somebody(event, listed="yes"))
    before = [(row.id, row.is_given) for row in list_consents(person.id)]
    change_answers(event.id, person.id, {"phone": ["+52 55 5555 0101"], "listed": [], "agrees": []})
    change_language(event.id, person.id, "en")
    assert [(row.id, row.is_given) for row in list_consents(person.id)] == before


def test_messages_follow_the_language_that_was_chosen() -> None:
    event = an_event()
    person = registered(register_somebody(event, language="es"))
    change_language(event.id, person.id, "en")
    change_language(event.id, person.id, "en")
    change_answers(event.id, person.id, {"phone": ["+52 55 5555 0101"]})
    assert last_mail(person).language == "en"
    assert last_mail(person).subject.startswith("We have saved your changes")
    assert history(person)[1] == ("language_changed", {"old": "es", "new": "en"})
    assert len(history(person)) == 3


def test_withdrawing_frees_the_place_and_tells_both_sides() -> None:
    event = an_event()
    person = registered(register_somebody(event))
    withdraw(event.id, person.id)
    assert status_of(person) is Status.CANCELLED
    assert places_of(event) == {}
    assert told(person) == told(person, "contact") == ["confirmed", "withdrawn"]
    assert history(person)[-1] == ("withdrew", {})


@pytest.mark.parametrize("status", [Status.DECLINED, Status.CANCELLED, Status.UNVERIFIED])
def test_who_cannot_withdraw_is_told_and_nothing_happens(status: Status) -> None:
    event = an_event()
    person = a_registration(event, status=status)
    with pytest.raises(Refused) as refused:
        withdraw(event.id, person.id)
    assert refused.value.reason is ChangeReason.NOT_POSSIBLE_NOW
    assert (status_of(person), told(person)) == (status, [])


def test_details_of_changes_are_apart_from_what_stays_for_ever() -> None:
    event = an_event()
    person = registered(register_somebody(event))
    change_answers(event.id, person.id, {"given_name": ["Eva"]})
    (detail,) = db.session.scalars(select(AuditDetail))
    assert detail.detail == {"given_name": {"old": ["Ana"], "new": ["Eva"]}}


@pytest.mark.parametrize(("hours", "after"), [(71, Status.UNVERIFIED), (72, Status.CANCELLED)])
def test_an_address_not_verified_in_time_is_given_up(clock: time_machine.Traveller, hours: int, after: Status) -> None:
    event = an_event(verifies_addresses=True)
    register_somebody(event, email="eva@instituto.example")
    clock.shift(timedelta(hours=hours))
    assert expire_unverified(clocks.now()) == (1 if after is Status.CANCELLED else 0)
    eva = db.session.scalars(select(Registration)).one()
    assert eva.status is after
    assert told(eva) == ["verify"]
