"""The review in words: columns, orders, what happened to a registration."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.registration.rules.states import Action, Status
from eventreg.registration.wording import decision_verb, status_for_team
from eventreg.review.rules.columns import Column


def column_title(column: Column) -> str:
    """Return the head of a column."""
    return {
        Column.PERSON: _("Person"),
        Column.INSTITUTION: _("Institution"),
        Column.CATEGORY: _("Category"),
        Column.STATUS: _("Status"),
        Column.RECEIVED: _("Received"),
        Column.REFERENCE: _("Reference"),
        Column.LANGUAGE: _("Language"),
    }[column]


def act_title(action: str) -> str:
    """Return what an audit entry about a registration says happened; the entry's own word for one without wording."""
    if action.startswith("registered_"):
        return _("Registered: %(status)s", status=_status(action.removeprefix("registered_")))
    if action.startswith("decided_"):
        return _decision(action.removeprefix("decided_"))
    titles = {
        "promoted": _("Moved up from the waiting list"),
        "decision_undone": _("Decision undone before its email went"),
        "withdrew": _("Withdrew"),
        "language_changed": _("Changed the language of the emails"),
        "consents_changed": _("Changed consents"),
        "answers_changed": _("Changed answers"),
        "request_answered": _("Answered what was asked"),
        "correction_requested": _("Asked to check answers"),
        "request_reminded": _("Reminded of unanswered questions"),
        "request_taken_back": _("Took back a request to answer"),
        "request_put_off": _("Put off the deadline to answer"),
        "team_answers_changed": _("Filled in answers for the team"),
        "options_full": _("An answer had no place left and was taken off"),
        "sessions_chosen": _("Chose sessions"),
        "address_verified": _("Confirmed the email address"),
        "address_change_requested": _("Asked for another email address"),
        "address_changed": _("Confirmed the new email address"),
        "expired": _("Given up: the email address was not confirmed in time"),
        "sensitive_answers_seen": _("Looked at sensitive answers"),
        "file_downloaded": _("Downloaded a file"),
        "message_released": _("Released a held message"),
        "message_sent_again": _("Sent a message again"),
    }
    return titles.get(action, action)


def _status(value: str) -> str:
    return next((status_for_team(status) for status in Status if status.value == value), value)


def _decision(value: str) -> str:
    return next((decision_verb(action) for action in Action if action.value == value), value)
