"""Where a message stands, when it is tried again, what may leave the machine, what may stand in a header.

Nothing leaves until a mail server is configured; and what an event holds back goes to addresses ending in `.example`
only, which nobody has (RFC 2606).

A message that a server puts off is tried again after 1, 5 and 15 minutes, 1 hour, then every 4 hours. When no server
can be reached at all, nothing is wrong with the message, so it is tried sooner: after 5 and 15 seconds, 1 minute, then
every 5 minutes. Either way it is given up, and shown as failed, three days after it was first due.

A message that a server was given whole without saying that it took it has most likely arrived, and every further try may
be one more copy. It is tried again after 4, 8 and 16 hours, then left for a person to decide on.

A header is one line, so that nobody adds a header; and one address, so that nobody adds a recipient.
"""

import enum
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import idna

from eventreg.kernel.errors import N_, Conflict, Titled


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
    #: taken over, and given back later: `BounceKind` says why
    BOUNCED = "bounced"
    #: never tried: nobody has this address, as an earlier message found out
    SUPPRESSED = "suppressed"
    #: taken back before it went (an undone decision, a cancelled event)
    DROPPED = "dropped"


class Outcome(Titled):
    """What came of one try to send, said beside the server's own words; there is nothing to say of one that went."""

    ACCEPTED = "accepted"
    #: the server refused this message for good (a 5xx answer to the recipient or to the content)
    REFUSED = "refused", N_("The receiving mail server refused this message for good.")
    #: the server asked to try later (4xx), or the connection broke before this message was given whole
    DEFERRED = "deferred", N_("The receiving mail server did not take this message yet.")
    #: the message was given whole, its final dot too, and no answer came: the server may have taken it
    IN_DOUBT = (
        "in_doubt",
        N_("The mail server was given this message whole and did not say whether it took it."),
    )
    #: no message could have gone: no connection, no trusted TLS, no sign-in
    UNREACHABLE = "unreachable", N_("The mail server could not be reached.")
    #: the message could not be built; a fault of ours, in the log
    UNSENDABLE = (
        "unsendable",
        N_("The message could not be built. Whoever runs this system finds the cause in its log."),
    )
    #: it may not leave the machine (any more)
    KEPT = "kept", N_("The message may not leave this machine.")


class Standing(Titled):
    """Where a message stands, as people are shown it: a waiting message that was tried before stands out.

    `trouble` is said beside a person whose newest message somebody should look at.
    """

    QUEUED = "queued", N_("Waiting to be sent")
    RETRYING = "retrying", N_("Trying again")
    SENDING = "sending", N_("Being sent")
    SENT = "sent", N_("Sent")
    HELD = "held", N_("Held")
    DOUBTFUL = "doubtful", N_("Probably delivered"), N_("Email probably delivered")
    FAILED = "failed", N_("Failed"), N_("Email not delivered")
    BOUNCED = "bounced", N_("Came back")
    SUPPRESSED = "suppressed", N_("Not sent: bad address")
    DROPPED = "dropped", N_("Revoked")

    def __init__(self, key: str, title: str = "", trouble: str = "") -> None:
        super().__init__(key, title)
        self.trouble = trouble


#: what somebody has to mend, since the person knows nothing of it
NOT_ARRIVED = (DeliveryState.FAILED, DeliveryState.BOUNCED, DeliveryState.SUPPRESSED)
LOST = frozenset(Standing(state.value) for state in NOT_ARRIVED)


class BounceKind(Titled):
    """Why a message came back, and what to do about it."""

    #: nobody has the address, or its domain takes no mail: nothing more is sent to it
    UNKNOWN = (
        "unknown",
        N_("The address does not exist."),
        N_("Ask the person for the right address and correct it in the registration: nothing more goes to this one."),
    )
    #: tried again, as long as a message is
    FULL = (
        "full",
        N_("The mailbox is full."),
        N_("Reach the person in another way. The message is tried again once a day, for three days."),
    )
    BLOCKED = (
        "blocked",
        N_("The receiving mail server took the message for unwanted mail."),
        N_(
            "Reach the person in another way, and tell whoever runs this system: it can look for what the server misses."
        ),
    )
    OTHER = (
        "other",
        N_("The receiving mail server gave the message back."),
        N_("Check the address, send the message again, or reach the person in another way."),
    )
    #: not back yet: a server on the way goes on trying
    DELAYED = (
        "delayed",
        N_("The receiving mail server has not taken the message yet. A server on the way goes on trying."),
        N_("Nothing. If it is urgent, reach the person in another way."),
    )
    #: an absence note: nothing came back, and nothing is noted
    AWAY = "away"


_ADVICE = {
    DeliveryState.QUEUED: N_("Nothing: it is tried again by itself, for three days."),
    DeliveryState.FAILED: N_("Check the address, then send the message again, or reach the person in another way."),
    DeliveryState.SUPPRESSED: N_(
        "Correct it in the registration; or, if it is right after all, send the message again."
    ),
}


def what_happened(state: DeliveryState, outcome: Outcome | None, bounce: BounceKind | None) -> tuple[str, str]:
    """Return in words why a message stands where it does and what to do; either is empty where there is nothing to say."""
    if state is DeliveryState.SUPPRESSED:
        return BounceKind.UNKNOWN.title, _ADVICE[state]
    if bounce is BounceKind.FULL and state is DeliveryState.BOUNCED:
        # The three days are over.
        return bounce.title, BounceKind.OTHER.explained
    if bounce is not None:
        return bounce.title, bounce.explained
    return (outcome.title, _ADVICE.get(state, "")) if outcome else ("", "")


