"""Answers that are chosen: one of several, several of several, yes or no, a consent.

Questions that one choice reveals: put under the question they follow from, so that style sheets alone show and hide them.

Only where they directly follow a question of radios or boxes and ask for nothing but one of its answers; every other
conditional question says in words when it is asked. What is hidden by style is sent all the same: the server decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask_babel import gettext as _, ngettext
from markupsafe import Markup
from wtforms.fields.core import UnboundField

from eventreg.questionnaires.kinds import base
from eventreg.questionnaires.kinds.fields import (
    AnswerField,
    ChoicesField,
    Offer,
    SelectFrom,
    TickField,
    labelled,
    option_markup,
)
from eventreg.questionnaires.rules.answers import Invalid, Reason
from eventreg.questionnaires.rules.conditions import IsOneOf
from eventreg.questionnaires.rules.schema import DefinitionInvalid, Option, Question, Seeking
from eventreg.web.forms import lazy_gettext

YES, NO = "yes", "no"


class Choice(base.Kind):
    """One of the answers offered. Settings: `style`, "radios" or "select". None is chosen beforehand."""

    name = "choice"
    title = lazy_gettext("Single choice")
    seeking = Seeking.CHOICE
    group = base.KindGroup.CHOICE
    missing = Reason.MISSING_CHOICE
    settings = frozenset({"style"})
    has_options = True

    def offered_settings(self) -> Sequence[base.Setting]:
        return (base.Setting("style", base.Shape.CHOICE, lambda: _("Shown as"), choices=_choice_styles),)

    def check(self, question: Question) -> None:
        super().check(question)
        base.one_of_setting(question, "style", ("radios", "select"))
        _require_options(question)

    def _clean(self, question: Question, given: Sequence[str], context: base.Context) -> list[str]:
        return base.among(_values(question), [base.only(given)])

    def field(self, question: Question, context: base.Context, language: str) -> UnboundField[Any]:
        texts = labelled(question, context, language)
        offers = partial(_offers, question, context, language)
        if question.settings.get("style") == "select":
            widget = SelectFrom(partial(_select_options, offers, language))
            return UnboundField(AnswerField, question, "select", widget=widget, **texts)
        return UnboundField(ChoicesField, question, "radios", offers, **texts)

    def from_cell(self, question: Question, text: str, context: base.Context, languages: Sequence[str]) -> list[str]:
        return [base.one_of(text, option_names(question))]

    def display(self, question: Question, values: Sequence[str], context: base.Context, language: str) -> list[str]:
        return _labels(question, values, context, language)


class MultipleChoice(base.Kind):
    """Several of the answers offered. Settings: `min_choices`, `max_choices`."""

    name = "multiple_choice"
    title = lazy_gettext("Multiple choice")
    hint = lazy_gettext("As many of those offered as fit, or at most so many.")
    seeking = Seeking.CHOICE
    group = base.KindGroup.CHOICE
    missing = Reason.MISSING_CHOICES
    settings = frozenset({"min_choices", "max_choices"})
    is_many = True
    has_options = True

    def offered_settings(self) -> Sequence[base.Setting]:
        return (
            base.Setting("min_choices", base.Shape.NUMBER, lambda: _("At least so many answers")),
            base.Setting("max_choices", base.Shape.NUMBER, lambda: _("At most so many answers")),
        )

    def check(self, question: Question) -> None:
        super().check(question)
        _require_options(question)
        most = base.positive_setting(question, "max_choices", len(question.options), len(question.options))
        base.whole_setting(question, "min_choices", 1, most)

    def _clean(self, question: Question, given: Sequence[str], context: base.Context) -> list[str]:
        values = base.among(_values(question), given)
        most = int(question.settings.get("max_choices", len(question.options)))
        if len(values) > most:
            raise Invalid(Reason.TOO_MANY, num=most)
        least = int(question.settings.get("min_choices") or 0)
        if len(values) < least:
            raise Invalid(Reason.TOO_FEW, num=least)
        return values

    def field(self, question: Question, context: base.Context, language: str) -> UnboundField[Any]:
        offers = partial(_offers, question, context, language)
        return UnboundField(ChoicesField, question, "checkboxes", offers, **labelled(question, context, language))

    def from_cell(self, question: Question, text: str, context: base.Context, languages: Sequence[str]) -> list[str]:
        return base.some_of(text, option_names(question))

    def display(self, question: Question, values: Sequence[str], context: base.Context, language: str) -> list[str]:
        return _labels(question, values, context, language)


class YesNo(base.Kind):
    """Yes or no, or one box to tick. Settings: `style`, "radios" or "checkbox"; options may reword "yes" and "no"."""

    name = "yes_no"
    title = lazy_gettext("Yes or no")
    seeking = Seeking.CHOICE
    group = base.KindGroup.CHOICE
    missing = Reason.MISSING_CHOICE
    settings = frozenset({"style"})
    has_options = True
    fixed_values = (YES, NO)

    def offered_settings(self) -> Sequence[base.Setting]:
        return (base.Setting("style", base.Shape.CHOICE, lambda: _("Shown as"), choices=_yes_no_styles),)

    def check(self, question: Question) -> None:
        super().check(question)
        style = base.one_of_setting(question, "style", ("radios", "checkbox"))
        if question.options and {option.value for option in question.options} != {YES, NO}:
            raise DefinitionInvalid(f"question {question.key}: its options are {YES} and {NO}")
        if style == "checkbox" and question.is_required:
            raise DefinitionInvalid(f"question {question.key}: a box that must be ticked is a consent")

    def _clean(self, question: Question, given: Sequence[str], context: base.Context) -> list[str]:
        value = base.only(given)
        allowed = (YES,) if question.settings.get("style") == "checkbox" else (YES, NO)
        if value not in allowed:
            raise Invalid(Reason.NOT_OFFERED)
        return [value]

    def field(self, question: Question, context: base.Context, language: str) -> UnboundField[Any]:
        texts = labelled(question, context, language)
        if question.settings.get("style") == "checkbox":
            return UnboundField(TickField, question, **texts)
        offers = partial(_offers, question, context, language) if question.options else partial(_yes_and_no, language)
        return UnboundField(ChoicesField, question, "radios", offers, **texts)

    def from_cell(self, question: Question, text: str, context: base.Context, languages: Sequence[str]) -> list[str]:
        return [base.one_of(text, {**_yes_no_names(languages), **option_names(question)})]

    def display(self, question: Question, values: Sequence[str], context: base.Context, language: str) -> list[str]:
        if question.options:
            return _labels(question, values, context, language)
        words = {offer.value: offer.label for offer in _yes_and_no(language)}
        return [words.get(value, value) for value in values]

    def choices(self, question: Question, context: base.Context) -> Sequence[str]:
        """Return yes and no, however they are worded."""
        return YES, NO


class Consent(base.Kind):
    """An agreement to one purpose: its label is the text agreed to. Never ticked beforehand."""

    name = "consent"
    title = lazy_gettext("Consent")
    hint = lazy_gettext("An agreement that is kept with its words and the time.")
    seeking = Seeking.CHOICE
    group = base.KindGroup.CHOICE
    missing = Reason.MISSING_CONSENT

    def check(self, question: Question) -> None:
        super().check(question)
        if question.is_sensitive:
            raise DefinitionInvalid(f"question {question.key}: a consent is proof, and is not sealed")

    def _clean(self, question: Question, given: Sequence[str], context: base.Context) -> list[str]:
        if base.only(given) != YES:
            raise Invalid(Reason.NOT_OFFERED)
        return [YES]

    def field(self, question: Question, context: base.Context, language: str) -> UnboundField[Any]:
        return UnboundField(TickField, question, **labelled(question, context, language))

    def display(self, question: Question, values: Sequence[str], context: base.Context, language: str) -> list[str]:
        """Return "yes" or "no": a consent that is not given is refused."""
        words = {offer.value: offer.label for offer in _yes_and_no(language)}
        return [words[YES if YES in values else NO]]

    def data(self, question: Question, values: Sequence[str], context: base.Context) -> list[str]:
        """Return "yes" or "no"."""
        return [YES if YES in values else NO]

    def choices(self, question: Question, context: base.Context) -> Sequence[str]:
        """Return yes and no, which is what everybody has who did not agree."""
        return YES, NO


def option_names(question: Question) -> dict[str, str]:
    """Return which value each folded label of a question's options stands for, in whatever language."""
    return base.named((option.value, label) for option in question.options for label in option.label.values())


