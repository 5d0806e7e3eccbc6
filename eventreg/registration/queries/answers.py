"""What one person answered.

What registrations were asked, in the wording that they answered: a few statements each, definitions kept by version.

What a person agrees to, and since when.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from eventreg.db import db
from eventreg.events.models import Event
from eventreg.kernel import sealing
from eventreg.kernel.errors import NotFound
from eventreg.questionnaires.models import QuestionnaireVersion
from eventreg.questionnaires.queries import definition_of, get_current_version, get_version
from eventreg.questionnaires.rules.schema import Definition
from eventreg.registration.models import Answer, AnswerRequest, Consent, Registration
from eventreg.registration.rules.asked import AskedQuestions, RequestKind, put_together
from eventreg.web.instance import keys

#: the kind of question whose answer says on which days somebody comes
DAYS_KIND = "days"


#: the kind of question whose answer names sessions that somebody signs up for
SESSIONS_KIND = "sessions"


def find_day_ids(registration: Registration) -> frozenset[int]:
    """Return the ids of the days a person comes; empty when nobody asked."""
    return list_day_ids([registration])[registration.id]


def list_day_ids(registrations: Sequence[Registration]) -> dict[int, frozenset[int]]:
    """Return the ids of the days each of these people comes, by registration; empty where nobody asked."""
    versions = {registration.questionnaire_id for registration in registrations}
    keys_by_version = {version: set(definition_of(get_version(version)).keys_of(DAYS_KIND)) for version in versions}
    found: dict[int, set[int]] = {registration.id: set() for registration in registrations}
    own_keys = set().union(*keys_by_version.values())
    rows = db.session.execute(
        select(
            Answer.registration_id,
            func.coalesce(Answer.questionnaire_id, Registration.questionnaire_id),
            Answer.question_key,
            Answer.value,
        )
        .join(Registration, Registration.id == Answer.registration_id)
        # What was answered under a version of its own may be a question that the others do not know.
        .where(
            Answer.registration_id.in_(found),
            Answer.question_key.in_(own_keys) | Answer.questionnaire_id.is_not(None),
        )
    )
    for registration_id, version, key, value in rows:
        if version not in keys_by_version:
            keys_by_version[version] = set(definition_of(get_version(version)).keys_of(DAYS_KIND))
        if value is not None and key in keys_by_version[version]:
            found[registration_id].add(int(value))
    return {registration_id: frozenset(day_ids) for registration_id, day_ids in found.items()}


def frozen_keys(event: Event, definition: Definition, now: datetime) -> set[str]:
    """Return the keys of the questions whose answers participants can change no more, by the date in the event's zone."""
    today = now.astimezone(ZoneInfo(event.time_zone)).date()
    return {question.key for question in definition.questions() if question.is_frozen(today)}


def sealed_place(public_id: str, question_key: str, position: int) -> str:
    """Return the place that a sealed answer is bound to."""
    return f"answers/{public_id}/{question_key}/{position}"


def open_answer(registration: Registration, answer: Answer) -> str:
    """Return an answer's value, unsealed when it is sensitive. Whoever shows it has asked for the right before."""
    if answer.sealed is None:
        return answer.value or ""
    place = sealed_place(registration.public_id, answer.question_key, answer.position)
    return sealing.unseal(keys(), answer.sealed, place).decode("utf-8")


def load_answers(registration: Registration, definition: Definition | None = None) -> dict[str, list[str]]:
    """Return every answer by question key, identity columns included, sensitive ones unsealed: for one's own page.

    `definition` is what the registration was asked (`queries.asked`), by default the version it was made under: it says
    which question fills which column. Answers that organizers gave are among them: whoever shows answers goes by the
    questions that the reader may see.
    """
    definition = definition or definition_of(get_version(registration.questionnaire_id))
    values: dict[str, list[str]] = {}
    for question in definition.questions():
        if question.column is not None:
            held = {column: getattr(registration, column) or "" for column in question.columns}
            values[question.key] = question.from_columns(held)
    rows = db.session.scalars(
        select(Answer).where(Answer.registration_id == registration.id).order_by(Answer.question_key, Answer.position)
    )
    for answer in rows:
        values.setdefault(answer.question_key, []).append(open_answer(registration, answer))
    return values


