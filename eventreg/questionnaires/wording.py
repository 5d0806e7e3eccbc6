"""What is wrong with an answer, in a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from eventreg.i18n import formats
from eventreg.i18n.languages import current_language
from eventreg.kernel.text import pick
from eventreg.questionnaires.rules.reasons import Invalid, Reason

_TYPE_NAMES = {"pdf": "PDF", "jpeg": "JPEG", "png": "PNG", "docx": "DOCX", "odt": "ODT", "webp": "WebP", "gif": "GIF"}

Details = Mapping[str, Any]


def sentence(invalid: Invalid, label: str) -> str:
    """Say in the reader's language what to do about an answer to the question `label`."""
    return _SENTENCES[invalid.reason]({**invalid.details, "label": label})


def megabytes(size: int) -> str:
    """Write a size in bytes as people say it: "5", "11.4" (millions of bytes)."""
    return f"{size / 1_000_000:.1f}".removesuffix(".0")


def _too_long(details: Details) -> str:
    return ngettext(
        "“%(label)s” is %(num)d character too long. It can have %(limit)d.",
        "“%(label)s” is %(num)d characters too long. It can have %(limit)d.",
        details["excess"],
        label=details["label"],
        limit=details["limit"],
    )


def _too_many(details: Details) -> str:
    return ngettext(
        "Choose at most %(num)d answer to “%(label)s”",
        "Choose at most %(num)d answers to “%(label)s”",
        details["limit"],
        label=details["label"],
    )


def _file_type(details: Details) -> str:
    types = ", ".join(_TYPE_NAMES.get(name, name) for name in details["types"])
    return _("Choose another file for “%(label)s”. It can be: %(types)s", label=details["label"], types=types)


def _file_too_large(details: Details) -> str:
    return _(
        "The file for “%(label)s” has %(size)s MB. It can have %(limit)s MB.",
        label=details["label"],
        size=megabytes(details["size"]),
        limit=megabytes(details["limit"]),
    )


def _too_short(details: Details) -> str:
    return ngettext(
        "Write at least %(num)d character in “%(label)s”",
        "Write at least %(num)d characters in “%(label)s”",
        details["limit"],
        label=details["label"],
    )


def _too_few(details: Details) -> str:
    return ngettext(
        "Choose at least %(num)d answer to “%(label)s”",
        "Choose at least %(num)d answers to “%(label)s”",
        details["limit"],
        label=details["label"],
    )


def _other_form(details: Details) -> str:
    example = details["example"]
    words: dict[str, Callable[[], str]] = {
        "orcid": lambda: _("Check the 16 characters of the ORCID iD, for example %(example)s", example=example),
        "passport": lambda: _(
            "Write the number as it stands in the passport, for example %(example)s", example=example
        ),
        "postal_code": lambda: _("Write a postal code, for example %(example)s", example=example),
        "curp": lambda: _("Check the 18 characters of the CURP, for example %(example)s", example=example),
        "doi": lambda: _("Write a DOI, for example %(example)s", example=example),
    }
    return words[details["preset"]]()


def _too_many_decimals(details: Details) -> str:
    if not details["limit"]:
        return _("Write a whole number in “%(label)s”", label=details["label"])
    return ngettext(
        "Write at most %(num)d place after the decimal point in “%(label)s”",
        "Write at most %(num)d places after the decimal point in “%(label)s”",
        details["limit"],
        label=details["label"],
    )


def _day(details: Details) -> str:
    return formats.plain_day(details["day"], current_language())


def _session_full(details: Details) -> str:
    title = pick(details["title"], current_language(), ()).text
    return _("“%(session)s” is full. Choose another session in “%(label)s”.", session=title, label=details["label"])


