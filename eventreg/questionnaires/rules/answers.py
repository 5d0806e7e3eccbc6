"""Why an answer is not taken.

What may stand in a text that somebody typed, and what is no text at all.

Names and texts are kept as typed: no case is changed, nothing is composed or decomposed, and every script, emoji and
combining accent is let through. Only what no page, mail or database can carry is refused.

Mail addresses that our mail can reach.

Texts of a known form: an ORCID iD, a passport number and the like. Each says what it looks like by an example.

Whether an uploaded file fits its question: what it really is says `kernel.files`, by its content.

Uploads are sealed, go out as attachments and are never shown in a page.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from eventreg.kernel import errors, files
from eventreg.kernel.errors import N_, NN_, Refused
from eventreg.kernel.text import TypedFault, fault_of, is_blank
from eventreg.questionnaires.rules.schema import Question


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
    MISSING_PHONE = "missing_phone", N_("Write a phone number with its country code, for example %(example)s")
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
    PHONE_WITHOUT_COUNTRY_CODE = "phone_without_country_code", N_("Use the country code, for example %(example)s")
    PHONE_INVALID = "phone_invalid", N_("Check the country code and the digits, for example %(example)s")
    URL_INVALID = "url_invalid", N_("Write the address of a page, for example https://institution.org/name")
    FILE_EMPTY = "file_empty", N_("The file for “%(label)s” is empty. Choose another one.")
    #: details: `types`, their names
    FILE_TYPE = "file_type", N_("Choose another file for “%(label)s”. It can be: %(types)s")
    #: it begins as a file of a type that is taken, and cannot be read to its end
    FILE_DAMAGED = (
        "file_damaged",
        N_("The file for “%(label)s” is damaged. Open it, save it once more, and choose the new file."),
    )
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


def clean_line(text: str, limit: int) -> str:
    """Return a one-line text without outer white space; "" when it is blank. `limit` counts characters.

    Raises Invalid: UNKEEPABLE_CHARACTERS, LINE_BREAK, TOO_LONG.
    """
    return _checked(text.strip(), limit, is_line=True)


def clean_paragraphs(text: str, limit: int) -> str:
    """Return a text of any number of lines, line breaks as "\\n". Otherwise as `clean_line`."""
    return _checked(text.replace("\r\n", "\n").replace("\r", "\n").strip(), limit, is_line=False)


def _checked(text: str, limit: int, *, is_line: bool) -> str:
    fault = fault_of(text, limit, is_line=is_line)
    if fault in (TypedFault.LINE_BREAK, TypedFault.UNKEEPABLE_CHARACTERS):
        raise Invalid(Reason(fault.value))
    if is_blank(text):
        return ""
    if fault is TypedFault.TOO_LONG:
        raise Invalid(Reason.TOO_LONG, num=len(text) - limit, limit=limit)
    return text


#: RFC 5321, 4.5.3.1.3: a path of 256 octets with its angle brackets
_LONGEST = 254


def mail_address(text: str) -> str:
    """Return an address as it is kept: its domain in small letters, an international one in ASCII. Looks up no name.

    Raises Invalid: EMAIL_INCOMPLETE, EMAIL_NOT_ASCII, or what is wrong with the text.
    """
    from email_validator import EmailNotValidError, validate_email

    line = clean_line(text, _LONGEST)
    if not line.rpartition("@")[0].isascii():
        # Our mail goes by plain SMTP: an address that needs SMTPUTF8 (RFC 6531) would never get its confirmation.
        raise Invalid(Reason.EMAIL_NOT_ASCII)
    try:
        address = validate_email(line, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError as error:
        raise Invalid(Reason.EMAIL_INCOMPLETE) from error
    return address.ascii_email or address.normalized


#: where most people have their mail, and others whose names are so near to these that they are no slip
_MAIL_DOMAINS = (
    "gmail.com", "hotmail.com", "hotmail.es", "outlook.com", "outlook.es", "yahoo.com", "yahoo.com.mx", "yahoo.es",
    "icloud.com", "live.com.mx", "protonmail.com", "prodigy.net.mx",
)  # fmt: skip
_LOOK_ALIKES = frozenset({"mail.com", "email.com", "ymail.com", "fmail.com", "hotmail.be", "yahoo.com.ve"})


def meant_address(address: str) -> str:
    """Return the address that somebody may have meant: with a domain that many have, one slip away from the one written.

    Empty where there is none. Looks up no name.
    """
    person, _at, domain = address.strip().rpartition("@")
    domain = domain.lower()
    if not person or domain in _MAIL_DOMAINS or domain in _LOOK_ALIKES:
        return ""
    return next((f"{person}@{known}" for known in _MAIL_DOMAINS if _is_one_slip_off(domain, known)), "")


def _is_one_slip_off(text: str, other: str) -> bool:
    """Say whether one letter too many, too few or another one, or two in each other's place, tell the two apart."""
    same = next((place for place, pair in enumerate(zip(text, other, strict=False)) if pair[0] != pair[1]), None)
    same = min(len(text), len(other)) if same is None else same
    rest, wanted = text[same:], other[same:]
    is_swapped = rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:]
    return rest[1:] == wanted or rest == wanted[1:] or rest[1:] == wanted[1:] or is_swapped


