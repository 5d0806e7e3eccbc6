"""Every message, in both languages, is what the golden file says, and its HTML part says the same.

A message that was changed on purpose: `EVENTREG_REFRESH_GOLDEN=1 .venv/bin/python -m pytest -n0 tests/registration/
test_golden_messages.py` writes the files anew. Read the difference as the person who gets the message would.
"""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest

from eventreg.db import db, transaction
from eventreg.events.queries.events import get_event_whole
from eventreg.kernel import clock as clocks
from eventreg.mail.models import MailMessage
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails import (
    News,
    Occasion,
    about_registration,
    addresses,
    deciding,
    every_message,
    tell,
    whole_event,
)
from eventreg.registration.emails.about_registration import AboutRegistration
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Status
from tests.mail.programs import assert_stands_in_every_program
from tests.registration.messages import (
    FLOOD,
    TO_CONTACT,
    TO_PARTICIPANT,
    Told,
    a_seminar,
    as_file,
    queued,
    without_marker,
)
from tests.support.html import elements, parse, text_of

FOLDER = Path(__file__).parent / "golden"
LANGUAGES = ("es", "en")
ABOUT_EVENT = (whole_event.EventCancelled, whole_event.EventReinstated)
_CASES = [
    pytest.param(told, audience, id=f"{audience}-{told.name}")
    for audience, messages in (("participant", TO_PARTICIPANT), ("contact", TO_CONTACT))
    for told in messages
]


def _file(audience: str, told: Told, language: str) -> Path:
    return FOLDER / audience / f"{told.name}.{language}.txt"


