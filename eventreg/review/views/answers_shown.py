"""Answers as a page shows them: by section, in the wording of the version that they were given under."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from markupsafe import Markup, escape

from eventreg.i18n.languages import current_language
from eventreg.kernel.links import web_address
from eventreg.questionnaires import kinds
from eventreg.questionnaires.kinds import Context
from eventreg.questionnaires.rules.schema import Question, Stage
from eventreg.review.queries.dossier import Dossier, FileLine
from eventreg.review.rules.contact import is_contact_data
from eventreg.review.views.changes_marked import Mark
from eventreg.web.templating import plain_in_reader_language

_CONSENT = "consent"


@dataclass(frozen=True)
class AnswerShown:
    """One answer: as lines, as files, or only as something that is there."""

    label: str
    value: Markup = field(default_factory=Markup)
    is_masked: bool = False
    #: an address or number that is not for this reader
    is_withheld: bool = False
    files: Sequence[FileLine] = ()
    #: what became of it since the person registered, or since the last decision
    mark: Mark | None = None


@dataclass(frozen=True)
class SectionShown:
    """A titled part with its answers."""

    key: str
    title: str
    answers: Sequence[AnswerShown]
    #: something in it is masked and can be looked at
    has_masked: bool
    #: its sensitive answers are shown at this moment
    is_open: bool
    #: filled in by organizers, never seen by the person
    is_for_team: bool = False


def sections_shown(
    dossier: Dossier,
    context: Context,
    has_contact_data: bool,
    opened_key: str = "",
    opened: Mapping[str, Sequence[str]] | None = None,
    marks: Mapping[str, Mark] | None = None,
) -> list[SectionShown]:
    """Return the sections that have answers. `opened` are the sensitive answers of the section `opened_key`, in clear.

    `marks` say by question what was changed. Without `has_contact_data` no mail address and no telephone number is among them.
    """
    answers = _Answers(dossier, context, opened or {}, has_contact_data)
    sections = []
    for section in dossier.definition.sections:
        shown = [
            replace(answers.shown(question), mark=(marks or {}).get(question.key))
            for question in section.questions
            if kinds.get(question.kind).is_answerable
            and question.kind != _CONSENT
            and question.is_asked_of(dossier.registration.category.key)
        ]
        if shown:
            is_for_team = section.stage is Stage.ORGANIZERS
            has_masked = any(answer.is_masked for answer in shown)
            title = plain_in_reader_language(section.title)
            sections.append(SectionShown(section.key, title, shown, has_masked, section.key == opened_key, is_for_team))
    return sections


class _Answers:
    def __init__(
        self, dossier: Dossier, context: Context, opened: Mapping[str, Sequence[str]], has_contact_data: bool
    ) -> None:
        self._dossier, self._context, self._opened = dossier, context, opened
        self._has_contact_data = has_contact_data
        self._values: dict[str, list[str]] = {}
        self._sealed: set[str] = set()
        for answer in dossier.answers:
            if answer.sealed is not None:
                self._sealed.add(answer.question_key)
            else:
                self._values.setdefault(answer.question_key, []).append(answer.value or "")

    def shown(self, question: Question) -> AnswerShown:
        label = plain_in_reader_language(question.label)
        if is_contact_data(question) and not self._has_contact_data:
            return AnswerShown(label, is_withheld=True)
        kind = kinds.get(question.kind)
        values = self._values_of(question)
        if kind.is_file:
            files = self._dossier.files
            return AnswerShown(label, files=[files[value] for value in values if value in files])
        if question.key in self._sealed and question.key not in self._opened:
            return AnswerShown(label, is_masked=True)
        lines = kind.display(question, values, self._context, current_language())
        return AnswerShown(label, _linked(question, lines))

    def _values_of(self, question: Question) -> Sequence[str]:
        if question.key in self._opened:
            return self._opened[question.key]
        if question.column is not None:
            row = self._dossier.registration
            return question.from_columns({column: getattr(row, column) or "" for column in question.columns})
        return self._values.get(question.key, [])


def _linked(question: Question, lines: Sequence[str]) -> Markup:
    """Return lines as markup, with an address, number or page to open where the answer is one."""
    if len(lines) == 1:
        text = lines[0]
        if question.kind == "email":
            return _link(f"mailto:{text}", text)
        if question.kind == "phone":
            return _link("tel:" + "".join(sign for sign in text if sign.isdigit() or sign == "+"), text)
        if question.kind == "url" and (address := web_address(text)):
            return _link(address, address)
    return Markup("<br>").join(line_break for line in lines for line_break in escape(line).split("\n"))


def _link(address: str, text: str) -> Markup:
    return Markup('<a class="govuk-link" href="{}" rel="noreferrer nofollow" dir="auto">{}</a>').format(address, text)
