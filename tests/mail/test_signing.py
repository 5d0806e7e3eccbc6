"""Messages that an instance signs itself."""

from __future__ import annotations

from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from eventreg.mail import signing
from eventreg.mail.delivery import deliver_due
from eventreg.mail.rules import DeliveryState, Outcome
from tests.mail.outbox import HandClock, queue_some, stored
from tests.support.apps import AppMaker
from tests.support.mailserver import MailServer


def _write_key(path: Path, form: serialization.PrivateFormat) -> None:
    key = rsa.generate_private_key(65537, 2048)
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))


@pytest.mark.parametrize(
    "form", [serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL]
)  # fmt: skip
def test_a_signature_holds_with_the_record_that_is_shown(
    make_app: AppMaker, mail_server: MailServer, tmp_path: Path, form: serialization.PrivateFormat
) -> None:
    _write_key(key := tmp_path / "dkim.pem", form)
    with make_app(**mail_server.settings(), mail_dkim_key=key, mail_dkim_selector="desk").app_context():
        queue_some(2)
        assert deliver_due(2, read_clock=HandClock()).outcomes == {Outcome.ACCEPTED: 2}
    record = signing.record("instituto.example", key, "desk")
    for mail in mail_server.received:
        asked: list[bytes] = []

        def answer(name: bytes, timeout: int = 5, asked: list[bytes] = asked) -> bytes:
            asked.append(name)
            return record.value.encode()

        assert dkim.verify(mail.raw, dnsfunc=answer)
        assert asked == [f"{record.name}.".encode()]
        changed = mail.raw.replace(b"Subject: ", b"Subject: x", 1)
        assert not dkim.verify(changed, dnsfunc=answer)


def test_without_its_key_mail_waits_and_none_fails(make_app: AppMaker, mail_server: MailServer, tmp_path: Path) -> None:
    key, clock = tmp_path / "dkim.pem", HandClock()
    with make_app(**mail_server.settings(), mail_dkim_key=key).app_context():
        (name,) = queue_some(1)
        assert deliver_due(1, read_clock=clock).met_no_server
        assert stored(name).state is DeliveryState.QUEUED
        key.write_text("no key")
        clock.shift(minutes=1)
        assert deliver_due(1, read_clock=clock).met_no_server
        _write_key(key, serialization.PrivateFormat.PKCS8)
        clock.shift(minutes=1)
        assert deliver_due(1, read_clock=clock).outcomes == {Outcome.ACCEPTED: 1}
