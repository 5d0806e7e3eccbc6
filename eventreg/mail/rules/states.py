"""Where a message stands, and what came of its last try."""

from __future__ import annotations

import enum


class DeliveryState(enum.Enum):
    """Where a message stands. `sending` is claimed by a worker until `due_at`, the end of its lease."""

    QUEUED = "queued"
    SENDING = "sending"
    #: a mail server took it over. Whether it reached the person is not known
    SENT = "sent"
    #: kept and shown, never sent by itself: no server is configured, or the event holds its mail
    HELD = "held"
    #: a server was given it whole, more than once perhaps, and never said whether it took it: a person decides
    DOUBTFUL = "doubtful"
    #: refused for good by the receiving server, given up after days of tries, or could not be built
    FAILED = "failed"
    #: taken back before it went (an undone decision, a cancelled event)
    DROPPED = "dropped"


class Outcome(enum.Enum):
    """What came of one try to send."""

    ACCEPTED = "accepted"
    #: the server refused this message for good (a 5xx answer to the recipient or to the content)
    REFUSED = "refused"
    #: the server asked to try later (4xx), or the connection broke before this message was given whole
    DEFERRED = "deferred"
    #: the message was given whole, its final dot too, and no answer came: the server may have taken it
    IN_DOUBT = "in_doubt"
    #: no message could have gone: no connection, no trusted TLS, no sign-in
    UNREACHABLE = "unreachable"
    #: the message could not be built; a fault of ours, in the log
    UNSENDABLE = "unsendable"
    #: it may not leave the machine (any more)
    KEPT = "kept"


class Standing(enum.Enum):
    """Where a message stands, as people are shown it: a waiting message that was tried before stands out."""

    QUEUED = "queued"
    RETRYING = "retrying"
    SENDING = "sending"
    SENT = "sent"
    HELD = "held"
    DOUBTFUL = "doubtful"
    FAILED = "failed"
    DROPPED = "dropped"


def standing(state: DeliveryState, attempts: int) -> Standing:
    """Return what people are shown for a message in `state` after `attempts` tries."""
    if state is DeliveryState.QUEUED and attempts:
        return Standing.RETRYING
    return Standing(state.value)
