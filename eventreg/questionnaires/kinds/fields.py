"""The WTForms fields behind the kinds. They carry what was typed and what the templates ask for; kinds check it.

Fields of several inputs: all of them post under the question's key, in their order, so that one name is one question.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from markupsafe import Markup, escape
from wtforms.fields import Field
from wtforms.fields.choices import Choice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.widgets import CheckboxInput, FileInput, Input, TextArea

from eventreg.i18n import formats
from eventreg.kernel.text import LocalizedText, pick, showable
from eventreg.questionnaires.kinds.base import Context
from eventreg.questionnaires.rules.conditions import Condition
from eventreg.questionnaires.rules.schema import Question

#: keeps ids of inputs apart from ids of the page around them
ID_PREFIX = "q-"
_QUOTE = '"'


def attributes_of(**given: Any) -> Markup:
    """Return attributes as WTForms writes them. In one go, since a long form has hundreds and WTForms' way costs half of it."""
    written = [
        name if value is True else f'{name}="{str(escape(value)).replace(_QUOTE, "&quot;")}"'
        for name, value in sorted(given.items())
        if value is not False
    ]
    return Markup(" ".join(written))  # noqa: S704  # every value is escaped, names are ours


class AnswerField(Field):
    """The field of one question. `typed` is what was sent or kept, as it is shown again."""

    typed: list[str]

    def __init__(
        self, question: Question, kind: str, attributes: Mapping[str, str] | None = None, **options: Any
    ) -> None:
        super().__init__(id=ID_PREFIX + question.key, render_kw=dict(attributes or {}), **options)
        self.question = question
        #: which macro of `components/forms.html` draws it
        self.kind = kind
        self.is_optional = not question.is_required
        self.autocomplete = (attributes or {}).get("autocomplete", "")
        self.inputmode = (attributes or {}).get("inputmode", "")
        self.flags.required = question.is_required
        #: of texts, in characters, and of files, in bytes; 0: none
        self.limit = 0

    #: when it is asked, where that depends on other answers; as the browser reads it, it is in `condition_data`
    condition: Condition | None = None
    #: numbers of the branches that a value opens, see `kinds.reveals`
    opens: Mapping[str, str] = MappingProxyType({})
    #: it stands under the choice that reveals it, so that nobody has to read when it is asked
    is_revealed = False
    #: the answer as lines, where it can be changed no more
    frozen: Sequence[str] | None = None

    @property
    def condition_data(self) -> str:
        """The condition as JSON."""
        return json.dumps(self.condition.as_data(), separators=(",", ":")) if self.condition is not None else ""

    def ask_only_if(self, condition: Condition, words: str) -> None:
        """Have the page say, before the hint, when the question is asked."""
        self.condition = condition
        sentence = Markup('<span class="er-only-if">{}. </span>').format(words)
        self.description = sentence + self.description

    def __call__(self, **attributes: Any) -> Markup:
        """Return the input as its widget draws it; `attributes` over those that the field has anyway."""
        return self.widget(self, **{**self.render_kw, **attributes})  # type: ignore[arg-type]  # as WTForms does

    def has_had(self, value: str) -> bool:
        """Say whether this is an answer of the person, kept or just sent: it stays open, so that nothing typed goes missing."""
        return value in self.typed or value in (self.object_data or ())

    def process_data(self, value: Any) -> None:
        """Take over the values of an answer that is already there."""
        self._take(value or [])

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take over what was sent, whatever it is."""
        self._take(valuelist)

    def _take(self, values: Sequence[str]) -> None:
        self.typed = list(values)
        self.data: Any = self.typed

    def _value(self) -> str:
        return showable(self.typed[0]) if self.typed else ""


class TextField(AnswerField):
    """One line."""

    def __init__(self, question: Question, kind: str = "text", **options: Any) -> None:
        super().__init__(question, kind, widget=_INPUTS[kind], **options)


class ParagraphsField(AnswerField):
    """Several lines."""

    widget = TextArea()  # type: ignore[assignment]  # it draws any field with a value

    def __init__(self, question: Question, limit: int, **options: Any) -> None:
        super().__init__(question, "textarea", **options)
        self.limit = limit


@dataclass(frozen=True)
class Offer:
    """An answer that a field offers, in the reader's language."""

    value: str
    label: str
    hint: str = ""
    #: its places are taken: only who has it already can have it
    is_full: bool = False


