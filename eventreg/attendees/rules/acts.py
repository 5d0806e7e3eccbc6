"""Acts on many registrations: what they are called and need, what comes of each person, and the limits of ready-made reasons."""

from datetime import timedelta

from eventreg.events.rules.team import Permission
from eventreg.kernel.errors import N_, NN_, Conflict, Sentence, Titled
from eventreg.registration.rules.states import Action

#: so many registrations can be named one by one; more are chosen by the list's state
MOST_CHOSEN = 2_000
#: so few are done while one waits for the page; the rest is done by the worker
AT_ONCE = 20
#: a run that nobody confirmed is forgotten
DRAFTS_KEPT_FOR = timedelta(days=1)
#: the worker sees to a run for so long before others have their turn
TURN = timedelta(seconds=1)
#: what is added to the time to undo for each person of a run, up to the limit, so that its mails do not go before whoever
#: began it has seen its end
_WAIT_A_PERSON, _WAIT_A_MESSAGE = timedelta(milliseconds=15), timedelta(milliseconds=3)
_LONGEST_WAIT = timedelta(seconds=60)
#: more people than this make no difference
MOST_WAITED_FOR = int(_LONGEST_WAIT / _WAIT_A_MESSAGE)


class RunAct(Titled):
    """What is done to each registration of a selection: as a button says it, done to how many, and what came of one."""

    APPROVE = (
        "approve",
        N_("Approve"),
        NN_("Approve %(num)d registration", "Approve %(num)d registrations"),
        N_("Approved"),
    )
    DECLINE = (
        "decline",
        N_("Decline"),
        NN_("Decline %(num)d registration", "Decline %(num)d registrations"),
        N_("Declined"),
    )
    WAITLIST = (
        "waitlist",
        N_("Put on the waiting list"),
        NN_("Put %(num)d registration on the waiting list", "Put %(num)d registrations on the waiting list"),
        N_("On the waiting list"),
    )
    REOPEN = (
        "reopen",
        N_("Return to review"),
        NN_("Return %(num)d registration to review", "Return %(num)d registrations to review"),
        N_("Returned to review"),
    )
    #: ask for answers to be mended
    CORRECT = (
        "correct",
        N_("Request correction"),
        NN_("Request a correction from %(num)d person", "Request a correction from %(num)d people"),
        N_("Requested a correction"),
    )
    #: write to each alone
    WRITE = "write", N_("Send email"), NN_("Email %(num)d person", "Email %(num)d people"), N_("Emailed")
    TAG = "tag", N_("Add a tag"), NN_("Add a tag to %(num)d registration", "Add a tag to %(num)d registrations")
    UNTAG = (
        "untag",
        N_("Remove a tag"),
        NN_("Remove a tag from %(num)d registration", "Remove a tag from %(num)d registrations"),
    )
    #: take a run of decisions back
    UNDO = "undo", N_("Undo"), NN_("Undo %(num)d decision", "Undo %(num)d decisions"), N_("Undone")

    def __init__(self, key: str, title: str = "", on: Sentence = "", done: str = N_("Done")) -> None:
        super().__init__(key, title)
        self.on, self.done = on, done

    @property
    def needs(self) -> Permission:
        """What somebody has to be allowed; whoever loses it while a run goes on stops the run."""
        return Permission.SEND_MESSAGES if self is RunAct.WRITE else Permission.DECIDE


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


class ItemOutcome(Titled):
    """What came of one registration of a run. DONE is called as the act says it."""

    WAITING = "waiting", N_("To come")
    DONE = "done"
    #: approved, but no place was free: on the waiting list, approved
    DONE_WITHOUT_PLACE = "done_without_place", N_("Approved, waits for a place")
    #: it is no longer what was chosen, or the act does not fit its status; `refusal` says which
    LEFT = "left", N_("Left as it was")


#: what somebody is left for beside what a service refuses
OUT_OF_SIGHT, FAULT = "out_of_sight", "fault"
#: not written to, since the address is not confirmed; and written to, but stopped before the message went
UNVERIFIED, TAKEN_BACK = "unverified", "taken_back"
#: the person gets only what the registration needs, and this went to many
REFUSED_MAIL = "refused_mail"


#: what goes with a message: so many files, each of so many bytes, and together of so many inside the message: the rest by link
MOST_FILES, MOST_FILE_BYTES, MOST_ENCLOSED = 5, 10_000_000, 1_500_000


class RunReason(Conflict):
    """Why a run is not made, begun or undone."""

    FILE_TOO_LARGE = "file_too_large", N_("The file is larger than 10 MB. Make it smaller, or give a link"), "file"
    TOO_MANY_FILES = "too_many_files", N_("At most %(limit)s files can go with a message"), "file"

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
    #: another one has saved the draft since it was opened
    SAVED_MEANWHILE = (
        "saved_meanwhile",
        N_(
            "Somebody else saved this draft meanwhile. What you wrote stands below: save again to put it in place of theirs."
        ),
    )
    #: the lists of a draft hold others than when its page was shown
    OTHERS_NOW = "others_now", N_("Meanwhile other people are on it. Look at who they are, then send again.")


def wait_for(act: RunAct, people: int) -> timedelta:
    """Return how much longer than usual the mails of a run of so many people wait."""
    return min(people * (_WAIT_A_MESSAGE if act is RunAct.WRITE else _WAIT_A_PERSON), _LONGEST_WAIT)


#: acts that a reason can be given for
REASONED = (*DECIDING, RunAct.CORRECT)
MOST_OF_AN_EVENT = 60
LONGEST_TITLE = 80
