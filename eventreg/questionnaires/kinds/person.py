"""Who a person is, where from, and how to reach them: the name in its parts, institution, country, languages, addresses.

Countries and languages are chosen from long lists, a select for each answer, so that it works everywhere: a country from all
there are, those of the event's region first; a language from all that have a code of two letters, and some of America that
have none.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache, partial
from typing import Any, ClassVar, Final

from babel import Locale
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms.fields.core import UnboundField

from eventreg.i18n import formats
from eventreg.i18n.countries import CODES as COUNTRIES_CODES, by_alphabet, place_in_alphabet
from eventreg.i18n.languages import name_of, own_name
from eventreg.kernel.text import folded, is_blank
from eventreg.questionnaires.kinds import fields
from eventreg.questionnaires.kinds.base import (
    Context,
    Kind,
    KindGroup,
    Setting,
    Shape,
    named,
    only,
    positive_setting,
    some_of,
    speaking,
)
from eventreg.questionnaires.kinds.texts import Line
from eventreg.questionnaires.rules.answers import Invalid, Reason, clean_line, mail_address
from eventreg.questionnaires.rules.schema import DefinitionInvalid, Question, Seeking
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
                fields.Part(
                    _("Given name"),
                    _("Or the only one, for whoever has one."),
                    autocomplete="given-name" if is_own else "off",
                ),
                fields.Part(_("Family name"), autocomplete="family-name" if is_own else "off", is_optional=True),
                fields.Part(
                    _("Name on the badge"),
                    _("If it is another than both together."),
                    autocomplete="off",
                    is_optional=True,
                ),
            ]
        return UnboundField(fields.PartsField, question, parts, **fields.labelled(question, context, language))

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
            fields.SuggestingField,
            question,
            suggestions,
            attributes={"autocomplete": "organization"},
            **fields.labelled(question, context, language),
        )


_PHONE_LENGTH = 40

_PHONE = re.compile(r"(?:[+＋]|00)[\d\s().\-‐‑–/]+(?:(?:ext\.?|x|#)\s*\d{1,6})?", re.IGNORECASE)


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

    def field(self, question: Question, context: Context, language: str) -> UnboundField[Any]:
        """Return the line; where the help shows no number, one of the reader's country stands below it."""
        unbound = super().field(question, context, language)
        help_text = unbound.kwargs["description"]
        if not any(sign.isdigit() for sign in help_text):
            with speaking(language):
                example = _("For example %(example)s.", **self.details(context))
            unbound.kwargs["description"] = help_text + " " + example if help_text else example
        return unbound

    def details(self, context: Context) -> dict[str, Any]:
        """See `Kind.details`: a number of the reader's country."""
        return {"example": example_phone(context.country)}

    def _clean(self, question: Question, given: Sequence[str], context: Context) -> list[str]:
        import phonenumbers

        text = clean_line(only(given), _PHONE_LENGTH)
        if not text.startswith(("+", "＋", "00")):
            raise Invalid(Reason.PHONE_WITHOUT_COUNTRY_CODE, **self.details(context))
        if not _PHONE.fullmatch(text):
            raise Invalid(Reason.PHONE_INVALID, **self.details(context))
        try:
            number = phonenumbers.parse("+" + text[2:] if text.startswith("00") else text)
        except phonenumbers.NumberParseException as error:
            raise Invalid(Reason.PHONE_INVALID, **self.details(context)) from error
        # Possible, not valid: ranges are opened faster than tables follow, and a real number must not be refused.
        possible = phonenumbers.is_possible_number_with_reason(number)
        if possible != phonenumbers.ValidationResult.IS_POSSIBLE:
            raise Invalid(Reason.PHONE_INVALID, **self.details(context))
        return [text]


@lru_cache(maxsize=300)
def example_phone(country: str) -> str:
    """Return a number as people of a country (ISO 3166-1 alpha-2) write it for others; of Guatemala where it is unknown."""
    import phonenumbers

    known = country if country in phonenumbers.SUPPORTED_REGIONS else "GT"
    number = phonenumbers.example_number(known)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL) if number else ""


#: more selects than that are no question any more
MOST_SELECTS = 10


