"""Who has registered and answered what, asked by this room and answered by the room above that knows.

This room declares; the assembly plugs in. Only counts come down: nothing of what anybody answered.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from flask import Flask, current_app

from eventreg.events.rules.team import Scope
from eventreg.questionnaires.rules.changes import Figures

_EXTENSION = "eventreg_registered"
#: the job that asks people again; its handler is plugged in by the assembly. Payload: `event_id`, `version_id`,
#: `question_keys`, `note` (text by language), `account_id`, `at` (ISO 8601)
ASK_AGAIN_JOB = "questionnaires.ask_again"


@dataclass(frozen=True)
class Wanted:
    """What is to be counted."""

    #: keys of questions whose answers are rows, consents or files
    keys: Collection[str] = ()
    #: key of a question to the column of the registration that holds its answer
    columns: Mapping[str, str] = field(default_factory=dict)
    #: keys of questions of which each value is counted
    values_of: Collection[str] = ()


class CountRegistered(Protocol):
    """Counts people who live with the event (confirmed, pending, waitlisted) and are in the scope; a bounded number of
    statements, however many people and questions there are."""

    def __call__(self, event_id: int, wanted: Wanted, scope: Scope) -> Figures:
        """Return the figures."""


def init_registered(app: Flask, count: CountRegistered) -> None:
    """Plug in who counts."""
    app.extensions[_EXTENSION] = count


def count_registered(event_id: int, wanted: Wanted, scope: Scope) -> Figures:
    """Return how many people are registered, and how many of them answered."""
    count: CountRegistered | None = current_app.extensions.get(_EXTENSION)
    return count(event_id, wanted, scope) if count is not None else Figures()