def _yes_no_names(languages: Sequence[str]) -> dict[str, str]:
    words = [(offer.value, offer.label) for language in languages for offer in _yes_and_no(language)]
    return base.named([*words, (YES, "x"), (YES, "1"), (YES, "true"), (NO, "0"), (NO, "false")])


def _require_options(question: Question) -> None:
    if not question.options:
        raise DefinitionInvalid(f"question {question.key}: there are no options")


def _values(question: Question) -> list[str]:
    return [option.value for option in question.options]


def _offers(question: Question, context: base.Context, language: str) -> list[Offer]:
    with base.speaking(language):
        return [_offer(question, option, context, language) for option in question.options]


def _offer(question: Question, option: Option, context: base.Context, language: str) -> Offer:
    left = context.places_left().get((question.key, option.value)) if option.places is not None else None
    hints = (context.text(option.hint, language) if option.hint else "", _places(left))
    return Offer(
        option.value,
        context.text(option.label, language),
        " ".join(filter(None, hints)),
        is_full=left is not None and left <= 0,
    )


def _places(left: int | None) -> str:
    if left is None:
        return ""
    return ngettext("%(num)d place left", "%(num)d places left", left) if left > 0 else _("Full")


def _choice_styles() -> list[tuple[str, str]]:
    return [("radios", _("All answers, one below the other")), ("select", _("Drop-down list"))]


