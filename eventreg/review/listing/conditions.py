"""A list's filters as conditions on registrations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from eventreg.db import db
from eventreg.events.models import Category, Event
from eventreg.events.rules.team import Sight
from eventreg.mail.rules import DeliveryState
from eventreg.questionnaires.rules.schema import Question
from eventreg.registration.models import Registration
from eventreg.registration.queries.requests import has_any_unanswered, has_unanswered
from eventreg.registration.rules.searching import phone_key
from eventreg.registration.rules.states import Status
from eventreg.registration.rules.ways_in import WayKind
from eventreg.review.listing.held import (
    ByCondition,
    Held,
    InAnswers,
    InCategories,
    InColumn,
    InConsents,
    Yes,
    exists_answer,
)
from eventreg.review.models import Note, Tag, Tagging
from eventreg.review.queries.duplicates import is_likely_double
from eventreg.review.queries.messages import has_trouble
from eventreg.review.queries.scoping import comes_on
from eventreg.review.rules.listing import DOUBT, MAIL, Filter, ListShape, Unanswered

DAYS_KIND, CONSENT_KIND, SPAN_KIND = "days", "consent", "date_range"

#: identity columns that are folded for comparing, and the columns that are
_COMPARED_BY: dict[str, InstrumentedAttribute[str]] = {
    "institution": Registration.sort_institution,
    "position": Registration.sort_position,
    "email": Registration.email_key,
}


class Conditions:
    """The filters of one event's list as conditions. What the list does not offer is nobody's: it must not widen it."""

    def __init__(self, event_id: int, categories: Sequence[Category], shape: ListShape, sight: Sight) -> None:
        self._event_id, self.shape, self._sight = event_id, shape, sight
        self._category_ids = {category.key: category.id for category in categories}
        self.category_keys = {category.id: category.key for category in categories}

    def of(self, asked: Filter) -> ColumnElement[bool]:
        """Return what a filter asks: any of its plain terms, all of its negated ones."""
        field = self.shape.fields.get(asked.field)
        terms = [field.accept(term) for term in asked.terms] if field is not None else [None]
        if any(term is None for term in terms):
            return false()
        held = self.held(asked.field)
        known = [term for term in terms if term is not None]
        plain = [term for term in known if not term.is_negated]
        negated = [term for term in known if term.is_negated]
        conditions = [held.any_of(plain)] if plain else []
        conditions += [not_(held.any_of(negated))] if negated else []
        return and_(*conditions)

    def held(self, name: str) -> Held:
        """Return where a field that the list offers stands."""
        offered = self.shape.question(name)
        return self._fixed(name) if offered is None else _held_answer(offered.question)

    def _fixed(self, name: str) -> Held:
        """Return where a fixed field stands. Made when it is asked for: the event's zone is one more statement."""
        made: dict[str, Callable[[], Held]] = {
            "status": lambda: InColumn(Registration.status, Status),
            "category": lambda: InCategories(self._category_ids),
            "country": lambda: InColumn(Registration.country),
            "institution": lambda: InColumn(Registration.sort_institution),
            "language": lambda: InColumn(Registration.language),
            "way": lambda: InColumn(Registration.came_by, WayKind, empty=None),
            "day": lambda: ByCondition(self._comes_on, exists_answer(self.day_keys)),
            "received": lambda: _Received(self._event_id),
            "tag": lambda: ByCondition(_is_tagged, exists().where(Tagging.registration_id == Registration.id)),
            "unanswered": lambda: ByCondition(_has_unanswered, has_any_unanswered()),
            "trouble": lambda: ByCondition(self._has_trouble, or_(*map(self._has_trouble, (MAIL, DOUBT)))),
            "duplicates": lambda: Yes(is_likely_double(self._event_id, self._sight)),
            "note": lambda: Yes(has_note()),
        }
        return made[name]()

    @property
    def day_keys(self) -> list[str]:
        """The keys of the questions that ask, or asked, for days."""
        questions = self.shape.questions.items()
        return sorted(key for key, each in questions if any(one.kind == DAYS_KIND for one in each.wordings.values()))

    def _has_trouble(self, value: str) -> ColumnElement[bool]:
        return has_trouble(self._event_id, DeliveryState.DOUBTFUL if value == DOUBT else DeliveryState.FAILED)

    def _comes_on(self, value: str) -> ColumnElement[bool]:
        return comes_on([id_ for id_, held_on in self.shape.days if held_on.isoformat() == value], self.day_keys)


class _Received(Held):
    """When the registration came, by days in the event's zone, both ends among them."""

    def __init__(self, event_id: int) -> None:
        event = db.session.get_one(Event, event_id)
        self._zone = ZoneInfo(event.time_zone)

    def one_of(self, values: Sequence[str]) -> ColumnElement[bool]:  # type: ignore[override]
        return or_(*(self.between(value, value) for value in values))

    def between(self, least: str, most: str) -> ColumnElement[bool]:
        conditions = []
        if least:
            conditions.append(Registration.submitted_at >= self._begin(date.fromisoformat(least)))
        if most and (last := date.fromisoformat(most)) < date.max:
            conditions.append(Registration.submitted_at < self._begin(last + timedelta(days=1)))
        return and_(*conditions) if conditions else Registration.id.is_not(None)

    def _begin(self, day: date) -> datetime:
        # The first and last days that there are have no other side in UTC.
        try:
            return datetime.combine(day, time(), self._zone).astimezone(UTC)
        except OverflowError:
            return datetime.combine(day, time(), UTC)


def _held_answer(question: Question) -> Held:
    if question.column is not None:
        return _held_column(question.column)
    if question.kind == CONSENT_KIND:
        return InConsents(question.key)
    return InAnswers(question.key, has_span=question.kind == SPAN_KIND)


def _held_column(column: str) -> Held:
    if column == "phone":
        return InColumn(Registration.phone_key, phone_key, part=_digits)
    return InColumn(_COMPARED_BY.get(column, getattr(Registration, column)))


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isascii() and sign.isdigit())


def has_note() -> ColumnElement[bool]:
    """Return whether the team noted something."""
    # From the few notes to the people: asking each person costs a look for everybody of a large event.
    return Registration.id.in_(select(Note.registration_id))


def _is_tagged(public_id: str) -> ColumnElement[bool]:
    found = exists().where(
        Tagging.registration_id == Registration.id, Tagging.tag_id == Tag.id, Tag.public_id == public_id
    )
    return found.correlate(Registration)


def _has_unanswered(value: str) -> ColumnElement[bool]:
    asked = Unanswered.read(value)
    return has_unanswered(*asked) if asked is not None else false()
