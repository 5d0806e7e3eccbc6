"""People with all their answers, many at a time: what an export is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from eventreg.db import db
from eventreg.kernel import sealing
from eventreg.mail.rules import Standing
from eventreg.questionnaires.models import QuestionnaireVersion
from eventreg.questionnaires.queries import definition_of
from eventreg.questionnaires.rules.schema import IDENTITY_COLUMNS, Definition
from eventreg.registration.models import Answer, Consent, Registration
from eventreg.registration.queries.answers import sealed_place
from eventreg.registration.rules.states import Status
from eventreg.registration.rules.ways_in import WayKind
from eventreg.review.rules.tags import TagColour
from eventreg.web.instance import keys


class ShownTag(NamedTuple):
    """A tag on a line."""

    name: str
    colour: TagColour


@dataclass(slots=True)
class Person:
    """One registration with its answers: a line of the list, of a file, of JSON.

    Of answers that stay sealed only their questions are known.
    """

    id: int
    public_id: str
    reference: str
    #: raised with every change
    revision: int
    status: Status
    category_id: int
    questionnaire_id: int
    submitted_at: datetime
    came_by: WayKind | None
    language: str
    #: all that was selected of the registration, by name
    columns: Mapping[str, Any]
    answers: dict[str, list[str]] = field(default_factory=dict)
    sealed: set[str] = field(default_factory=set)
    consents: dict[str, bool] = field(default_factory=dict)
    #: by question: the version that its answer was given under, where it is not that of the registration
    versions: dict[str, int] = field(default_factory=dict)
    #: what is marked on it, where that was asked for
    tags: list[ShownTag] = field(default_factory=list)
    notes: int = 0
    #: where the newest message to the person stands, if somebody should look
    trouble: Standing | None = None
    is_double: bool = False
    #: the code they came by, with what it is for
    code: str = ""

    @property
    def full_name(self) -> str:
        """The name as typed."""
        return f"{self.columns['given_name']} {self.columns['family_name']}".strip()


PERSON_COLUMNS = (
    Registration.id,
    Registration.public_id,
    Registration.reference,
    Registration.revision,
    Registration.status,
    Registration.category_id,
    Registration.questionnaire_id,
    Registration.submitted_at,
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


def list_people(
    event_id: int, ids: Sequence[int], *, opens_sensitive: bool = False, beside: Sequence[Any] = ()
) -> list[Person]:
    """Return these registrations of an event with their answers, in the order of `ids`: three statements.

    `beside`: more columns of the registration. Whoever has sensitive answers opened has the right to see them and has
    recorded the look; they cost one statement more.
    """
    columns = select(*PERSON_COLUMNS, *beside)
    rows = db.session.execute(columns.where(Registration.event_id == event_id, Registration.id.in_(ids)))
    people = {row.id: person_of(row) for row in rows}
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


def person_of(row: Any) -> Person:
    """Return the person of a row of `PERSON_COLUMNS`, whatever else stands in it."""
    return Person(
        id=row.id,
        public_id=row.public_id,
        reference=row.reference,
        revision=row.revision,
        status=row.status,
        category_id=row.category_id,
        questionnaire_id=row.questionnaire_id,
        submitted_at=row.submitted_at,
        came_by=row.came_by,
        language=row.language,
        columns=row._mapping,
    )
