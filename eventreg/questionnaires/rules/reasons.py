"""Why an answer is not taken. `questionnaires.wording` says each in a sentence."""

from __future__ import annotations

import enum

from eventreg.kernel.errors import Refusal


class Reason(enum.Enum):
    """What is wrong with an answer, or which kind of answer is missing."""

    MISSING_TEXT = "missing_text"
    MISSING_CHOICE = "missing_choice"
    MISSING_CHOICES = "missing_choices"
    MISSING_COUNTRY = "missing_country"
    MISSING_DAYS = "missing_days"
    MISSING_EMAIL = "missing_email"
    MISSING_PHONE = "missing_phone"
    MISSING_URL = "missing_url"
    MISSING_FILE = "missing_file"
    MISSING_CONSENT = "missing_consent"

    #: details: `excess`, `limit`, in characters
    TOO_LONG = "too_long"
    #: control characters, NUL, halves of a character
    UNKEEPABLE_CHARACTERS = "unkeepable_characters"
    LINE_BREAK = "line_break"
    #: details: `limit`
    TOO_MANY = "too_many"
    SEVERAL_ANSWERS = "several_answers"
    NOT_OFFERED = "not_offered"
    #: the day until which it could be changed is over
    FROZEN = "frozen"
    #: the last place of an option was taken meanwhile; details: `option`, its label
    FULL = "full"
    EMAIL_INCOMPLETE = "email_incomplete"
    EMAIL_NOT_ASCII = "email_not_ascii"
    PHONE_WITHOUT_COUNTRY_CODE = "phone_without_country_code"
    PHONE_INVALID = "phone_invalid"
    URL_INVALID = "url_invalid"
    FILE_EMPTY = "file_empty"
    #: details: `types`, short names like "pdf"
    FILE_TYPE = "file_type"
    #: details: `size`, `limit`, in bytes
    FILE_TOO_LARGE = "file_too_large"


class Invalid(Refusal):
    """An answer does not fit its question. `reason` is a `Reason`; the sentence is in `questionnaires.wording`."""

    reason: Reason
