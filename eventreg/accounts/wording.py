"""Refusals about accounts as sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from eventreg.accounts.rules.refusals import AccountRefused, Reason
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language
from eventreg.web.instance import config


def refusal_sentence(refused: AccountRefused) -> str:
    """Say in the reader's language what stands against it and what to do."""
    details = refused.details
    if refused.reason is Reason.PASSWORD_EASY:
        return password_hint(details["warning"], details["hints"])
    if refused.reason is Reason.TOO_MANY_TRIES:
        return too_many_tries(details["until"], config().time_zone)
    return _sentences(details)[refused.reason]


def _sentences(details: Mapping[str, Any]) -> Mapping[Reason, str]:
    """Return the sentence of every other reason; what a sentence names is there when it is its turn."""
    named = {"shortest": "", "longest": "", **details}
    return {
        Reason.NAME_MISSING: _("Write a name of up to 200 characters"),
        Reason.ADDRESS_INVALID: _("Write an email address like name@institution.org"),
        Reason.ADDRESS_TAKEN: _("There is an account with this address already"),
        Reason.PASSWORD_TOO_SHORT: _("Choose a password of %(shortest)s characters or more", **named),
        Reason.PASSWORD_TOO_LONG: _("Choose a password of up to %(longest)s characters", **named),
        Reason.OLD_PASSWORD_WRONG: _("This is not your present password"),
        Reason.SIGN_IN_WRONG: _("Address and password do not match. Check both, or have a sign-in link sent to you."),
        Reason.LINK_OVER: _("This link was used already, or it is too old. Ask for a new one."),
        Reason.CODE_WRONG: _(
            "This code does not fit, or it was used. Wait for the next one of your app, or use a recovery code."
        ),
        Reason.SIGN_IN_OVER: _("Too much time has passed. Sign in once more."),
        Reason.LINK_NEEDED: _("Your account has no password. Have a sign-in link sent to you."),
        Reason.FACTOR_IS_ON: _("The second factor is on already"),
        Reason.FACTOR_IS_OFF: _("There is no second factor to confirm or to turn off"),
        Reason.SUCCESSOR_MISSING: _("Choose who takes over the events that this person owns alone"),
        Reason.OWN_ACCOUNT: _("You cannot close the account that you are signed in with"),
    }


def too_many_tries(until: datetime, zone: str) -> str:
    """Say from when on the next try is possible, to the minute, in the zone of whoever is read about."""
    minute = (until + timedelta(seconds=59, microseconds=999_999)).astimezone(ZoneInfo(zone))
    return _(
        "There were too many tries. The next one is possible from %(time)s (%(zone)s).",
        time=formats.clock(minute.time(), current_language()),
        zone=formats.zone_offset(minute, zone),
    )


def password_hint(warning: str, hints: Sequence[str]) -> str:
    """Say why a password is easy to guess and what would help, from the English sentences of zxcvbn.

    What it may say in a later version and is not known here is left out; the advice to write a sentence stands alone.
    """
    known = _zxcvbn_sentences()
    told = [known[said] for said in (warning, *hints) if said in known]
    return " ".join([_("This password is easy to guess."), *told, _("A sentence of four or more words is a good one.")])


def _zxcvbn_sentences() -> Mapping[str, str]:
    common = _("Many people use this password.")
    names = _("Names and surnames are tried first.")
    return {
        "This is a top-10 common password.": common,
        "This is a top-100 common password.": common,
        "This is a very common password.": common,
        "This is similar to a commonly used password.": _("It is like one that many people use."),
        "A word by itself is easy to guess.": _("One word alone is guessed fast."),
        "Names and surnames by themselves are easy to guess.": names,
        "Common names and surnames are easy to guess.": names,
        "Straight rows of keys are easy to guess.": _("Keys that stand in a row are tried early."),
        "Short keyboard patterns are easy to guess.": _("Patterns on the keyboard are tried early."),
        'Repeats like "aaa" are easy to guess.': _("Repeating a letter adds nothing."),
        'Repeats like "abcabcabc" are only slightly harder to guess than "abc".': _("Repeating a part adds little."),
        "Sequences like abc or 6543 are easy to guess.": _("Series like abc or 6543 are tried early."),
        "Recent years are easy to guess.": _("Years of our time are tried early."),
        "Dates are often easy to guess.": _("Dates are tried early."),
        "Use a few words, avoid common phrases.": _("Use words that do not usually stand together."),
        "No need for symbols, digits, or uppercase letters.": _("Signs, digits and capitals are not needed."),
        "Add another word or two. Uncommon words are better.": _("Add one or two words, uncommon ones."),
        "Use a longer keyboard pattern with more turns.": _("Write words and no pattern."),
        "Avoid repeated words and characters.": _("Avoid repetition."),
        "Avoid sequences.": _("Avoid series."),
        "Avoid recent years.": _("Avoid years."),
        "Avoid years that are associated with you.": _("Avoid years that have to do with you."),
        "Avoid dates and years that are associated with you.": _("Avoid dates that have to do with you."),
        "Capitalization doesn't help very much.": _("A capital at the beginning hardly helps."),
        "All-uppercase is almost as easy to guess as all-lowercase.": _("Capitals alone hardly help."),
        "Reversed words aren't much harder to guess.": _("Writing a word backwards hardly helps."),
        "Predictable substitutions like '@' instead of 'a' don't help very much.": _(
            "Writing @ for a and the like hardly helps."
        ),
    }
