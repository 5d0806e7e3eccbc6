"""Questionnaires of a second version, and what people are asked by it."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

from sqlalchemy import select

from eventreg.db import db
from eventreg.events.models import Event
from eventreg.jobs.running import run_due
from eventreg.jobs.services import job_registry
from eventreg.questionnaires.models import QuestionnaireVersion
from eventreg.registration.models import AnswerRequest, Registration
from tests.builders import a_questionnaire
from tests.questionnaire import DEFINITION


def words(es: str, en: str) -> dict[str, str]:
    return {"es": es, "en": en}


def travel(answer_by: date | None = None) -> dict[str, Any]:
    """A follow-up: which way somebody travels, the flight of those who fly, a passport that is sensitive."""
    return {
        "key": "travel", "title": words("Su viaje", "Your journey"), "stage": "follow_up",
        **({"answer_by": answer_by.isoformat()} if answer_by else {}),
        "questions": [
            {"key": "way", "kind": "choice", "label": words("Medio de transporte", "Way of travel"), "is_required": True,
             "options": [
                 {"value": "air", "label": words("Avión", "By air")},
                 {"value": "bus", "label": words("Autobús", "By bus")},
             ]},
            {"key": "flight", "kind": "short_text", "label": words("Vuelo", "Flight"),
             "condition": {"question": "way", "is": ["air"]}},
            {"key": "passport", "kind": "short_text", "label": words("Pasaporte", "Passport"), "is_sensitive": True},
        ],
    }  # fmt: skip


FOR_TEAM: dict[str, Any] = {
    "key": "inside", "title": words("Solo para el equipo", "For the team only"), "stage": "organizers",
    "questions": [
        {"key": "hotel", "kind": "short_text", "label": words("Hotel asignado", "Hotel given")},
        {"key": "risk", "kind": "short_text", "label": words("Riesgo", "Risk"), "is_sensitive": True},
    ],
}  # fmt: skip


def changed(*more: dict[str, Any], diet: str = "Alergias", **parts: Any) -> dict[str, Any]:
    """The questionnaire of the builders, in which `sex` has other options and words, and the diet is called otherwise."""
    definition = copy.deepcopy(DEFINITION)
    for section in definition["sections"]:
        for question in section["questions"]:
            if question["key"] == "sex":
                question["label"] = words("Género", "Gender")
                question["options"] = [
                    {"value": "woman", "label": words("Femenino", "Female")},
                    {"value": "other", "label": words("Otro", "Other")},
                ]
            if question["key"] == "diet":
                question["label"] = words(diet, diet)
    definition["sections"] += list(more)
    return definition | parts


def a_version(event: Event, *more: dict[str, Any]) -> QuestionnaireVersion:
    return a_questionnaire(event, changed(*more))


def requests_to(person: Registration) -> list[AnswerRequest]:
    db.session.rollback()
    rows = select(AnswerRequest).where(AnswerRequest.registration_id == person.id).order_by(AnswerRequest.id)
    return list(db.session.scalars(rows.execution_options(populate_existing=True)))


def do_jobs(limit: int = 100) -> int:
    """Let the worker do what is due."""
    return run_due(job_registry(), limit)
