"""Why an organizer's act on a message was refused."""

from __future__ import annotations

import enum


class MailRefusal(enum.Enum):
    """Why an organizer's act on a message was refused; `mail.wording` has the sentences."""

    NO_SERVER = "no_server"
    HELD_BACK = "held_back"
    NOT_HELD = "not_held"
    NOT_FAILED = "not_failed"