class ChoicesField(AnswerField):
    """Answers to choose from as radios or checkboxes, which the template draws one by one.

    They are made when they are drawn: how many places are left is asked of the database, and not for a form that is taken.
    """

    def __init__(self, question: Question, kind: str, offers: Callable[[], Sequence[Offer]], **options: Any) -> None:
        super().__init__(question, kind, **options)
        self._offers = offers

    @cached_property
    def offers(self) -> Sequence[Offer]:
        """The answers offered."""
        return self._offers()

    @cached_property
    def choice_hints(self) -> Mapping[str, str]:
        """The lines under them, by value."""
        return {offer.value: offer.hint for offer in self.offers if offer.hint}

    def iter_choices(self) -> Iterator[Choice]:
        """Yield the answers offered; those chosen are marked, and those that cannot be."""
        for offer in self.offers:
            shut = {"disabled": True} if offer.is_full and not self.has_had(offer.value) else {}
            yield Choice(offer.value, offer.label, offer.value in self.typed, shut)


class SelectFrom:
    """Draws a select from the markup of its options, which may have been made once; the chosen one is marked in it."""

    def __init__(self, options: Callable[[], Markup]) -> None:
        self.options = options

    def __call__(self, bound: AnswerField, **attributes: Any) -> Markup:
        """Return the select."""
        attributes.setdefault("id", bound.id)
        options = self.options()
        for value in (*bound.typed, *(bound.object_data or ())):
            is_shut, is_open = option_start(value, is_full=True), option_start(value)
            options = Markup(str(options).replace(is_shut, is_open, 1))  # noqa: S704
        if bound.typed:
            # The value is escaped like the markup it is looked for in, so one that is not offered changes nothing.
            start = option_start(bound.typed[0])
            options = Markup(str(options).replace(start, f"{start[:-1]} selected>", 1))  # noqa: S704
        return Markup("<select {}>{}</select>").format(attributes_of(name=bound.name, **attributes), options)


class TickField(AnswerField):
    """One box. `data` says whether it is ticked."""

    widget = CheckboxInput()
    ticked = "yes"

    def __init__(self, question: Question, **options: Any) -> None:
        super().__init__(question, "checkbox", {"value": self.ticked}, **options)

    def _take(self, values: Sequence[str]) -> None:
        super()._take(values)
        self.data = self.ticked in self.typed

    def _value(self) -> str:
        return self.ticked


def option_markup(value: str, label: str, *, is_full: bool = False) -> Markup:
    """Return one option as `SelectFrom` finds it again."""
    return Markup("{}{}</option>").format(Markup(option_start(value, is_full=is_full)), label)  # noqa: S704


def option_start(value: str, *, is_full: bool = False) -> str:
    """Return how the markup of an option begins."""
    return f"<option {attributes_of(value=value)}{' disabled' if is_full else ''}>"


@dataclass(frozen=True)
class KeptFile:
    """A file that was sent before and is kept. `size` in bytes."""

    name: str
    size: int
    public_id: str = field(default="", compare=False)
    #: the box that removes it is ticked
    is_removed: bool = False


class UploadField(AnswerField):
    """A file, or several. The bytes are not here: a form has only the names of what is kept."""

    widget = FileInput()

    def __init__(self, question: Question, limit: int, accept: str, is_many: bool = False, **options: Any) -> None:
        super().__init__(question, "file", {"accept": accept}, **options)
        self.is_many = is_many
        self.limit = limit
        self.accept = accept
        #: set by whoever keeps the bytes
        self.kept: list[KeptFile] = []

    def process_formdata(self, valuelist: list[str]) -> None:
        """Leave the field as it is: a text sent under its name is no file."""


