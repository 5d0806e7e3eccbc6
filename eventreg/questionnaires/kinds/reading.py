"""What is read among the questions, and answered by nobody: a heading, a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup, escape
from wtforms.fields.core import UnboundField

from eventreg.kernel.text import LocalizedText, pick
from eventreg.questionnaires.kinds.base import Context, Kind, KindGroup
from eventreg.questionnaires.kinds.composite_fields import ReadingField
from eventreg.questionnaires.kinds.fields import labelled, shown
from eventreg.questionnaires.rules.reasons import Reason
from eventreg.questionnaires.rules.schema import DefinitionInvalid, Question
from eventreg.questionnaires.rules.seeking import Seeking
from eventreg.web.forms import lazy_gettext
from eventreg.web.markdown import render_markdown


class Heading(Kind):
    """A heading over some of the questions of a section; its help stands below it."""

    name = "heading"
    title = lazy_gettext("Heading")
    hint = lazy_gettext("Nothing is asked: it stands over the questions after it.")
    seeking = Seeking.NOT
    group = KindGroup.READING
    is_answerable = False
    missing = Reason.MISSING_TEXT
    is_heading = True

    def check(self, question: Question) -> None:
        super().check(question)
        if question.is_required or question.required_for or question.is_sensitive:
            raise DefinitionInvalid(f"question {question.key}: nobody answers a {self.name}")

    def clean(self, question: Question, raw: Sequence[str], context: Context) -> list[str]:
        """Return nothing: whatever was sent is no answer."""
        return []

    def _clean(self, question: Question, given: Sequence[str], context: Context) -> list[str]:
        return []

    def field(self, question: Question, context: Context, language: str) -> UnboundField[Any]:
        texts = labelled(question, context, language)
        return UnboundField(
            ReadingField, question, self._text(question, context, language), is_heading=self.is_heading, **texts
        )

    def display(self, question: Question, values: Sequence[str], context: Context, language: str) -> list[str]:
        """Return nothing: there is no answer."""
        return []

    def _text(self, question: Question, context: Context, language: str) -> Markup:
        return escape(shown(question.help, context, language))


class StaticText(Heading):
    """A text in Markdown: the question's words, then its help."""

    name = "static_text"
    title = lazy_gettext("Text block")
    hint = lazy_gettext("Nothing is asked. Paragraphs, lists and links are written in Markdown.")
    is_heading = False

    def _text(self, question: Question, context: Context, language: str) -> Markup:
        return Markup("").join(_rendered(text, context, language) for text in (question.label, question.help) if text)


def _rendered(text: LocalizedText, context: Context, language: str) -> Markup:
    picked = pick(text, language, context.languages)
    rendered = render_markdown(picked.text, 3)
    if picked.language == language:
        return rendered
    return Markup('<div lang="{}">{}</div>').format(picked.language, rendered)
