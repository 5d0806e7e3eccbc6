"""What a mail server takes over: headers that mean what was put in, parts that every program can read."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import given, strategies as st

from eventreg.mail.composition import compose
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import one_line

NOW = datetime(2027, 1, 11, 15, 0, tzinfo=UTC)
SENDER = "registro@desk.example"
MARKER = "0123456789abcdef01234567"
LINK = f"[[{MARKER}:my:AAAAAAAAAAAA:1]]"
CALENDAR = "BEGIN:VCALENDAR\r\nSUMMARY:Migración y segu\r\n ridad\r\nEND:VCALENDAR\r\n"

#: what names and titles can hold that headers and their encodings treat specially
hostile = st.text(
    st.one_of(st.sampled_from(" áéñ😀漢ע\u0301\"\\'<>@,;:()[]=?_%\r\n\t\u2028{}"), st.characters(codec="utf-8")),
    max_size=250,
)


def a_stored_message(**changes: Any) -> MailMessage:
    """Return a message as it would be read from the outbox."""
    values: dict[str, Any] = {
        "recipient": "ana.demo@instituto.example",
        "reply_to": "clara.contacto@oficina.example",
        "sender_name": "Oficina de Prueba",
        "subject": "Su lugar está confirmado",
        "language": "es",
        "text": f"Buen día, Ana:\n\n{LINK}\n",
        "html": f'<p>Buen día, Ana:</p><a href="{LINK}">Ver</a>',
        "calendar": "",
        "calendar_method": "",
        "marker": MARKER,
        "message_id": "<0123456789abcdef0123456789abcdef@desk.example>",
    }
    return MailMessage(**{**values, **changes})


def links(purpose: str, public_id: str, generation: int) -> str:
    """Make an address."""
    return f"https://desk.example/{purpose}/{public_id}-{generation}"


def composed(**changes: Any) -> bytes:
    """Return the bytes of a message."""
    return compose(a_stored_message(**changes), SENDER, links, NOW)


def parsed(content: bytes) -> EmailMessage:
    """Read a message as a mail program does."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def test_headers_say_who_writes_to_whom_and_that_a_program_does() -> None:
    message = parsed(composed())
    assert message["From"] == "Oficina de Prueba <registro@desk.example>"
    assert message["To"] == "ana.demo@instituto.example"
    assert message["Reply-To"] == "clara.contacto@oficina.example"
    assert message["Subject"] == "Su lugar está confirmado"
    assert message["Message-ID"] == "<0123456789abcdef0123456789abcdef@desk.example>"
    assert message["Date"].datetime == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "es"
    assert {"Cc", "Bcc", "List-Unsubscribe", "Received"}.isdisjoint(message.keys())


def test_text_and_html_carry_the_link() -> None:
    message = parsed(composed())
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    plain, html = (part.get_content() for part in message.iter_parts())
    assert plain.replace("\r\n", "\n") == "Buen día, Ana:\n\nhttps://desk.example/my/AAAAAAAAAAAA-1\n"
    assert '<a href="https://desk.example/my/AAAAAAAAAAAA-1">' in html


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_a_calendar_is_an_alternative_and_a_file(method: str) -> None:
    # case 35
    message = parsed(composed(calendar=CALENDAR, calendar_method=method))
    body, file = message.iter_parts()
    alternative = list(body.iter_parts())[-1]
    assert alternative.get_content_type() == "text/calendar"
    assert alternative.get_param("method") == method
    assert alternative.get_content_charset() == "utf-8"
    assert alternative.get_payload(decode=True) == CALENDAR.encode()
    assert file.get_filename() == "invite.ics"
    assert file.get_payload(decode=True) == CALENDAR.encode()


def test_everything_on_the_wire_is_short_ascii_lines() -> None:
    long = "<p>" + "Migración y seguridad. " * 200 + "</p>"
    content = composed(html=long, text=long, subject="ñ" * 300, sender_name="é" * 200, calendar=CALENDAR)
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 100
    assert parsed(content)["Subject"] == "ñ" * 300


@given(subject=hostile, name=hostile)
def test_subject_and_name_arrive_as_they_were_and_add_no_header(subject: str, name: str) -> None:
    # case 32
    subject, name = one_line(subject, 400), one_line(name, 200)
    content = composed(subject=subject, sender_name=name)
    message = parsed(content)
    assert message["Subject"] == subject
    # Python's newer parser puts spaces between encoded words of a name; the older one reads them as RFC 2047 says.
    shown, address = parseaddr(email.message_from_bytes(content)["From"])
    assert str(make_header(decode_header(shown))) == name
    assert address == SENDER
    assert set(message.keys()) == set(parsed(composed()).keys())


@given(hostile)
def test_bodies_arrive_as_they_were(typed: str) -> None:
    # case 32
    text = parsed(composed(text=typed)).get_body(("plain",))
    assert text is not None
    assert text.get_payload(decode=True).decode().splitlines() == typed.splitlines()  # type: ignore[union-attr]


@pytest.mark.parametrize("field", ["subject", "sender_name", "recipient", "reply_to", "message_id", "language"])
@pytest.mark.parametrize("ending", ["\r\nBcc: todos@instituto.example", "\nX: y", "\u2028X: y"])
def test_a_line_end_in_any_header_stops_the_message(field: str, ending: str) -> None:
    # case 32
    value = getattr(a_stored_message(), field)
    with pytest.raises(ValueError, match=r"holds a line end|plain mail address"):
        composed(**{field: value + ending})


def test_a_domain_in_another_script_is_written_for_servers() -> None:
    assert parsed(composed(recipient="ana@méxico.example"))["To"] == "ana@xn--mxico-bsa.example"


def test_without_a_name_the_address_stands_alone() -> None:
    assert parsed(composed(sender_name="", reply_to=""))["From"] == SENDER
