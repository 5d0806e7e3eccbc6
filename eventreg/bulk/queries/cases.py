"""What a message to many says of each reader's own answers, and which of its paragraphs are for whom.

An answer stands as {answer:country}. A paragraph that begins with a line such as {only for category: speaker} or
{not for country: GT, MX} goes to these people alone; several such lines have all to hold. Nothing else is looked at: there is no
template language. Sensitive answers, files, and what organizers alone fill in are not among what can be named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import select

from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.queries.events import list_days
from eventreg.kernel.text import folded
from eventreg.questionnaires import kinds
from eventreg.questionnaires.queries import definition_of, find_newest_version
from eventreg.questionnaires.rules.schema import Question, Stage
from eventreg.registration.models import Answer, Registration
from eventreg.registration.rules.messages import names_in

ANSWER, CATEGORY = "answer:", "category"
_LINE = re.compile(r"\{[ \t]*(only|not)[ \t]+for[ \t]+(\w+)[ \t]*:[ \t]*([^{}\n]*?)[ \t]*\}", re.IGNORECASE)
#: looks as if it was meant to be such a line
_MEANT = re.compile(r"\{[ \t]*(?:only|not)\b[^}\n]*\}?", re.IGNORECASE)
_PARAGRAPHS = re.compile(r"\n[ \t]*\n")
#: who sees addresses and numbers is a right of its own
_CONTACT = ("email", "phone")
#: of a question with more choices, as of countries, one is shown as an example
_MOST_OFFERED = 40


class Line(NamedTuple):
    """A line that says for whom a paragraph is: those with one of the values, or those without any of them."""

    is_only: bool
    key: str
    values: tuple[str, ...]
    written: str


@dataclass(frozen=True)
class Cases:
    """What messages to people of an event can name of their answers, as the event asks now."""

    event: Event

    @cached_property
    def _asked(self) -> Sequence[Question]:
        version = find_newest_version(self.event.id)
        stages = (Stage.REGISTRATION, Stage.FOLLOW_UP)
        return list(definition_of(version).questions(*stages)) if version is not None else []

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """The questions whose answers can be named, by key, in their order."""
        return {
            question.key: question
            for question in self._asked
            if kinds.get(question.kind).is_answerable
            and not (question.is_sensitive or kinds.get(question.kind).is_file or question.kind == "consent")
            and not set(question.columns) & set(_CONTACT)
        }

    @cached_property
    def sensitive(self) -> frozenset[str]:
        """The keys of questions whose answers never stand in a mail."""
        return frozenset(question.key for question in self._asked if question.is_sensitive)

    @cached_property
    def context(self) -> kinds.Context:
        """What questions need to know of the event."""
        return kinds.Context.of(self.event, list_days(self.event.id))

    def choices(self, key: str, language: str) -> dict[str, str]:
        """Return what a paragraph can be for: the categories, or the answers offered to a question, each with its words."""
        if key == CATEGORY:
            return {each.key: self.context.text(each.name, language) for each in self.event.categories}
        question = self.questions.get(key)
        if question is None:
            return {}
        kind = kinds.get(question.kind)
        values = kind.ranked(question, self.context, language) or ()
        return {value: kind.value_text(question, value, self.context, language) for value in values}

    def offered(self, language: str) -> tuple[list[tuple[str, str]], list[tuple[str, list[tuple[str, str]]]]]:
        """Return (placeholder, label) of each answer, and (label, [(line, words)]) of what a paragraph can be for."""
        names = [(f"{{{ANSWER}{key}}}", self.context.text(one.label, language)) for key, one in self.questions.items()]
        lines = []
        for key in (CATEGORY, *self.questions):
            label = self.context.text(self.questions[key].label, language) if key in self.questions else _("Category")
            choices = self.choices(key, language)
            shown = list(choices.items())[: None if len(choices) <= _MOST_OFFERED else 1]
            if shown:
                lines.append((label, [(f"{{only for {key}: {value}}}", words) for value, words in shown]))
        return names, lines

    def faults(self, text: str) -> Iterator[str]:
        """Yield what is wrong with the lines and answers of a text, as sentences."""
        for name in names_in(text):
            if name.removeprefix(ANSWER) in self.sensitive and name.startswith(ANSWER):
                yield _("%(written)s cannot stand in an email: the answer is sensitive", written=f"{{{name}}}")
        for paragraph in _PARAGRAPHS.split(text):
            lines, rest = _read(paragraph)
            for line in lines:
                written = line.written
                if line.key in self.sensitive:
                    yield _("%(written)s cannot stand in an email: the answer is sensitive", written=written)
                elif not (choices := self._values(line.key)):
                    yield _(
                        "%(written)s names no category and no question with answers to choose from", written=written
                    )
                elif unknown := [value for value in line.values or ("",) if folded(value) not in choices]:
                    yield _(
                        "%(written)s names an answer that is not offered: %(answer)s",
                        written=written,
                        answer=unknown[0],
                    )
            if lines and not rest.strip():
                yield _("%(written)s stands alone: write its paragraph on the next line", written=lines[-1].written)
            if found := _MEANT.search(rest):
                yield _("%(written)s has to be a line of its own at the beginning of a paragraph", written=found[0])

    def _values(self, key: str) -> dict[str, str]:
        """Return the values that are meant by what somebody may write for them: the value, or its words in any language."""
        words = ((value, word) for code in self.context.languages for value, word in self.choices(key, code).items())
        return {folded(one): value for value, word in words for one in (value, word)}

    @staticmethod
    def lines_of(text: str) -> list[Line]:
        """Return the lines of a text, each once, in their order."""
        return list(dict.fromkeys(line for each in _PARAGRAPHS.split(text) for line in _read(each)[0]))

    def answered(self, people: Iterable[Registration], *texts: str) -> dict[int, dict[str, list[str]]]:
        """Return what these people answered of what the texts name, by id and key: one statement, none where nothing is."""
        named = {name.removeprefix(ANSWER) for text in texts for name in names_in(text) if name.startswith(ANSWER)}
        keys = (named | {line.key for text in texts for line in self.lines_of(text)}) & self.questions.keys()
        found: dict[int, dict[str, list[str]]] = {person.id or 0: {} for person in people}
        if not keys:
            return found
        for person in people:
            for question in (self.questions[key] for key in keys):
                held = {column: getattr(person, column) or "" for column in question.columns}
                found[person.id or 0][question.key] = question.from_columns(held) if held else []
        rows = select(Answer.registration_id, Answer.question_key, Answer.value).where(
            Answer.registration_id.in_(found), Answer.question_key.in_(keys), Answer.value.is_not(None)
        )
        for id_, key, value in db.session.execute(rows.order_by(Answer.question_key, Answer.position)):
            found[id_][key].append(value or "")
        return found

    def holds(self, line: Line, person: Registration, given: Mapping[str, list[str]]) -> bool:
        """Say whether a paragraph with this line is for somebody. What the event does not ask any more is for nobody."""
        choices = self._values(line.key)
        wanted = {choices[folded(value)] for value in line.values if folded(value) in choices}
        category = (self.event.category_of(person).key,) if line.key == CATEGORY else ()
        return bool(wanted) and bool(wanted.intersection(category or given.get(line.key, ()))) is line.is_only

    def words(self, line: Line, language: str) -> str:
        """Return whom a line names, as people call them."""
        choices, values = self.choices(line.key, language), self._values(line.key)
        said = ", ".join(choices[values[folded(value)]] for value in line.values if folded(value) in values)
        return said if line.is_only else _("not %(value)s", value=said)

    def body_for(self, text: str, person: Registration, given: Mapping[str, list[str]]) -> str:
        """Return the text with those of its paragraphs that are for somebody."""
        kept = []
        for paragraph in _PARAGRAPHS.split(text) if _LINE.search(text) else (text,):
            lines, rest = _read(paragraph)
            if all(self.holds(line, person, given) for line in lines):
                kept.append(rest if lines else paragraph)
        return "\n\n".join(kept)

    def of_people(
        self, text: Mapping[str, str], people: Sequence[Registration]
    ) -> dict[tuple[str, tuple[Line, ...]], list[Registration]]:
        """Return who of these people reads which of the paragraphs with lines, by language and the lines that hold."""
        lines = list(dict.fromkeys(line for body in text.values() for line in self.lines_of(body)))
        found: dict[tuple[str, tuple[Line, ...]], list[Registration]] = {}
        given = self.answered(people, *text.values()) if lines else {}
        for person in people if lines else ():
            held = tuple(line for line in lines if self.holds(line, person, given[person.id]))
            found.setdefault((person.language, held), []).append(person)
        return found

    def said(self, text: str, given: Mapping[str, list[str]], language: str) -> dict[str, str]:
        """Return what the placeholders of answers in a text stand for: for what cannot be named, nothing."""
        names = [name for name in names_in(text) if name.startswith(ANSWER)]
        return {name: self._said(name.removeprefix(ANSWER), given, language) for name in names}

    def _said(self, key: str, given: Mapping[str, list[str]], language: str) -> str:
        question = self.questions.get(key)
        if question is None:
            return ""
        return "; ".join(kinds.get(question.kind).display(question, given.get(key, ()), self.context, language))


def _read(paragraph: str) -> tuple[list[Line], str]:
    """Return the lines that begin a paragraph, and what follows them."""
    lines, rest = [], paragraph.strip("\n")
    while found := _LINE.fullmatch(rest.partition("\n")[0].strip()):
        values = tuple(one.strip() for one in found[3].split(",") if one.strip())
        lines.append(Line(found[1].lower() == "only", found[2].lower(), values, found[0]))
        rest = rest.partition("\n")[2]
    return lines, rest
