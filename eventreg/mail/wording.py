"""Where a message stands, why it did not go, and why an act on it was refused, as sentences."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from eventreg.mail.rules import MailRefusal, Outcome, Standing

STANDINGS = {
    Standing.QUEUED: _l("Waiting to be sent"),
    Standing.RETRYING: _l("Trying again"),
    Standing.SENDING: _l("Being sent"),
    Standing.SENT: _l("Sent"),
    Standing.HELD: _l("Held"),
    Standing.DOUBTFUL: _l("Probably delivered"),
    Standing.FAILED: _l("Failed"),
    Standing.DROPPED: _l("Taken back"),
}

#: what is said beside a person whose newest message somebody should look at
TROUBLES = {
    Standing.FAILED: _l("Email not delivered"),
    Standing.DOUBTFUL: _l("Email probably delivered"),
}

#: what came of the last try, beside the server's own words (`last_error`); nothing to say of one that went
OUTCOMES = {
    Outcome.REFUSED: _l("The receiving mail server refused this message for good."),
    Outcome.DEFERRED: _l("The receiving mail server did not take this message yet."),
    Outcome.IN_DOUBT: _l("The mail server was given this message whole and did not say whether it took it."),
    Outcome.UNREACHABLE: _l("The mail server could not be reached."),
    Outcome.UNSENDABLE: _l("The message could not be built. Whoever runs this system finds the cause in its log."),
    Outcome.KEPT: _l("The message may not leave this machine."),
}

REFUSALS = {
    MailRefusal.NO_SERVER: _l("No mail server is configured, so nothing can be sent yet."),
    MailRefusal.HELD_BACK: _l("This event keeps its messages. Only addresses ending in .example receive them."),
    MailRefusal.NOT_HELD: _l("This message is no longer held."),
    MailRefusal.NOT_FAILED: _l("This message is already on its way or was sent."),
    MailRefusal.NOT_DOUBTFUL: _l("Somebody decided on this message already."),
    MailRefusal.NOT_SENT: _l("This message was not sent yet."),
    MailRefusal.NO_LONGER_TRUE: _l(
        "What this message tells no longer holds, or its address is no longer the person's."
    ),
}
