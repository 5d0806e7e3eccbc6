"""Held messages as files, for whoever runs the machine: `mail/<id of the message>.eml` in the instance folder.

The personal links are filled in, as they would arrive: without a mail server the files are the only place where a person
who tries the system finds them, and whoever can read the folder (0700, files 0600) can read the keys beside it. A file
goes when its message is sent or taken back. The folder is derived from the database and the keys: no backup needs it.
"""

import logging
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import mkstemp

from sqlalchemy import select

from eventreg.db import change_rows, db, transaction
from eventreg.kernel.errors import described
from eventreg.mail import composition, connection
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.web import instance

log = logging.getLogger(__name__)

_AT_ONCE = 100


def keep_files_in_line(now: datetime) -> int:
    """Write files that are missing and remove those that should be gone; returns how many messages were looked at.

    Doing it twice, or two workers at once, changes nothing. Raises OSError when the folder cannot be written.
    """
    due = db.session.scalars(
        select(MailMessage)
        .where(MailMessage.due_at <= now, MailMessage.state.in_((DeliveryState.HELD, DeliveryState.DROPPED)))
        .where(MailMessage.news.is_(None) | (MailMessage.state == DeliveryState.DROPPED))
        .order_by(MailMessage.due_at, MailMessage.id)
        .limit(_AT_ONCE)
    ).all()
    if not due:
        return 0
    held = [message for message in due if message.state is DeliveryState.HELD]
    dropped = [message for message in due if message.state is DeliveryState.DROPPED]
    db.session.remove()
    for message in held:
        _write(message, now)
    for message in dropped:
        remove_held_file(message.id)
    with transaction():
        _settle(held, DeliveryState.HELD, now)
        _settle(dropped, DeliveryState.DROPPED, now)
    return len(due)


def held_file(message_id: int) -> Path:
    """Return where the file of a held message is, or would be."""
    return instance.config().held_mail / f"{message_id}.eml"


def remove_held_file(message_id: int) -> None:
    """Remove the file of a message, if there is one."""
    held_file(message_id).unlink(missing_ok=True)


def _write(message: MailMessage, now: datetime) -> None:
    try:
        content = composition.compose(message, connection.sender_address(), connection.personal_links(), now)
    except Exception as error:
        log.error("Message %d cannot be built: %s", message.id, described(error))
        return
    path = held_file(message.id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A temporary file has the mode 0600, and a name that no other worker has.
    descriptor, partial = mkstemp(dir=path.parent, prefix=".", suffix=".part")
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    Path(partial).replace(path)


def _settle(messages: Sequence[MailMessage], state: DeliveryState, now: datetime) -> None:
    """Nothing is left to do for these, unless their state changed meanwhile."""
    if messages:
        change_rows(
            MailMessage,
            MailMessage.id.in_([message.id for message in messages]),
            MailMessage.state == state,
            MailMessage.due_at <= now,
            due_at=None,
        )
