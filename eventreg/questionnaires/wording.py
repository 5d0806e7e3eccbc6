"""What is wrong with an answer, in a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from eventreg.questionnaires.rules.reasons import Invalid, Reason

_TYPE_NAMES = {"pdf": "PDF", "jpeg": "JPEG", "png": "PNG"}

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
    Reason.MISSING_CONSENT: lambda d: _("Tick “%(label)s” to go on", label=d["label"]),
    Reason.TOO_LONG: _too_long,
    Reason.UNKEEPABLE_CHARACTERS: lambda d: _(
        "“%(label)s” had characters that cannot be kept. Check what is left of it.", label=d["label"]
    ),
    Reason.LINE_BREAK: lambda d: _("Write “%(label)s” in one line", label=d["label"]),
    Reason.TOO_MANY: _too_many,
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
    Reason.FILE_TOO_LARGE: _file_too_large,
}
