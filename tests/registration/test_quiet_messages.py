"""What stands in a list of mails and in a calendar tells nothing of a quiet event: neither title, place nor institution.

The golden file holds sender and subject of every kind of message; `EVENTREG_REFRESH_GOLDEN=1` writes it anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from eventreg.attendees.emails import enqueue_mentioned
from eventreg.bulk.emails import WrittenText, trial_message, written_message
from eventreg.db import db, transaction
from eventreg.events.emails import enqueue_handed_over, enqueue_invitation
from eventreg.events.models import Event, TeamInvitation
from eventreg.events.rules.team import TeamRole
from eventreg.kernel import clock as clocks
from eventreg.mail.models import MailMessage
from eventreg.programme.calendars import event_calendar, session_calendar
from eventreg.registration.emails import Occasion, every_message, whole_event
from eventreg.registration.emails.messages import ToAddress
from eventreg.registration.rules.messages import OwnText
from tests.builders import an_account
from tests.registration.messages import FLOOD, TO_PARTICIPANT, a_seminar, all_queued, queued, written

GOLDEN = Path(__file__).parent / "golden" / "quiet.md"
TRACES = (
    "frontera", "border", "frontière", "Tapachula", "Casa de Pruebas", "House of Trials", "Maison des essais", "Anfitriona",
    "Host", "Colectivo Ficticio", "Colegio Inventado", "Fundación de Prueba", "TAP-", "/events/",
)  # fmt: skip
#: what somebody would write who forgets that the event is quiet
TELLING = OwnText("{event_title}: {place}, {host} ({event_dates})", "{greeting}\n\nNos vemos en {place}.")


def _of_people(event: Event, language: str) -> Iterator[tuple[str, Any]]:
    yield from all_queued(event, language).items()
    person, _message = queued(event, TO_PARTICIPANT[1], "participant", language)
    occasion, at = Occasion.load(event), clocks.now()
    for kind in every_message():
        if issubclass(kind, ToAddress):
            yield f"address/{kind.key}", kind.example(occasion, person, at)
            own = occasion.trying(kind.key, language, TELLING)
            yield f"address/{kind.key}, own words", kind.example(own, person, at)
    words = {code: f"Autobús a Tapachula ({code})" for code in event.languages}
    text = WrittenText(words, words)
    yield "written", written_message(occasion, person, frozenset(), text, "w", at)
    yield "written, trial", trial_message(occasion, person, frozenset(), text, "yo@equipo.example", "t", at)
    event.contact_language = language
    for message in (whole_event.EventCancelled, whole_event.EventReinstated):
        told_reason = {"es": FLOOD, "en": "The river rose."}
        row = whole_event.event_contact_message(occasion, message, 42, told_reason, at)
        yield f"event/{message.key}", written(occasion, row)


def _of_the_team(event: Event, language: str) -> Iterator[tuple[str, Any]]:
    account = an_account(language=language)
    invitation = TeamInvitation(
        public_id=f"invitada-{language}", role=TeamRole.VIEWER, expires_at=clocks.now() + timedelta(days=3), note=""
    )
    with transaction():
        enqueue_invitation(event, account, invitation, "Olga")
        enqueue_handed_over(event, account, new_owner="Olga", former="Pía")
        enqueue_mentioned(event, account, "Olga", "TAP-7K4M2Q")
    for row in db.session.scalars(select(MailMessage).where(MailMessage.account_id == account.id)):
        yield row.template, row


@pytest.mark.usefixtures("app", "clock")
def test_no_subject_sender_or_calendar_tells_which_event_it_is() -> None:
    event = a_seminar(is_quiet=True)
    lines = []
    for language in ("es", "en", "fr"):
        for name, message in (*_of_people(event, language), *_of_the_team(event, language)):
            calendar = message.calendar.replace("\r\n ", "")
            seen = f"{message.subject}\n{message.sender_name}\n{calendar}"
            assert not [trace for trace in TRACES if trace in seen], (name, language, seen)
            assert message.subject.strip()
            # Mailboxes show the first line of a message beside its subject.
            assert "· Tapachula" not in message.html
            lines.append(f"{language} {name}: {message.sender_name} | {message.subject}\n")
    written = "".join(lines)
    if os.environ.get("EVENTREG_REFRESH_GOLDEN"):
        GOLDEN.write_text(written, encoding="utf-8")
    assert written == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.usefixtures("app", "clock")
def test_what_is_needed_still_stands_in_the_message() -> None:
    event = a_seminar(is_quiet=True)
    told = next(each for each in TO_PARTICIPANT if each.name == "confirmed")
    message = queued(event, told, "participant", "es")[1]
    assert "Encuentro sobre la frontera sur" in message.text
    assert "Casa de Pruebas, Tapachula" in message.text
    assert "BEGIN:VEVENT" in message.calendar


@pytest.mark.usefixtures("app")
def test_calendars_of_its_pages_are_as_silent() -> None:
    event = a_seminar(is_quiet=True)
    room = SimpleNamespace(name={"es": "Salón Tapachula"})
    session: Any = SimpleNamespace(
        public_id="sesion", revision=1, room=room, title={"es": "La frontera"}, note={}, starts_at=event.days[0].starts_at,
        ends_at=event.days[0].ends_at,
    )  # fmt: skip
    address = "http://localhost/events/frontera-sur"
    for calendar in (
        event_calendar(event, language="es", url=address),
        session_calendar(event, event.days[0], session, language="es", url=address),
    ):
        assert not [trace for trace in TRACES if trace in calendar.replace("\r\n ", "")]
