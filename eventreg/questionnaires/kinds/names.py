"""Who a person is and where from: the name in its parts, the institution.

Ways to reach a person or a page: mail address, phone number, web address.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

from flask_babel import gettext as _
from wtforms.fields.core import UnboundField

from eventreg.kernel.links import is_plain_web_address
from eventreg.kernel.text import folded, is_blank
from eventreg.questionnaires.kinds.base import Context, Kind, KindGroup, only, speaking
from eventreg.questionnaires.kinds.fields import Part, PartsField, SuggestingField, labelled
from eventreg.questionnaires.kinds.texts import Line
from eventreg.questionnaires.rules.answers import Invalid, Reason, clean_line, mail_address
from eventreg.questionnaires.rules.schema import DefinitionInvalid, Question
from eventreg.web.forms import lazy_gettext

_NAME_LENGTH, _INSTITUTION_LENGTH = 200, 300
_PARTS = 3


class PersonName(Kind):
    """Given name, family name, name on the badge; only the first must be there. Kept in this order, "" for a blank.

    With the column `given_name` it fills all three columns of a registration.
    """

    name = "person_name"
    title = lazy_gettext("A person's name")
    hint = lazy_gettext("Given name, family name, and the name on the badge.")
    group = KindGroup.PERSON
    missing = Reason.MISSING_NAME
    columns = frozenset({"given_name"})

    def clean(self, question: Question, raw: Sequence[str], context: Context) -> list[str]:
        """See `Kind.clean`: which of the parts is blank matters."""
        if len(raw) > _PARTS:
            raise Invalid(Reason.SEVERAL_ANSWERS)
        values = [clean_line(text, _NAME_LENGTH) for text in raw]
        while values and not values[-1]:
            values.pop()
        if values and not values[0]:
            raise Invalid(Reason.GIVEN_NAME_MISSING)
        return values

    def _clean(self, question: Question, given: Sequence[str], context: Context) -> list[str]:
        return self.clean(question, given, context)

    def field(self, question: Question, context: Context, language: str) -> UnboundField[Any]:
        is_own = question.column is not None
        with speaking(language):
            parts = [
                Part(
                    _("Given name"),
                    _("Or the only one, for whoever has one."),
                    autocomplete="given-name" if is_own else "off",
                ),
                Part(_("Family name"), autocomplete="family-name" if is_own else "off", is_optional=True),
                Part(
                    _("Name on the badge"),
                    _("If it is another than both together."),
                    autocomplete="off",
                    is_optional=True,
                ),
            ]
        return UnboundField(PartsField, question, parts, **labelled(question, context, language))

    def display(self, question: Question, values: Sequence[str], context: Context, language: str) -> list[str]:
        """Return the name in one line; the name on the badge in brackets."""
        if not values:
            return []
        name = " ".join(part for part in values[:2] if part)
        badge = values[2] if len(values) > 2 else ""
        return [f"{name} ({badge})" if badge else name]


class Institution(Kind):
    """An institution: one of the event's, which the browser suggests, or another. Kept as it is written."""

    name = "institution"
    title = lazy_gettext("Institution")
    hint = lazy_gettext("The institutions of the event are suggested; any other can be written.")
    group = KindGroup.PERSON
    missing = Reason.MISSING_INSTITUTION
    columns = frozenset({"institution"})

    def check(self, question: Question) -> None:
        super().check(question)
        if question.is_sensitive and question.column:
            raise DefinitionInvalid(f"question {question.key}: a column is not sealed")

    def _clean(self, question: Question, given: Sequence[str], context: Context) -> list[str]:
        text = clean_line(only(given), _INSTITUTION_LENGTH)
        if is_blank(text):
            return []
        # Written in other letters it is still that one, in whatever language of the event.
        known = {folded(name): name for names in context.institutions() for name in names.values()}
        return [known.get(folded(text), text)]

    def field(self, question: Question, context: Context, language: str) -> UnboundField[Any]:
        suggestions = [context.text(names, language) for names in context.institutions()]
        return UnboundField(
            SuggestingField,
            question,
            suggestions,
            attributes={"autocomplete": "organization"},
            **labelled(question, context, language),
        )


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
