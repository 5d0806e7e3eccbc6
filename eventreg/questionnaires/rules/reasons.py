"""Why an answer is not taken."""

from __future__ import annotations

from eventreg.kernel import errors
from eventreg.kernel.errors import N_, NN_, Refused


class Reason(errors.Reason):
    """What is wrong with an answer, or which kind of answer is missing.

    The sentences name the question, where the summary of errors would otherwise hold several alike: `said(invalid,
    label=…)` says them, with its label in the reader's language.
    """

    MISSING_TEXT = "missing_text", N_("Fill in “%(label)s”")
    MISSING_CHOICE = "missing_choice", N_("Choose an answer to “%(label)s”")
    MISSING_CHOICES = "missing_choices", N_("Choose at least one answer to “%(label)s”")
    MISSING_COUNTRY = "missing_country", N_("Choose a country")
    MISSING_DAYS = "missing_days", N_("Choose at least one day")
    MISSING_EMAIL = "missing_email", N_("Write a complete mail address, for example name@institution.org")
    MISSING_PHONE = "missing_phone", N_("Write a phone number with its country code, for example +502 5555 0100")
    MISSING_URL = "missing_url", N_("Write the address of a page, for example https://institution.org/name")
    MISSING_FILE = "missing_file", N_("Choose a file for “%(label)s”")
    MISSING_CONSENT = "missing_consent", N_("Tick “%(label)s” to go on")
    MISSING_RANKING = "missing_ranking", N_("Choose at least one answer to “%(label)s”")
    MISSING_NUMBER = "missing_number", N_("Write a number in “%(label)s”")
    MISSING_DATE = "missing_date", N_("Give a date for “%(label)s”")
    MISSING_DATES = "missing_dates", N_("Give both dates of “%(label)s”")
    MISSING_TIME = "missing_time", N_("Give a time for “%(label)s”, for example 14:30")
    MISSING_LANGUAGE = "missing_language", N_("Choose a language")
    MISSING_NAME = "missing_name", N_("Write at least the given name in “%(label)s”")
    MISSING_INSTITUTION = "missing_institution", N_("Choose or write an institution")
    MISSING_SESSIONS = "missing_sessions", N_("Choose at least one session")
    MISSING_NIGHTS = "missing_nights", N_("Choose at least one night")
    MISSING_PICTURE = "missing_picture", N_("Choose a picture for “%(label)s”")

    #: details: `num` too many, `limit`, in characters
    TOO_LONG = (
        "too_long",
        NN_(
            "“%(label)s” is %(num)d character too long. It can have %(limit)d.",
            "“%(label)s” is %(num)d characters too long. It can have %(limit)d.",
        ),
    )
    #: details: `num`, in characters
    TOO_SHORT = (
        "too_short",
        NN_(
            "Write at least %(num)d character in “%(label)s”",
            "Write at least %(num)d characters in “%(label)s”",
        ),
    )
    #: control characters, NUL, halves of a character
    UNKEEPABLE_CHARACTERS = (
        "unkeepable_characters",
        N_("“%(label)s” had characters that cannot be kept. Check what is left of it."),
    )
    LINE_BREAK = "line_break", N_("Write “%(label)s” in one line")
    #: details: `num`
    TOO_MANY = (
        "too_many",
        NN_(
            "Choose at most %(num)d answer to “%(label)s”",
            "Choose at most %(num)d answers to “%(label)s”",
        ),
    )
    #: details: `num`
    TOO_FEW = (
        "too_few",
        NN_(
            "Choose at least %(num)d answer to “%(label)s”",
            "Choose at least %(num)d answers to “%(label)s”",
        ),
    )
    #: the same answer was given two places
    CHOSEN_TWICE = "chosen_twice", N_("Choose each answer to “%(label)s” only once")
    NO_NUMBER = "no_number", N_("Write “%(label)s” in digits, for example 12")
    NO_WHOLE_NUMBER = "no_whole_number", N_("Write a whole number in “%(label)s”")
    #: details: `num`, how many places after the point
    TOO_MANY_DECIMALS = (
        "too_many_decimals",
        NN_(
            "Write at most %(num)d place after the decimal point in “%(label)s”",
            "Write at most %(num)d places after the decimal point in “%(label)s”",
        ),
    )
    #: details: `limit`, a number as text
    NUMBER_TOO_SMALL = "number_too_small", N_("“%(label)s” must be %(limit)s or more")
    NUMBER_TOO_LARGE = "number_too_large", N_("“%(label)s” must be %(limit)s or less")
    NO_DATE = "no_date", N_("Check the date of “%(label)s”, for example 2027-03-11")
    #: details: `day`
    DATE_TOO_EARLY = "date_too_early", N_("“%(label)s” must be %(day)s or later")
    DATE_TOO_LATE = "date_too_late", N_("“%(label)s” must be %(day)s or earlier")
    #: one of the two dates of a range is not there
    RANGE_INCOMPLETE = "range_incomplete", N_("Give both dates of “%(label)s”")
    RANGE_REVERSED = "range_reversed", N_("The last day of “%(label)s” is before the first")
    NO_TIME = "no_time", N_("Write “%(label)s” in hours and minutes, for example 14:30")
    GIVEN_NAME_MISSING = "given_name_missing", N_("Write at least the given name in “%(label)s”")
    #: details: `session`, its title, by language
    SESSION_FULL = "session_full", N_("“%(session)s” is full. Choose another session in “%(label)s”.")
    SEVERAL_ANSWERS = "several_answers", N_("Give only one answer to “%(label)s”")
    NOT_OFFERED = "not_offered", N_("Choose among the answers offered for “%(label)s”")
    #: the day until which it could be changed is over
    FROZEN = "frozen", N_("“%(label)s” could not be changed: the time for it is over. What you answered before stands.")
    #: the last place of an option was taken meanwhile; details: `option`, its label
    FULL = "full", N_("The last place of “%(option)s” was just taken. Choose another answer to “%(label)s”.")
    EMAIL_INCOMPLETE = "email_incomplete", N_("Write a complete mail address, for example name@institution.org")
    EMAIL_NOT_ASCII = (
        "email_not_ascii",
        N_("Mail cannot reach an address with accents or ñ before the @. Write another address."),
    )
    PHONE_WITHOUT_COUNTRY_CODE = "phone_without_country_code", N_("Use the country code, for example +502 5555 0100")
    PHONE_INVALID = "phone_invalid", N_("Check the country code and the digits, for example +502 5555 0100")
    URL_INVALID = "url_invalid", N_("Write the address of a page, for example https://institution.org/name")
    FILE_EMPTY = "file_empty", N_("The file for “%(label)s” is empty. Choose another one.")
    #: details: `types`, their names
    FILE_TYPE = "file_type", N_("Choose another file for “%(label)s”. It can be: %(types)s")
    #: a PDF with scripts, programs or files in it
    FILE_ACTIVE = (
        "file_active",
        N_(
            "The PDF for “%(label)s” holds a script, another file or a part that cannot be checked. Print it as "
            "a PDF (“Save as PDF”) and choose the new file."
        ),
    )
    #: details: `size`, `limit`, in megabytes
    FILE_TOO_LARGE = "file_too_large", N_("The file for “%(label)s” has %(size)s MB. It can have %(limit)s MB.")
    #: details: `limit`, `names` of those that are not kept
    TOO_MANY_FILES = "too_many_files", N_("“%(label)s” takes %(limit)d files at most. Not kept: %(names)s")
    #: it begins like a picture and cannot be read
    PICTURE_BROKEN = "picture_broken", N_("The picture for “%(label)s” cannot be read. Choose another one.")
    #: details: `limit`, in millions of pixels
    PICTURE_TOO_MANY_PIXELS = (
        "picture_too_many_pixels",
        N_("The picture for “%(label)s” is too large. It can have %(limit)s million pixels."),
    )
    #: details: `width`, `height`, in pixels, which it needs
    PICTURE_TOO_SMALL = (
        "picture_too_small",
        N_("The picture for “%(label)s” is too small. It needs %(width)s by %(height)s pixels."),
    )


class Invalid(Refused):
    """An answer does not fit its question. `reason` is a `Reason`, or the sentence of a form that a text has not."""
