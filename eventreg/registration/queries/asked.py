"""What registrations were asked, in the wording that they answered: a few statements each, definitions kept by version."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import func, select

from eventreg.db import db
from eventreg.questionnaires.models import QuestionnaireVersion
from eventreg.questionnaires.queries import definition_of, get_current_version
from eventreg.questionnaires.rules.schema import Definition
from eventreg.registration.models import Answer, AnswerRequest, Registration
from eventreg.registration.rules.asked import Asked, put_together
from eventreg.registration.rules.requests import RequestKind


def find_asked(registration: Registration, *, with_open: bool = False, for_team: bool = False) -> Asked:
    """Return what a registration was asked: at most four statements, two where everything is of one version.

    `with_open` adds what it is asked by requests that are not answered yet; `for_team` the sections that organizers fill
    in, which no page, message or file for the participant may hold.
    """
    base_id = registration.questionnaire_id
    given = _versions_of_answers(registration)
    still_open: dict[str, int] = {}
    for request in _list_requests(registration.id):
        if request.kind is not RequestKind.CORRECTION:
            keys = given if request.answered_at is not None else still_open
            keys.update(dict.fromkeys(request.question_keys, request.questionnaire_id))
    if not with_open:
        still_open = {}
    team = get_current_version(registration.event_id) if for_team else None
    definitions = list_versions({base_id, *given.values(), *still_open.values()})
    if team is not None:
        definitions[team.id] = definition_of(team)
    return put_together(
        base_id, definitions, given=given, still_open=still_open, team_id=team.id if team is not None else None
    )


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
