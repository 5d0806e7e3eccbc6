"""Who has registered and answered what, asked by this room and answered by the room above that knows.

This room declares; the assembly plugs in. Only counts come down: nothing of what anybody answered.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from eventreg.events.rules.team import Scope
from eventreg.questionnaires.rules.changes import Figures
from eventreg.web.sockets import FunctionSocket

#: the job that asks people again; its handler is plugged in by the assembly. Payload: `event_id`, `version_id`,
#: `question_keys`, `note` (text by language), `account_id`, `at` (ISO 8601)
ASK_AGAIN_JOB = "questionnaires.ask_again"


@dataclass(frozen=True)
class WantedCounts:
    """What is to be counted."""

    #: keys of questions whose answers are rows, consents or files
    keys: Collection[str] = ()
    #: key of a question to the column of the registration that holds its answer
    columns: Mapping[str, str] = field(default_factory=dict)
    #: keys of questions of which each value is counted
    values_of: Collection[str] = ()


#: (event, what, scope) to how many people live with the event (confirmed, pending, waitlisted), and how many of them answered;
#: a bounded number of statements, however many people and questions there are
count_registered: FunctionSocket[[int, WantedCounts, Scope], Figures] = FunctionSocket("registered")
