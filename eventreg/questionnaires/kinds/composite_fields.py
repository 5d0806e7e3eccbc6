"""Fields of several inputs: all of them post under the question's key, in their order, so that one name is one question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from eventreg.kernel.typed import showable
from eventreg.questionnaires.kinds.fields import AnswerField, TextField, attributes_of, option_markup
from eventreg.questionnaires.rules.schema import Question


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
