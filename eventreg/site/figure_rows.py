"""The figures of an event as rows: a text, a number, and the list that it leads to for who may see the people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from eventreg.events.models import Category, EventDay
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language
from eventreg.questionnaires.rules.schema import Question
from eventreg.registration.rules.states import Status
from eventreg.registration.wording import status_for_team
from eventreg.review.queries.breakdowns import Breakdown
from eventreg.review.rules.columns import answer_column
from eventreg.review.rules.figures import OTHERS, Cell, Counting, Span, merged, merged_spans, told
from eventreg.review.rules.listing import IS_EMPTY, STATUS_ORDER, ListState, Term, between, is_, is_not
from eventreg.review.views.desk import list_url
from eventreg.web.templating import plain_in_reader_language

Rows = list[dict[str, Any]]
#: fields whose values nobody has listed before: that one of them is there tells that somebody is
_OPEN = ("country", "institution")


@dataclass(frozen=True)
class FigureRows:
    """Makes the rows of one event's figures. Who sees no people is led nowhere, and told of no small group."""

    slug: str
    found: Breakdown
    counting: Counting
    sees_people: bool

    def tables(
        self, categories: Sequence[Category], days: Sequence[EventDay], sex: Question | None
    ) -> list[dict[str, Any]]:
        """Return the tables with bars, in order, those without a row left out."""
        found = [
            (_("Status"), self.by_status()),
            (_("Category"), self.by_category(categories)),
            (plain_in_reader_language(sex.label), self.by_sex(sex)) if sex is not None else ("", []),
            (_("Days"), self.by_day(days)),
            (_("Country"), self.by_country()),
            (_("Institution"), self.by_institution()),
        ]
        return [{"title": title, "rows": lines} for title, lines in found if lines]

    def by_status(self) -> Rows:
        """Return the statuses; of whoever is counted where a reader sees no people, for them to add up."""
        numbers = self.found.by_status
        shown = [
            status
            for status in STATUS_ORDER
            if (self.sees_people and status is not Status.UNVERIFIED)
            or (status in self.counting.statuses and numbers.get(status))
            or (self.sees_people and numbers.get(status))
        ]
        cells = [Cell(status.value, numbers.get(status, 0)) for status in shown]
        return self._rows(cells, "status", lambda key: status_for_team(Status(key)), counts_all=True)

    def by_category(self, categories: Sequence[Category]) -> Rows:
        """Return the categories in the event's order."""
        names = {category.key: plain_in_reader_language(category.name) for category in categories}
        cells = [Cell(category.key, self.found.by_category.get(category.id, 0)) for category in categories]
        return self._rows(cells, "category", names.__getitem__)

    def by_country(self) -> Rows:
        """Return the countries, the most frequent first."""
        return self._rows(self.found.countries(), "country", lambda code: formats.country(code, current_language()))

    def by_institution(self) -> Rows:
        """Return the institutions of the most people, the others together, and whoever named none."""
        named = [Cell(folded, number) for folded, _written, number in self.found.institutions]
        written = {folded: text for folded, text, _number in self.found.institutions}
        rest = self.found.with_institution - sum(cell.number for cell in named)
        kinds = self.found.institution_count - len(named)
        none = self.found.total - self.found.with_institution
        cells = [*named, *([Cell(OTHERS, rest)] if rest else []), *([Cell("", none)] if none else [])]
        others = ngettext("%(num)d other institution", "%(num)d other institutions", kinds)
        return self._rows(cells, "institution", lambda key: others if key == OTHERS else written[key])

    def by_sex(self, question: Question) -> Rows:
        """Return the answers to the question, and whoever gave none."""
        labels = {option.value: plain_in_reader_language(option.label) for option in question.options}
        numbers = self.found.by["sex"]
        values = dict.fromkeys([*labels, *sorted(numbers)])
        none = self.found.total - sum(numbers.values())
        cells = [Cell(value, numbers.get(value, 0)) for value in values] + ([Cell("", none)] if none else [])
        return self._rows(cells, answer_column(question.key), lambda value: labels.get(value, value))

    def by_day(self, days: Sequence[EventDay]) -> Rows:
        """Return who comes on which day; whoever was never asked comes on all of them."""
        on_all = self.found.total - self.found.with_days
        held_on = {day.held_on.isoformat(): day.held_on for day in days}
        cells = [Cell(day.held_on.isoformat(), self.found.by["day"].get(str(day.id), 0) + on_all) for day in days]
        shown = cells if self.sees_people else told(cells, self.found.total)
        language = current_language()
        return [self._row(cell, "day", lambda key: formats.day(held_on[key], language, year=False)) for cell in shown]

    def over_time(self, series: Sequence[Span]) -> Rows:
        """Return the registrations as they came, each row with how many there were by then."""
        so_far, rows = 0, []
        for span in series if self.sees_people else merged_spans(series):
            so_far += span.number
            first, last = (formats.short_day(day, current_language()) for day in (span.first, span.last))
            state = self._state().filtered("received", [between(span.first.isoformat(), span.last.isoformat())])
            rows.append(
                {
                    "text": first if first == last else f"{first} – {last}",
                    "count": span.number,
                    "so_far": so_far,
                    "href": self._href(state) if span.number else "",
                }
            )
        return rows

    def waiting(self) -> Rows:
        """Return the decisions that wait, by how long."""
        words = {
            "new": _("up to two days"),
            "days": _("up to a week"),
            "long": _("more than a week"),
        }
        return [{"text": text, "count": self.found.by["waiting"].get(key, 0)} for key, text in words.items()]

    def href_of(self, filters: Mapping[str, Sequence[str]]) -> str:
        """Return the address of a list, whomever the figures count."""
        return self._href(ListState().narrowed(**filters))

    def _rows(self, cells: Sequence[Cell], field: str, text: Callable[[str], str], counts_all: bool = False) -> Rows:
        shown = cells if self.sees_people else merged(cells)
        return [self._row(cell, field, text, counts_all) for cell in shown]

    def _row(self, cell: Cell, field: str, text: Callable[[str], str], counts_all: bool = False) -> dict[str, Any]:
        if cell.parts:
            return {"text": _together(cell, field, text), "count": cell.number, "href": ""}
        state = ListState() if counts_all else self._state()
        term: Term = is_(cell.key) if cell.key else IS_EMPTY
        is_linked = cell.key != OTHERS and cell.number
        return {
            "text": text(cell.key) if cell.key else _("Not stated"),
            "count": cell.number,
            "href": self._href(state.filtered(field, [term])) if is_linked else "",
        }

    def _state(self) -> ListState:
        """Return the list of those who are counted."""
        if self.counting is Counting.ALL:
            return ListState()
        wanted = is_(Status.CONFIRMED.value) if self.counting is Counting.CONFIRMED else is_not(Status.CANCELLED.value)
        return ListState().filtered("status", [wanted])

    def _href(self, state: ListState) -> str:
        return list_url(self.slug, state) if self.sees_people else ""


def _together(cell: Cell, field: str, text: Callable[[str], str]) -> str:
    """Return what is said of values that were put together: which they are, unless that told where somebody is from."""
    if field in _OPEN:
        return _("Others")
    return formats.joined([text(part) if part else _("Not stated") for part in cell.parts], current_language())
