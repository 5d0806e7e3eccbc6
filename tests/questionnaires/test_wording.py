"""Every reason has a sentence, in every language, that names what it is about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, g
from flask_babel import Babel, force_locale

import eventreg.i18n
from eventreg.questionnaires import kinds
from eventreg.questionnaires.rules.answers import PRESETS, Invalid, Reason, megabytes
from eventreg.web.refusals import said
from tests.questionnaires.samples import CONTEXT, question

DETAILS = {
    "num": 2,
    "names": "carta.pdf",
    "limit": 5_000_000,
    "size": 11_400_000,
    "types": ("pdf", "jpeg"),
    "option": "Visit",
    "width": 300,
    "height": 400,
    "example": "0000-0002-1825-0097",
    "day": date(2027, 3, 11),
    "session": {"es": "Taller", "en": "Workshop"},
}


@pytest.fixture
def speaking_app() -> Iterator[Flask]:
    """An application that only translates."""
    app = Flask("speaking")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(Path(eventreg.i18n.__file__).parent / "locale")
    Babel(app)
    with app.app_context():
        g.event = SimpleNamespace(languages=("es", "en"))
        yield app


@pytest.mark.parametrize("reason", [*Reason, *(preset.sentence for preset in PRESETS.values())])
def test_every_reason_is_said_in_both_languages(reason: Reason | str, speaking_app: Flask) -> None:
    told = {}
    for language in ("en", "es"):
        with force_locale(language):
            told[language] = said(Invalid(reason, **DETAILS), label="100 % <b>")
    assert told["en"] != told["es"]
    for words in told.values():
        assert words
        assert "%(" not in words


@pytest.mark.parametrize("name", sorted(kinds.NAMES))
def test_missing_answer_is_said_for_every_kind(name: str) -> None:
    kind = kinds.get(name)
    assert said(Invalid(kind.missing, **kind.details(CONTEXT)), label="x")


def test_numbers_agree() -> None:
    one = said(Invalid(Reason.TOO_LONG, num=1, limit=200), label="Name")
    two = said(Invalid(Reason.TOO_LONG, num=2, limit=200), label="Name")
    assert one == "“Name” is 1 character too long. It can have 200."
    assert two == "“Name” is 2 characters too long. It can have 200."


def test_sizes_are_written_as_people_say_them() -> None:
    assert [megabytes(size) for size in (5_000_000, 11_400_000, 500_000)] == ["5", "11.4", "0.5"]


def test_answers_are_written_in_the_language_asked_for_whatever_is_in_force(speaking_app: Flask) -> None:
    with force_locale("en"):
        assert kinds.get("yes_no").display(question("yes_no"), ["yes"], CONTEXT, "es") == ["Sí"]
        assert kinds.get("consent").cell(question("consent"), [], CONTEXT, "en") == "No"
        assert kinds.get("file").display(question("file"), ["x"], CONTEXT, "es") == ["Archivo recibido"]


def test_choices_of_a_country_are_in_the_readers_language(speaking_app: Flask) -> None:
    from eventreg.questionnaires.kinds.person import options_markup

    with force_locale("es"):
        spanish = options_markup(("MX",), "es")
    with force_locale("en"):
        english = options_markup(("MX",), "en")
    assert "Elija un país" in spanish
    assert 'label="Países de la región"' in spanish
    assert "Choose a country" in english
    assert spanish.index(">México<") < spanish.index("Todos los países") < spanish.index(">Afganistán<")
