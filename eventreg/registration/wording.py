"""Statuses, refusals and history of registrations in words. Called while the reader's language is in force."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.i18n import formats
from eventreg.i18n.languages import current_language
from eventreg.registration.rules.refusals import RegisteringReason, RegistrationRefused
from eventreg.registration.rules.requests import RequestKind
from eventreg.registration.rules.session_choices import SessionReason, SessionsRefused
from eventreg.registration.rules.states import Action, Status
from eventreg.web.templating import plain_in_reader_language


def status_for_team(status: Status) -> str:
    """Return a status as the team reads it."""
    return {
        Status.UNVERIFIED: _("To be verified"),
        Status.PENDING: _("To review"),
        Status.CONFIRMED: _("Confirmed"),
        Status.WAITLISTED: _("Waiting list"),
        Status.DECLINED: _("Declined"),
        Status.CANCELLED: _("Cancelled"),
    }[status]


def status_for_participant(status: Status) -> str:
    """Return a status as the participant reads it."""
    words = {
        Status.CONFIRMED: _("Place confirmed"),
        Status.PENDING: _("Under review"),
        Status.DECLINED: _("Without a place"),
        Status.CANCELLED: _("Withdrawn"),
    }
    return words.get(status) or status_for_team(status)


def status_explained(status: Status) -> str:
    """Return one sentence for the participant: what the status means."""
    return {
        Status.UNVERIFIED: _("Confirm your email address with the link we sent you."),
        Status.PENDING: _("The organizing institutions review your request. We answer you by email."),
        Status.CONFIRMED: _("Your place is confirmed."),
        Status.WAITLISTED: _("We write to you as soon as it is your turn."),
        Status.DECLINED: _("We cannot offer you a place this time."),
        Status.CANCELLED: _("This registration no longer counts. You can register again while registration is open."),
    }[status]


def decision_verb(action: Action) -> str:
    """Return what an organizer decided, as a word."""
    return {
        Action.APPROVE: _("Approved"),
        Action.APPROVE_WITHOUT_PLACE: _("Approved, waits for a place"),
        Action.DECLINE: _("Declined"),
        Action.WAITLIST: _("On the waiting list"),
        Action.REOPEN: _("Taken back for review"),
    }.get(action, action.value)


def registering_refused(refused: RegistrationRefused, time_zone: str) -> str:
    """Say why a form was not accepted."""
    if refused.reason is RegisteringReason.NOT_OPEN_YET:
        opens = formats.instant(refused.details["opens_at"], time_zone, current_language())
        return _("Registration opens on %(moment)s.", moment=opens)
    return {
        RegisteringReason.CLOSED: _("Registration has closed. If you have a question, write to the contact person."),
        RegisteringReason.CALLED_OFF: _("This event does not take place."),
        RegisteringReason.OVER: _("This event has taken place."),
        RegisteringReason.UNKNOWN_CATEGORY: _("Choose in which capacity you take part"),
        RegisteringReason.SENT_BEFORE: _("This form was sent already, with another email address."),
        RegisteringReason.FILE_GONE: _("Choose the file again: it was kept for 24 hours only"),
        RegisteringReason.TOO_MANY_FILES: _(
            "We cannot keep the file at this moment. Try again in a while, and choose it again then."
        ),
        **_ways_in_over(),
    }[RegisteringReason(refused.reason)]


def _ways_in_over() -> dict[RegisteringReason, str]:
    return {
        RegisteringReason.LINK_OVER: _(
            "The link that brought you here no longer works. Ask whoever gave it to you for the new one."
        ),
        RegisteringReason.CODE_OFF: _("This code is no longer valid. Write to the contact person."),
        RegisteringReason.CODE_EXPIRED: _("The time to use this code is over. Write to the contact person."),
        RegisteringReason.CODE_USED_UP: _(
            "As many people as this code is for have already used it. Write to the contact person."
        ),
        RegisteringReason.INVITATION_OVER: _(
            "This invitation can no longer be used. If you have not registered, write to the contact person."
        ),
        RegisteringReason.OTHER_ADDRESS: _(
            "This invitation is for another email address. Register with the address that it was sent to."
        ),
    }


def request_title(kind: RequestKind, section: str) -> str:
    """Return what a request is called, on one's own page and on the team's."""
    return {
        RequestKind.FOLLOW_UP: section,
        RequestKind.AGAIN: _("Questions that have changed"),
        RequestKind.CORRECTION: _("Answers to check"),
    }[kind]


def sessions_refused(refused: SessionsRefused) -> str:
    """Return why a choice of sessions was not kept, and what to do."""
    names = {name: plain_in_reader_language(title) for name, title in refused.details.items()}
    sentences = {
        SessionReason.NOT_CONFIRMED: lambda: _("Sessions can be chosen once your place is confirmed."),
        SessionReason.CLOSED: lambda: _("Sessions can no longer be chosen."),
        SessionReason.UNKNOWN: lambda: _("The programme has changed since you opened this page. Choose again."),
        SessionReason.BEGUN: lambda: _("“%(title)s” has begun.", **names),
        SessionReason.FULL: lambda: _(
            "“%(title)s” has no place left. Your choice is not saved: choose another one.", **names
        ),
        SessionReason.OVERLAP: lambda: _(
            "“%(first)s” and “%(second)s” are at the same time. Choose one of the two.", **names
        ),
    }
    return sentences[SessionReason(refused.reason)]()
