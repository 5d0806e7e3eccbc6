"""Acts on many registrations in words."""

from flask_babel import gettext as _, ngettext

from eventreg.attendees.rules.acts import FAULT, OUT_OF_SIGHT, TAKEN_BACK, UNVERIFIED, ItemOutcome, RunAct
from eventreg.registration.rules.states import DecisionReason, RequestReason


def act_on(act: RunAct, number: int) -> str:
    """Return what is done to how many: the title of a run's page."""
    one_and_many = {
        RunAct.APPROVE: lambda: ngettext("Approve %(num)d registration", "Approve %(num)d registrations", number),
        RunAct.DECLINE: lambda: ngettext("Decline %(num)d registration", "Decline %(num)d registrations", number),
        RunAct.WAITLIST: lambda: ngettext(
            "Put %(num)d registration on the waiting list", "Put %(num)d registrations on the waiting list", number
        ),
        RunAct.REOPEN: lambda: ngettext(
            "Return %(num)d registration to review", "Return %(num)d registrations to review", number
        ),
        RunAct.CORRECT: lambda: ngettext(
            "Request a correction from %(num)d person", "Request a correction from %(num)d people", number
        ),
        RunAct.WRITE: lambda: ngettext("Email %(num)d person", "Email %(num)d people", number),
        RunAct.TAG: lambda: ngettext("Add a tag to %(num)d registration", "Add a tag to %(num)d registrations", number),
        RunAct.UNTAG: lambda: ngettext(
            "Remove a tag from %(num)d registration", "Remove a tag from %(num)d registrations", number
        ),
        RunAct.UNDO: lambda: ngettext("Undo %(num)d decision", "Undo %(num)d decisions", number),
    }
    return str(one_and_many[act]())


def begin_on(act: RunAct, number: int) -> str:
    """Return what the button says that begins an act on so many; what is written has to be sent."""
    if act is RunAct.WRITE:
        return str(ngettext("Send to %(num)d person", "Send to %(num)d people", number))
    return act_on(act, number)


def outcome_words(act: RunAct, outcome: ItemOutcome) -> str:
    """Return what came of one person."""
    if outcome is ItemOutcome.WAITING:
        return _("To come")
    if outcome is ItemOutcome.LEFT:
        return _("Left as it was")
    if outcome is ItemOutcome.DONE_WITHOUT_PLACE:
        return _("Approved, waits for a place")
    return {
        RunAct.APPROVE: _("Approved"),
        RunAct.DECLINE: _("Declined"),
        RunAct.WAITLIST: _("On the waiting list"),
        RunAct.REOPEN: _("Returned to review"),
        RunAct.CORRECT: _("Requested a correction"),
        RunAct.WRITE: _("Emailed"),
        RunAct.UNDO: _("Undone"),
    }.get(act, _("Done"))


def left_words(refusal: str) -> str:
    """Return why somebody was left as they were."""
    return {
        DecisionReason.DECIDED_BY_ANOTHER.value: _("Somebody decided since it was chosen."),
        DecisionReason.DECIDED_ALREADY.value: _("Somebody decided since it was chosen."),
        DecisionReason.CHANGED_MEANWHILE.value: _("The registration has changed since it was chosen."),
        DecisionReason.NOT_POSSIBLE.value: _("This is not possible in the present state of the registration."),
        DecisionReason.REASON_MISSING.value: _("The reason is missing, and the person reads it."),
        DecisionReason.CALLED_OFF.value: _("The event does not take place."),
        DecisionReason.NOT_THE_LAST.value: _("Something happened since, so this can no longer be undone."),
        DecisionReason.TOLD_ALREADY.value: _("Too late: the email has gone."),
        RequestReason.NOTHING_CHOSEN.value: _("The person was not asked any of these questions."),
        RequestReason.NOT_CONCERNED.value: _("Somebody with this status is not asked anything."),
        RequestReason.PAST.value: _("The day to answer by has passed."),
        OUT_OF_SIGHT: _("The registration is no longer one of yours."),
        UNVERIFIED: _("The address is not confirmed, so nothing is written to it."),
        TAKEN_BACK: _("Stopped before the message went."),
        FAULT: _("Something failed on our side. Try this person singly."),
    }.get(refusal, _("This was not possible."))
