"""People with all their answers, many at a time: what an export is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from eventreg.db import db
from eventreg.kernel import sealing
from eventreg.questionnaires.models import QuestionnaireVersion
from eventreg.questionnaires.queries import definition_of
from eventreg.questionnaires.rules.schema import IDENTITY_COLUMNS, Definition
from eventreg.registration.models import Answer, Consent, Registration
from eventreg.registration.queries.answers import sealed_place
from eventreg.registration.rules.states import Status
from eventreg.registration.rules.ways_in import WayKind
from eventreg.review.models import Note, Tag, Tagging
from eventreg.web.instance import keys


@dataclass(slots=True)
class Person:
    """One registration with its answers. Of answers that stay sealed only their questions are known."""

    id: int
    public_id: str
    reference: str
    status: Status
    category_id: int
    questionnaire_id: int
    submitted_at: datetime
    changed_at: datetime
    came_by: WayKind | None
    language: str
    identity: Mapping[str, str]
    answers: dict[str, list[str]] = field(default_factory=dict)
    sealed: set[str] = field(default_factory=set)
    consents: dict[str, bool] = field(default_factory=dict)
    #: by question: the version that its answer was given under, where it is not that of the registration
    versions: dict[str, int] = field(default_factory=dict)
    #: what the team put on it, where that was asked for
    tags: list[str] = field(default_factory=list)
    notes: int = 0


_COLUMNS = (
    Registration.id,
    Registration.public_id,
    Registration.reference,
    Registration.status,
    Registration.category_id,
    Registration.questionnaire_id,
    Registration.submitted_at,
    Registration.status_changed_at,
    Registration.came_by,
    Registration.language,
    *(getattr(Registration, name) for name in sorted(IDENTITY_COLUMNS)),
)


def list_definitions(event_id: int) -> dict[int, Definition]:
    """Return what an event has asked, by the version's id, the newest first."""
    versions = db.session.scalars(
        select(QuestionnaireVersion)
        .where(QuestionnaireVersion.event_id == event_id)
        .order_by(QuestionnaireVersion.version.desc())
    )
    return {version.id: definition_of(version) for version in versions}


def only_confirmed(event_id: int, ids: Sequence[int]) -> list[int]:
    """Return those of these registrations of an event that are confirmed, in their order: one statement."""
    confirmed = select(Registration.id).where(
        Registration.event_id == event_id, Registration.status == Status.CONFIRMED
    )
    found = set(db.session.scalars(confirmed))
    return [id_ for id_ in ids if id_ in found]


def list_people(event_id: int, ids: Sequence[int], *, opens_sensitive: bool = False) -> list[Person]:
    """Return these registrations of an event with their answers, in the order of `ids`: three statements.

    Whoever has sensitive answers opened has the right to see them and has recorded the look; they cost one statement more.
    """
    rows = db.session.execute(select(*_COLUMNS).where(Registration.event_id == event_id, Registration.id.in_(ids)))
    people = {row.id: _person(row) for row in rows}
    _put_answers(people)
    if opens_sensitive:
        _open_sealed(people)
    consents = select(Consent.registration_id, Consent.purpose, Consent.is_given).where(
        Consent.registration_id.in_(people)
    )
    for registration_id, purpose, is_given in db.session.execute(consents.order_by(Consent.id)):
        people[registration_id].consents[purpose] = is_given
    return [people[id_] for id_ in ids if id_ in people]


def _put_answers(people: Mapping[int, Person]) -> None:
    answers = select(Answer.registration_id, Answer.question_key, Answer.value, Answer.questionnaire_id).where(
        Answer.registration_id.in_(people)
    )
    # By far the most rows of an export: plain ones, without the session's loading of objects around them.
    for registration_id, key, value, version_id in db.session.connection().execute(answers.order_by(Answer.id)):
        person = people[registration_id]
        if version_id is not None:
            person.versions[key] = version_id
        if value is None:
            person.sealed.add(key)
        elif key in person.answers:
            person.answers[key].append(value)
        else:
            person.answers[key] = [value]


def _open_sealed(people: Mapping[int, Person]) -> None:
    """Put the sealed answers among the others, readable. Raises CannotUnseal."""
    sealed = select(Answer.registration_id, Answer.question_key, Answer.position, Answer.sealed).where(
        Answer.registration_id.in_([id_ for id_, person in people.items() if person.sealed]), Answer.sealed.is_not(None)
    )
    for registration_id, key, position, value in db.session.execute(sealed.order_by(Answer.id)):
        person = people[registration_id]
        place = sealed_place(person.public_id, key, position)
        person.answers.setdefault(key, []).append(sealing.unseal(keys(), value or b"", place).decode("utf-8"))
        person.sealed.discard(key)


def put_tags(event_id: int, people: Mapping[int, Person]) -> None:
    """Put the tags on people of an event, by the alphabet: one statement."""
    tags = (
        select(Tagging.registration_id, Tag.name)
        .join(Tag, Tag.id == Tagging.tag_id)
        .where(Tag.event_id == event_id, Tagging.registration_id.in_(people))
    )
    for registration_id, name in db.session.execute(tags.order_by(Tag.name_key)):
        people[registration_id].tags.append(name)


def put_note_counts(people: Mapping[int, Person]) -> None:
    """Say how many notes there are of these people: one statement."""
    notes = select(Note.registration_id, func.count()).where(Note.registration_id.in_(people))
    for registration_id, number in db.session.execute(notes.group_by(Note.registration_id)):
        people[registration_id].notes = number


def _person(row: Any) -> Person:
    return Person(
        id=row.id,
        public_id=row.public_id,
        reference=row.reference,
        status=row.status,
        category_id=row.category_id,
        questionnaire_id=row.questionnaire_id,
        submitted_at=row.submitted_at,
        changed_at=row.status_changed_at,
        came_by=row.came_by,
        language=row.language,
        identity={name: getattr(row, name) for name in IDENTITY_COLUMNS},
    )
