"""A long form: sixty questions, twenty of which hang on others, built, validated and rendered."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import get_template_attribute
from werkzeug.datastructures import MultiDict

from bench.results import Figure, figure
from eventreg.app import create_app
from eventreg.config import load_config
from eventreg.questionnaires.forms import QuestionnaireForm
from eventreg.questionnaires.kinds import Context, checked_definition
from eventreg.questionnaires.rules.schema import Definition

QUESTIONS, CONDITIONS, TRIES = 60, 20, 50
_CONTEXT = Context(languages=("es", "en"))


def measure_long_form(instance: Path, url: str, database: str) -> Iterator[Figure]:
    """Yield the milliseconds of one form, in memory, without the page around it."""
    app = create_app(load_config(instance=instance, database_url=url, limits=False))
    definition = long_definition()
    with app.test_request_context("/"):
        times = [form_time(definition) for _ in range(TRIES)]
    yield figure(f"form of {QUESTIONS} questions, {CONDITIONS} conditions", database, [statistics.median(times)], "ms")


def form_time(definition: Definition) -> float:
    """Return the milliseconds that building, validating and rendering the form once takes."""
    sent = MultiDict(
        [(question.key, "yes" if question.kind == "yes_no" else "Ana") for question in definition.questions()]
    )
    draw = get_template_attribute("registration/_questions.html", "questions")
    started = time.perf_counter()
    form = QuestionnaireForm(definition, "government", _CONTEXT, "es", sent)
    is_valid = form.validate()
    page = draw(form.sections, form.has_conditions)
    spent = (time.perf_counter() - started) * 1000
    if not is_valid or page.count("data-condition") != CONDITIONS:
        raise RuntimeError("the form was not what is measured")
    return spent


def long_definition() -> Definition:
    """Return the sixty questions: a yes or no, a line that hangs on it, and a line, again and again."""
    questions: list[dict[str, Any]] = []
    for number in range(QUESTIONS // 3):
        questions += [
            _question(f"ask_{number}", "yes_no"),
            _question(f"more_{number}", "short_text", condition={"question": f"ask_{number}", "is": ["yes"]}),
            _question(f"line_{number}", "short_text", is_required=True),
        ]
    return checked_definition(
        {"sections": [{"key": "all", "title": {"es": "Todo", "en": "All"}, "questions": questions}]}, ("es", "en")
    )


def _question(key: str, kind: str, **parts: Any) -> dict[str, Any]:
    return {"key": key, "kind": kind, "label": {"es": f"Pregunta {key}", "en": f"Question {key}"}, **parts}
