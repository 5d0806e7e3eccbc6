"""The statuses of a registration, which belong together, and what leads from one to another: tables, nothing else.

Why registering, changing or deciding was refused.
"""

from collections.abc import Sequence

from eventreg.kernel.errors import N_, Conflict, Reason, Refused, Titled
from eventreg.questionnaires.rules import answers


class Status(Titled):
    """Where a registration stands: as the team reads it, what it means for the participant, as the participant reads it.

    Live is every status but `cancelled`.
    """

    #: the address is not yet verified; counts nowhere
    UNVERIFIED = "unverified", N_("To be verified"), N_("Confirm your email address with the link we sent you.")
    PENDING = (
        "pending",
        N_("To review"),
        N_("The organizing institutions review your request. We answer you by email."),
        N_("Under review"),
    )
    CONFIRMED = "confirmed", N_("Confirmed"), N_("Your place is confirmed."), N_("Place confirmed")
    WAITLISTED = "waitlisted", N_("Waiting list"), N_("We write to you as soon as it is your turn.")
    DECLINED = "declined", N_("Declined"), N_("We cannot offer you a place this time."), N_("Without a place")
    CANCELLED = (
        "cancelled",
        N_("Cancelled"),
        N_("This registration no longer counts. You can register again while registration is open."),
        N_("Withdrawn"),
    )

    def __init__(self, key: str, title: str = "", explained: str = "", own_title: str = "") -> None:
        super().__init__(key, title, explained)
        self.own_title = own_title or title


class Action(Titled):
    """Something that changes a status. What is called something is a decision, as a word."""

    #: outcomes of registering or of verifying an address, see `rules.admission`
    ADMIT_CONFIRMED = "admit_confirmed"
    ADMIT_PENDING = "admit_pending"
    ADMIT_WAITLISTED = "admit_waitlisted"
    #: an address was not verified in time
    EXPIRE = "expire"
    #: an organizer's decisions; `approve_without_place` is an approval for which no place was free
    APPROVE = "approve", N_("Approved")
    APPROVE_WITHOUT_PLACE = "approve_without_place", N_("Approved, waits for a place")
    DECLINE = "decline", N_("Declined")
    WAITLIST = "waitlist", N_("On the waiting list")
    REOPEN = "reopen", N_("Returned to review")
    #: the waiting list moves
    PROMOTE_TO_CONFIRMED = "promote_to_confirmed", N_("Moved up from the waiting list")
    PROMOTE_TO_PENDING = "promote_to_pending", N_("Moved up from the waiting list")
    #: the participant withdraws
    WITHDRAW = "withdraw"


_S, _A = Status, Action

#: whoever takes part, or may yet: answers and withdraws, holds options, is told what everybody is told
STANDING = frozenset({_S.PENDING, _S.CONFIRMED, _S.WAITLISTED})
LIVE = frozenset(Status) - {_S.CANCELLED}
#: how statuses follow one another in a list: what waits for a decision comes first
STATUS_ORDER = (_S.PENDING, _S.WAITLISTED, _S.CONFIRMED, _S.DECLINED, _S.CANCELLED, _S.UNVERIFIED)
#: whoever has come further first: of two registrations of one person that one stays
FURTHEST = (_S.CONFIRMED, _S.PENDING, _S.WAITLISTED, _S.UNVERIFIED, _S.DECLINED, _S.CANCELLED)

