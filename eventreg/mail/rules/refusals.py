"""Why an organizer's act on a message was refused."""

from __future__ import annotations

import enum


class MailRefusal(enum.Enum):
    """Why an organizer's act on a message was refused; `mail.wording` has the sentences."""

    NO_SERVER = "no_server"
    HELD_BACK = "held_back"
    NOT_HELD = "not_held"
    NOT_FAILED = "not_failed"
    #: it is not, or no longer, in doubt
    NOT_DOUBTFUL = "not_doubtful"
    #: nothing went yet that could be repeated
    NOT_SENT = "not_sent"
    #: what it tells no longer holds, or its address is no longer the person's
    NO_LONGER_TRUE = "no_longer_true"