def labelled(question: Question, context: Context, language: str) -> dict[str, str]:
    """Return the label and the hint of a question's field in the reader's language."""
    return {
        "label": shown(question.label, context, language),
        "description": shown(question.help, context, language),
    }


def shown(text: LocalizedText, context: Context, language: str) -> str:
    """Return content for a page: in the reader's language, else marked with the language it is in."""
    picked = pick(text, language, context.languages)
    if picked.language == language or not picked.text:
        return picked.text
    return Markup('<span lang="{}"{}>{}</span>').format(
        picked.language, formats.turned(picked.language, language), picked.text
    )


_INPUTS: dict[str, Input] = {}


class _Line(Input):
    html_params = staticmethod(attributes_of)


def _input(kind: str) -> Input:
    widget = _Line(kind)
    # Required and length are the server's to say: browsers' bubbles are not translated.
    widget.validation_attrs = []
    return widget


_INPUTS.update({kind: _input(kind) for kind in ("text", "email", "tel", "url", "date", "time")})


@dataclass(frozen=True)
class Part:
    """One input of a field of several."""

    label: str
    hint: str = ""
    type: str = "text"
    autocomplete: str = ""
    is_optional: bool = False


@dataclass(frozen=True)
class BoundPart:
    """A part with its id and what was typed there. `number` counts from 1."""

    part: Part
    id: str
    number: int
    value: str


class PartsField(AnswerField):
    """Inputs of one line under one legend."""

    def __init__(self, question: Question, parts: Sequence[Part], **options: Any) -> None:
        super().__init__(question, "parts", **options)
        self._parts = parts

    @property
    def parts(self) -> Iterator[BoundPart]:
        """The inputs as they are drawn; the first bears the field's own id, so that a link to the field lands on it."""
        return _bound(self, self._parts)


class SelectsField(AnswerField):
    """Selects with the same answers under one legend: the first choice, the second, …"""

    def __init__(self, question: Question, labels: Sequence[str], options: Callable[[], Markup], **others: Any) -> None:
        super().__init__(question, "selects", **others)
        self._parts = [Part(label) for label in labels]
        self._options = options

    @property
    def parts(self) -> Iterator[BoundPart]:
        """The selects as they are drawn."""
        return _bound(self, self._parts)

    def draw(self, part: BoundPart, attributes: Mapping[str, Any]) -> Markup:
        """Return one select, with what was chosen in it marked."""
        options = self._options()
        if part.value:
            value = attributes_of(value=part.value)
            # As in SelectFrom: the value is escaped like the markup it is looked for in.
            options = Markup(str(options).replace(f"<option {value}>", f"<option {value} selected>", 1))  # noqa: S704
        return Markup("<select {}>{}</select>").format(attributes_of(name=self.name, id=part.id, **attributes), options)


class SuggestingField(TextField):
    """One line with texts that the browser suggests; any other can be written."""

    def __init__(self, question: Question, suggestions: Sequence[str], **options: Any) -> None:
        super().__init__(question, **options)
        #: without doubles, in the order in which they are offered
        self.suggestions = list(dict.fromkeys(suggestions))
        if self.suggestions:
            self.render_kw = {**(self.render_kw or {}), "list": f"{self.id}-list"}


class ReadingField(AnswerField):
    """Something to read among the questions."""

    def __init__(self, question: Question, text: Markup, *, is_heading: bool, **options: Any) -> None:
        super().__init__(question, "reading", **options)
        self.text, self.is_heading = text, is_heading


def joined_options(first: str, offers: Sequence[tuple[str, str]]) -> Markup:
    """Return the markup of a select's options after an empty one that says what to do."""
    return option_markup("", first) + Markup("").join(option_markup(value, label) for value, label in offers)


def _bound(field: AnswerField, parts: Sequence[Part]) -> Iterator[BoundPart]:
    for number, part in enumerate(parts, 1):
        typed = showable(field.typed[number - 1]) if number <= len(field.typed) else ""
        yield BoundPart(part, field.id if number == 1 else f"{field.id}-{number}", number, typed)