def standing(state: DeliveryState, attempts: int) -> Standing:
    """Return what people are shown for a message in `state` after `attempts` tries."""
    if state is DeliveryState.QUEUED and attempts:
        return Standing.RETRYING
    return Standing(state.value)


class MailRefusal(Conflict):
    """Why an organizer's act on a message was refused."""

    NO_SERVER = "no_server", N_("No mail server is configured, so nothing can be sent yet.")
    HELD_BACK = "held_back", N_("This event keeps its messages. Only addresses ending in .example receive them.")
    NOT_HELD = "not_held", N_("This message is no longer held.")
    NOT_FAILED = "not_failed", N_("This message is already on its way or was sent.")
    NOT_DOUBTFUL = "not_doubtful", N_("Somebody decided on this message already.")
    NOT_SENT = "not_sent", N_("This message was not sent yet.")
    NO_LONGER_TRUE = (
        "no_longer_true",
        N_("What this message tells no longer holds, or its address is no longer the person's."),
    )


def is_fictional(address: str) -> bool:
    """Say whether nobody can have this address."""
    return address.rpartition("@")[2].lower().endswith(".example")


def must_stay(recipient: str, *, is_held_back: bool, sends_held_back: bool) -> bool:
    """Say whether a message may not be sent whatever is configured.

    `sends_held_back` is the setting EVENTREG_DEMO_MAIL=send, for tests against a server on loopback.
    """
    return is_held_back and not sends_held_back and not is_fictional(recipient)


def first_state(recipient: str, *, has_server: bool, is_held_back: bool, sends_held_back: bool) -> DeliveryState:
    """Return the state in which a new message is written."""
    if not has_server or must_stay(recipient, is_held_back=is_held_back, sends_held_back=sends_held_back):
        return DeliveryState.HELD
    return DeliveryState.QUEUED


#: how long a message is tried, from the moment it was first due (or released, or sent again)
GIVE_UP_AFTER = timedelta(days=3)
_DEFERRED_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
_UNREACHABLE_DELAYS = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300))
#: a full mailbox is tried again after so long
FULL_DELAY = timedelta(days=1)
_IN_DOUBT_DELAYS = tuple(timedelta(hours=hours) for hours in (4, 8, 16))
_ANY_ADDRESS = re.compile(r"\S+@\S+")
_LINK = re.compile(r"\w+://\S+")
#: with the code before it, it fits the column
_LONGEST_ANSWER, _READ_OF_ANSWER = 390, 2_000


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
    # Cut first: what looks for addresses takes time by the square of the length, and a report is anybody's.
    cut = answer[:_READ_OF_ANSWER]
    text = cut.decode("utf-8", "replace") if isinstance(cut, bytes) else cut
    text = "".join(char if char.isprintable() else " " for char in text)
    text = _LINK.sub("[…]", _ANY_ADDRESS.sub("[…]", text))
    return " ".join(text.split())[:_LONGEST_ANSWER]


def _delay(delays: Sequence[timedelta], attempts: int) -> timedelta:
    return delays[min(max(attempts, 1), len(delays)) - 1]


MAX_SUBJECT = 400
MAX_SENDER_NAME = 200
_MAX_ADDRESS = 320
#: Cc: the controls, with CR, LF and NEL; Zl, Zp: the line and paragraph separators; Cs: halves that no mail holds
_CONTROL = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff]")
#: the local part is ASCII: few servers take others (SMTPUTF8), and forms refuse them. The domain may be in any script.
#: A quoted local part, a comment, a name or a second address has no place
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[^\s@<>()\[\],;:\\\"]+\.[^\s@<>()\[\],;:\\\"]+")


def one_line(text: str, limit: int) -> str:
    """Return `text` as one line: white space and line ends as one space, no control characters, cut to `limit`."""
    line = " ".join(_CONTROL.sub(lambda found: found[0] if found[0].isspace() else "", text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def check_header(name: str, value: str, limit: int) -> str:
    """Return `value` if it may stand in the header `name`. Raises ValueError, which names no value."""
    if _CONTROL.search(value):
        raise ValueError(f"{name} holds a line end or another control character")
    if len(value) > limit:
        raise ValueError(f"{name} is longer than {limit} characters")
    return value


def check_address(name: str, value: str) -> str:
    """Return `value` if it is one plain mail address. Raises ValueError, which names no value."""
    check_header(name, value, _MAX_ADDRESS)
    if not _ADDRESS.fullmatch(value):
        raise ValueError(f"{name} is no plain mail address")
    try:
        ascii_address(value)
    except UnicodeError:
        raise ValueError(f"{name} has a domain that no server can have") from None
    return value


def ascii_address(address: str) -> str:
    """Return a plain mail address with its domain as servers write it (IDNA 2008). Raises UnicodeError when it cannot be."""
    local, _at, domain = address.rpartition("@")
    if domain.isascii():
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    # The standard library writes ß as ss: another domain, of somebody else.
    return f"{local}@{idna.encode(domain, uts46=True).decode('ascii')}"


def own_domain(base_url: str) -> str:
    """Return how the instance calls itself to mail servers: the host of its address, never the machine's name."""
    host = urlsplit(base_url).hostname or ""
    # An address of IPv6 would need a form of its own, which some servers do not know.
    return "localhost" if ":" in host or not host else host.encode("idna").decode("ascii")
