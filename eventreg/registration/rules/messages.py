"""An event's own words of a message: what they are, and what may stand in them.

The words are a subject, and what stands before and after the facts. The facts themselves (reference, dates, place, the
button with the personal link, what follows from the decision, the contact person, the privacy notice, the calendar) are the
system's: no text takes them away.

Placeholders in words that organizers write: a name in braces, like {event_title}. There is no template language.

What is no name in braces is text, and stays as it is. What a placeholder is replaced by is never read again: braces in
somebody's name or answer remain braces.
"""

import difflib
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from eventreg.kernel.errors import N_, Reason

#: what the columns take, and what a mail program shows
MAX_SUBJECT, MAX_BODY = 200, 6000

#: where the facts stand; without it they follow the words
DETAILS = "details"


#: of every message
OF_EVENT = frozenset({"greeting", "event_title", "event_dates", "place", "host", "contact_name"})
OF_PERSON = frozenset({"given_name", "full_name", "institution", "category"})
OF_REGISTRATION = OF_PERSON | {"reference", "status", "days"}

#: what may stand in a message that organizers write themselves: in its subject, and in its words
IN_WRITTEN_SUBJECT = (OF_EVENT | OF_REGISTRATION) - {"greeting"}
IN_WRITTEN_BODY = OF_EVENT | OF_REGISTRATION | {"link", DETAILS}


@dataclass(frozen=True)
class OwnText:
    """An event's own words of one message in one language. What is empty is said in the usual words."""

    subject: str = ""
    body: str = ""

    def __bool__(self) -> bool:
        return bool(self.subject or self.body)


@dataclass(frozen=True)
class TextEdit:
    """What somebody made of one text: the revision that was seen (0: there was none), and the words now."""

    seen: int
    text: OwnText


#: spaces inside the braces and capitals are forgiven. After a colon stands which one is meant, like the key of a question
_WRITTEN = re.compile(r"\{[ \t]*([^\W\d]\w*(?::\w+)?)[ \t]*\}")
#: the addresses of personal pages: whoever follows one acts as the person whose it is. No word is as long as their last part
_PERSONAL = re.compile(r"/(?:my(?:/[a-z]{1,20})?|sign-in|invitations)/[\w-]{20,}", re.IGNORECASE | re.ASCII)
#: nearer than this, a name is offered instead of an unknown one
_NEAR = 0.5


class PlaceholderInText(NamedTuple):
    """A placeholder in a text."""

    name: str


class PlaceholderReason(Reason):
    """Why a text with placeholders cannot be kept. Details: `written`, the placeholder as it is written, and `nearest`."""

    UNKNOWN = "unknown", N_("There is no placeholder %(written)s")
    #: there is none of this name, and one that is nearly called so
    MISSPELT = "misspelt", N_("There is no placeholder %(written)s. The nearest one is %(nearest)s")
    #: there is one, but not in this message
    NOT_HERE = "not_here", N_("%(written)s cannot stand here: this text has no such thing to say")
    #: it stands for a part of the message
    NOT_ALONE = "not_alone", N_("Put %(written)s on a line of its own")
    TWICE = "twice", N_("%(written)s can stand once only")
    PERSONAL_LINK = (
        "personal_link",
        N_(
            "Take out the address of a personal page: whoever follows it acts for that person. "
            "Write {link} instead, which is each reader's own."
        ),
    )


class PlaceholderFault(NamedTuple):
    """One thing that is wrong with a text, with the placeholder that it is about and the nearest one that could stand there."""

    reason: PlaceholderReason
    name: str = ""
    nearest: str = ""


def split_placeholders(text: str, known: Collection[str]) -> list[str | PlaceholderInText]:
    """Return a text as its plain parts and its placeholders in order. Unknown names are plain text."""
    parts: list[str | PlaceholderInText] = []
    end = 0
    for found in _WRITTEN.finditer(text):
        name = found[1].lower()
        if name not in known:
            continue
        if found.start() > end:
            parts.append(text[end : found.start()])
        parts.append(PlaceholderInText(name))
        end = found.end()
    if end < len(text):
        parts.append(text[end:])
    return parts


def names_in(text: str) -> list[str]:
    """Return every name that stands in braces, in order, each once, known or not."""
    return list(dict.fromkeys(found[1].lower() for found in _WRITTEN.finditer(text)))


def placeholder_faults(
    text: str, allowed: Collection[str], known: Collection[str], alone: Collection[str] = ()
) -> list[PlaceholderFault]:
    """Return what is wrong with a text in which the names of `allowed` may stand, those of `alone` once, on a line each.

    `known` has every placeholder there is: one of them that may not stand here is told apart from a slip of the pen.
    """
    faults = [_fault_of_name(name, allowed, known) for name in names_in(text) if name not in allowed]
    for name in alone:
        faults += _faults_of_alone(text, name)
    if holds_personal_link(text):
        faults.append(PlaceholderFault(PlaceholderReason.PERSONAL_LINK))
    return faults


def holds_personal_link(text: str) -> bool:
    """Say whether the address of somebody's own page stands in a text, which many would read."""
    return _PERSONAL.search(text) is not None


def _fault_of_name(name: str, allowed: Collection[str], known: Collection[str]) -> PlaceholderFault:
    nearest = difflib.get_close_matches(name[:60], sorted(allowed), n=1, cutoff=_NEAR)
    unknown = PlaceholderReason.MISSPELT if nearest else PlaceholderReason.UNKNOWN
    reason = PlaceholderReason.NOT_HERE if name in known else unknown
    return PlaceholderFault(reason, name[:60], nearest[0] if nearest else "")


def _faults_of_alone(text: str, name: str) -> list[PlaceholderFault]:
    lines = [line.strip() for line in text.splitlines() if name in names_in(line)]
    if len(lines) > 1:
        return [PlaceholderFault(PlaceholderReason.TWICE, name)]
    if lines and not _WRITTEN.fullmatch(lines[0]):
        return [PlaceholderFault(PlaceholderReason.NOT_ALONE, name)]
    return []
