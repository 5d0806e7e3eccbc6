"""What a use case raises instead of doing what was asked.

    class TagReason(Reason):
        NO_NAME = "no_name", N_("Write a name"), "name"
        TOO_MANY = "too_many", N_("An event has %(limit)s tags at most")

    raise Refused(TagReason.TOO_MANY, limit=40)
    raise Refused(N_("An event has %(limit)s tags at most"), field="name", limit=40)    # where nothing asks which one it is

The sentence stands where the rule stands, in English, and is translated where it is said (`web.refusals`).

An exception for a log or a column: its kind and place, never its message, which can hold anybody's data.
"""

import traceback
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, ClassVar, Self

Sentence = str | tuple[str, str]


class Marked(str):
    """A text that is translated when it is said: a sentence, or a word among a refusal's details."""


def N_(text: str) -> str:  # noqa: N802 - the name under which gettext's tools look for texts
    """Mark a text that is translated later, when it is said."""
    return Marked(text)


def NN_(one: str, many: str) -> tuple[str, str]:  # noqa: N802 - as N_
    """Mark a text with a plural that is translated later; the refusal's detail `num` says how many."""
    return one, many


@dataclass(frozen=True)
class TimeOf:
    """A detail of a refusal that is said as the time of day of a moment."""

    at: datetime


@dataclass(frozen=True)
class ZoneOf:
    """A detail of a refusal that is said as the zone in which moments are said: "UTC−6"."""

    at: datetime


class Keyed(Enum):
    """A base of enums whose members are declared with their words. The first is the key: it alone is the member's value."""

    def __new__(cls, key: str, *_words: Any) -> Self:
        """Make a member whose value is its key."""
        member = object.__new__(cls)
        member._value_ = key
        return member


class Titled(Keyed):
    """A base of enums whose members say what they are called and, where it needs it, a sentence of what that means.

        REVIEWER = "reviewer", N_("Reviewer"), N_("Sees who registered, decides, reads the messages.")

    Translated where they are said: `_(role.title)`; as a field's choices by `web.forms.choices`. One with words of its own has
    an `__init__`, whose words are all optional, since `Role("reviewer")` reads a value.
    """

    def __init__(self, key: str, title: str = "", explained: str = "") -> None:
        self.title, self.explained = title, explained


class Reason(Keyed):
    """A base of enums: what may stand against an act. A member is its key, its sentence, and what else differs.

    The key can stand in rows: it stays, whatever becomes of the sentence. `field` names the field of a form that the
    sentence belongs beside, "" none; `status_code` is that of an answer that says so: 409 where something happened
    meanwhile. `for_team` is the sentence for an organizer, where it differs from what a participant reads.
    """

    def __init__(
        self, key: str, sentence: Sentence = "", field: str = "", status_code: int = 422, for_team: str = ""
    ) -> None:
        self.sentence, self.field, self.status_code, self.for_team = sentence, field, status_code, for_team


class Conflict(Reason):
    """A base of reasons most of which say that it does not fit what stands now: their answer's code is 409."""

    def __init__(
        self, key: str, sentence: Sentence = "", field: str = "", status_code: int = 409, for_team: str = ""
    ) -> None:
        super().__init__(key, sentence, field, status_code, for_team)


class Refused(Exception):
    """A rule of the business said no, or the input did not fit it. Nothing was written when this is raised.

    `reason` is a member of a `Reason`, or a sentence marked with `N_` or `NN_`; `details` are the values that the
    sentence names. `field` and `status_code` are the reason's unless they are given.
    """

    #: whether it is answered by a page of its own, whatever form was sent
    has_own_page: ClassVar[bool] = False

    def __init__(self, reason: Enum | Sentence, /, *, field: str = "", status_code: int = 0, **details: Any) -> None:
        super().__init__(reason.value if isinstance(reason, Enum) else reason)
        self.reason: Any = reason
        self.details = details
        self.sentence: Sentence = ""
        self.field, self.status_code = field, status_code or 422
        if isinstance(reason, Reason):
            self.sentence = reason.sentence
            self.field, self.status_code = field or reason.field, status_code or reason.status_code
        elif not isinstance(reason, Enum):
            self.sentence = reason


class NotFound(Exception):
    """No such record, or none that this person may know of. The two are told apart nowhere."""


class Busy(Exception):
    """A lock was not had in time. Nothing was written; trying again is safe."""


_OURS = Path(__file__).resolve().parent.parent


def described(error: BaseException) -> str:
    """Return like "ValueError at eventreg/mail/rules/headers.py:41": the innermost of our lines that it passed through."""
    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if path.is_relative_to(_OURS):
            place = f" at {path.relative_to(_OURS.parent)}:{frame.lineno}"
    return f"{type(error).__name__}{place}"


def traced(error: BaseException) -> str:
    """Return the whole way that an exception took, and that of what caused it, as lines for a log."""
    shown: list[str] = []
    current: BaseException | None = error
    while current is not None and len(shown) < 10:
        shown.append("".join(traceback.format_tb(current.__traceback__)) + type(current).__name__)
        current = current.__cause__ or current.__context__
    return "\ncaused by\n".join(shown)