@pytest.mark.usefixtures("app", "clock")
@pytest.mark.parametrize(("told", "audience"), _CASES)
def test_message_is_as_it_was_read_and_found_good(told: Told, audience: str) -> None:
    event = a_seminar()
    for language in LANGUAGES:
        _, message = queued(event, told, audience, language)
        written = as_file(message, clocks.now())
        path = _file(audience, told, language)
        if os.environ.get("EVENTREG_REFRESH_GOLDEN"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(written, encoding="utf-8")
        assert written == path.read_text(encoding="utf-8")
        assert max(map(len, message.text.splitlines())) <= 120, "a line of text is too long to read"
        _assert_html_says_the_same(message, language)


def _assert_html_says_the_same(message: OutgoingMessage, language: str) -> None:
    text, html = without_marker(message.text), without_marker(message.html)
    root, faults = parse(html)
    assert faults == []
    assert root.get("lang") == language
    shown = _words(text_of(next(root.iter("body"))))
    for block in re.split(r"\n\n+", text):
        said = _words(_without_links(re.sub(r"(?m)^\d+\. ", "", block)))
        assert said in shown, f"the HTML does not say: {block}"
    targets = [link.get("href") for link in elements(root, "a")]
    for link in re.findall(r"(?m)^(?:\[\[\w+\]\](?:/\S+)?|http\S+)$", text):
        assert link in targets
    assert not list(elements(root, "img", "script", "link"))
    assert_stands_in_every_program(html)
    # What nobody sees costs points with spam filters, and a person cannot tell what was said to them.
    assert not re.findall(r"display:\s*none|visibility:\s*hidden|font-size:\s*[01]px|hidden", html)


@pytest.mark.usefixtures("app")
def test_every_message_has_a_golden_file_and_no_file_is_left_over() -> None:
    event = a_seminar()
    shown = {News(told.message, **told.news(event)).of(Registration(status=told.status)) for told in TO_PARTICIPANT}
    every = {each for each in every_message() if issubclass(each, AboutRegistration)}
    assert {each.__name__ for each in every - shown} == set(), "each wants a case in `tests/registration/messages.py`"
    assert {told.message.name for told in TO_CONTACT} == {each.name for each in every if each.contact_words}
    cases = [case.values for case in _CASES]
    expected = {_file(str(audience), told, language) for told, audience in cases for language in LANGUAGES}
    # Those of invitations are held by a test of their own.
    found = {file for file in FOLDER.rglob("*.txt") if file.parent.name != "invitation"}
    assert found == expected | {
        FOLDER / "event" / f"{message.key}.{language}.txt" for message in ABOUT_EVENT for language in LANGUAGES
    }


@pytest.mark.usefixtures("app", "clock")
@pytest.mark.parametrize("message", ABOUT_EVENT, ids=lambda member: member.key)
def test_what_the_contact_person_is_told_of_the_whole_event(message: type[whole_event.AboutEvent]) -> None:
    event = a_seminar()
    for language in LANGUAGES:
        event.contact_language = language
        whole = whole_event.event_contact_message(
            Occasion.load(event), message, 42, {"es": FLOOD, "en": "The river rose."}, clocks.now()
        )
        written = as_file(whole, clocks.now())
        path = FOLDER / "event" / f"{message.key}.{language}.txt"
        if os.environ.get("EVENTREG_REFRESH_GOLDEN"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(written, encoding="utf-8")
        assert written == path.read_text(encoding="utf-8")
        _assert_html_says_the_same(whole, language)
        db.session.rollback()


@pytest.mark.parametrize("message", [addresses.Verify, addresses.ConfirmAddress], ids=lambda message: message.key)
@pytest.mark.usefixtures("app")
def test_nothing_that_somebody_typed_reaches_an_unconfirmed_address(message: type[AboutRegistration]) -> None:
    """A form must not become a way to write to strangers in our name, nor tell them who attends."""
    told = next(each for each in TO_PARTICIPANT if each.message is message)
    registration, queued_message = queued(a_seminar(), told, "participant", "en")
    for body in (queued_message.subject, queued_message.text, queued_message.html):
        for typed in ("Ana", "Demo Ejemplo", "Altiplano", registration.reference):
            assert typed not in body


@pytest.mark.usefixtures("app")
def test_messages_of_a_decision_are_due_when_it_can_no_longer_be_undone() -> None:
    due_at = clocks.now() + timedelta(seconds=60)
    told = Told(about_registration.Confirmed, Status.CONFIRMED, news=lambda _event: {"due_at": due_at})
    event = a_seminar()
    assert {queued(event, told, audience, "es")[1].due_at for audience in ("participant", "contact")} == {due_at}


@pytest.mark.usefixtures("app")
def test_no_message_promises_changes_that_are_over() -> None:
    event = a_seminar(changes_until=clocks.now())
    for told in TO_PARTICIPANT:
        assert "You can change" not in queued(event, told, "participant", "en")[1].text


@pytest.mark.usefixtures("app")
def test_what_people_typed_is_inert_in_every_part() -> None:
    """Case 32."""
    hostile = "Ana\r\nBcc: x@y.example <script>alert(1)</script> {title} %(title)s %s [[my]]"
    event = a_seminar(title={"es": hostile, "en": hostile})
    told = Told(deciding.Declined, Status.DECLINED, news=lambda _event: {"reason": hostile})
    registration, _ = queued(event, told, "participant", "es")
    with transaction():
        registration = db.session.get_one(Registration, registration.id)
        registration.given_name = registration.institution = hostile
        occasion = Occasion.load(get_event_whole(event.id))
        tell(occasion, registration, News(deciding.Declined, reason=hostile), clocks.now())
    for message in db.session.query(MailMessage).all():
        assert "\n" not in message.subject + message.sender_name
        assert "\r" not in message.subject + message.sender_name
        root, faults = parse(message.html)
        assert faults == []
        assert not list(elements(root, "script"))
        assert "{title} %(title)s %s [[my]]" in " ".join(text_of(root).split())


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text))


def _without_links(text: str) -> str:
    lines = text.splitlines()
    return "\n".join(line for line in lines if not re.fullmatch(r"\[\[\w+\]\](?:/\S+)?|http\S+", line))
