"""A long form: sixty questions of many kinds, twenty of which hang on others, built, validated and rendered."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

from flask import get_template_attribute
from werkzeug.datastructures import MultiDict

from bench.databases import new_instance
from bench.report import alone
from bench.results import Figure, figure
from eventreg.app import create_app
from eventreg.config import load_config
from eventreg.questionnaires.forms import QuestionnaireForm
from eventreg.questionnaires.kinds import Context, checked_definition
from eventreg.questionnaires.rules.schema import Definition

QUESTIONS, CONDITIONS, TRIES = 60, 20, 100
_CONTEXT = Context(languages=("es", "en"))
#: three questions that come again and again; the second hangs on the first
_LEADS = ("yes_no", "choice", "multiple_choice", "yes_no")
_HANGING = ("short_text", "long_text", "date", "choice")
_BESIDE = ("short_text", "email", "choice", "number", "short_text")
_ANSWERS = {"yes_no": "yes", "choice": "one", "multiple_choice": "one", "date": "2027-03-11", "number": "12",
            "email": "ana@instituto.example"}  # fmt: skip


def measure_long_form(database: str, tries: int = TRIES) -> Iterator[Figure]:
    """Yield the milliseconds of one form, in memory, without the page around it."""
    with new_instance(database) as (instance, url):
        app = create_app(load_config(instance=instance, database_url=url, limits=False))
        definition = long_definition()
        with app.test_request_context("/"):
            times = [form_time(definition) for _ in range(tries)]
    name = f"form of {QUESTIONS} questions, {CONDITIONS} conditions: CPU"
    yield figure(name, database, [statistics.median(times)], "ms")


def form_time(definition: Definition) -> float:
    """Return the milliseconds of the processor that building, validating and rendering the form once takes."""
    sent = MultiDict([(question.key, _ANSWERS.get(question.kind, "Ana")) for question in definition.questions()])
    draw = get_template_attribute("registration/_questions.html", "questions")
    started = time.process_time()
    form = QuestionnaireForm(definition, "government", _CONTEXT, "es", sent, came_by=None)
    is_valid = form.validate()
    page = draw(form.sections, form.has_conditions)
    spent = (time.process_time() - started) * 1000
    if not is_valid or page.count("data-condition") != CONDITIONS or len(list(form)) != QUESTIONS:
        raise RuntimeError("the form was not what is measured")
    return spent


def long_definition() -> Definition:
    """Return the sixty questions, in four sections."""
    return checked_definition(long_questionnaire(), ("es", "en"))


def long_questionnaire() -> dict[str, Any]:
    """Return the same as data: something to choose, what hangs on the choice, something else, again and again."""
    questions: list[dict[str, Any]] = []
    for number in range(QUESTIONS // 3):
        lead = _LEADS[number % len(_LEADS)]
        condition = {"question": f"ask_{number}", "is": [_ANSWERS[lead]]}
        questions += [
            _question(f"ask_{number}", lead),
            _question(f"more_{number}", _HANGING[number % len(_HANGING)], condition=condition),
            _question(f"line_{number}", _BESIDE[number % len(_BESIDE)], is_required=True),
        ]
    parts = [questions[start : start + 15] for start in range(0, QUESTIONS, 15)]
    sections = [
        {"key": f"part_{number}", "title": {"es": f"Parte {number}", "en": f"Part {number}"}, "questions": part}
        for number, part in enumerate(parts, 1)
    ]
    return {"sections": sections}


def _question(key: str, kind: str, **parts: Any) -> dict[str, Any]:
    words = {"label": {"es": f"Pregunta {key}", "en": f"Question {key}"}, "help": {"es": "Ayuda", "en": "Help"}}
    if "choice" in kind:
        parts["options"] = [
            {"value": value, "label": {"es": f"Respuesta {value}", "en": f"Answer {value}"}}
            for value in ("one", "two", "three", "four")
        ]
    return {"key": key, "kind": kind, **words, **parts}


if __name__ == "__main__":
    sys.exit(alone(__doc__, measure_long_form, TRIES))
