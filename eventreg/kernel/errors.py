"""What a use case raises instead of doing what was asked."""

from __future__ import annotations

from enum import Enum
from typing import Any


class Refusal(Exception):
    """A rule of the business said no, or the input did not fit it.

    `reason` is a member of an enum that the room's `wording` turns into a sentence; `details` are the values
    that the sentence names. Nothing was written when this is raised.
    """

    def __init__(self, reason: Enum, **details: Any) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.details = details


class NotFound(Exception):
    """No such record, or none that this person may know of. The two are told apart nowhere."""


class Busy(Exception):
    """A lock was not had in time. Nothing was written; trying again is safe."""
