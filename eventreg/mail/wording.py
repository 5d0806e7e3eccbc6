"""Where a message stands and why it did not go, as sentences."""

from flask_babel import lazy_gettext as _l

from eventreg.mail.rules import Outcome, Standing

STANDINGS = {
    Standing.QUEUED: _l("Waiting to be sent"),
    Standing.RETRYING: _l("Trying again"),
    Standing.SENDING: _l("Being sent"),
    Standing.SENT: _l("Sent"),
    Standing.HELD: _l("Held"),
    Standing.DOUBTFUL: _l("Probably delivered"),
    Standing.FAILED: _l("Failed"),
    Standing.DROPPED: _l("Revoked"),
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