#: The messages name the question where the summary of errors would otherwise hold several alike.
_SENTENCES: dict[Reason, Callable[[Details], str]] = {
    Reason.MISSING_TEXT: lambda d: _("Fill in “%(label)s”", label=d["label"]),
    Reason.MISSING_CHOICE: lambda d: _("Choose an answer to “%(label)s”", label=d["label"]),
    Reason.MISSING_CHOICES: lambda d: _("Choose at least one answer to “%(label)s”", label=d["label"]),
    Reason.MISSING_COUNTRY: lambda d: _("Choose a country"),
    Reason.MISSING_DAYS: lambda d: _("Choose at least one day"),
    Reason.MISSING_EMAIL: lambda d: _("Write a complete mail address, for example name@institution.org"),
    Reason.MISSING_PHONE: lambda d: _("Write a phone number with its country code, for example +502 5555 0100"),
    Reason.MISSING_URL: lambda d: _("Write the address of a page, for example https://institution.org/name"),
    Reason.MISSING_FILE: lambda d: _("Choose a file for “%(label)s”", label=d["label"]),
    Reason.TOO_MANY_FILES: lambda d: _(
        "“%(label)s” takes %(limit)d files at most. Not kept: %(names)s",
        label=d["label"],
        limit=d["limit"],
        names=d["names"],
    ),
    Reason.MISSING_CONSENT: lambda d: _("Tick “%(label)s” to go on", label=d["label"]),
    Reason.MISSING_RANKING: lambda d: _("Choose at least one answer to “%(label)s”", label=d["label"]),
    Reason.MISSING_NUMBER: lambda d: _("Write a number in “%(label)s”", label=d["label"]),
    Reason.MISSING_DATE: lambda d: _("Give a date for “%(label)s”", label=d["label"]),
    Reason.MISSING_DATES: lambda d: _("Give both dates of “%(label)s”", label=d["label"]),
    Reason.MISSING_TIME: lambda d: _("Give a time for “%(label)s”, for example 14:30", label=d["label"]),
    Reason.MISSING_LANGUAGE: lambda d: _("Choose a language"),
    Reason.MISSING_NAME: lambda d: _("Write at least the given name in “%(label)s”", label=d["label"]),
    Reason.MISSING_INSTITUTION: lambda d: _("Choose or write an institution"),
    Reason.MISSING_SESSIONS: lambda d: _("Choose at least one session"),
    Reason.MISSING_NIGHTS: lambda d: _("Choose at least one night"),
    Reason.MISSING_PICTURE: lambda d: _("Choose a picture for “%(label)s”", label=d["label"]),
    Reason.TOO_LONG: _too_long,
    Reason.TOO_SHORT: _too_short,
    Reason.OTHER_FORM: _other_form,
    Reason.UNKEEPABLE_CHARACTERS: lambda d: _(
        "“%(label)s” had characters that cannot be kept. Check what is left of it.", label=d["label"]
    ),
    Reason.LINE_BREAK: lambda d: _("Write “%(label)s” in one line", label=d["label"]),
    Reason.TOO_MANY: _too_many,
    Reason.TOO_FEW: _too_few,
    Reason.CHOSEN_TWICE: lambda d: _("Choose each answer to “%(label)s” only once", label=d["label"]),
    Reason.NO_NUMBER: lambda d: _("Write “%(label)s” in digits, for example 12", label=d["label"]),
    Reason.TOO_MANY_DECIMALS: _too_many_decimals,
    Reason.NUMBER_TOO_SMALL: lambda d: _("“%(label)s” must be %(limit)s or more", label=d["label"], limit=d["limit"]),
    Reason.NUMBER_TOO_LARGE: lambda d: _("“%(label)s” must be %(limit)s or less", label=d["label"], limit=d["limit"]),
    Reason.NO_DATE: lambda d: _("Check the date of “%(label)s”, for example 2027-03-11", label=d["label"]),
    Reason.DATE_TOO_EARLY: lambda d: _("“%(label)s” must be %(day)s or later", label=d["label"], day=_day(d)),
    Reason.DATE_TOO_LATE: lambda d: _("“%(label)s” must be %(day)s or earlier", label=d["label"], day=_day(d)),
    Reason.RANGE_INCOMPLETE: lambda d: _("Give both dates of “%(label)s”", label=d["label"]),
    Reason.RANGE_REVERSED: lambda d: _("The last day of “%(label)s” is before the first", label=d["label"]),
    Reason.NO_TIME: lambda d: _("Write “%(label)s” in hours and minutes, for example 14:30", label=d["label"]),
    Reason.GIVEN_NAME_MISSING: lambda d: _("Write at least the given name in “%(label)s”", label=d["label"]),
    Reason.SESSION_FULL: _session_full,
    Reason.PICTURE_BROKEN: lambda d: _(
        "The picture for “%(label)s” cannot be read. Choose another one.", label=d["label"]
    ),
    Reason.PICTURE_TOO_MANY_PIXELS: lambda d: _(
        "The picture for “%(label)s” is too large. It can have %(limit)s million pixels.",
        label=d["label"],
        limit=d["limit"],
    ),
    Reason.PICTURE_TOO_SMALL: lambda d: _(
        "The picture for “%(label)s” is too small. It needs %(width)s by %(height)s pixels.",
        label=d["label"],
        width=d["width"],
        height=d["height"],
    ),
    Reason.SEVERAL_ANSWERS: lambda d: _("Give only one answer to “%(label)s”", label=d["label"]),
    Reason.NOT_OFFERED: lambda d: _("Choose among the answers offered for “%(label)s”", label=d["label"]),
    Reason.FROZEN: lambda d: _(
        "“%(label)s” could not be changed: the time for it is over. What you answered before stands.", label=d["label"]
    ),
    Reason.FULL: lambda d: _(
        "The last place of “%(option)s” was just taken. Choose another answer to “%(label)s”.",
        label=d["label"],
        option=d["option"],
    ),
    Reason.EMAIL_INCOMPLETE: lambda d: _("Write a complete mail address, for example name@institution.org"),
    Reason.EMAIL_NOT_ASCII: lambda d: _(
        "Mail cannot reach an address with accents or ñ before the @. Write another address."
    ),
    Reason.PHONE_WITHOUT_COUNTRY_CODE: lambda d: _("Use the country code, for example +502 5555 0100"),
    Reason.PHONE_INVALID: lambda d: _("Check the country code and the digits, for example +502 5555 0100"),
    Reason.URL_INVALID: lambda d: _("Write the address of a page, for example https://institution.org/name"),
    Reason.FILE_EMPTY: lambda d: _("The file for “%(label)s” is empty. Choose another one.", label=d["label"]),
    Reason.FILE_TYPE: _file_type,
    Reason.FILE_ACTIVE: lambda d: _(
        "The PDF for “%(label)s” holds a script, another file or a part that cannot be checked. Print it as a PDF "
        "(“Save as PDF”) and choose the new file.",
        label=d["label"],
    ),
    Reason.FILE_TOO_LARGE: _file_too_large,
}
