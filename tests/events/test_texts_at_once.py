"""Two people save one text at the same instant: one is saved, the other is told. The twin shows what the lock is for."""

from __future__ import annotations

import threading
from contextlib import nullcontext

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.audit.services import Actor
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.queries import events
from eventreg.events.rules.texts import TextChange, fingerprint
from eventreg.events.services import texts
from tests.builders import an_account, an_event
from tests.support.waiting import join, meeting


def at_once(app: Flask, event: Event, accounts: list[int]) -> list[int]:
    """Have each account save the title at the same instant; return how many conflicts each was told of."""
    seen, ready, told = fingerprint(event.title["en"]), meeting(len(accounts)), [-1] * len(accounts)

    def save(number: int, account_id: int) -> None:
        with app.app_context():
            change = TextChange("title", "en", seen, f"By {number}")
            ready.wait()
            told[number] = len(texts.save_texts(event.id, [change], Actor.account(account_id)).conflicts)
            db.session.remove()

    threads = [threading.Thread(target=save, args=entry) for entry in enumerate(accounts)]
    for thread in threads:
        thread.start()
    join(threads)
    return told


@pytest.mark.both_databases
def test_one_is_saved_and_the_others_are_told(app: Flask) -> None:
    event, accounts = an_event(), [an_account().id for _number in range(4)]
    db.session.remove()
    assert sorted(at_once(app, event, accounts)) == [0, 1, 1, 1]


@pytest.mark.both_databases
def test_without_the_lock_one_overwrites_the_other(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: both read before either writes."""
    event, accounts = an_event(), [an_account().id for _number in range(2)]
    db.session.remove()
    both_have_read = meeting(2)

    def unlocked(event_id: int) -> Event:
        found = db.session.scalars(select(Event).where(Event.id == event_id)).one()
        db.session.expunge(found)
        db.session.rollback()
        both_have_read.wait()
        return found

    def put(work: texts._Work, text_id: object, text: str) -> None:
        work.saved.append(text_id)  # type: ignore[arg-type]

    monkeypatch.setattr(events, "transaction", nullcontext)
    monkeypatch.setattr(events, "lock_event", unlocked)
    monkeypatch.setattr(texts._Work, "put", put)
    monkeypatch.setattr(texts, "_note", lambda work: None)
    assert at_once(app, event, accounts) == [0, 0]
