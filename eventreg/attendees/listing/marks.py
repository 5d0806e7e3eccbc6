"""The fields of what is marked on registrations: by messages, by doubles, by what was asked again."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _, lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, String, case, cast, false, or_

from eventreg.attendees.fields import CountedApart, ListField, text
from eventreg.attendees.fields.asking import ByCondition, ColumnFilter, Yes
from eventreg.attendees.fields.offer import ListOf, Words
from eventreg.attendees.queries import duplicates, messages
from eventreg.attendees.queries.people import Person
from eventreg.attendees.rules.listing import ANY, DOUBT, LATE, MAIL, YES, Unanswered
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.kernel.clock import now
from eventreg.mail.rules import NOT_ARRIVED, DeliveryState, Standing
from eventreg.questionnaires.rules.schema import Seeking
from eventreg.registration.models import AnswerRequest, Registration
from eventreg.registration.queries.registrations import (
    has_any_unanswered,
    has_overdue,
    has_unanswered,
    is_asked_still,
)


class Trouble(ListField):
    """Whether the newest message to the person did not arrive, or may not have."""

    name = "trouble"
    title = _l("Marks")
    seeking = Seeking.CHOICE
    is_optional = False
    is_mark = is_self_evident = True
    choices, uncounted = (MAIL, DOUBT), (DOUBT,)
    is_recorded = False
    _states = ((MAIL, NOT_ARRIVED, Standing.FAILED), (DOUBT, (DeliveryState.DOUBTFUL,), Standing.DOUBTFUL))

    def held(self, of: ListOf) -> ColumnFilter:
        found = {value: messages.has_trouble(of.event_id, states) for value, states, _standing in self._states}
        return ByCondition(found.__getitem__, or_(*found.values()))

    def counted_apart(self, of: ListOf) -> CountedApart | None:
        return CountedApart(text(MAIL), lambda statement: statement.where(messages.has_trouble(of.event_id)))

    def marked(self, of: ListOf, ids: Any) -> Sequence[Select[Any]]:
        here = Registration.id.in_(ids)
        return [
            self.mark_of(Registration.id, value).where(here, messages.has_trouble(of.event_id, states, of_few=True))
            for value, states, _standing in self._states
        ]

    def mark(self, person: Person, first: str, second: str) -> None:
        person.trouble = self._standing(first)

    def value_text(self, value: str, words: Words) -> str:
        return _(self._standing(value).trouble)

    def _standing(self, value: str) -> Standing:
        return Standing.DOUBTFUL if value == DOUBT else Standing.FAILED


class Duplicates(ListField):
    """Whether it looks like another registration of the same person."""

    name = "duplicates"
    title = _l("Marks")
    seeking = Seeking.CHOICE
    is_optional = False
    is_mark = is_self_evident = True
    choices = uncounted = (YES,)
    #: to look for them takes long, of however few
    most_named = 5_000

    def held(self, of: ListOf) -> ColumnFilter:
        return Yes(duplicates.is_likely_double(of.event_id, of.sight))

    def marked(self, of: ListOf, ids: Any) -> Sequence[Select[Any]]:
        is_double = duplicates.is_likely_double(of.event_id, of.sight, of_few=True)
        return [self.mark_of(Registration.id).where(Registration.id.in_(ids), is_double)]

    def mark(self, person: Person, first: str, second: str) -> None:
        person.is_double = True

    def value_text(self, value: str, words: Words) -> str:
        return _("Likely duplicate")


class NotAnswered(ListField):
    """What people were asked beside the form and have not answered."""

    name = "unanswered"
    title = _l("Not answered yet")
    seeking = Seeking.CHOICE
    is_optional = False
    passing = (LATE,)

    def reads(self, value: str) -> bool:
        return value in (LATE, ANY) or Unanswered.read(value) is not None

    def held(self, of: ListOf) -> ColumnFilter:
        def is_unanswered(value: str) -> ColumnElement[bool]:
            if value == LATE:
                return has_overdue(db.session.get_one(Event, of.event_id), now())
            if value == ANY:
                return has_any_unanswered()
            asked = Unanswered.read(value)
            return has_unanswered(*asked) if asked is not None else false()

        return ByCondition(is_unanswered, has_any_unanswered())

    def counted_apart(self, of: ListOf) -> CountedApart | None:
        kind, section = AnswerRequest.kind, AnswerRequest.section_key
        value = case((section == "", cast(kind, String)), else_=cast(kind, String) + "." + section)
        waiting = (AnswerRequest.event_id == of.event_id, AnswerRequest.answered_at.is_(None), is_asked_still())
        return CountedApart(
            value,
            lambda statement: statement.join(AnswerRequest, AnswerRequest.registration_id == Registration.id).where(
                *waiting
            ),
            [kind.expression, section.expression],
        )