TRANSITIONS: dict[tuple[Status, Action], Status] = {
    (_S.UNVERIFIED, _A.ADMIT_CONFIRMED): _S.CONFIRMED,
    (_S.UNVERIFIED, _A.ADMIT_PENDING): _S.PENDING,
    (_S.UNVERIFIED, _A.ADMIT_WAITLISTED): _S.WAITLISTED,
    (_S.UNVERIFIED, _A.EXPIRE): _S.CANCELLED,
    (_S.UNVERIFIED, _A.WITHDRAW): _S.CANCELLED,
    (_S.PENDING, _A.APPROVE): _S.CONFIRMED,
    (_S.PENDING, _A.APPROVE_WITHOUT_PLACE): _S.WAITLISTED,
    (_S.PENDING, _A.DECLINE): _S.DECLINED,
    (_S.PENDING, _A.WAITLIST): _S.WAITLISTED,
    (_S.PENDING, _A.WITHDRAW): _S.CANCELLED,
    (_S.CONFIRMED, _A.DECLINE): _S.DECLINED,
    (_S.CONFIRMED, _A.WAITLIST): _S.WAITLISTED,
    (_S.CONFIRMED, _A.REOPEN): _S.PENDING,
    (_S.CONFIRMED, _A.WITHDRAW): _S.CANCELLED,
    (_S.WAITLISTED, _A.APPROVE): _S.CONFIRMED,
    (_S.WAITLISTED, _A.APPROVE_WITHOUT_PLACE): _S.WAITLISTED,
    (_S.WAITLISTED, _A.DECLINE): _S.DECLINED,
    (_S.WAITLISTED, _A.REOPEN): _S.PENDING,
    (_S.WAITLISTED, _A.PROMOTE_TO_CONFIRMED): _S.CONFIRMED,
    (_S.WAITLISTED, _A.PROMOTE_TO_PENDING): _S.PENDING,
    (_S.WAITLISTED, _A.WITHDRAW): _S.CANCELLED,
    # A declined person cannot register again by the public form, so cannot withdraw to try again either.
    (_S.DECLINED, _A.APPROVE): _S.CONFIRMED,
    (_S.DECLINED, _A.APPROVE_WITHOUT_PLACE): _S.WAITLISTED,
    (_S.DECLINED, _A.WAITLIST): _S.WAITLISTED,
    (_S.DECLINED, _A.REOPEN): _S.PENDING,
}

#: what an organizer can choose, in the order of the screen
DECISIONS = (Action.APPROVE, Action.WAITLIST, Action.DECLINE, Action.REOPEN)
#: by itself, or with an act that makes places: see `services.promotion`
MOVING_UP = (Action.PROMOTE_TO_CONFIRMED, Action.PROMOTE_TO_PENDING)


def next_status(status: Status, action: Action) -> Status | None:
    """Return the status that `action` leads to, or None when it is not possible from `status`."""
    return TRANSITIONS.get((status, action))


class RegisteringReason(Conflict):
    """Why a form was not accepted as a whole. Faults of single answers are told by the questionnaire."""

    #: details: `moment`
    NOT_OPEN_YET = "not_open_yet", N_("Registration opens on %(moment)s.")
    CLOSED = "closed", N_("Registration has closed. If you have a question, write to the contact person.")
    #: the event does not take place
    CALLED_OFF = "called_off", N_("This event does not take place.")
    #: the event is over and archived
    OVER = "over", N_("This event has taken place.")
    UNKNOWN_CATEGORY = "unknown_category", N_("Choose in which capacity you take part")
    #: this very form was sent before, with another mail address
    SENT_BEFORE = "sent_before", N_("This form was sent already, with another email address.")
    FILE_GONE = "file_gone", N_("Choose the file again: it was kept for 24 hours only"), "", 422
    TOO_MANY_FILES = (
        "too_many_files",
        N_("We cannot keep the file at this moment. Try again in a while, and choose it again then."),
        "",
        503,
    )
    #: the link of a private category was replaced by a newer one
    LINK_OVER = (
        "link_over",
        N_("The link that brought you here no longer works. Ask whoever gave it to you for the new one."),
    )
    #: an access code was switched off, its time is over, or as many have used it as may
    CODE_OFF = "code_off", N_("This code is no longer valid. Write to the contact person.")
    CODE_EXPIRED = "code_expired", N_("The time to use this code is over. Write to the contact person.")
    CODE_USED_UP = (
        "code_used_up",
        N_("As many people as this code is for have already used it. Write to the contact person."),
    )
    #: an invitation was used, taken back or declined, or its time is over
    INVITATION_OVER = (
        "invitation_over",
        N_("This invitation can no longer be used. If you have not registered, write to the contact person."),
    )
    #: an invitation is for another mail address
    OTHER_ADDRESS = (
        "other_address",
        N_("This invitation is for another email address. Register with the address that it was sent to."),
    )


