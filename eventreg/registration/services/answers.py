"""Keeping answers and consents: identity on the registration, the rest as rows, sensitive values sealed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import delete, insert

from eventreg.db import db
from eventreg.kernel import sealing, text
from eventreg.questionnaires.rules.schema import Question
from eventreg.registration.models import Answer, Consent, Registration
from eventreg.registration.queries.answers import sealed_place
from eventreg.registration.rules.searching import phone_key, search_text, sort_institution, sort_name, sort_position
from eventreg.web.instance import keys

#: the kind of question that records an agreement
CONSENT_KIND = "consent"
FILE_KIND = "file"
#: every kind whose answer is the public id of an upload
FILE_KINDS = frozenset({FILE_KIND, "picture"})

Answers = Mapping[str, Sequence[str]]


def fill_identity(registration: Registration, questions: Sequence[Question], answers: Answers) -> None:
    """Put the answers that identify a person into the registration's columns, and what follows from them."""
    for question in questions:
        if question.column != "email":
            values = [*answers.get(question.key, ())]
            for column, value in zip_longest(question.columns, values[: len(question.columns)], fillvalue=""):
                setattr(registration, column, value)
    refresh_search(registration)


def refresh_search(registration: Registration) -> None:
    """Bring what a registration is found and ordered by up to date."""
    registration.sort_name = sort_name(registration.family_name or "", registration.given_name)
    registration.sort_institution = sort_institution(registration.institution or "")
    registration.sort_position = sort_position(registration.position or "")
    registration.phone_key = phone_key(registration.phone or "")
    registration.search_text = search_text(
        given_name=registration.given_name,
        family_name=registration.family_name or "",
        badge_name=registration.badge_name or "",
        institution=registration.institution or "",
        email=registration.email,
        reference=registration.reference,
        phone=registration.phone or "",
    )


def insert_answers(
    registration: Registration,
    questions: Sequence[Question],
    answers: Answers,
    versions: Mapping[str, int] | None = None,
) -> None:
    """Write the rows of every answer that is no identity column and no consent: one statement.

    `versions` names by question the version that it was answered under, where that is not the registration's.
    """
    rows = [
        answer_row(registration, question, position, value, (versions or {}).get(question.key))
        for question in questions
        if question.column is None and question.kind != CONSENT_KIND
        for position, value in enumerate(answers.get(question.key, ()))
    ]
    if rows:
        # With nulls rendered every row has the same columns, so that it stays one statement.
        db.session.execute(insert(Answer).execution_options(render_nulls=True), rows)


def replace_answers(
    registration: Registration,
    questions: Sequence[Question],
    answers: Answers,
    versions: Mapping[str, int] | None = None,
) -> None:
    """Write new values for these questions in place of the old ones; `versions` as of `insert_answers`."""
    kept = [question for question in questions if question.column is None and question.kind != CONSENT_KIND]
    db.session.execute(
        delete(Answer).where(
            Answer.registration_id == registration.id, Answer.question_key.in_([question.key for question in kept])
        )
    )
    insert_answers(registration, kept, answers, versions)


def record_consents(
    registration: Registration,
    questions: Sequence[Question],
    answers: Answers,
    *,
    language: str,
    fallbacks: Sequence[str],
    now: datetime,
    version_id: int | None = None,
) -> None:
    """Append what was agreed to and what was not, with the words shown and their version: one statement.

    `version_id`: the version that showed them, where it is not the registration's.
    """
    rows = [
        {
            "registration_id": registration.id,
            "purpose": question.key,
            "is_given": bool(answers.get(question.key)),
            "text": text.pick(question.label, language, fallbacks).text,
            "language": text.pick(question.label, language, fallbacks).language,
            "questionnaire_id": version_id or registration.questionnaire_id,
            "at": now,
        }
        for question in questions
        if question.kind == CONSENT_KIND
    ]
    if rows:
        db.session.execute(insert(Consent), rows)


def answer_row(
    registration: Registration, question: Question, position: int, value: str, version_id: int | None
) -> dict[str, Any]:
    """Return the row of one value of an answer, sealed where the question is sensitive."""
    sealed = None
    # A file's answer is the public id of its upload, which opens nothing; name and content are sealed with the upload.
    if question.is_sensitive and question.kind not in FILE_KINDS:
        place = sealed_place(registration.public_id, question.key, position)
        sealed = sealing.seal(keys(), value.encode("utf-8"), place)
    return {
        "registration_id": registration.id,
        "question_key": question.key,
        "position": position,
        "questionnaire_id": None if version_id == registration.questionnaire_id else version_id,
        "value": None if sealed is not None else value,
        "sealed": sealed,
    }
