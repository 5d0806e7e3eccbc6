"""When a message is tried again, and what of a server's answer is kept.

A message that a server puts off is tried again after 1, 5 and 15 minutes, 1 hour, then every 4 hours. When no server
can be reached at all, nothing is wrong with the message, so it is tried sooner: after 5 and 15 seconds, 1 minute, then
every 5 minutes. Either way it is given up, and shown as failed, three days after it was first due.

A message that a server was given whole without saying that it took it has most likely arrived, and every further try may
be one more copy. It is tried again after 4, 8 and 16 hours, then left for a person to decide on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from eventreg.mail.rules.states import DeliveryState, Outcome

#: how long a message is tried, from the moment it was first due (or released, or sent again)
GIVE_UP_AFTER = timedelta(days=3)
_DEFERRED_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
_UNREACHABLE_DELAYS = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300))
_IN_DOUBT_DELAYS = tuple(timedelta(hours=hours) for hours in (4, 8, 16))
_ADDRESS = re.compile(r"\S+@\S+")
_LINK = re.compile(r"\w+://\S+")
#: with the code before it, it fits the column
_LONGEST_ANSWER = 390


def next_try(outcome: Outcome, attempts: int, doubts: int, now: datetime, give_up_at: datetime) -> datetime | None:
    """Return when a message is tried again after its `attempts`-th try ended so, or None when it never is.

    `doubts`: how many of its tries left it in doubt, this one included.
    """
    if outcome is Outcome.IN_DOUBT and doubts <= len(_IN_DOUBT_DELAYS):
        at = now + _delay(_IN_DOUBT_DELAYS, doubts)
    elif outcome is Outcome.DEFERRED:
        at = now + _delay(_DEFERRED_DELAYS, attempts)
    elif outcome is Outcome.UNREACHABLE:
        at = now + _delay(_UNREACHABLE_DELAYS, attempts)
    else:
        return None
    return at if at <= give_up_at else None


def state_given_up(outcome: Outcome, doubts: int) -> DeliveryState:
    """Return where a message stands that is not tried again after its last try ended so; `doubts`: see `next_try`.

    Only a refusal says that no earlier try was taken either.
    """
    is_settled = not doubts or outcome in (Outcome.REFUSED, Outcome.UNSENDABLE)
    return DeliveryState.FAILED if is_settled else DeliveryState.DOUBTFUL


def sanitized_answer(answer: bytes | str) -> str:
    """Return a server's answer as one line of text without mail addresses and links, cut to 390 characters.

    Servers like to repeat whom they refuse, and the link that they took offence at: neither belongs in a column that
    is shown and logged.
    """
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    text = "".join(char if char.isprintable() else " " for char in text)
    text = _LINK.sub("[…]", _ADDRESS.sub("[…]", text))
    return " ".join(text.split())[:_LONGEST_ANSWER]


def _delay(delays: Sequence[timedelta], attempts: int) -> timedelta:
    return delays[min(max(attempts, 1), len(delays)) - 1]
