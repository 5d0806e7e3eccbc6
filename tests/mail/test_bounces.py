"""Messages that come back: whose, why, and what becomes of the address."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from eventreg.app import create_app
from eventreg.config import load_config
from eventreg.db import db, transaction
from eventreg.mail.bounces import LARGEST, Taken, read_mailbox, read_report, return_path, take_in
from eventreg.mail.delivery import claim_next, deliver_due
from eventreg.mail.models import MailMessage, Suppression
from eventreg.mail.rules import BounceKind, DeliveryState, Outcome, Standing, standing
from eventreg.mail.services import forget_messages, send_again
from tests.builders import an_account, an_event
from tests.mail.outbox import START, HandClock, a_message, queue, queue_some, stored
from tests.mail.reports import BOUNCES, Mailbox, a_report
from tests.mail.servers import write_certificate
from tests.support.apps import AppMaker
from tests.support.mailserver import MailServer
from tests.support.warm import Commands

LATER = START + timedelta(hours=1)


@pytest.fixture
def desk(make_app: AppMaker, mail_server: MailServer) -> Flask:
    """An instance with an address for what comes back."""
    return make_app(**mail_server.settings(), mail_bounce_address=BOUNCES)


def _sent(recipient: str = "ana@instituto.example") -> MailMessage:
    (key,) = queue_some(1, recipient=recipient)
    deliver_due(1, read_clock=HandClock())
    assert stored(key).state is DeliveryState.SENT
    return stored(key)


@pytest.mark.both_databases
def test_an_unknown_address_gets_nothing_more_until_somebody_says_that_it_is_right(
    desk: Flask, mail_server: MailServer
) -> None:
    with desk.app_context():
        message = _sent()
        assert mail_server.received[0].sender == return_path(message, BOUNCES)
        report = a_report(message, "5.1.1", "550 5.1.1 <ana@instituto.example>: unknown")
        assert take_in(report, LATER) is Taken.NOTED
        after = stored(message.key)
        assert (after.state, after.bounce, after.due_at) == (DeliveryState.BOUNCED, BounceKind.UNKNOWN, None)
        assert after.last_error == "550 5.1.1 […] unknown"
        assert take_in(report, LATER) is Taken.IGNORED, "once"
        # Of another event, in other letters: neither is sent; who has another address gets theirs.
        keys = queue_some(2, recipient="Ana@Instituto.example", due_at=LATER) + queue_some(1, due_at=LATER)
        assert deliver_due(10, read_clock=HandClock(LATER)).outcomes == {Outcome.ACCEPTED: 1}
        assert [stored(key).state for key in keys] == [*[DeliveryState.SUPPRESSED] * 2, DeliveryState.SENT]
        again = stored(keys[0])
        assert again.event_id is not None
        assert send_again(again.id, again.event_id, LATER)
        assert not send_again(message.id, message.event_id or 0, LATER), "it is lifted"
        assert deliver_due(10, read_clock=HandClock(LATER)).outcomes == {Outcome.ACCEPTED: 2}


def test_an_address_that_is_refused_at_once_gets_nothing_more(desk: Flask, mail_server: MailServer) -> None:
    mail_server.refuse("550 5.1.1 No such person", "ana@instituto.example")
    mail_server.refuse("550 5.7.1 Not from you", "eva@instituto.example")
    with desk.app_context():
        event = an_event()
        for recipient in ("ana@instituto.example", "eva@instituto.example"):
            queue(a_message(event.id, recipient=recipient), a_message(event.id, recipient=recipient, due_at=LATER))
        assert deliver_due(10, read_clock=HandClock()).outcomes == {Outcome.REFUSED: 2}
        assert deliver_due(10, read_clock=HandClock(LATER)).outcomes == {Outcome.REFUSED: 1}
        told = db.session.scalars(db.select(MailMessage.bounce).where(MailMessage.outcome == Outcome.REFUSED))
        assert set(told) == {BounceKind.UNKNOWN, BounceKind.BLOCKED}


def test_mail_to_an_account_is_always_tried(desk: Flask) -> None:
    with desk.app_context():
        account = an_account(email="ana@instituto.example")
        take_in(a_report(_sent(), "5.1.1"), LATER)
        queue(a_message(None, account_id=account.id, recipient=account.email))
        assert deliver_due(10, read_clock=HandClock(LATER)).outcomes == {Outcome.ACCEPTED: 1}


def test_a_full_mailbox_is_tried_again_as_long_as_a_message_is(desk: Flask) -> None:
    with desk.app_context():
        message, clock = _sent(), HandClock()
        for _day in (1, 2, 3):
            assert take_in(a_report(message, "5.2.2"), clock()) is Taken.NOTED
            after = stored(message.key)
            assert standing(after.state, after.attempts) is Standing.RETRYING
            assert after.bounce is BounceKind.FULL
            assert deliver_due(1, read_clock=clock).was_idle
            clock.shift(days=1)
            assert deliver_due(1, read_clock=clock).outcomes == {Outcome.ACCEPTED: 1}
            assert stored(message.key).bounce is None
        take_in(a_report(message, "4.2.2"), clock())
        assert stored(message.key).state is DeliveryState.BOUNCED
        assert db.session.scalar(db.select(Suppression)) is None


def test_what_goes_on_being_tried_elsewhere_is_said_and_is_no_bounce(desk: Flask) -> None:
    with desk.app_context():
        message = _sent()
        take_in(a_report(message, "4.4.1", "connection timed out", action="delayed"), LATER)
        after = stored(message.key)
        assert (after.state, after.bounce) == (DeliveryState.SENT, BounceKind.DELAYED)
        take_in(a_report(message, "5.4.7", "delivery time expired"), LATER)
        assert stored(message.key).bounce is BounceKind.OTHER


def test_forged_and_foreign_reports_change_nothing(desk: Flask) -> None:
    with desk.app_context():
        message = _sent()
        path = return_path(message, BOUNCES)
        other = _sent("eva@instituto.example")
        forged = [path.replace(f"+{message.id}.", f"+{other.id}."), path[:-20] + "aaaa" + path[-16:], BOUNCES]
        forged += [f"bounces+{2**31}.{'a' * 16}@desk.example", message.recipient]
        for to in forged:
            assert take_in(a_report(message, "5.1.1", to=to), LATER) is Taken.IGNORED
        assert {stored(each.key).state for each in (message, other)} == {DeliveryState.SENT}
        # A report on an address that the person had it forwarded to says nothing of the person's own.
        take_in(a_report(message, "5.1.1", address="somebody@elsewhere.example"), LATER)
        assert stored(message.key).state is DeliveryState.BOUNCED
        assert db.session.scalar(db.select(Suppression)) is None


def test_what_comes_before_the_worker_knows_is_brought_again(desk: Flask) -> None:
    with desk.app_context():
        (key,) = queue_some(1)
        message = claim_next(START)
        assert message is not None
        assert take_in(a_report(message, "5.1.1"), START) is Taken.TOO_EARLY
        assert stored(key).state is DeliveryState.SENDING


def test_forgetting_the_messages_forgets_that_the_address_is_bad(desk: Flask) -> None:
    with desk.app_context():
        message = _sent()
        take_in(a_report(message, "5.1.1"), LATER)
        assert db.session.scalar(db.select(Suppression)) is not None
        forget_messages([message.id], LATER)
        assert stored(message.key).recipient == ""
        assert db.session.scalar(db.select(Suppression)) is None
        assert take_in(a_report(message, "5.1.1", address="ana@instituto.example"), LATER) is Taken.IGNORED


_PLAIN = b"From: MAILER-DAEMON@mx.example\r\nSubject: failure notice\r\n\r\n%b\r\n"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"Status: 5.1.1", BounceKind.UNKNOWN),
        (b"Status: 5.1.10\r\nDiagnostic-Code: smtp; 556 5.1.10 null MX", BounceKind.UNKNOWN),
        (b"Status: 5.0.0\r\nDiagnostic-Code: smtp; 550 5.1.1 The email account does not exist", BounceKind.UNKNOWN),
        (b"Status: 5.0.0\r\nDiagnostic-Code: smtp; 550 Unrouteable address", BounceKind.UNKNOWN),
        (b"Status: 5.2.1", BounceKind.UNKNOWN),
        (b"Status: 5.2.2\r\nDiagnostic-Code: smtp; 552 5.2.2 over quota", BounceKind.FULL),
        (b"Status: 5.0.0\r\nDiagnostic-Code: smtp; 552 mailbox is full", BounceKind.FULL),
        (b"Status: 5.7.1\r\nDiagnostic-Code: smtp; 550 user unknown, or spam", BounceKind.BLOCKED),
        (b"Status: 5.0.0\r\nDiagnostic-Code: smtp; 554 blocked by DNSBL", BounceKind.BLOCKED),
        (b"Status: 5.4.7", BounceKind.OTHER),
        (b"Status: \xff\xfe", BounceKind.OTHER),
        (b"Status: 5.0.0\r\nDiagnostic-Code: smtp; 550 10.5.1.1 and 5.1.1.7 are not welcome", BounceKind.OTHER),
        (b"Status: 5.1.1\r\nDiagnostic-Code: smtp; " + b"a" * LARGEST, BounceKind.UNKNOWN),
    ],
)
def test_reports_are_told_apart(content: bytes, kind: BounceKind) -> None:
    report = (
        b'Content-Type: multipart/report; report-type="delivery-status"; boundary=b\r\n\r\n--b\r\n'
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\nAction: failed\r\n"
        + content + b"\r\n\r\n--b--\r\n"
    )  # fmt: skip
    found = read_report(report)
    assert found is not None
    assert found.kind is kind


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (_PLAIN % b"Sorry, no mailbox here by that name. (#5.1.1)", BounceKind.UNKNOWN),
        (_PLAIN % b"The user's quota is exceeded.", BounceKind.FULL),
        (_PLAIN % b"It did not work.", BounceKind.OTHER),
        (b"From: ana@instituto.example\r\nAuto-Submitted: auto-replied\r\n\r\nI am away. 5.1.1", BounceKind.AWAY),
        (b"From: ana@instituto.example\r\nSubject: Re: 5.1.1 user unknown\r\n\r\nThank you.", None),
        (b'Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n--b--', None),
        (b"", None),
        (b"\x00" * 1000, None),
        (b"Content-Type: multipart/report; report-type=delivery-status\r\n\r\nno boundary", None),
        (b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3000)), None),
        (b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 40_000, None),
        (b"Content-Type: message/rfc822\r\n\r\n" * 3000, None),
        (b"To: " + b"+1.aaaaaaaaaaaaaaaa@," * 40_000 + b"\r\n\r\n", None),
        (b"Content-Type: text/plain; charset=no-such\r\nFrom: postmaster@x.example\r\n\r\n\xff quota", BounceKind.FULL),
    ],
)  # fmt: skip
def test_whatever_comes_is_read_and_never_raises(app: Flask, content: bytes, kind: BounceKind | None) -> None:
    found = read_report(content)
    assert (found.kind if found else None) is kind
    with app.app_context():
        assert take_in(content + b"\r\n\r\n" + b"x" * LARGEST, START) is Taken.IGNORED


def test_a_mailbox_is_read_over_imap(
    make_app: AppMaker, mail_server: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.INFO, logger="eventreg")
    certificate = write_certificate(tmp_path / "mailbox.pem", "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Mailbox(certificate) as mailbox:
        settings = {**mail_server.settings(), **mailbox.settings()}
        with make_app(**settings).app_context():
            message = _sent()
            (key,) = queue_some(1)
            in_hand = claim_next(START)
            assert in_hand is not None
            foreign = b"From: ana@instituto.example\r\n\r\nHola\r\n"
            mailbox.put(a_report(message, "5.1.1"), foreign, a_report(in_hand, "5.1.1"))
            read_mailbox(LATER)
            assert stored(message.key).state is DeliveryState.BOUNCED
            assert stored(key).state is DeliveryState.SENDING
            assert mailbox.flags == {1: {r"\Seen", r"\Deleted"}, 2: {r"\Seen"}, 3: set()}
            assert list(mailbox.mails) == [2, 3]
        with make_app(**{**settings, "mail_bounce_password": "wrong"}).app_context():
            read_mailbox(LATER)
    assert "cannot be read" in caplog.text
    assert "instituto.example" not in caplog.text


@pytest.mark.slow
def test_a_mail_server_hands_one_over(commands: Commands, demo_folder: Path) -> None:
    states, instance = (DeliveryState.SENT, DeliveryState.SENDING), demo_folder / "instance"
    app = create_app(
        load_config(environment={}, instance=instance, mail_server="localhost", mail_default_sender=BOUNCES)
    )
    with app.app_context():
        keys = queue_some(2)
        with transaction() as session:
            for key, state in zip(keys, states, strict=True):
                session.execute(update(MailMessage).where(MailMessage.key == key).values(state=state))
        report, early = (a_report(stored(key), "5.1.1").decode() for key in keys)

        def handed_over(given: str, **changes: str) -> int:
            settings = {"EVENTREG_INSTANCE": str(instance), **changes}
            return commands.run("bounce", given=given, environment=settings).returncode

        assert handed_over(report) == 0
        assert handed_over("nothing that is a message") == 0
        assert handed_over(early) == 75
        assert handed_over(report, EVENTREG_DATABASE_URL="sqlite:///nowhere/eventreg.db") == 75
        assert handed_over(report, EVENTREG_NO_SUCH_SETTING="1") == 75
        assert [stored(key).state for key in keys] == [DeliveryState.BOUNCED, DeliveryState.SENDING]
        db.session.remove()
        db.engine.dispose()
