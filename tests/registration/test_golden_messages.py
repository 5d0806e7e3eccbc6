"""Every message, in three languages, is what the golden file says, and its HTML part says the same.

A message that was changed on purpose: `EVENTREG_REFRESH_GOLDEN=1 .venv/bin/python -m pytest -n0 tests/registration/
test_golden_messages.py` writes the files anew. Read the difference as the person who gets the message would.
"""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest

from eventreg.contacts.services import write_news
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
)
from eventreg.registration.emails.about_registration import AboutRegistration
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Status
from tests.mail.programs import assert_stands_in_every_program
from tests.registration.messages import (
    TO_CONTACT,
    TO_PARTICIPANT,
    Told,
    a_seminar,
    as_file,
    others,
    queued,
    to_accounts,
    without_marker,
)
from tests.support.html import elements, parse, text_of

FOLDER = Path(__file__).parent / "golden"
LANGUAGES = ("es", "en", "fr")
_CASES = [
    pytest.param(told, audience, id=f"{audience}-{told.name}")
    for audience, messages in (("participant", TO_PARTICIPANT), ("contact", TO_CONTACT))
    for told in messages
]


def _assert_is_as_read(message: OutgoingMessage | MailMessage, name: str, language: str) -> None:
    written = as_file(message, clocks.now())
    path = FOLDER / f"{name}.{language}.txt"
    if os.environ.get("EVENTREG_REFRESH_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written, encoding="utf-8")
    assert written == path.read_text(encoding="utf-8")
    assert max(map(len, message.text.splitlines())) <= 120, "a line of text is too long to read"
    assert len(message.subject) <= 70, "a list of mails cuts it"
    assert language != "fr" or not re.search(r" [:;?!»]|« ", message.text), "a line could end there"
    _assert_html_says_the_same(message, language)


@pytest.mark.usefixtures("app", "clock")
@pytest.mark.parametrize(("told", "audience"), _CASES)
def test_message_is_as_it_was_read_and_found_good(told: Told, audience: str) -> None:
    event = a_seminar()
    for language in LANGUAGES:
        _assert_is_as_read(queued(event, told, audience, language)[1], f"{audience}/{told.name}", language)


@pytest.mark.usefixtures("app", "clock")
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_tells_of_no_single_registration_is_as_it_was_read(language: str) -> None:
    event = a_seminar()
    for name, message in (*others(event, language), *to_accounts(event, language)):
        _assert_is_as_read(message, name, language)


def _assert_html_says_the_same(message: OutgoingMessage | MailMessage, language: str) -> None:
    text, html = without_marker(message.text), without_marker(message.html)
    root, faults = parse(html)
    assert faults == []
    assert root.get("lang") == language
    shown = _words(text_of(next(root.iter("body"))))
    for block in re.split(r"\n\n+", text):
        said = _words(re.sub(r"(?m)^\d+\. ", "", block))
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
    names = {f"{audience}/{told.name}" for told, audience in (case.values for case in _CASES)}
    names |= {name for name, _message in (*others(event, "es"), *to_accounts(event, "es"))}
    # Those of invitations are held by a test of their own.
    found = {file for file in FOLDER.rglob("*.txt") if file.parent.name != "invitation"}
    assert found == {FOLDER / f"{name}.{language}.txt" for name in names for language in LANGUAGES}


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
    write_news(clocks.now())
    for message in db.session.query(MailMessage).all():
        assert "\n" not in message.subject + message.sender_name
        assert "\r" not in message.subject + message.sender_name
        root, faults = parse(message.html)
        assert faults == []
        assert not list(elements(root, "script"))
        assert "{title} %(title)s %s [[my]]" in " ".join(text_of(root).split())


def _words(text: str) -> str:
    """Return the words of a text without its addresses: where they lead is looked at apart."""
    return " ".join(re.findall(r"\w+", re.sub(r"(?:\[\[\w+\]\]|http:)\S*", "", text)))