def find_asked(registration: Registration, *, with_open: bool = False, for_team: bool = False) -> AskedQuestions:
    """Return what a registration was asked: at most four statements, two where everything is of one version.

    `with_open` adds what it is asked by requests that are not answered yet; `for_team` the sections that organizers fill
    in, which no page, message or file for the participant may hold.
    """
    base_id = registration.questionnaire_id
    given = _versions_of_answers(registration)
    still_open = _put_requests(given, _list_requests(registration.id))
    if not with_open:
        still_open = {}
    team = get_current_version(registration.event_id) if for_team else None
    definitions = list_versions({base_id, *given.values(), *still_open.values()})
    if team is not None:
        definitions[team.id] = definition_of(team)
    return put_together(
        base_id, definitions, given=given, still_open=still_open, team_id=team.id if team is not None else None
    )


def asked_of(
    registration: Registration,
    versions: Sequence[QuestionnaireVersion],
    answers: Sequence[Answer],
    requests: Sequence[AnswerRequest],
) -> AskedQuestions:
    """Return what `find_asked` does for the team, with what is open, of rows that were read: all versions of the event, the
    newest first, all answers and requests of the registration. Raises NotFound when nothing was published."""
    if not versions:
        raise NotFound
    base_id, given = registration.questionnaire_id, dict[str, int]()
    for answer in answers:
        version_id = answer.questionnaire_id or registration.questionnaire_id
        given[answer.question_key] = max(given.get(answer.question_key, 0), version_id)
    standing = [each for each in requests if each.taken_back_at is None or each.answered_at is not None]
    still_open = _put_requests(given, standing)
    definitions = {version.id: definition_of(version) for version in versions}
    return put_together(base_id, definitions, given=given, still_open=still_open, team_id=versions[0].id)


def _put_requests(given: dict[str, int], requests: Sequence[AnswerRequest]) -> dict[str, int]:
    """Put the versions of what was answered by requests among the others; return those of what is open."""
    still_open: dict[str, int] = {}
    for request in requests:
        if request.kind is not RequestKind.CORRECTION:
            keys = given if request.answered_at is not None else still_open
            keys.update(dict.fromkeys(request.question_keys, request.questionnaire_id))
    return still_open


def list_versions(ids: Collection[int]) -> dict[int, Definition]:
    """Return definitions by the id of their version: one statement."""
    rows = db.session.scalars(select(QuestionnaireVersion).where(QuestionnaireVersion.id.in_(ids)))
    return {row.id: definition_of(row) for row in rows}


def _versions_of_answers(registration: Registration) -> dict[str, int]:
    """Return by question the version of its answer; those of the registration's own version among them."""
    rows = db.session.execute(
        select(Answer.question_key, func.max(func.coalesce(Answer.questionnaire_id, registration.questionnaire_id)))
        .where(Answer.registration_id == registration.id)
        .group_by(Answer.question_key)
    )
    return {row[0]: row[1] for row in rows}


def _list_requests(registration_id: int) -> Sequence[AnswerRequest]:
    """Return the requests that stand, in the order in which they were made: a later one is the one that counts."""
    return db.session.scalars(
        select(AnswerRequest)
        .where(
            AnswerRequest.registration_id == registration_id,
            AnswerRequest.taken_back_at.is_(None) | AnswerRequest.answered_at.is_not(None),
        )
        .order_by(AnswerRequest.id)
    ).all()


def list_consents(registration_id: int) -> Sequence[Consent]:
    """Return every record of consent, oldest first."""
    return db.session.scalars(
        select(Consent).where(Consent.registration_id == registration_id).order_by(Consent.id)
    ).all()


def current_consents(registration_id: int) -> dict[str, bool]:
    """Return what stands for each purpose: its newest record."""
    return {consent.purpose: consent.is_given for consent in list_consents(registration_id)}
