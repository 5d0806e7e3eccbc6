"""Messages to participants in words: what each is called, when it goes, and what is wrong with words written for it."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from flask_babel import gettext as _

from eventreg.registration.rules.message_texts import TextKey
from eventreg.registration.rules.placeholders import PlaceholderFault, PlaceholderReason

_K = TextKey


class TextGroup(enum.Enum):
    """The parts of the list of messages."""

    REGISTERING = (_K.RECEIVED, _K.CONFIRMED, _K.WAITLISTED)
    DECIDING = (_K.PROMOTED, _K.PROMOTED_TO_REVIEW, _K.DECLINED, _K.PLACE_LOST, _K.REOPENED)
    ASKING = (_K.ASKED_FOLLOW_UP, _K.ASKED_AGAIN, _K.ASKED_CORRECTION, _K.ASK_REMINDER)
    CHANGING = (_K.CHANGED, _K.OLD_ENTRY, _K.WITHDRAWN)
    TEAM = (_K.TEAM_CHANGED, _K.TEAM_WITHDRAWN, _K.MOVED, _K.HANDED_ON, _K.HANDED_TO)
    INVITING = (_K.INVITATION, _K.INVITATION_REMINDER)
    EVENT = (_K.EVENT_CANCELLED, _K.EVENT_REINSTATED)
    ADDRESSES = (
        _K.VERIFY, _K.LINK, _K.CONFIRM_ADDRESS, _K.ADDRESS_CHANGED, _K.ADDRESS_LEFT, _K.SAVED_FORM, _K.EARLIER_ANSWERS,
    )  # fmt: skip


def group_title(group: TextGroup) -> str:
    """Return what a part of the list is called."""
    return {
        TextGroup.REGISTERING: _("After registering"),
        TextGroup.DECIDING: _("Decisions and places"),
        TextGroup.ASKING: _("Questions to people"),
        TextGroup.CHANGING: _("Changes by the person"),
        TextGroup.TEAM: _("Changes by the team"),
        TextGroup.INVITING: _("Invitations"),
        TextGroup.EVENT: _("The whole event"),
        TextGroup.ADDRESSES: _("Links and addresses"),
    }[group]


def text_title(key: TextKey) -> str:
    """Return what a message is called."""
    return _words()[key][0]


def text_trigger(key: TextKey) -> str:
    """Return when a message goes, as a sentence."""
    return _words()[key][1]


def _words() -> Mapping[TextKey, tuple[str, str]]:
    return {**_of_decisions(), **_of_people(), **_of_team(), **_of_addresses()}


def _of_decisions() -> Mapping[TextKey, tuple[str, str]]:
    return {
        _K.RECEIVED: (_("Request received"), _("Goes when somebody has registered and waits for a decision.")),
        _K.CONFIRMED: (
            _("Place confirmed"),
            _("Goes when somebody gets a place: at once on registering, or by a decision."),
        ),
        _K.WAITLISTED: (
            _("On the waiting list"),
            _("Goes when there is no place for somebody, or a decision says so."),
        ),
        _K.PROMOTED: (
            _("From the waiting list to a place"),
            _("Goes when a place has become free and the next person gets it."),
        ),
        _K.PROMOTED_TO_REVIEW: (
            _("From the waiting list to review"),
            _("Goes when a place has become free and the next person still needs a decision."),
        ),
        _K.DECLINED: (_("Declined"), _("Goes when somebody without a place is declined.")),
        _K.PLACE_LOST: (
            _("Confirmed place taken back"),
            _("Goes when somebody who had a confirmed place is declined."),
        ),
        _K.REOPENED: (_("Decision taken back"), _("Goes when a decision that was told is taken back.")),
    }


def _of_people() -> Mapping[TextKey, tuple[str, str]]:
    return {
        _K.CHANGED: (_("Answers changed"), _("Goes when the person has changed answers.")),
        _K.OLD_ENTRY: (
            _("Earlier calendar entry taken out"),
            _("Goes once to whoever has a calendar entry for each day, when one for all days takes their place."),
        ),
        _K.WITHDRAWN: (_("Registration withdrawn"), _("Goes when somebody withdraws.")),
        _K.ASKED_FOLLOW_UP: (
            _("Questions once confirmed"),
            _("Goes when somebody is confirmed and the form asks more then."),
        ),
        _K.ASKED_AGAIN: (
            _("Questions asked again"),
            _("Goes when the questions have changed and the answers are asked anew."),
        ),
        _K.ASKED_CORRECTION: (_("Please correct"), _("Goes when the team asks somebody to mend some answers.")),
        _K.ASK_REMINDER: (_("Reminder to answer"), _("Goes once, some days later, when nothing was answered.")),
        _K.EVENT_CANCELLED: (_("Event cancelled"), _("Goes to everybody registered when the event is cancelled.")),
        _K.EVENT_REINSTATED: (
            _("Event takes place after all"),
            _("Goes to everybody registered when a cancellation is taken back."),
        ),
        _K.INVITATION: (_("Invitation"), _("Goes when an invitation is sent.")),
        _K.INVITATION_REMINDER: (
            _("Reminder of an invitation"),
            _("Goes when the team reminds people who have not answered."),
        ),
    }


def _of_team() -> Mapping[TextKey, tuple[str, str]]:
    return {
        _K.TEAM_CHANGED: (
            _("Changed on somebody's behalf"),
            _("Goes when the team changes answers of somebody and has the person told."),
        ),
        _K.TEAM_WITHDRAWN: (_("Withdrawn by the team"), _("Goes when the team withdraws somebody's registration.")),
        _K.MOVED: (
            _("Another category"),
            _("Goes when the team moves somebody to another category and the status stays."),
        ),
        _K.HANDED_ON: (
            _("Place handed on"),
            _("Goes to whoever had a registration that now is another person's."),
        ),
        _K.HANDED_TO: (_("Place handed to somebody"), _("Goes to the person who takes somebody's place.")),
    }


def _of_addresses() -> Mapping[TextKey, tuple[str, str]]:
    return {
        _K.VERIFY: (_("Confirm the address"), _("Goes on registering where addresses are confirmed first.")),
        _K.LINK: (_("Personal link"), _("Goes when somebody asks for the link, or sends the form a second time.")),
        _K.CONFIRM_ADDRESS: (_("Confirm a new address"), _("Goes to the new address when somebody changes it.")),
        _K.ADDRESS_CHANGED: (_("New address confirmed"), _("Goes to the new address once it is confirmed.")),
        _K.ADDRESS_LEFT: (_("Address no longer used"), _("Goes to the earlier address once the new one is confirmed.")),
        _K.SAVED_FORM: (_("Form kept for later"), _("Goes when somebody keeps a form to go on with it later.")),
        _K.EARLIER_ANSWERS: (
            _("Earlier answers"),
            _("Goes when somebody wants to begin from the answers of an earlier event."),
        ),
    }


def placeholder_fault_words(fault: PlaceholderFault) -> str:
    """Return what is wrong with a text, as a sentence beside its field."""
    written = f"{{{fault.name}}}"
    if fault.reason is PlaceholderReason.PERSONAL_LINK:
        return _(
            "Take out the address of a personal page: whoever follows it acts for that person. "
            "Write {link} instead, which is each reader's own."
        )
    if fault.reason is PlaceholderReason.TWICE:
        return _("%(written)s can stand once only", written=written)
    if fault.reason is PlaceholderReason.NOT_ALONE:
        return _("Put %(written)s on a line of its own", written=written)
    return _unknown(fault, written)


def _unknown(fault: PlaceholderFault, written: str) -> str:
    near = f"{{{fault.nearest}}}"
    if fault.reason is PlaceholderReason.NOT_HERE:
        return _("%(written)s cannot stand here: this text has no such thing to say", written=written)
    if fault.nearest:
        return _("There is no placeholder %(written)s. The nearest one is %(nearest)s", written=written, nearest=near)
    return _("There is no placeholder %(written)s", written=written)
