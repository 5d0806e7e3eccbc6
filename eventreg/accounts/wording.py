"""Refusals about accounts as sentences."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.accounts.rules.refusals import AccountRefused, Reason


def refusal_sentence(refused: AccountRefused) -> str:
    """Say in the reader's language what stands against it and what to do."""
    details = refused.details
    match refused.reason:
        case Reason.NAME_MISSING:
            return _("Write a name of up to 200 characters")
        case Reason.ADDRESS_INVALID:
            return _("Write an email address like name@institution.org")
        case Reason.ADDRESS_TAKEN:
            return _("There is an account with this address already")
        case Reason.PASSWORD_TOO_SHORT:
            return _("Choose a password of %(shortest)s characters or more", **details)
        case Reason.PASSWORD_TOO_LONG:
            return _("Choose a password of up to %(longest)s characters", **details)
        case Reason.OLD_PASSWORD_WRONG:
            return _("This is not your present password")
        case Reason.SIGN_IN_WRONG:
            return _("Address and password do not match. Check both, or have a sign-in link sent to you.")
        case Reason.TOO_MANY_TRIES:
            return _("There were too many tries. Wait %(minutes)s minutes, then try again.", **details)
        case Reason.LINK_OVER:
            return _("This link was used already, or it is too old. Ask for a new one.")
