"""The people on a page of the list, with what its columns show and what is marked on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, String, Text, case, cast, literal, select, union_all

from eventreg.db import db
from eventreg.events.rules.team import Sight
from eventreg.registration.models import Answer, Consent, Registration
from eventreg.review.listing.answers import CONSENT_KIND
from eventreg.review.listing.fields import ListField
from eventreg.review.listing.fixed import COLUMNS
from eventreg.review.listing.offer import ListOf, OfferedQuestion
from eventreg.review.listing.shape import ListShape
from eventreg.review.queries.people import PERSON_COLUMNS, Person, person_of
from eventreg.review.rules.listing import YES

#: what fields show of the registration beside what everything knows of a person
BESIDE = tuple(
    getattr(Registration, held_in)
    for held_in in {kind.held_in: None for kind in COLUMNS if kind.held_in}
    if held_in not in {column.key for column in PERSON_COLUMNS}
)
_CONTACT_DATA = frozenset(kind.held_in for kind in COLUMNS if kind.is_contact_data)
_ANSWER, _CONSENT = "answer", "consent"


def shown(sight: Sight) -> list[ColumnElement[Any]]:
    """Return what is selected of each line; contact data is empty for whoever may not see it."""
    hidden = () if sight.has_contact_data else _CONTACT_DATA
    return [
        literal("").label(column.key) if column.key in hidden else column.expression
        for column in (*PERSON_COLUMNS, *BESIDE)
    ]


def people_with_columns(found: Sequence[Any], columns: Sequence[str], shape: ListShape) -> list[Person]:
    """Return lines of what `shown` selected, with what these columns show: one statement at most, for any number."""
    people = {row.id: person_of(row) for row in found}
    asked = {
        field.question.key: shape.questions[field.question.key]
        for name in columns
        if (field := shape.by_column.get(name)) is not None and field.question is not None
    }
    parts = list(_parts(list(people), asked)) if people else []
    rows = db.session.execute(union_all(*parts)) if parts else ()
    for what, registration_id, key, value, version_id, _place in sorted(rows, key=lambda row: (row[0], row[5])):
        person = people[registration_id]
        person.versions[key] = version_id or person.questionnaire_id
        if what == _CONSENT:
            person.consents[key] = bool(value)
        elif value is None or asked[key].is_sensitive:
            person.sealed.add(key)
        else:
            person.answers.setdefault(key, []).append(value)
    return list(people.values())


def put_marks(of: ListOf, people: Mapping[int, Person], fields: Iterable[ListField]) -> None:
    """Read what these fields show of people beside their registration: one statement at most, for any number of either."""
    by_key = {field.column or field.name: field for field in fields}
    parts = [part for field in by_key.values() for part in field.marked(of, people.keys())] if people else []
    for key, id_, first, second in db.session.execute(union_all(*parts)) if parts else ():
        by_key[key].mark(people[id_], first, second)


def _parts(ids: Sequence[int], asked: Mapping[str, OfferedQuestion]) -> Iterator[Select[Any]]:
    """Yield selections of (what, registration, key, value, version, place), the values of one answer in their order."""
    beside = [offered.question for offered in asked.values() if offered.question.column is None]
    purposes = [question.key for question in beside if question.kind == CONSENT_KIND]
    keys = [question.key for question in beside if question.kind != CONSENT_KIND]
    if keys:
        yield _part(_ANSWER, Answer, Answer.question_key, Answer.value, Answer.position).where(
            Answer.registration_id.in_(ids), Answer.question_key.in_(keys)
        )
    if purposes:
        is_given = case((Consent.is_given, YES), else_="")
        yield _part(_CONSENT, Consent, Consent.purpose, is_given, Consent.id).where(
            Consent.registration_id.in_(ids), Consent.purpose.in_(purposes)
        )


def _part(what: str, table: type[Answer | Consent], key: Any, value: Any, place: Any) -> Select[Any]:
    texts: list[Any] = [cast(key, String), cast(value, Text)]
    numbers: list[Any] = [cast(table.questionnaire_id, Integer), cast(place, Integer)]
    return select(cast(literal(what), String), table.registration_id, *texts, *numbers)
