"""What each kind of question says of lists: how its answers are sought, which values can be chosen, in which order."""

from __future__ import annotations

from datetime import date, time

import pytest

from eventreg.questionnaires import kinds
from eventreg.questionnaires.kinds import NAMES, Context, DayChoice, SessionChoice
from eventreg.questionnaires.rules.parsing import parse_definition
from eventreg.questionnaires.rules.schema import Question, Seeking
from tests.questionnaire import EVERY_KIND

CONTEXT = Context(
    languages=("es", "en"),
    days=(DayChoice(7, date(2027, 3, 11)), DayChoice(8, date(2027, 3, 12))),
    sessions=lambda: [
        SessionChoice(public_id, {"es": title}, date(2027, 3, 11), time(9), time(10))
        for public_id, title in (("sessionZZZZZ", "Zona"), ("sessionAAAAA", "Archivo"))
    ],
)
SOUGHT = {
    Seeking.TEXT: {"short_text", "long_text", "person_name", "institution", "email", "phone", "url"},
    Seeking.CHOICE: {
        *("choice", "multiple_choice", "ranked_choice", "yes_no", "consent"),
        *("country", "language", "days", "sessions"),
    },
    Seeking.NUMBER: {"number"},
    Seeking.DATE: {"date", "date_range", "nights"},
    Seeking.TIME: {"time"},
    Seeking.PRESENCE: {"file", "picture"},
    Seeking.NOT: {"heading", "static_text"},
}  # fmt: skip


def question(key: str) -> Question:
    found = parse_definition(EVERY_KIND).find(key)
    assert found is not None
    return found


def test_every_kind_says_how_it_is_sought() -> None:
    assert {name: kinds.get(name).seeking for name in NAMES} == {
        name: seeking for seeking, names in SOUGHT.items() for name in names
    }
    assert {each for each in Seeking if each.has_ranges} == {Seeking.NUMBER, Seeking.DATE, Seeking.TIME}


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("sex", ("woman", "man")),
        ("topics", ("law", "data")),
        ("preferences", ("law", "data", "trade")),
        ("travels", ("yes", "no")),
        ("agrees", ("yes", "no")),
        ("days", ("7", "8")),
        ("country", None),
        ("mother_tongue", None),
        ("workshops", None),
        ("field", None),
        ("experience", None),
    ],
)
def test_values_that_stand_in_the_question_can_be_chosen(key: str, values: tuple[str, ...] | None) -> None:
    asked = question(key)
    assert kinds.get(asked.kind).choices(asked, CONTEXT) == values


def test_lists_put_answers_in_an_order_that_people_expect() -> None:
    def ranked(key: str, language: str = "es") -> list[str]:
        asked = question(key)
        return list(kinds.get(asked.kind).ranked(asked, CONTEXT, language) or ())

    assert ranked("sex") == ["woman", "man"]
    assert ranked("workshops") == ["sessionZZZZZ", "sessionAAAAA"]
    assert ranked("field") == ranked("experience") == []
    # Alemania, Dinamarca; Denmark, Germany.
    assert ranked("worked_in").index("DE") < ranked("worked_in").index("DK")
    assert ranked("worked_in", "en").index("DE") > ranked("worked_in", "en").index("DK")
    # alemán, francés; French, German.
    assert ranked("mother_tongue").index("de") < ranked("mother_tongue").index("fr")
    assert ranked("mother_tongue", "en").index("de") > ranked("mother_tongue", "en").index("fr")


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("sex", "woman", "Mujer"),
        ("sex", "child", "child"),
        ("preferences", "trade", "Comercio"),
        ("country", "GT", "Guatemala"),
        ("workshops", "sessionAAAAA", "Archivo"),
        ("workshops", "sessionGONE0", "sessionGONE0"),
        ("days", "7", "Jueves 11 de marzo de 2027"),
        ("experience", "12", "12 años"),
        ("arrival", "2027-03-11", "11 de marzo de 2027"),
    ],
)
def test_one_value_has_words(key: str, value: str, words: str) -> None:
    asked = question(key)
    assert kinds.get(asked.kind).value_text(asked, value, CONTEXT, "es") == words
