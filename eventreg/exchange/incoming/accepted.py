"""What a cell can say where it cannot say just anything: a category, a status, a language, one of the answers offered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext as _

from eventreg.events.models import Event
from eventreg.exchange.incoming.matching import CellReader, Words
from eventreg.i18n.languages import known_languages, own_name
from eventreg.kernel.text import folded
from eventreg.questionnaires import kinds
from eventreg.questionnaires.rules.answers import Invalid
from eventreg.questionnaires.rules.schema import Question
from eventreg.registration.rules.states import STANDING, Status

#: statuses in which somebody can be put in
POSSIBLE: Final = STANDING | {Status.DECLINED}
#: of what is accepted, that many are named in a message
_MOST_NAMED = 8
#: of more, one is chosen from a list
_MOST_BOXES = 24
#: what a cell looks like, where the message about an answer does not say it
_EXAMPLES = {"date_range": "2027-03-10/2027-03-13"}


@dataclass(frozen=True)
class Accepted:
    """What the cells of one column can say."""

    #: what is read, whatever the language, with its words in the organizer's
    choices: Sequence[tuple[str, str]]
    #: what is read by each folded name that it has, in any language
    called: Mapping[str, str]
    #: several can be said at once
    is_many: bool = False

    @property
    def sentence(self) -> str:
        """What is accepted, to stand behind a message."""
        shown = "; ".join(words for _text, words in self.choices[:_MOST_NAMED])
        return _("Accepted: %(list)s", list=f"{shown}; …" if len(self.choices) > _MOST_NAMED else shown)


class Acceptance:
    """What each column of a file accepts, by the names of our columns."""

    def __init__(
        self, event: Event, questions: Mapping[str, Question], words: Words, context: kinds.Context, language: str
    ) -> None:
        """`questions`: of the columns that a question fills, one each."""
        self._event, self._questions, self._words = event, questions, words
        self._context, self._language = context, language
        self._reader = CellReader(context)
        self._known: dict[str, Accepted | None] = {}

    def of(self, name: str) -> Accepted | None:
        """Return what a column accepts; None where a cell can say anything."""
        if name not in self._known:
            self._known[name] = self._made(name)
        return self._known[name]

    def reads(self, name: str, text: str) -> bool:
        """Say whether a cell of a column that accepts only some words is understood."""
        if name in self._questions:
            try:
                return bool(self._reader.read(self._questions[name], text))
            except Invalid:
                return False
        if name == "status":
            return self._words.statuses.get(folded(text)) in POSSIBLE
        return folded(text) in (self._words.categories if name == "category" else self._words.languages)

    def sentence(self, name: str) -> str:
        """Return what is accepted, to stand behind a message; "" where the message says it."""
        accepted = self.of(name)
        if accepted is not None:
            return accepted.sentence
        example = _EXAMPLES.get(self._questions[name].kind) if name in self._questions else None
        return _("Accepted: %(list)s", list=example) if example else ""

    def _made(self, name: str) -> Accepted | None:
        if name == "category":
            texts = {row.key: self._context.text(row.name, self._language) for row in self._event.categories}
            return Accepted(list(texts.items()), self._words.categories)
        if name == "status":
            texts = {status.value: _(status.title) for status in Status if status in POSSIBLE}
            called = {word: status.value for word, status in self._words.statuses.items() if status in POSSIBLE}
            return Accepted(list(texts.items()), called)
        if name == "language":
            return Accepted([(code, own_name(code)) for code in known_languages()], self._words.languages)
        question = self._questions.get(name)
        return self._of_question(question) if question is not None else None

    def _of_question(self, question: Question) -> Accepted | None:
        kind, context, language = kinds.get(question.kind), self._context, self._language
        values = kind.ranked(question, context, language)
        if not values:
            return None
        # What most people are of comes first.
        ordered = sorted(values, key=lambda value: value not in context.region)
        text_of = {value: "; ".join(kind.data(question, [value], context)) for value in ordered}
        choices = [(text_of[value], kind.value_text(question, value, context, language)) for value in ordered]
        called = {folded(name): text_of[value] for value, name in self._names(question, ordered)}
        return Accepted(choices, called, kind.is_many and len(choices) <= _MOST_BOXES)

    def _names(self, question: Question, values: Sequence[str]) -> Iterator[tuple[str, str]]:
        kind = kinds.get(question.kind)
        for language in dict.fromkeys((*self._event.languages, *known_languages(), self._language)):
            for value in values:
                yield value, kind.value_text(question, value, self._context, language)