class OfLongList(Kind):
    """Codes of a list that everybody knows. Settings: `max_choices`, how many can be named; one where it is not set."""

    seeking = Seeking.CHOICE
    group = KindGroup.PERSON
    settings = frozenset({"max_choices"})
    is_many = True
    #: what can be chosen
    codes: ClassVar[frozenset[str]]
    #: of the select
    attributes: ClassVar[Mapping[str, str]] = {}

    @abstractmethod
    def options(self, context: Context, language: str) -> Markup:
        """Return the options of a select."""

    @abstractmethod
    def called(self, code: str, language: str) -> str:
        """Return what a code is called in a language."""

    def own_names(self) -> Iterable[tuple[str, str]]:
        """Return codes with what they are called by themselves, whatever language is read."""
        return ()

    def listed(self, language: str) -> Sequence[str]:
        """Return the codes in the order of their names."""
        return _listed(self, language)

    def display(self, question: Question, values: Sequence[str], context: Context, language: str) -> list[str]:
        """Return the names in the reader's language."""
        return [self.called(code, language) for code in values]

    def from_cell(self, question: Question, text: str, context: Context, languages: Sequence[str]) -> list[str]:
        """See `Kind.from_cell`: names in any language or in themselves, or codes."""
        return some_of(text, _names(self, tuple(languages)))

    def ranked(self, question: Question, context: Context, language: str) -> Sequence[str]:
        """See `Kind.ranked`: by their names."""
        return self.listed(language)

    def offered_settings(self) -> Sequence[Setting]:
        return (Setting("max_choices", Shape.NUMBER, lambda: _("At most so many answers"), most=MOST_SELECTS),)

    def check(self, question: Question) -> None:
        super().check(question)
        # A column holds one.
        positive_setting(question, "max_choices", 1, 1 if question.column else MOST_SELECTS)

    def _clean(self, question: Question, given: Sequence[str], context: Context) -> list[str]:
        if not set(given) <= self.codes:
            raise Invalid(Reason.NOT_OFFERED)
        if len(given) > (most := _most_of(question)):
            raise Invalid(Reason.SEVERAL_ANSWERS) if most == 1 else Invalid(Reason.TOO_MANY, num=most)
        if len(set(given)) < len(given):
            raise Invalid(Reason.CHOSEN_TWICE)
        return list(given)

    def field(self, question: Question, context: Context, language: str) -> UnboundField[Any]:
        """Return one select, or one for each answer that can be given."""
        texts, options = fields.labelled(question, context, language), partial(self.options, context, language)
        if (most := _most_of(question)) == 1:
            widget = fields.SelectFrom(options)
            return UnboundField(fields.AnswerField, question, "select", self.attributes, widget=widget, **texts)
        with speaking(language):
            labels = [_("Answer %(number)d", number=number) for number in range(1, most + 1)]
        return UnboundField(fields.SelectsField, question, labels, options, **texts)


def _most_of(question: Question) -> int:
    return int(question.settings.get("max_choices", 1))


@lru_cache(maxsize=16)
def _names(kind: OfLongList, languages: tuple[str, ...]) -> dict[str, str]:
    pairs = [(code, kind.called(code, language)) for language in languages for code in kind.codes]
    return named([*pairs, *kind.own_names()])


@cache
def _listed(kind: OfLongList, language: str) -> tuple[str, ...]:
    return tuple(sorted(kind.codes, key=lambda code: place_in_alphabet(kind.called(code, language), language)))


_OF_AMERICA: Final = frozenset({"arn", "nah", "nv", "quc", "zap", "cak", "mam", "yua"})
_NAMED: Final = [str(code) for code in Locale.parse("en").languages]
#: ISO 639
CODES: Final = frozenset(code for code in _NAMED if (len(code) == 2 and code.isalpha()) or code in _OF_AMERICA)


class Language(OfLongList):
    """A language by its ISO 639 code. Settings: `max_choices`, how many can be named; one where it is not set."""

    name = "language"
    title = lazy_gettext("Language")
    missing = Reason.MISSING_LANGUAGE
    codes = CODES

    def options(self, context: Context, language: str) -> Markup:
        with speaking(language):
            words = _("Choose a language")
        return _options_markup(self, context.languages, language, words)

    def called(self, code: str, language: str) -> str:
        """See `OfLongList.called`."""
        name = name_of(code, language)
        return name[:1].upper() + name[1:]

    def own_names(self) -> Iterable[tuple[str, str]]:
        """See `OfLongList.own_names`."""
        return ((code, own_name(code)) for code in CODES)


@lru_cache(maxsize=64)
def _options_markup(kind: Language, first: tuple[str, ...], language: str, words: str) -> Markup:
    """Return the options: an empty one, the languages of the event, then all others by the alphabet."""
    codes = dict.fromkeys((*(code for code in first if code in CODES), *kind.listed(language)))
    return fields.joined_options(words, [(code, kind.called(code, language)) for code in codes])


class Country(OfLongList):
    """A country by its ISO 3166-1 code of two letters. Settings: `max_choices`, one where it is not set."""

    name = "country"
    title = lazy_gettext("Country")
    missing = Reason.MISSING_COUNTRY
    codes = COUNTRIES_CODES
    attributes: ClassVar = {"autocomplete": "country"}
    columns = frozenset({"country"})

    def options(self, context: Context, language: str) -> Markup:
        return options_markup(context.region, language)

    def called(self, code: str, language: str) -> str:
        """See `OfLongList.called`."""
        return formats.country(code, language)


def options_markup(region: tuple[str, ...], language: str) -> Markup:
    """Return the options of the select: an empty one, the region's countries, then all."""
    with speaking(language):
        headings = _("Choose a country"), _("Countries of the region"), _("All countries")
    return _options_markup_of_countries(region, language, headings)


# The headings are part of what is kept: outside an application they are not translated.
@lru_cache(maxsize=64)
def _options_markup_of_countries(region: tuple[str, ...], language: str, headings: tuple[str, str, str]) -> Markup:
    choose, near, every = headings
    parts = [fields.option_markup("", choose)]
    if region:
        parts.append(_group(near, by_alphabet(region, language)))
    parts.append(_group(every, by_alphabet(COUNTRIES_CODES, language)))
    return Markup("").join(parts)


def _group(label: str, countries: Sequence[tuple[str, str]]) -> Markup:
    options = Markup("").join(fields.option_markup(*country) for country in countries)
    return Markup('<optgroup label="{}">{}</optgroup>').format(label, options)
