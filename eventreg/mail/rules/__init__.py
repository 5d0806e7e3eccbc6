"""Where a message stands, when it is tried again, what may leave the machine, what may stand in a header."""

from eventreg.mail.rules.headers import (
    MAX_SENDER_NAME,
    MAX_SUBJECT,
    ascii_address,
    check_address,
    check_header,
    one_line,
    own_domain,
)
from eventreg.mail.rules.holding import first_state, is_fictional, must_stay
from eventreg.mail.rules.refusals import MailRefusal
from eventreg.mail.rules.retrying import GIVE_UP_AFTER, next_try, sanitized_answer, state_given_up
from eventreg.mail.rules.states import DeliveryState, Outcome, Standing, standing

__all__ = [
    "GIVE_UP_AFTER",
    "MAX_SENDER_NAME",
    "MAX_SUBJECT",
    "DeliveryState",
    "MailRefusal",
    "Outcome",
    "Standing",
    "ascii_address",
    "check_address",
    "check_header",
    "first_state",
    "is_fictional",
    "must_stay",
    "next_try",
    "one_line",
    "own_domain",
    "sanitized_answer",
    "standing",
    "state_given_up",
]
