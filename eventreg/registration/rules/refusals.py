"""Why registering, changing or deciding was refused. `registration.wording` has the sentences."""

from __future__ import annotations

import enum
from collections.abc import Sequence

from eventreg.kernel.errors import Refused
from eventreg.questionnaires.rules.reasons import Reason


class RegisteringReason(enum.Enum):
    """Why a form was not accepted as a whole. Faults of single answers are told by the questionnaire."""

    NOT_OPEN_YET = "not_open_yet"
    CLOSED = "closed"
    #: the event does not take place
    CALLED_OFF = "called_off"
    #: the event is over and archived
    OVER = "over"
    UNKNOWN_CATEGORY = "unknown_category"
    #: this very form was sent before, with another mail address
    SENT_BEFORE = "sent_before"
    FILE_GONE = "file_gone"
    TOO_MANY_FILES = "too_many_files"
    #: the link of a private category was replaced by a newer one
    LINK_OVER = "link_over"
    #: an access code was switched off, its time is over, or as many have used it as may
    CODE_OFF = "code_off"
    CODE_EXPIRED = "code_expired"
    CODE_USED_UP = "code_used_up"
    #: an invitation was used, taken back or declined, or its time is over
    INVITATION_OVER = "invitation_over"
    #: an invitation is for another mail address
    OTHER_ADDRESS = "other_address"


class ChangeReason(enum.Enum):
    """Why a participant's own change was not made."""

    TOO_LATE = "too_late"
    #: somebody changed the registration since the page was shown
    CHANGED_MEANWHILE = "changed_meanwhile"
    #: a decision on the registration can still be undone, and its messages wait
    BEING_DECIDED = "being_decided"
    NOT_POSSIBLE_NOW = "not_possible_now"
    ADDRESS_IN_USE = "address_in_use"
    SAME_ADDRESS = "same_address"
    LINK_EXPIRED = "link_expired"
    #: the event does not take place
    CALLED_OFF = "called_off"


class DecisionReason(enum.Enum):
    """Why an organizer's decision was not made."""

    #: details: `by` (name), `action`, `status`
    DECIDED_BY_ANOTHER = "decided_by_another"
    #: the registration changed since the page was shown, by its holder or by the waiting list; details: `status`
    CHANGED_MEANWHILE = "changed_meanwhile"
    NOT_POSSIBLE = "not_possible"
    REASON_MISSING = "reason_missing"
    REASON_TOO_LONG = "reason_too_long"
    NOT_THE_LAST = "not_the_last"
    #: its mail has gone, and it was to be undone only without one
    TOLD_ALREADY = "told_already"
    #: the event does not take place: everybody has been told, and nobody is decided on any more
    CALLED_OFF = "called_off"


class RequestReason(enum.Enum):
    """Why somebody is not asked to answer something."""

    NOTHING_CHOSEN = "nothing_chosen"
    REASON_MISSING = "reason_missing"
    REASON_TOO_LONG = "reason_too_long"
    #: the status is not one in which people are asked
    NOT_CONCERNED = "not_concerned"
    #: it could not be answered any more
    PAST = "past"
    CALLED_OFF = "called_off"
    #: answered, late or taken back
    NOT_OPEN = "not_open"


class RequestRefused(Refused):
    """Nobody was asked. Nothing was written."""


class RegistrationRefused(Refused):
    """A registration was not accepted. Nothing was written."""


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
        super().__init__(Reason.FULL)
        self.options = tuple(options)


class ChangeRefused(Refused):
    """A change was not made. Nothing was written."""


class DecisionRefused(Refused):
    """A decision was not made. Nothing was written."""
