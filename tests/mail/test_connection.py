"""The conversation with the mail server: time-outs, certificates, passwords, connections that end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eventreg.config import ConfigError
from eventreg.mail import connection
from eventreg.mail.connection import Attempt, Carrier
from eventreg.mail.delivery import deliver_due
from eventreg.mail.rules import Outcome
from tests.mail.outbox import HandClock, queue_some
from tests.mail.servers import HabitServer, write_certificate
from tests.support.apps import AppMaker
from tests.support.mailserver import MailServer

CONTENT = b"From: a@desk.example\r\nSubject: Hola\r\n\r\nHola\r\n"


@pytest.fixture
def hand_over(make_app: AppMaker) -> Any:
    """Hand so many messages over one connection of an instance with these settings."""

    def act(settings: dict[str, Any], number: int = 1) -> list[Attempt]:
        with make_app(**settings).app_context(), Carrier() as carrier:
            return [
                carrier.hand_over(CONTENT, "registro@desk.example", f"ana{turn}@instituto.example")
                for turn in range(number)
            ]

    return act


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for the name by which the tests call the server."""
    return write_certificate(tmp_path / "localhost.pem", "localhost")


def test_one_connection_carries_many_messages(hand_over: Any, habit_server: HabitServer) -> None:
    attempts = hand_over(habit_server.settings(), 3)
    assert [attempt.outcome for attempt in attempts] == [Outcome.ACCEPTED] * 3
    assert habit_server.habits.recipients == [f"ana{turn}@instituto.example" for turn in range(3)]
    assert len(habit_server.habits.greetings) == 1


def test_the_machines_name_is_not_told(hand_over: Any, habit_server: HabitServer) -> None:
    hand_over(habit_server.settings(base_url="https://registro.instituto.example"))
    assert habit_server.habits.greetings == ["registro.instituto.example"]


def test_a_sender_of_an_international_domain_is_written_as_servers_know_it(
    make_app: AppMaker, mail_server: MailServer
) -> None:
    settings = {**mail_server.settings(), "mail_default_sender": "Oficina <registro@oficina-méxico.example>"}
    with make_app(**settings).app_context():
        queue_some(1)
        assert deliver_due(1, read_clock=HandClock()).outcomes == {Outcome.ACCEPTED: 1}
    with pytest.raises(ConfigError, match="must be like bounces@"):
        make_app(**settings, mail_bounce_address="bounces@oficina-méxico.example")
    # Neither library can sign in with it.
    with pytest.raises(ConfigError, match="passwords of mail servers"):
        make_app(**settings, mail_password="contraseña")


def test_a_connection_that_the_server_ends_is_opened_anew(hand_over: Any, habit_server: HabitServer) -> None:
    habit_server.habits.messages_a_connection = 2
    attempts = hand_over(habit_server.settings(), 5)
    assert [attempt.outcome for attempt in attempts] == [Outcome.ACCEPTED] * 5
    assert len(habit_server.habits.recipients) == 5
    assert len(habit_server.habits.greetings) == 3


def test_a_message_that_may_have_arrived_is_not_repeated_at_once(hand_over: Any, habit_server: HabitServer) -> None:
    # case 31: the line is cut between the content and the answer
    habit_server.habits.cuts = {2}
    attempts = hand_over(habit_server.settings(), 3)
    assert [attempt.outcome for attempt in attempts] == [Outcome.ACCEPTED, Outcome.IN_DOUBT, Outcome.ACCEPTED]
    assert len(habit_server.habits.contents) == 3


def test_a_silent_server_is_left_in_time(
    hand_over: Any, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "VERDICT_SECONDS", 2.0)
    monkeypatch.setattr(connection, "MESSAGE_SECONDS", 10_000.0)
    mail_server.hang()
    (attempt,) = hand_over(mail_server.settings())
    assert attempt.outcome is Outcome.IN_DOUBT


def test_a_message_has_a_deadline_however_long_one_answer_may_take(
    hand_over: Any, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "MESSAGE_SECONDS", 2.0)
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 10_000.0)
    monkeypatch.setattr(connection, "VERDICT_SECONDS", 10_000.0)
    mail_server.hang()
    (attempt,) = hand_over(mail_server.settings())
    assert attempt.outcome is Outcome.IN_DOUBT


