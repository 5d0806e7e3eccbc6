"""The review in words: columns, orders, what happened to a registration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from eventreg.registration.models import AccessCode
from eventreg.registration.rules.access_codes import CodeReason, CodesRefused
from eventreg.registration.rules.invitations import (
    InvitationReason,
    InvitationRefused,
    InvitationState,
)
from eventreg.registration.rules.refusals import RegisteringReason
from eventreg.registration.rules.requests import RequestKind
from eventreg.registration.rules.ways_in import WayKind


def asked_title(kind: RequestKind, section: str) -> str:
    """Return what the team calls what people are asked beside the form; a follow-up by its section."""
    return {
        RequestKind.FOLLOW_UP: section,
        RequestKind.AGAIN: _("Asked again"),
        RequestKind.CORRECTION: _("Answers to check"),
    }[kind]


def invitation_state(state: InvitationState) -> str:
    """Return how far an invitation has come, as a word."""
    return {
        InvitationState.MADE: _("Not sent"),
        InvitationState.SENT: _("Sent"),
        InvitationState.TROUBLE: _("Did not arrive"),
        InvitationState.DOUBTFUL: _("Probably delivered"),
        InvitationState.REMINDED: _("Reminded"),
        InvitationState.REGISTERED: _("Registered"),
        InvitationState.DECLINED: _("Said no"),
        InvitationState.EXPIRED: _("Expired"),
        InvitationState.TAKEN_BACK: _("Taken back"),
    }[state]


def invitation_refused(refused: InvitationRefused) -> str:
    """Say why somebody is not invited, or an invitation stays as it is."""
    details, reason = refused.details, InvitationReason(refused.reason)
    if reason in (InvitationReason.TOO_LONG, InvitationReason.UNREADABLE):
        return _invitation_text_refused(reason, {**details, "field": refused.field})
    return {
        InvitationReason.ADDRESS_MISSING: _("An email address is missing"),
        InvitationReason.ADDRESS_INVALID: _("Write an email address like nombre@institucion.example"),
        InvitationReason.UNKNOWN_CATEGORY: _("There is no category “%(name)s”", name=details.get("typed", "")),
        InvitationReason.UNKNOWN_LANGUAGE: _("There is no language “%(name)s” here", name=details.get("typed", "")),
        InvitationReason.ALREADY_INVITED: _("This address is invited already"),
        InvitationReason.ALREADY_REGISTERED: _("This address is registered already"),
        InvitationReason.TWICE_IN_LIST: _("The address stands in line %(line)s as well", line=details.get("line", "")),
        InvitationReason.EXPIRES_TOO_EARLY: _("Choose a moment that has not passed"),
        InvitationReason.NOBODY_IN_LIST: _("Write at least one person"),
        InvitationReason.TOO_MANY_LINES: _("A list has %(limit)s lines at most", limit=details.get("limit", "")),
        InvitationReason.OVER: _("This invitation is over: it was used, declined, taken back, or its time has passed."),
        InvitationReason.NOT_SENT_YET: _("This invitation was not sent yet."),
        InvitationReason.SENT_A_MOMENT_AGO: _("This invitation was sent a moment ago."),
        InvitationReason.REMINDED_TODAY: _("We wrote to this person less than a day ago."),
        InvitationReason.NOT_NOW: _(
            "Invitations are sent while the event is published and registration has not ended."
        ),
    }[reason]


def _invitation_text_refused(reason: InvitationReason, details: Mapping[str, Any]) -> str:
    field = {
        "given_name": _("Given name"),
        "family_name": _("Family name"),
        "institution": _("Institution"),
        "note": _("A few words of yours"),
    }[details["field"]]
    if reason is InvitationReason.TOO_LONG:
        return _("%(field)s: shorten it to %(limit)s characters", field=field, limit=details["limit"])
    return _("%(field)s: it holds characters that cannot be kept", field=field)


def codes_refused(refused: CodesRefused) -> str:
    """Return why no code was added."""
    words = {
        CodeReason.NOTHING_TO_ADD: _("Write at least one code, or how many are to be made"),
        CodeReason.TOO_MANY: _("Add at most %(limit)s codes at once"),
        CodeReason.LABEL_TOO_LONG: _("Use at most %(limit)s characters"),
        CodeReason.LABEL_UNREADABLE: _("Write one line, without characters that cannot be shown"),
        CodeReason.USES_OUT_OF_RANGE: _("Write a number from 1 to %(limit)s"),
        CodeReason.TOO_LONG: _("“%(code)s” is too long: use at most %(limit)s characters"),
        CodeReason.TOO_SHORT: _(
            "“%(code)s” is too short: it could be guessed. Use at least %(limit)s letters or digits"
        ),
        CodeReason.UNREADABLE: _("“%(code)s” holds characters that cannot be shown"),
        CodeReason.TWICE: _("“%(code)s” stands in the list twice; case, accents, blanks and hyphens do not matter"),
        CodeReason.IN_USE: _("This event has “%(code)s” already"),
        CodeReason.UNKNOWN_CATEGORY: _("Choose a category"),
        CodeReason.EXPIRES_TOO_EARLY: _("Choose a moment to come"),
    }
    return words[CodeReason(refused.reason)] % refused.details


def code_standing(refusal: RegisteringReason | None) -> str:
    """Return whether a code leads in now, as the team reads it."""
    words = {
        RegisteringReason.CODE_OFF: _("Switched off"),
        RegisteringReason.CODE_EXPIRED: _("Expired"),
        RegisteringReason.CODE_USED_UP: _("Used up"),
    }
    return words[refusal] if refusal is not None else _("Works")


def came_by_words(way: WayKind, code: AccessCode | None) -> str:
    """Return by which way a person came, as the team reads it. `code` is None when it is gone, or it was no code."""
    if way is WayKind.CODE and code is not None:
        name = f"{code.code} ({code.label})" if code.label else code.code
        return _("by the code %(name)s", name=name)
    return {
        WayKind.LINK: _("by the link of the category"),
        WayKind.CODE: _("by a code"),
        WayKind.INVITATION: _("by an invitation"),
        WayKind.TEAM: _("registered by the team"),
        WayKind.IMPORT: _("by a file of the team"),
    }[way]
