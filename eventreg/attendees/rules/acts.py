"""Acts on many registrations: what they are, and what comes of each.

Ready-made reasons: for which acts there are some, and how many and how long they may be.
"""

import enum
from datetime import timedelta

from eventreg.events.rules.team import Permission
from eventreg.kernel.errors import N_, Conflict
from eventreg.registration.rules.states import Action

#: so many registrations can be named one by one; more are chosen by the list's state
MOST_CHOSEN = 2_000
#: so few are done while one waits for the page; the rest is done by the worker
AT_ONCE = 20
#: a run that nobody confirmed is forgotten
DRAFTS_KEPT_FOR = timedelta(days=1)
#: the worker sees to a run for so long before others have their turn
TURN = timedelta(seconds=1)
#: what is added to the time to undo for each person still to come, up to the limit, so that the first mails of a run do not
#: go before whoever began it has seen its end
_WAIT_A_PERSON = timedelta(milliseconds=40)
_LONGEST_WAIT = timedelta(seconds=60)
#: more people to come than this make no difference
MOST_WAITED_FOR = int(_LONGEST_WAIT / _WAIT_A_PERSON)


class RunAct(enum.Enum):
    """What is done to each registration of a selection."""

    APPROVE = "approve"
    DECLINE = "decline"
    WAITLIST = "waitlist"
    REOPEN = "reopen"
    #: ask for answers to be mended
    CORRECT = "correct"
    #: write to each alone
    WRITE = "write"
    TAG = "tag"
    UNTAG = "untag"
    #: take a run of decisions back
    UNDO = "undo"


#: acts that decide, in the order of the screen, and what is decided
ACTIONS = {
    RunAct.APPROVE: Action.APPROVE,
    RunAct.WAITLIST: Action.WAITLIST,
    RunAct.DECLINE: Action.DECLINE,
    RunAct.REOPEN: Action.REOPEN,
}
DECIDING = tuple(ACTIONS)
#: acts that write to people
MAILING = (*DECIDING, RunAct.CORRECT, RunAct.WRITE)

#: what somebody needs to be allowed, for each act; whoever loses it while a run goes on stops the run
NEEDED: dict[RunAct, Permission] = {
    RunAct.APPROVE: Permission.DECIDE,
    RunAct.DECLINE: Permission.DECIDE,
    RunAct.WAITLIST: Permission.DECIDE,
    RunAct.REOPEN: Permission.DECIDE,
    RunAct.CORRECT: Permission.DECIDE,
    RunAct.WRITE: Permission.SEND_MESSAGES,
    RunAct.TAG: Permission.DECIDE,
    RunAct.UNTAG: Permission.DECIDE,
    RunAct.UNDO: Permission.DECIDE,
}


class ItemOutcome(enum.Enum):
    """What came of one registration of a run."""

    WAITING = "waiting"
    DONE = "done"
    #: approved, but no place was free: on the waiting list, approved
    DONE_WITHOUT_PLACE = "done_without_place"
    #: it is no longer what was chosen, or the act does not fit its status; `refusal` says which
    LEFT = "left"


#: what somebody is left for beside what a service refuses
OUT_OF_SIGHT, FAULT = "out_of_sight", "fault"
#: not written to, since the address is not confirmed; and written to, but stopped before the message went
UNVERIFIED, TAKEN_BACK = "unverified", "taken_back"


class RunReason(Conflict):
    """Why a run is not made, begun or undone."""

    NOBODY_CHOSEN = "nobody_chosen", N_("Choose at least one registration first.")
    TOO_MANY_CHOSEN = "too_many_chosen", N_("Choose at most %(limit)s one by one, or all that match.")
    #: it goes on or is over already
    BEGUN = "begun", N_("This was begun already.")
    #: fewer places are left than when the page was shown
    FEWER_PLACES = (
        "fewer_places",
        N_("Meanwhile places were taken. Look at what is left of them, then confirm again."),
    )
    #: tried on oneself
    TOO_MANY_TRIALS = "too_many_trials", N_("You have tried it often enough. Try again in an hour."), "", 429
    NOTHING_TO_UNDO = (
        "nothing_to_undo",
        N_("Nothing of this can be undone any more: the emails have gone."),
    )


def wait_for(left: int) -> timedelta:
    """Return how much longer than usual the mails of a decision wait while so many people of a run are still to come."""
    return min(left * _WAIT_A_PERSON, _LONGEST_WAIT)


#: acts that a reason can be given for
REASONED = (*DECIDING, RunAct.CORRECT)
MOST_OF_AN_EVENT = 60
LONGEST_TITLE = 80
