"""A server that takes a message whole and then says nothing: whether the person has it is not known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eventreg.mail import connection
from eventreg.mail.delivery import deliver_due
from eventreg.mail.rules import DeliveryState, Outcome
from tests.mail.outbox import HandClock, queue_some, stored
from tests.support.apps import AppMaker
from tests.support.mailserver import MailServer


@pytest.fixture(autouse=True)
def _impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 0.2)


def _until_it_waits_no_more(key: str, clock: HandClock) -> list[timedelta]:
    """Deliver whenever the message is due; returns how long it waited before each further try."""
    waits = []
    while (waiting := stored(key)).state is DeliveryState.QUEUED:
        assert waiting.due_at is not None
        waits.append(waiting.due_at - clock())
        clock.at = waiting.due_at
        deliver_due(10, read_clock=clock)
    return waits[1:]


@pytest.mark.both_databases
def test_a_server_that_stalls_after_the_final_dot_gets_few_copies_and_a_person_decides(
    make_app: AppMaker, mail_server: MailServer
) -> None:
    # cases 31 and 62
    with make_app(**mail_server.settings()).app_context():
        (key,) = queue_some(1)
        mail_server.hang()
        clock = HandClock()
        waits = _until_it_waits_no_more(key, clock)
        after = stored(key)
    assert [wait / timedelta(hours=1) for wait in waits] == [4, 8, 16]
    assert len(mail_server.given) == 4
    assert {copy.message["Message-ID"] for copy in mail_server.given} == {after.message_id}
    assert (after.state, after.outcome, after.doubts) == (DeliveryState.DOUBTFUL, Outcome.IN_DOUBT, 4)
    assert (after.due_at, after.sent_at) == (None, clock())
    assert after.last_error
