"""How many people answered what, for whoever changes the questions: counts alone. See `questionnaires.registered`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from eventreg.db import db
from eventreg.events.models import Category
from eventreg.events.rules.team import Scope
from eventreg.questionnaires.registered import Wanted
from eventreg.questionnaires.rules.effects import Figures
from eventreg.registration.models import Answer, Consent, Registration, Upload
from eventreg.registration.queries.scoping import conditions
from eventreg.registration.rules.states import STANDING

Counts = dict[str, dict[str, int]]


def count_answered(event_id: int, wanted: Wanted, scope: Scope) -> Figures:
    """Return how many people live with the event, and how many of them answered what is wanted: at most seven statements.

    An agreement counts where the newest word of its person is yes.
    """
    living = [Registration.event_id == event_id, Registration.status.in_(STANDING), *conditions(event_id, scope)]
    answered: Counts = {}
    if wanted.keys:
        for statement in _of_rows(event_id, wanted.keys, living):
            _add(answered, db.session.execute(statement))
    if wanted.columns:
        _add(answered, _of_columns(wanted.columns, living))
    return Figures(
        people=dict(_people(living)),
        answered=answered,
        chosen=_chosen(wanted.values_of, living) if wanted.values_of else {},
    )


def _people(living: Collection[ColumnElement[bool]]) -> Iterable[tuple[str, int]]:
    statement = select(Category.key, func.count()).select_from(Registration).join(Registration.category)
    return ((row[0], row[1]) for row in db.session.execute(statement.where(*living).group_by(Category.key)))


def _of_rows(
    event_id: int, keys: Collection[str], living: Collection[ColumnElement[bool]]
) -> Iterable[Select[str, str, int]]:
    """Yield the statements that count answers, agreements and files by question and category."""
    for key, owner, more in (
        (Answer.question_key, Answer.registration_id, ()),
        (Upload.question_key, Upload.registration_id, (Upload.held_until.is_(None),)),
        (Consent.purpose, Consent.registration_id, (Consent.is_given, _is_newest(event_id))),
    ):
        yield (
            select(key, Category.key, func.count(func.distinct(Registration.id)))
            .select_from(Registration)
            .join(Registration.category)
            .join(owner.class_, owner == Registration.id)
            .where(key.in_(sorted(keys)), *living, *more)
            .group_by(key, Category.key)
        )


def _is_newest(event_id: int) -> ColumnElement[bool]:
    newest = (
        select(func.max(Consent.id))
        .join(Registration, Registration.id == Consent.registration_id)
        .where(Registration.event_id == event_id)
        .group_by(Consent.registration_id, Consent.purpose)
    )
    return Consent.id.in_(newest)


def _of_columns(columns: Any, living: Collection[ColumnElement[bool]]) -> Iterable[tuple[str, str, int]]:
    names = sorted(set(columns.values()))
    filled = [func.count().filter(getattr(Registration, name) != "") for name in names]
    statement = select(Category.key, *filled).select_from(Registration).join(Registration.category)
    for row in db.session.execute(statement.where(*living).group_by(Category.key)):
        by_name = dict(zip(names, row[1:], strict=True))
        for key, name in columns.items():
            yield key, row[0], by_name[name]


def _chosen(keys: Collection[str], living: Collection[ColumnElement[bool]]) -> Counts:
    statement = (
        select(Answer.question_key, Answer.value, func.count(func.distinct(Registration.id)))
        .join(Registration, Answer.registration_id == Registration.id)
        .where(Answer.question_key.in_(sorted(keys)), Answer.value.is_not(None), *living)
        .group_by(Answer.question_key, Answer.value)
    )
    found: Counts = {}
    _add(found, ((row[0], row[1] or "", row[2]) for row in db.session.execute(statement)))
    return found


def _add(counts: Counts, rows: Iterable[Any]) -> None:
    for key, group, count in rows:
        found = counts.setdefault(key, {})
        # An answer of a file is a row beside its upload: the same person.
        found[group] = max(found.get(group, 0), count)
