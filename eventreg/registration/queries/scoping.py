"""Which registrations of an event somebody may know of: the one place that turns what was agreed into conditions.

A registration comes on the days that it answered; one that was never asked for days comes on all of them.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, exists, false, or_, select
from sqlalchemy.orm import joinedload

from eventreg.db import db, found
from eventreg.events.models import Category, EventDay
from eventreg.events.rules.team import Scope
from eventreg.kernel.text import sort_value
from eventreg.mail.models import MailMessage
from eventreg.questionnaires.models import QuestionnaireVersion
from eventreg.questionnaires.queries import definition_of
from eventreg.registration.models import Answer, ErasedRegistration, Registration
from eventreg.registration.queries import answers, registrations

Statement = TypeVar("Statement", bound=Select[*tuple[Any, ...]])


def in_scope(statement: Statement, event_id: int, scope: Scope) -> Statement:
    """Narrow a statement about registrations of an event to those of a scope. It is told the event by its caller."""
    return statement.where(*conditions(event_id, scope))


def conditions(event_id: int, scope: Scope, of: Any = Registration) -> Sequence[ColumnElement[bool]]:
    """Return what a registration of the event must fulfil to be in a scope; nothing for the whole event.

    A scope of categories or days that the event no longer has holds nobody. `of`: an alias of the table, where a statement
    has two registrations in hand.
    """
    found: list[ColumnElement[bool]] = []
    if scope.categories is not None:
        keys = sorted(scope.categories)
        of_these = select(Category.id).where(Category.event_id == event_id, Category.key.in_(keys))
        found.append(of.category_id.in_(of_these))
    if scope.days is not None:
        found.append(_comes_on_one(event_id, scope, of))
    return found


def about_scope(event_id: int, scope: Scope) -> Sequence[ColumnElement[bool]]:
    """Return what a message of the event must fulfil: to be about a registration in scope. Nothing for the whole event."""
    if scope.is_whole:
        return ()
    people = select(Registration.id).where(Registration.event_id == event_id, *conditions(event_id, scope))
    return MailMessage.record_kind == "registration", MailMessage.record_id.in_(people)


def get_in_scope(event_id: int, reference: str, scope: Scope) -> Registration:
    """Return a registration of this event and scope with its category. Any other is NotFound, like none at all."""
    statement = (
        select(Registration)
        .options(joinedload(Registration.category))
        .where(Registration.event_id == event_id, Registration.reference == reference)
    )
    # A reference that a form brings can hold what no database takes for text.
    return found(db.session.scalar(in_scope(statement, event_id, scope)) if reference.isprintable() else None)


def lock_in_scope(event_id: int, reference: str, scope: Scope) -> Registration:
    """Load a registration of this scope afresh, as `lock_registration` does; the caller holds the event. Raises NotFound."""
    return registrations.lock_registration(event_id, get_in_scope(event_id, reference, scope).id)


def list_erased(event_id: int, scope: Scope) -> Sequence[ErasedRegistration]:
    """Return what is left in scope of those who were let go: they count, on the days that they came."""
    statement = select(ErasedRegistration).where(ErasedRegistration.event_id == event_id)
    if scope.categories is not None:
        statement = statement.join(Category).where(Category.key.in_(sorted(scope.categories)))
    shells = db.session.scalars(statement).all()
    if scope.days is None:
        return shells
    held_on = EventDay.held_on.in_(sorted(scope.days))
    days = set(db.session.scalars(select(EventDay.id).where(EventDay.event_id == event_id, held_on)))
    return [shell for shell in shells if not shell.day_ids or days & set(shell.day_ids)]


def is_shown(category: Category, scope: Scope) -> bool:
    """Say whether figures and filters of this category are for whoever sees the scope."""
    return scope.has_category(category.key)


def _comes_on_one(event_id: int, scope: Scope, of: Any) -> ColumnElement[bool]:
    """Return the condition of coming on one of the scope's days at least."""
    held_on = sorted(scope.days or ())
    day_ids = db.session.scalars(
        select(EventDay.id).where(EventDay.event_id == event_id, EventDay.held_on.in_(held_on))
    ).all()
    return comes_on(day_ids, _keys_of_days(event_id), of)


def comes_on(day_ids: Sequence[int], keys: Sequence[str], of: Any = Registration) -> ColumnElement[bool]:
    """Return the condition of coming on one of these days at least, as answered to the questions of these keys."""
    if not day_ids:
        return false()
    answered = exists().where(Answer.registration_id == of.id, Answer.question_key.in_(keys))
    # A value is the id of a day as text (questionnaires.kinds.days).
    comes = answered.where(Answer.sort_value.in_([sort_value(str(id_)) for id_ in day_ids]))
    return or_(comes, ~answered)


def _keys_of_days(event_id: int) -> list[str]:
    versions = db.session.scalars(select(QuestionnaireVersion).where(QuestionnaireVersion.event_id == event_id))
    return sorted({key for version in versions for key in definition_of(version).keys_of(answers.DAYS_KIND)})
