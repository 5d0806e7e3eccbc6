"""People with all their answers and files, many at a time: what an export is made of.

For whoever changes the questions there are counts alone (`questionnaires.queries.count_registered`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, func, select

from eventreg.db import db
from eventreg.events.models import Category
from eventreg.events.rules.team import Scope
from eventreg.kernel import sealing
from eventreg.mail.rules import Standing
from eventreg.questionnaires.models import QuestionnaireVersion
from eventreg.questionnaires.queries import WantedCounts, definition_of
from eventreg.questionnaires.rules.changes import Figures
from eventreg.questionnaires.rules.schema import IDENTITY_COLUMNS, Definition
from eventreg.registration.models import Answer, Consent, Registration, Upload
from eventreg.registration.queries.answers import sealed_place
from eventreg.registration.queries.scoping import conditions
from eventreg.registration.rules.states import STANDING, Status
from eventreg.registration.rules.ways_in import WayKind
from eventreg.registration.services.answers import name_place
from eventreg.web.instance import keys


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
    #: what the team put on it, by the column that shows it, where that was asked for
    marked: dict[str, Any] = field(default_factory=dict)
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


def list_newest_definitions(event_ids: Collection[int]) -> dict[int, tuple[int, Definition]]:
    """Return what events ask now, by their ids, each with the version's id: one statement."""
    versions = db.session.scalars(
        select(QuestionnaireVersion)
        .where(QuestionnaireVersion.event_id.in_(event_ids))
        .order_by(QuestionnaireVersion.version)
    )
    newest = {version.event_id: version for version in versions}
    return {event_id: (version.id, definition_of(version)) for event_id, version in newest.items()}


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
    # By far the most rows of an export: the driver's own, since none of them needs anything that is done around them.
    cursor: Any = db.session.connection().execute(answers.order_by(Answer.id)).cursor
    for registration_id, key, value, version_id in cursor:
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


class SentFile(NamedTuple):
    """A file of a registration, without its content."""

    reference: str
    person: str
    question_key: str
    public_id: str
    media_type: str
    #: as it was called when it was sent
    name: str


def list_sent_files(event_id: int, ids: Sequence[int], question_keys: Collection[str] | None) -> list[SentFile]:
    """Return the files of these registrations, in the order of `ids`, to these questions or all: one statement."""
    statement = (
        select(
            Registration.id,
            Registration.reference,
            Registration.given_name,
            Registration.family_name,
            Upload.question_key,
            Upload.public_id,
            Upload.media_type,
            Upload.sealed_name,
        )
        .join(Registration, Registration.id == Upload.registration_id)
        .where(Registration.event_id == event_id, Registration.id.in_(ids), Upload.held_until.is_(None))
        .order_by(Upload.question_key, Upload.id)
    )
    if question_keys is not None:
        statement = statement.where(Upload.question_key.in_(question_keys))
    place = {id_: number for number, id_ in enumerate(ids)}
    rows = sorted(db.session.execute(statement), key=lambda row: place[row.id])
    return [
        SentFile(
            row.reference,
            f"{row.given_name} {row.family_name}".strip(),
            row.question_key,
            row.public_id,
            row.media_type,
            sealing.unseal(keys(), row.sealed_name, name_place(row.public_id)).decode("utf-8"),
        )
        for row in rows
    ]


def is_any_sent(event_id: int, question_keys: Collection[str] | None) -> bool:
    """Say whether anybody of the event has sent a file, to these questions or any."""
    statement = select(Upload.id).where(
        Upload.event_id == event_id, Upload.registration_id.is_not(None), Upload.held_until.is_(None)
    )
    if question_keys is not None:
        statement = statement.where(Upload.question_key.in_(question_keys))
    return bool(db.session.scalar(select(exists(statement))))


Counts = dict[str, dict[str, int]]


def count_answered(event_id: int, wanted: WantedCounts, scope: Scope) -> Figures:
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
