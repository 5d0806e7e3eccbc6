"""The mail server does as it is told."""

from __future__ import annotations

import smtplib

import pytest

from tests.support.mailserver import MailServer
from tests.support.waiting import HANGS, patience

_MESSAGE = "From: a@instituto.example\r\nTo: b@instituto.example\r\nSubject: Hola\r\n\r\nTexto\r\n"


def _send(server: MailServer, to: str = "b@instituto.example", timeout: float = HANGS) -> None:
    with smtplib.SMTP(server.host, server.port, timeout=timeout) as connection:
        connection.sendmail("a@instituto.example", [to], _MESSAGE)


def test_it_takes_mail(mail_server: MailServer) -> None:
    _send(mail_server)
    assert [mail.message["Subject"] for mail in mail_server.to("b@instituto.example")] == ["Hola"]
    assert mail_server.received[0].text.strip() == "Texto"


def test_it_refuses_an_address(mail_server: MailServer) -> None:
    mail_server.refuse("550 5.1.1 No such person", "b@instituto.example")
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        _send(mail_server)
    _send(mail_server, "c@instituto.example")
    assert len(mail_server.received) == 1


def test_it_hangs_and_comes_back(mail_server: MailServer) -> None:
    mail_server.hang()
    with pytest.raises(smtplib.SMTPServerDisconnected):
        _send(mail_server, timeout=patience(0.5))
    mail_server.accept()
    _send(mail_server)


def test_it_dies_and_comes_back(mail_server: MailServer) -> None:
    mail_server.die()
    with pytest.raises(ConnectionRefusedError):
        _send(mail_server)
    mail_server.start()
    _send(mail_server)
    assert len(mail_server.received) == 1
