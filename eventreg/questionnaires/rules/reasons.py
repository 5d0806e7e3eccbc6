"""Why an answer is not taken. `questionnaires.wording` says each in a sentence."""

from __future__ import annotations

import enum

from eventreg.kernel.errors import Refused


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
    MISSING_RANKING = "missing_ranking"
    MISSING_NUMBER = "missing_number"
    MISSING_DATE = "missing_date"
    MISSING_DATES = "missing_dates"
    MISSING_TIME = "missing_time"
    MISSING_LANGUAGE = "missing_language"
    MISSING_NAME = "missing_name"
    MISSING_INSTITUTION = "missing_institution"
    MISSING_SESSIONS = "missing_sessions"
    MISSING_NIGHTS = "missing_nights"
    MISSING_PICTURE = "missing_picture"

    #: details: `excess`, `limit`, in characters
    TOO_LONG = "too_long"
    #: details: `limit`, in characters
    TOO_SHORT = "too_short"
    #: details: `preset`, `example`
    OTHER_FORM = "other_form"
    #: control characters, NUL, halves of a character
    UNKEEPABLE_CHARACTERS = "unkeepable_characters"
    LINE_BREAK = "line_break"
    #: details: `limit`
    TOO_MANY = "too_many"
    #: details: `limit`
    TOO_FEW = "too_few"
    #: the same answer was given two places
    CHOSEN_TWICE = "chosen_twice"
    NO_NUMBER = "no_number"
    #: details: `limit`, how many places after the point
    TOO_MANY_DECIMALS = "too_many_decimals"
    #: details: `limit`, a number as text
    NUMBER_TOO_SMALL = "number_too_small"
    NUMBER_TOO_LARGE = "number_too_large"
    NO_DATE = "no_date"
    #: details: `day`
    DATE_TOO_EARLY = "date_too_early"
    DATE_TOO_LATE = "date_too_late"
    #: one of the two dates of a range is not there
    RANGE_INCOMPLETE = "range_incomplete"
    RANGE_REVERSED = "range_reversed"
    NO_TIME = "no_time"
    GIVEN_NAME_MISSING = "given_name_missing"
    #: details: `title` of the session, by language
    SESSION_FULL = "session_full"
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
    #: a PDF with scripts, programs or files in it
    FILE_ACTIVE = "file_active"
    #: details: `size`, `limit`, in bytes
    FILE_TOO_LARGE = "file_too_large"
    #: details: `limit`, `names` of those that are not kept
    TOO_MANY_FILES = "too_many_files"
    #: it begins like a picture and cannot be read
    PICTURE_BROKEN = "picture_broken"
    #: details: `limit`, in millions of pixels
    PICTURE_TOO_MANY_PIXELS = "picture_too_many_pixels"
    #: details: `width`, `height`, in pixels, which it needs
    PICTURE_TOO_SMALL = "picture_too_small"


class Invalid(Refused):
    """An answer does not fit its question. `reason` is a `Reason`; the sentence is in `questionnaires.wording`."""

    reason: Reason
