"""What is chosen of the event itself beside its days: sessions that people sign up for, nights of accommodation.

The days of the event that a person attends.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _, ngettext
from wtforms.fields.core import UnboundField

from eventreg.i18n import formats
from eventreg.questionnaires.kinds import base
from eventreg.questionnaires.kinds.fields import ChoicesField, Offer, labelled
from eventreg.questionnaires.rules.answers import Invalid, Reason
from eventreg.questionnaires.rules.schema import DefinitionInvalid, Question, Seeking
from eventreg.web.forms import lazy_gettext

_MOST_NIGHTS = 60


class Nights(base.Kind):
    """Nights of accommodation, each by the date on which it begins.

    Settings: `first_night`, `last_night` (ISO 8601); without them from the night before the first day of the event to the
    one after its last.
    """

    name = "nights"
    title = lazy_gettext("Nights of accommodation")
    hint = lazy_gettext("The nights around the days of the event, or between two dates.")
    seeking = Seeking.DATE
    group = base.KindGroup.EVENT
    missing = Reason.MISSING_NIGHTS
    settings = frozenset({"first_night", "last_night"})
    is_many = True

    def offered_settings(self) -> Sequence[base.Setting]:
        return (
            base.Setting(
                "first_night", base.Shape.DATE, lambda: _("First night"), lambda: _("The date on which it begins.")
            ),
            base.Setting(
                "last_night", base.Shape.DATE, lambda: _("Last night"), lambda: _("The date on which it begins.")
            ),
        )

    def check(self, question: Question) -> None:
        super().check(question)
        first, last = base.date_setting(question, "first_night"), base.date_setting(question, "last_night")
        if first is not None and last is not None and not first <= last <= first + timedelta(days=_MOST_NIGHTS):
            raise DefinitionInvalid(f"question {question.key}, settings: at most {_MOST_NIGHTS} nights, in their order")

    def _clean(self, question: Question, given: Sequence[str], context: base.Context) -> list[str]:
        return base.among((night.isoformat() for night in _nights(question, context)), given)

    def field(self, question: Question, context: base.Context, language: str) -> UnboundField[Any]:
        offers = [Offer(night.isoformat(), _night(night, language)) for night in _nights(question, context)]
        return UnboundField(
            ChoicesField, question, "checkboxes", lambda: offers, **labelled(question, context, language)
        )

    def display(self, question: Question, values: Sequence[str], context: base.Context, language: str) -> list[str]:
        """Return each night by both its dates."""
        return [_night(date.fromisoformat(value), language) for value in values]

    def from_cell(self, question: Question, text: str, context: base.Context, languages: Sequence[str]) -> list[str]:
        """See `Kind.from_cell`: the dates on which the nights begin, or both dates in words."""
        nights = _nights(question, context)
        pairs = [(night.isoformat(), _night(night, language)) for night in nights for language in languages]
        return base.some_of(text, base.named(pairs))


class Sessions(base.Kind):
    """Sessions of the programme that people sign up for. A value is the public id of one.

    Places are counted and taken by `registration`, under the event's lock; here a full one is only shown as such.
    """

    name = "sessions"
    title = lazy_gettext("Programme sessions")
    hint = lazy_gettext("Those that people sign up for, with the places that are left.")
    seeking = Seeking.CHOICE
    group = base.KindGroup.EVENT
    missing = Reason.MISSING_SESSIONS
    is_many = True

    def check(self, question: Question) -> None:
        super().check(question)
        if question.is_sensitive:
            raise DefinitionInvalid(f"question {question.key}: who has a place in a session is not sealed")

    def _clean(self, question: Question, given: Sequence[str], context: base.Context) -> list[str]:
        offered = {session.public_id: session for session in context.sessions()}
        chosen = base.among(offered, given)
        for public_id in given:
            if offered[public_id].is_full:
                raise Invalid(Reason.SESSION_FULL, session=offered[public_id].title)
        return chosen

    def field(self, question: Question, context: base.Context, language: str) -> UnboundField[Any]:
        with base.speaking(language):
            offers = [
                Offer(
                    session.public_id,
                    context.text(session.title, language),
                    " · ".join(filter(None, (session.when(language), _left(session.places_left)))),
                    session.is_full,
                )
                for session in context.sessions()
            ]
        return UnboundField(
            ChoicesField, question, "checkboxes", lambda: offers, **labelled(question, context, language)
        )

    def display(self, question: Question, values: Sequence[str], context: base.Context, language: str) -> list[str]:
        """Return the titles of the sessions; one that was taken out of the programme is left out."""
        titles = {session.public_id: session.title for session in context.sessions()}
        return [context.text(titles[value], language) for value in values if value in titles]

    def ranked(self, question: Question, context: base.Context, language: str) -> Sequence[str]:
        """Return the sessions in the order of the programme."""
        return tuple(session.public_id for session in context.sessions())

    def from_cell(self, question: Question, text: str, context: base.Context, languages: Sequence[str]) -> list[str]:
        """See `Kind.from_cell`: the titles of the sessions in any language."""
        return base.some_of(
            text, base.named((each.public_id, title) for each in context.sessions() for title in each.title.values())
        )


def _nights(question: Question, context: base.Context) -> list[date]:
    days = [day.held_on for day in context.days]
    first, last = base.date_setting(question, "first_night"), base.date_setting(question, "last_night")
    if first is None and days:
        first = min(days) - timedelta(days=1)
    if last is None and days:
        last = max(days)
    if first is None or last is None:
        return []
    return [first + timedelta(days=count) for count in range(min((last - first).days + 1, _MOST_NIGHTS + 1))]


def _night(night: date, language: str) -> str:
    with base.speaking(language):
        return _(
            "Night of %(first)s to %(second)s",
            first=formats.plain_day(night, language, year=False),
            second=formats.plain_day(night + timedelta(days=1), language),
        )


def _left(places: int | None) -> str:
    if places is None:
        return ""
    return ngettext("%(num)d place left", "%(num)d places left", places) if places else _("Full")


class Days(base.Kind):
    """Some of the event's days. A value is the id of a day, so that it stays when the day is moved to another date."""

    name = "days"
    title = lazy_gettext("Days attended")
    hint = lazy_gettext("The days of the event, to choose from.")
    seeking = Seeking.CHOICE
    group = base.KindGroup.EVENT
    missing = Reason.MISSING_DAYS
    is_many = True

    def _clean(self, question: Question, given: Sequence[str], context: base.Context) -> list[str]:
        return base.among(self.choices(question, context), given)

    def field(self, question: Question, context: base.Context, language: str) -> UnboundField[Any]:
        offers = [Offer(value, written) for value, written in _written(context, language).items()]
        return UnboundField(
            ChoicesField, question, "checkboxes", lambda: offers, **labelled(question, context, language)
        )

    def display(self, question: Question, values: Sequence[str], context: base.Context, language: str) -> list[str]:
        """Return each day in full: "Jueves 11 de marzo de 2027"."""
        written = _written(context, language)
        return [written[value] for value in values if value in written]

    def read(self, question: Question, values: Sequence[str], context: base.Context, language: str) -> str:
        """Return the days shortly: "11 y 12 de marzo de 2027"."""
        return formats.days([day.held_on for day in context.days if str(day.id) in values], language, weekdays=False)

    def cell(self, question: Question, values: Sequence[str], context: base.Context, language: str) -> str:
        """Return the dates as ISO 8601 writes them, for sorting and filtering: "2027-03-11; 2027-03-12"."""
        return "; ".join(self.data(question, values, context))

    def data(self, question: Question, values: Sequence[str], context: base.Context) -> list[str]:
        """Return the dates as ISO 8601 writes them."""
        return [day.held_on.isoformat() for day in context.days if str(day.id) in values]

    def choices(self, question: Question, context: base.Context) -> Sequence[str]:
        """Return the days of the event."""
        return tuple(str(day.id) for day in context.days)

    def from_cell(self, question: Question, text: str, context: base.Context, languages: Sequence[str]) -> list[str]:
        """See `Kind.from_cell`: dates, as ISO 8601 or as the form writes them."""
        pairs = [(str(day.id), day.held_on.isoformat()) for day in context.days]
        pairs += [pair for language in languages for pair in _written(context, language).items()]
        # An id of ours is no date that anybody would write.
        dates = {str(day.id) for day in context.days}
        return base.some_of(text, {name: value for name, value in base.named(pairs).items() if name not in dates})


def _written(context: base.Context, language: str) -> dict[str, str]:
    written = {str(day.id): formats.day(day.held_on, language) for day in context.days}
    return {value: text[:1].upper() + text[1:] for value, text in written.items()}