def test_a_message_has_a_deadline_however_often_the_server_answers(
    hand_over: Any, habit_server: HabitServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "MESSAGE_SECONDS", 0.0)
    (attempt,) = hand_over(habit_server.settings())
    assert attempt == Attempt(Outcome.UNREACHABLE, "the server took too long")
    assert habit_server.habits.contents == []


@pytest.mark.parametrize("drips", [b"2", b"250-and so on\r\n"])
def test_a_server_that_never_ends_its_answer_is_left_in_time(
    hand_over: Any, habit_server: HabitServer, monkeypatch: pytest.MonkeyPatch, drips: bytes
) -> None:
    monkeypatch.setattr(connection, "MESSAGE_SECONDS", 1.0)
    habit_server.habits.drips = drips
    (attempt,) = hand_over(habit_server.settings())
    assert attempt.outcome in (Outcome.DEFERRED, Outcome.UNREACHABLE)


def test_a_server_that_is_not_there_is_unreachable(hand_over: Any, mail_server: MailServer) -> None:
    mail_server.die()
    (attempt,) = hand_over(mail_server.settings())
    assert attempt.outcome is Outcome.UNREACHABLE


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("550 5.1.1 No such person", Outcome.REFUSED),
        ("552 5.2.2 Mailbox full", Outcome.REFUSED),
        ("451 4.7.1 Greylisted", Outcome.DEFERRED),
        ("421 4.3.2 Shutting down", Outcome.DEFERRED),
        ("450 4.7.0 Too many messages, slow down", Outcome.DEFERRED),
    ],
)
def test_what_an_answer_means(hand_over: Any, mail_server: MailServer, answer: str, outcome: Outcome) -> None:
    mail_server.refuse(answer)
    assert hand_over(mail_server.settings()) == [Attempt(outcome, answer)]


@pytest.mark.parametrize("setting", ["mail_use_tls", "mail_use_ssl"])
def test_a_certificate_that_is_trusted_is_taken(
    hand_over: Any, certificate: Path, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with HabitServer(certificate, tls_at_once=setting == "mail_use_ssl") as server:
        (attempt,) = hand_over(server.settings(**{setting: True}))
    assert attempt == Attempt(Outcome.ACCEPTED)


@pytest.mark.parametrize("setting", ["mail_use_tls", "mail_use_ssl"])
def test_a_server_that_cannot_prove_its_name_gets_nothing(hand_over: Any, certificate: Path, setting: str) -> None:
    with HabitServer(certificate, tls_at_once=setting == "mail_use_ssl", auth_require_tls=False) as server:
        settings = server.settings(**{setting: True}, mail_username="registro", mail_password="right")
        (attempt,) = hand_over(settings)
        assert server.habits.contents == []
        assert server.habits.passwords == []
    assert attempt.outcome is Outcome.UNREACHABLE
    assert "certificate verify failed" in attempt.answer


def test_a_certificate_for_another_name_is_not_taken(
    hand_over: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = write_certificate(tmp_path / "other.pem", "mail.elsewhere.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    with HabitServer(other) as server:
        (attempt,) = hand_over(server.settings(mail_use_tls=True))
        assert server.habits.contents == []
    assert attempt.outcome is Outcome.UNREACHABLE
    assert "localhost" in attempt.answer


def test_without_tls_where_it_is_asked_for_nothing_goes(hand_over: Any, habit_server: HabitServer) -> None:
    (attempt,) = hand_over(habit_server.settings(mail_use_tls=True))
    assert attempt.outcome is Outcome.UNREACHABLE
    assert habit_server.habits.contents == []


@pytest.mark.parametrize(("password", "outcome"), [("right", Outcome.ACCEPTED), ("wrong", Outcome.UNREACHABLE)])
def test_a_password_that_is_refused_fails_no_message(
    hand_over: Any, certificate: Path, monkeypatch: pytest.MonkeyPatch, password: str, outcome: Outcome
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with HabitServer(certificate, auth_required=True) as server:
        settings = server.settings(mail_use_tls=True, mail_username="registro", mail_password=password)
        (attempt,) = hand_over(settings)
    assert attempt.outcome is outcome
