"""Statuses, refusals and requests of registrations in words. Called while the reader's language is in force."""

from flask_babel import gettext as _

from eventreg.registration.rules.asked import RequestKind
from eventreg.registration.rules.states import Action, Status


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
        Action.REOPEN: _("Returned to review"),
    }.get(action, action.value)


def request_title(kind: RequestKind, section: str) -> str:
    """Return what a request is called, on one's own page and on the team's."""
    return {
        RequestKind.FOLLOW_UP: section,
        RequestKind.AGAIN: _("Questions that have changed"),
        RequestKind.CORRECTION: _("Answers to check"),
    }[kind]
