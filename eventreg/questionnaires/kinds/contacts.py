"""Ways to reach a person or a page: mail address, phone number, web address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import urlsplit

from eventreg.kernel.links import is_plain_web_address
from eventreg.questionnaires.kinds.base import Context, KindGroup, only
from eventreg.questionnaires.kinds.texts import Line
from eventreg.questionnaires.rules.addresses import mail_address
from eventreg.questionnaires.rules.reasons import Invalid, Reason
from eventreg.questionnaires.rules.schema import Question
from eventreg.questionnaires.rules.texts import clean_line
from eventreg.web.forms import lazy_gettext

_PHONE_LENGTH = 40
_URL_LENGTH = 300

_PHONE = re.compile(r"(?:[+＋]|00)[\d\s().\-‐‑–/]+(?:(?:ext\.?|x|#)\s*\d{1,6})?", re.IGNORECASE)
_HOST = re.compile(r"(?!-)[\w-]{1,63}(?<!-)(?:\.(?!-)[\w-]{1,63}(?<!-))+\.?")


class Email(Line):
    """A mail address that can be written to. Its domain is kept in small letters, an international one in ASCII."""

    name = "email"
    title = lazy_gettext("Email address")
    group = KindGroup.PERSON
    missing = Reason.MISSING_EMAIL
    columns = frozenset({"email"})
    input = "email"
    attributes: ClassVar = {"autocomplete": "email", "inputmode": "email"}

    def _clean(self, question: Question, given: Sequence[str], context: Context) -> list[str]:
        return [mail_address(only(given))]


class Phone(Line):
    """A phone number with its country code, kept as typed."""

    name = "phone"
    title = lazy_gettext("Phone number")
    hint = lazy_gettext("With its country code.")
    group = KindGroup.PERSON
    missing = Reason.MISSING_PHONE
    columns = frozenset({"phone"})
    input = "tel"
    attributes: ClassVar = {"autocomplete": "tel", "inputmode": "tel"}

    def _clean(self, question: Question, given: Sequence[str], context: Context) -> list[str]:
        import phonenumbers

        text = clean_line(only(given), _PHONE_LENGTH)
        if not text.startswith(("+", "＋", "00")):
            raise Invalid(Reason.PHONE_WITHOUT_COUNTRY_CODE)
        if not _PHONE.fullmatch(text):
            raise Invalid(Reason.PHONE_INVALID)
        try:
            number = phonenumbers.parse("+" + text[2:] if text.startswith("00") else text)
        except phonenumbers.NumberParseException as error:
            raise Invalid(Reason.PHONE_INVALID) from error
        # Possible, not valid: ranges are opened faster than tables follow, and a real number must not be refused.
        possible = phonenumbers.is_possible_number_with_reason(number)
        if possible != phonenumbers.ValidationResult.IS_POSSIBLE:
            raise Invalid(Reason.PHONE_INVALID)
        return [text]


class Url(Line):
    """The address of a page on the web. One without a scheme is taken for https."""

    name = "url"
    title = lazy_gettext("Web address")
    group = KindGroup.TEXT
    missing = Reason.MISSING_URL
    input = "url"
    attributes: ClassVar = {"autocomplete": "url", "inputmode": "url"}

    def _clean(self, question: Question, given: Sequence[str], context: Context) -> list[str]:
        text = clean_line(only(given), _URL_LENGTH)
        address = text if "://" in text else f"https://{text}"
        if not _is_web_address(address):
            raise Invalid(Reason.URL_INVALID)
        if len(address) > _URL_LENGTH:
            raise Invalid(Reason.TOO_LONG, num=len(address) - _URL_LENGTH, limit=_URL_LENGTH)
        return [address]


def _is_web_address(address: str) -> bool:
    """Say whether `address` leads to a named host by http or https, with nothing in it that hides where it leads."""
    if re.search(r"[\s\\<>\"]", address):
        return False
    return is_plain_web_address(address) and _HOST.fullmatch(urlsplit(address).hostname or "") is not None