@dataclass(frozen=True)
class Preset:
    """A form that a text can be held to. `sentence` refuses another, with an `example`."""

    pattern: re.Pattern[str]
    sentence: str
    example: str
    #: what is taken off or changed before it is looked at, and so kept
    tidy: Callable[[str], str]
    is_right: Callable[[str], bool] = lambda text: True

    def kept(self, text: str) -> str | None:
        """Return the text as it is kept, or None where it is no such thing."""
        tidied = self.tidy(text)
        return tidied if self.pattern.fullmatch(tidied) and self.is_right(tidied) else None


def has_orcid_checksum(orcid: str) -> bool:
    """Say whether the last character of an ORCID iD is right (ISO/IEC 7064, MOD 11-2)."""
    total = 0
    for digit in orcid.replace("-", "")[:-1]:
        total = (total + int(digit)) * 2
    return orcid[-1] == "0123456789X"[(12 - total % 11) % 11]


def has_curp_checksum(curp: str) -> bool:
    """Say whether the last digit of a CURP of Mexico is right."""
    signs = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
    total = sum(signs.index(sign) * (18 - place) for place, sign in enumerate(curp[:17]))
    return curp[17] == str((10 - total % 10) % 10)


def _as_orcid(text: str) -> str:
    bare = re.sub(r"^(?:https?://)?(?:www\.)?orcid\.org/", "", text.strip(), flags=re.IGNORECASE).upper()
    signs = re.sub(r"[\s‐‑–-]", "", bare)
    return "-".join((signs[:4], signs[4:8], signs[8:12], signs[12:])) if len(signs) == 16 else bare


def _as_doi(text: str) -> str:
    return re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", text.strip(), flags=re.IGNORECASE)


def _without_blanks(text: str) -> str:
    return re.sub(r"[\s-]", "", text).upper()


def _in_capitals(text: str) -> str:
    return " ".join(text.upper().split())


#: by the value of the setting `preset`
PRESETS: dict[str, Preset] = {
    "orcid": Preset(
        re.compile(r"[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]"),
        N_("Check the 16 characters of the ORCID iD, for example %(example)s"),
        "0000-0002-1825-0097",
        _as_orcid,
        has_orcid_checksum,
    ),
    "passport": Preset(
        re.compile(r"[A-Z0-9]{5,15}"),
        N_("Write the number as it stands in the passport, for example %(example)s"),
        "G12345678",
        _without_blanks,
    ),
    "postal_code": Preset(
        re.compile(r"(?=.*[A-Z0-9])[A-Z0-9][A-Z0-9 -]{1,9}"),
        N_("Write a postal code, for example %(example)s"),
        "30700",
        _in_capitals,
    ),
    "curp": Preset(
        re.compile(r"[A-Z]{4}[0-9]{6}[HMX][A-Z]{5}[0-9A-Z][0-9]"),
        N_("Check the 18 characters of the CURP, for example %(example)s"),
        "GODE561231HDFRNN00",
        _without_blanks,
        has_curp_checksum,
    ),
    "doi": Preset(
        re.compile(r"10\.[0-9]{4,9}/[!-~]+"),
        N_("Write a DOI, for example %(example)s"),
        "10.1000/xyz123",
        _as_doi,
    ),
}


#: short name, as in a question's settings, to media type
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
}
_NAMES = {"pdf": "PDF", "jpeg": "JPEG", "png": "PNG", "docx": "DOCX", "odt": "ODT", "webp": "WebP", "gif": "GIF"}
DEFAULT_TYPES = ("pdf", "jpeg", "png")
DEFAULT_MAX_BYTES = 5_000_000


#: a question that takes several takes so many at most
MOST_FILES = 10


def most_files(question: Question) -> int:
    """Return how many files a question takes."""
    return int(question.settings.get("max_files", 1))


def has_all(question: Question, shown: Collection[str], there: Collection[str]) -> bool:
    """Say whether files that were shown as kept are still there, by their ids.

    Where a question takes one file, any will do: it may have been replaced on another page.
    """
    return bool(there) if most_files(question) == 1 else set(shown) <= set(there)


def check_file(question: Question, content: bytes) -> str:
    """Return the media type of a file that fits `question`.

    Raises Invalid: FILE_EMPTY, FILE_TOO_LARGE, FILE_TYPE, FILE_DAMAGED, FILE_ACTIVE.
    """
    limit = int(question.settings.get("max_bytes", DEFAULT_MAX_BYTES))
    types = tuple(question.settings.get("types", DEFAULT_TYPES))
    if not content:
        raise Invalid(Reason.FILE_EMPTY)
    if len(content) > limit:
        raise too_large(len(content), limit)
    media_type = files.sniff(content) or files.sniff_office(content)
    if media_type is None and files.is_damaged(content, [MEDIA_TYPES[name] for name in types]):
        raise Invalid(Reason.FILE_DAMAGED)
    if media_type is None or media_type not in {MEDIA_TYPES[name] for name in types}:
        raise not_of_types(types)
    if media_type == MEDIA_TYPES["pdf"] and files.is_active_pdf(content):
        raise Invalid(Reason.FILE_ACTIVE)
    return media_type


def too_large(size: int, limit: int) -> Invalid:
    """Return the refusal of a file that is larger than its question takes, both in bytes."""
    return Invalid(Reason.FILE_TOO_LARGE, size=megabytes(size), limit=megabytes(limit))


def not_of_types(types: Collection[str]) -> Invalid:
    """Return the refusal of a file that is none of these types, by their short names."""
    return Invalid(Reason.FILE_TYPE, types=", ".join(_NAMES[name] for name in types))


def megabytes(size: int) -> str:
    """Write a size in bytes as people say it: "5", "11.4" (millions of bytes)."""
    return f"{size / 1_000_000:.1f}".removesuffix(".0")
