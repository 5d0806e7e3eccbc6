"""A long form in steps, and the answers once more before they are sent. Every page is the whole form, most of it hidden.

So nothing has to be kept between the pages: each posts everything, and the browser shows the part that is at hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from eventreg.i18n.languages import current_language
from eventreg.questionnaires import kinds
from eventreg.questionnaires.forms import QuestionnaireForm, SectionView
from eventreg.questionnaires.rules.schema import Definition

#: the page of all sections, and the one of the answers; the others are numbers of sections
ALL, SUMMARY = "all", "summary"
#: what a button posts as `step_to`; beside it "on" and "go:<page>"
BACK = "back"


@dataclass(frozen=True)
class SummaryPart:
    """A section as it was answered."""

    title: str
    #: the page to change it on
    page: str
    rows: Sequence[tuple[str, Sequence[str]]]


class Steps:
    """The pages of one form, and the one that is shown."""

    def __init__(self, definition: Definition, questions: QuestionnaireForm, sent: str = "") -> None:
        """`sent` is the page that the form says it comes from."""
        self._questions = questions
        self.is_stepwise = definition.is_stepwise and len(questions.sections) > 1
        #: whether there is more than one page
        self.has_pages = self.is_stepwise or definition.has_summary
        self.pages = [str(number) for number in range(len(questions.sections))] if self.is_stepwise else [ALL]
        self.current = sent if self.has_pages and sent in (*self.pages, SUMMARY) else self.pages[0]

    @property
    def is_summary(self) -> bool:
        """Whether the answers are shown once more."""
        return self.current == SUMMARY

    @property
    def number(self) -> int:
        """Which page it is, counted from 1; the summary is the last."""
        asked = self._asked_pages()
        return len(asked) + 1 if self.is_summary else asked.index(self.current) + 1

    @property
    def count(self) -> int:
        """How many pages there are for this person so far, the summary among them: an answer can open or close one."""
        return len(self._asked_pages()) + 1

    @property
    def title(self) -> str:
        """The title of the section at hand; empty where all are."""
        return "" if self.is_summary or self.current == ALL else self._questions.sections[int(self.current)].title

    def shows(self, section: SectionView) -> bool:
        """Say whether a section is at hand."""
        if self.is_summary:
            return False
        return self.current == ALL or self._questions.sections[int(self.current)] is section

    def go(self, wish: str) -> bool:
        """Go where a button wants to, the answers having been checked. False: something at hand has to be checked first."""
        is_held = False
        if wish.startswith("go:"):
            target = wish.removeprefix("go:")
            self.current = target if target in self.pages else self.pages[0]
        elif wish == BACK:
            self.current = self._neighbour(-1) or self.pages[0]
        elif self._has_trouble():
            is_held = True
        else:
            self.current = self._neighbour(1) or SUMMARY
        self._forget_errors(but_at_hand=is_held)
        return not is_held

    def go_to_trouble(self) -> None:
        """Show the first page on which something has to be checked."""
        for number, section in enumerate(self._questions.sections):
            if any(bound.errors for bound in section.fields):
                self.current = str(number) if self.is_stepwise else ALL
                break
        self._forget_errors(but_at_hand=True)

    def summary(self, context: kinds.Context) -> list[SummaryPart]:
        """Return what was answered, section by section, in the reader's language; the form was checked before."""
        language, answers = current_language(), self._questions.answers()
        parts = []
        for number, section in enumerate(self._questions.sections):
            rows = []
            for bound in section.fields:
                question, kind = bound.question, kinds.get(bound.question.kind)
                if question.key not in self._questions.asked_now or not kind.is_answerable:
                    continue
                lines = kind.display(question, answers.get(question.key, []), context, language)
                names = [file.name for file in getattr(bound, "kept", ()) if not file.is_removed]
                rows.append((str(bound.label.text), names or lines))
            if rows:
                parts.append(SummaryPart(section.title, str(number) if self.is_stepwise else ALL, rows))
        return parts

    def _has_trouble(self) -> bool:
        at_hand = (section for section in self._questions.sections if self.shows(section))
        return any(bound.errors for section in at_hand for bound in section.fields)

    def _neighbour(self, direction: int) -> str:
        """Return the next page on which anything is asked of this person, or an empty text."""
        if not self.is_stepwise:
            return ALL if direction < 0 else ""
        start = len(self.pages) if self.is_summary else int(self.current)
        numbers = range(start + 1, len(self.pages)) if direction > 0 else range(start - 1, -1, -1)
        return next((str(number) for number in numbers if self._asks_in(number)), "")

    def _asked_pages(self) -> list[str]:
        """Return the pages on which anything is asked of this person; the one at hand is always one."""
        if not self.is_stepwise:
            return self.pages
        return [page for page in self.pages if page == self.current or self._asks_in(int(page))]

    def _asks_in(self, number: int) -> bool:
        keys = {bound.question.key for bound in self._questions.sections[number].fields}
        return bool(keys & self._questions.asked_now)

    def _forget_errors(self, *, but_at_hand: bool) -> None:
        """What stands on other pages is told there; on a page that one has just come to, nothing is wrong yet."""
        for section in self._questions.sections:
            if not (but_at_hand and self.shows(section)):
                for bound in section.fields:
                    bound.errors = []
