"""The words of messages that an event has of its own."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from eventreg.accounts.models import Account
from eventreg.db import db
from eventreg.registration.models import MessageText
from eventreg.registration.rules.message_texts import OwnText


class StoredText(NamedTuple):
    """One text as it stands, with its revision and who saved it when. `by` is empty where that account is gone."""

    text: OwnText
    revision: int
    by: str
    at: datetime | None


#: where there is no row
NOTHING = StoredText(OwnText(), 0, "", None)


def read_texts(event_id: int) -> dict[tuple[str, str], OwnText]:
    """Return every text of an event by message and language: one statement."""
    rows = db.session.execute(
        select(MessageText.message, MessageText.language, MessageText.subject, MessageText.body).where(
            MessageText.event_id == event_id
        )
    )
    return {(row.message, row.language): OwnText(row.subject, row.body) for row in rows}


def read_message(event_id: int, key: str) -> dict[str, StoredText]:
    """Return the texts of one message by language, with what saving needs to know of them."""
    rows = db.session.execute(
        select(MessageText, Account.name)
        .outerjoin(Account, Account.id == MessageText.changed_by_id)
        .where(MessageText.event_id == event_id, MessageText.message == key)
        .execution_options(populate_existing=True)
    )
    return {
        row.language: StoredText(OwnText(row.subject, row.body), row.revision, name or "", row.changed_at)
        for row, name in rows
    }
