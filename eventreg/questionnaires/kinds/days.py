"""The days of the event that a person attends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms.fields.core import UnboundField

from eventreg.i18n import formats
from eventreg.questionnaires.kinds.base import Context, Kind, KindGroup, among
from eventreg.questionnaires.kinds.cells import named, some_of
from eventreg.questionnaires.kinds.fields import ChoicesField, Offer, labelled
from eventreg.questionnaires.rules.reasons import Reason
from eventreg.questionnaires.rules.schema import Question
from eventreg.questionnaires.rules.seeking import Seeking
from eventreg.web.forms import lazy_gettext


class Days(Kind):
    """Some of the event's days. A value is the id of a day, so that it stays when the day is moved to another date."""

    name = "days"
    title = lazy_gettext("Days attended")
    hint = lazy_gettext("The days of the event, to choose from.")
    seeking = Seeking.CHOICE
    group = KindGroup.EVENT
    missing = Reason.MISSING_DAYS
    is_many = True

    def _clean(self, question: Question, given: Sequence[str], context: Context) -> list[str]:
        return among(self.choices(question, context), given)

    def field(self, question: Question, context: Context, language: str) -> UnboundField[Any]:
        offers = [Offer(value, written) for value, written in _written(context, language).items()]
        return UnboundField(
            ChoicesField, question, "checkboxes", lambda: offers, **labelled(question, context, language)
        )

    def display(self, question: Question, values: Sequence[str], context: Context, language: str) -> list[str]:
        """Return each day in full: "Jueves 11 de marzo de 2027"."""
        written = _written(context, language)
        return [written[value] for value in values if value in written]

    def cell(self, question: Question, values: Sequence[str], context: Context, language: str) -> str:
        """Return the dates as ISO 8601 writes them, for sorting and filtering: "2027-03-11; 2027-03-12"."""
        return "; ".join(self.data(question, values, context))

    def data(self, question: Question, values: Sequence[str], context: Context) -> list[str]:
        """Return the dates as ISO 8601 writes them."""
        return [day.held_on.isoformat() for day in context.days if str(day.id) in values]

    def choices(self, question: Question, context: Context) -> Sequence[str]:
        """Return the days of the event."""
        return tuple(str(day.id) for day in context.days)

    def from_cell(self, question: Question, text: str, context: Context, languages: Sequence[str]) -> list[str]:
        """See `Kind.from_cell`: dates, as ISO 8601 or as the form writes them."""
        pairs = [(str(day.id), day.held_on.isoformat()) for day in context.days]
        pairs += [pair for language in languages for pair in _written(context, language).items()]
        # An id of ours is no date that anybody would write.
        dates = {str(day.id) for day in context.days}
        return some_of(text, {name: value for name, value in named(pairs).items() if name not in dates})


def _written(context: Context, language: str) -> dict[str, str]:
    written = {str(day.id): formats.day(day.held_on, language) for day in context.days}
    return {value: text[:1].upper() + text[1:] for value, text in written.items()}