class ChangeReason(Conflict):
    """Why a change was not made: a participant's own, or the team's for somebody."""

    TOO_LATE = "too_late", N_("Answers can no longer be changed here. Write to the contact person.")
    #: somebody changed the registration since the page was shown
    CHANGED_MEANWHILE = (
        "changed_meanwhile",
        N_("The registration changed while you were at it. Look at what happened, then send it again."),
    )
    #: a decision on the registration can still be undone, and its messages wait
    BEING_DECIDED = (
        "being_decided",
        N_("Somebody is working on your registration. Try again in two minutes."),
        "",
        409,
        N_("A decision was made a moment ago, and its email waits. Undo it, or wait a minute and send this again."),
    )
    NOT_POSSIBLE_NOW = (
        "not_possible_now",
        N_("This is not possible in the present state of your registration."),
        "",
        409,
        N_("This is not possible in the present state of the registration."),
    )
    ADDRESS_IN_USE = (
        "address_in_use",
        N_("There is already a registration with this address. Use another address."),
        "email",
        409,
        N_("There is already a registration with this address."),
    )
    SAME_ADDRESS = (
        "same_address",
        N_("This is the address we already have. Write the new one."),
        "email",
        409,
        N_("This is the address of now"),
    )
    LINK_EXPIRED = "link_expired", N_("This link has expired. Ask for a new one on the page of your registration.")
    #: the event does not take place
    CALLED_OFF = (
        "called_off",
        N_("This event does not take place, so nothing has to be done."),
        "",
        409,
        N_("The event does not take place."),
    )


class DecisionReason(Conflict):
    """Why an organizer's decision was not made."""

    #: details: `name`, `decision`
    DECIDED_BY_ANOTHER = (
        "decided_by_another",
        N_("%(name)s has already decided: %(decision)s. Nothing was changed and no message was sent."),
    )
    DECIDED_ALREADY = "decided_already", N_("You have already decided: %(decision)s.")
    #: the registration changed since the page was shown, by its holder or by the waiting list; details: `status`
    CHANGED_MEANWHILE = (
        "changed_meanwhile",
        N_("The registration has changed since you opened it (now: %(status)s). Look at it again, then decide."),
    )
    NOT_POSSIBLE = "not_possible", N_("This decision is not possible in the present state of the registration.")
    REASON_MISSING = "reason_missing", N_("Write the reason: the person reads it"), "reason", 422
    REASON_TOO_LONG = "reason_too_long", N_("Shorten the reason to %(limit)s characters"), "reason", 422
    NOT_THE_LAST = "not_the_last", N_("Something happened since, so this can no longer be undone. Decide anew.")
    #: its mail has gone, and it was to be undone only without one
    TOLD_ALREADY = "told_already", N_("The email has gone, so this can no longer be undone without a trace.")
    #: the event does not take place: everybody has been told, and nobody is decided on any more
    CALLED_OFF = (
        "called_off",
        N_("The event does not take place, and everybody was told so. Nothing is decided any more."),
    )


class RequestReason(Reason):
    """Why somebody is not asked to answer something."""

    NOTHING_CHOSEN = "nothing_chosen", N_("Choose which answers are to be checked"), "question"
    REASON_MISSING = "reason_missing", N_("Write the reason: the person reads it"), "reason"
    REASON_TOO_LONG = "reason_too_long", N_("Shorten the reason to %(limit)s characters"), "reason"
    #: the status is not one in which people are asked
    NOT_CONCERNED = "not_concerned", N_("Somebody with this status is not asked anything."), "send"
    #: it could not be answered any more
    PAST = "past", N_("Choose a day that is still to come"), "until"
    CALLED_OFF = "called_off", N_("This event does not take place."), "send"
    #: answered, late or taken back
    NOT_OPEN = "not_open", N_("This request is answered, over or taken back.")


class Because(Titled):
    """Why the data of a person are erased. Words of one's own could name them."""

    ASKED = "asked", N_("The person asked for it")
    MISTAKE = "mistake", N_("It was a mistake or a trial")
    LAW = "law", N_("A law or an authority demands it")
    #: at every event, by an administrator
    ADDRESS = "address", N_("Deleted by address at every event")


class AddressTaken(Refused):
    """Somebody with this address is registered already. Nothing was written. `reference`: the live registration's."""

    def __init__(self, reference: str) -> None:
        super().__init__(ChangeReason.ADDRESS_IN_USE)
        self.reference = reference


class FormSentBefore(Refused):
    """This very form registered somebody with another address. Nothing was written. `reference`: that registration's."""

    def __init__(self, reference: str) -> None:
        super().__init__(RegisteringReason.SENT_BEFORE)
        self.reference = reference


class OptionsFull(Refused):
    """The last place of an option was taken by somebody else. Nothing was written. `options`: (question key, value)."""

    def __init__(self, options: Sequence[tuple[str, str]]) -> None:
        super().__init__(answers.Reason.FULL)
        self.options = tuple(options)


class ChangeRefused(Refused):
    """A change was not made. Nothing was written."""