def _yes_no_styles() -> list[tuple[str, str]]:
    return [("radios", _("Yes and no buttons")), ("checkbox", _("Checkbox"))]


def _select_options(offers: Callable[[], Sequence[Offer]], language: str) -> Markup:
    with base.speaking(language):
        first = option_markup("", _("Choose an answer"))
    words = [(offer, f"{offer.label} ({offer.hint})" if offer.hint else offer.label) for offer in offers()]
    return first + Markup("").join(option_markup(offer.value, label, is_full=offer.is_full) for offer, label in words)


def _labels(question: Question, values: Sequence[str], context: base.Context, language: str) -> list[str]:
    labels = {option.value: option.label for option in question.options}
    return [context.text(labels[value], language) if value in labels else value for value in values]


def _yes_and_no(language: str) -> list[Offer]:
    with base.speaking(language):
        return [Offer(YES, _("Yes")), Offer(NO, _("No"))]


#: how many branches of one question the style sheet knows
MOST_BRANCHES = 4
_LEADS = frozenset({"radios", "checkboxes", "checkbox"})


@dataclass(frozen=True)
class Branch:
    """What some values of a question reveal. `number` names it in the style sheet."""

    number: int
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Block:
    """A question, and what its answers reveal."""

    lead: AnswerField
    branches: Sequence[Branch] = ()


def blocks_of(fields: Sequence[AnswerField]) -> list[Block]:
    """Return the fields of a section in blocks, in their order."""
    blocks: list[Block] = []
    position = 0
    while position < len(fields):
        lead = fields[position]
        branches = list(_branches(lead, fields[position + 1 :])) if lead.kind in _LEADS and lead.frozen is None else []
        opens: dict[str, str] = {}
        for number, (values, inside) in enumerate(branches, 1):
            for value in values:
                opens[value] = f"{opens.get(value, '')} {number}".strip()
            for bound in inside:
                bound.is_revealed |= bound.condition is not None and lead.short_name in bound.condition.refers_to()
        lead.opens = opens
        blocks.append(
            Block(lead, [Branch(number, blocks_of(inside)) for number, (_, inside) in enumerate(branches, 1)])
        )
        position += 1 + sum(len(inside) for _, inside in branches)
    return blocks


def _branches(lead: AnswerField, after: Sequence[AnswerField]) -> Iterator[tuple[Sequence[str], list[AnswerField]]]:
    values: Sequence[str] = ()
    inside: list[AnswerField] = []
    count = 0
    for bound in after:
        condition = bound.condition
        if not isinstance(condition, IsOneOf) or bound.frozen is not None:
            break
        if condition.question == lead.short_name:
            if inside and set(values) != set(condition.values):
                yield values, inside
                inside = []
            if not inside:
                count += 1
                if count > MOST_BRANCHES:
                    return
                values = condition.values
            inside.append(bound)
        elif any(condition.question == each.short_name for each in inside):
            inside.append(bound)
        else:
            break
    if inside:
        yield values, inside
