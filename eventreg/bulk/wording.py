"""Acts on many registrations in words; and what the audit trail says of messages that go by themselves."""

from flask_babel import gettext as _, ngettext

from eventreg.attendees.rules import acts
from eventreg.audit import trail
from eventreg.bulk.rules import Lapse
from eventreg.registration.rules.states import DecisionReason, RequestReason
from eventreg.web.forms import lazy_gettext as _l

trail.add_acts(
    message_scheduled=_l("Switched on a scheduled message"),
    schedule_stopped=_l("Stopped a scheduled message"),
    schedule_lapsed=_l("A scheduled message was not sent"),
)
trail.add_parts(lapse=_l("Why"))
trail.add_values({each.value: _l(each.title) for each in Lapse}, "lapse")


def act_on(act: acts.RunAct, number: int) -> str:
    """Return what is done to how many: the title of a run's page."""
    return ngettext(*act.on, number)


def begin_on(act: acts.RunAct, number: int) -> str:
    """Return what the button says that begins an act on so many; what is written has to be sent."""
    if act is acts.RunAct.WRITE:
        return ngettext("Send to %(num)d person", "Send to %(num)d people", number)
    return act_on(act, number)


def outcome_words(act: acts.RunAct, outcome: acts.ItemOutcome) -> str:
    """Return what came of one person."""
    return _(outcome.title or act.done)


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
        acts.OUT_OF_SIGHT: _("The registration is no longer one of yours."),
        acts.UNVERIFIED: _("The address is not confirmed, so nothing is written to it."),
        acts.REFUSED_MAIL: _("This person gets only the messages that the registration needs."),
        acts.TAKEN_BACK: _("Stopped before the message went."),
        acts.FAULT: _("Something failed on our side. Try this person singly."),
    }.get(refusal, _("This was not possible."))
