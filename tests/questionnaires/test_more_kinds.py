"""What the kinds of numbers, dates, names, rankings and of the event take, refuse and write. Cases 23, 25."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from eventreg.questionnaires import kinds
from eventreg.questionnaires.forms.options import pasted_options
from eventreg.questionnaires.kinds import checked_definition
from eventreg.questionnaires.rules.answers import PRESETS, Invalid, Reason
from eventreg.questionnaires.rules.schema import DefinitionInvalid
from tests.questionnaires.samples import CONTEXT, definition, entry, jpeg, question


def clean(asked: Any, *raw: str) -> list[str]:
    return kinds.get(asked.kind).clean(asked, raw, CONTEXT)


def reason(asked: Any, *raw: str) -> Reason:
    with pytest.raises(Invalid) as refused:
        clean(asked, *raw)
    return refused.value.reason


def words(asked: Any, values: list[str], language: str = "en") -> list[str]:
    return kinds.get(asked.kind).display(asked, values, CONTEXT, language)


def refused(kind: str, **settings: Any) -> None:
    with pytest.raises(DefinitionInvalid):
        kinds.get(kind).check(question(kind, settings=settings))


@pytest.mark.parametrize(
    ("preset", "typed", "kept"),
    [
        ("orcid", "0000-0002-1825-0097", "0000-0002-1825-0097"),
        ("orcid", "https://orcid.org/000000021694233x", "0000-0002-1694-233X"),
        ("passport", "g 1234 5678", "G12345678"),
        ("postal_code", "sw1a 1aa", "SW1A 1AA"),
        ("postal_code", "30700", "30700"),
        ("curp", "gode561231hdfrnn00", "GODE561231HDFRNN00"),
        ("doi", "https://doi.org/10.1000/xyz123", "10.1000/xyz123"),
    ],
)
def test_text_of_a_form_is_tidied(preset: str, typed: str, kept: str) -> None:
    assert clean(question("short_text", settings={"preset": preset}), typed) == [kept]


@pytest.mark.parametrize(
    ("preset", "typed"),
    [
        ("orcid", "0000-0002-1825-0098"),
        ("orcid", "0000-0002-1825-009"),
        ("passport", "G1"),
        ("postal_code", "?"),
        ("curp", "GODE561231HDFRNN08"),
        ("doi", "xyz"),
    ],
)
def test_text_of_another_form_is_refused(preset: str, typed: str) -> None:
    assert reason(question("short_text", settings={"preset": preset}), typed) == PRESETS[preset].sentence


@pytest.mark.parametrize(("country", "example"), [("MX", "30700"), ("GT", "01001"), ("CA", "K1A 0B1"), ("", "30700")])
def test_a_refused_postal_code_is_told_one_of_the_readers_country(country: str, example: str) -> None:
    asked = question("short_text", settings={"preset": "postal_code"})
    with pytest.raises(Invalid) as refused:
        kinds.get(asked.kind).clean(asked, ["?"], replace(CONTEXT, country=country))
    assert refused.value.details == {"example": example}
    assert PRESETS["postal_code"].kept(example) == example


def test_text_can_be_too_short() -> None:  # case 25
    asked = question("long_text", settings={"min_length": 3})
    assert clean(asked, "año") == ["año"]
    assert reason(asked, "no") is Reason.TOO_SHORT
    assert clean(asked, "  ") == []
    refused("short_text", min_length=10, max_length=9)


def test_number_has_limits() -> None:  # case 25
    asked = question("number", settings={"least": 0, "most": 120, "decimals": 1, "unit": {"en": "years", "es": "años"}})
    assert clean(asked, " 12,50 ") == ["12.5"]
    assert clean(asked, "0") == ["0"]
    assert clean(asked, "120") == ["120"]
    assert reason(asked, "-1") is Reason.NUMBER_TOO_SMALL
    assert reason(asked, "120.1") is Reason.NUMBER_TOO_LARGE
    assert reason(asked, "1.25") is Reason.TOO_MANY_DECIMALS
    for typed in ("twelve", "1e3", "NaN", "١٢", "1.2.3", "--1"):
        assert reason(asked, typed) is Reason.NO_NUMBER
    assert words(asked, ["12.5"], "es") == ["12.5 años"]
    assert clean(question("number", settings={"least": -10}), "-0") == ["0"]
    refused("number", least=2, most=1)
    refused("number", unit="years")


def test_date_has_limits() -> None:  # case 25
    asked = question("date", settings={"least": "2027-03-10", "most": "2027-03-13"})
    assert clean(asked, "2027-03-10") == ["2027-03-10"]
    assert reason(asked, "2027-03-09") is Reason.DATE_TOO_EARLY
    assert reason(asked, "2027-03-14") is Reason.DATE_TOO_LATE
    for typed in ("11/03/2027", "2027-02-30", "20270311", "tomorrow"):
        assert reason(asked, typed) is Reason.NO_DATE
    assert words(asked, ["2027-03-10"], "es") == ["10 de marzo de 2027"]
    refused("date", least="2027-03-10", most="2027-03-09")
    refused("date", least="soon")


def test_date_range_needs_both_in_their_order() -> None:
    asked = question("date_range")
    assert clean(asked, "2027-03-10", "2027-03-10") == ["2027-03-10", "2027-03-10"]
    assert clean(asked, "", " ") == []
    assert reason(asked, "", "2027-03-10") is Reason.RANGE_INCOMPLETE
    assert reason(asked, "2027-03-10") is Reason.RANGE_INCOMPLETE
    assert reason(asked, "2027-03-11", "2027-03-10") is Reason.RANGE_REVERSED
    assert kinds.get("date_range").cell(asked, ["2027-03-10", "2027-03-12"], CONTEXT, "en") == "2027-03-10/2027-03-12"


def test_time_of_day() -> None:
    asked = question("time")
    assert clean(asked, "9:05") == ["09:05"]
    assert reason(asked, "24:00") is Reason.NO_TIME
    assert reason(asked, "9") is Reason.NO_TIME
    assert words(asked, ["14:30"], "es") == ["14:30 h"]


def test_ranking_takes_each_answer_once() -> None:
    asked = question("ranked_choice", options=("law", "data", "trade"), settings={"max_choices": 2})
    assert clean(asked, "data", "", "law") == ["data", "law"]
    assert reason(asked, "law", "law") is Reason.CHOSEN_TWICE
    assert reason(asked, "law", "data", "trade") is Reason.TOO_MANY
    assert reason(asked, "pizza") is Reason.NOT_OFFERED
    assert words(asked, ["data", "law"]) == ["1. data (en)", "2. law (en)"]


def test_several_answers_can_be_too_few() -> None:  # case 25
    asked = question("multiple_choice", options=("a", "b", "c"), settings={"min_choices": 2})
    assert reason(asked, "a") is Reason.TOO_FEW
    assert clean(asked, "a", "c") == ["a", "c"]
    assert clean(asked) == []


def test_several_countries_and_languages() -> None:
    assert clean(question("country", settings={"max_choices": 2}), "MX", "GT") == ["MX", "GT"]
    assert reason(question("country", settings={"max_choices": 2}), "MX", "MX") is Reason.CHOSEN_TWICE
    assert reason(question("country"), "MX", "GT") is Reason.SEVERAL_ANSWERS
    spoken = question("language", settings={"max_choices": 2})
    assert clean(spoken, "es", "quc") == ["es", "quc"]
    assert reason(spoken, "tlh-xx") is Reason.NOT_OFFERED
    assert words(spoken, ["es", "quc"])[0] == "Spanish"
    with pytest.raises(DefinitionInvalid):
        kinds.get("country").check(question("country", column="country", settings={"max_choices": 2}))


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        (("Ana", "de la Cruz", ""), ["Ana", "de la Cruz"], ["Ana de la Cruz"]),
        (("Suharto", "", ""), ["Suharto"], ["Suharto"]),
        (("Suharto", "", "Pak Harto"), ["Suharto", "", "Pak Harto"], ["Suharto (Pak Harto)"]),
        (("", " ", ""), [], []),
    ],
)
def test_name_in_parts(typed: tuple[str, ...], kept: list[str], shown: list[str]) -> None:  # case 25
    asked = question("person_name")
    assert clean(asked, *typed) == kept
    assert words(asked, kept) == shown


def test_family_name_alone_is_no_name() -> None:
    assert reason(question("person_name"), "", "de la Cruz") is Reason.GIVEN_NAME_MISSING
    assert reason(question("person_name"), "a", "b", "c", "d") is Reason.SEVERAL_ANSWERS


def test_name_fills_three_columns() -> None:
    asked = question("person_name", column="given_name")
    assert asked.columns == ("given_name", "family_name", "badge_name")
    assert asked.from_columns({"given_name": "Ana", "family_name": "", "badge_name": ""}) == ["Ana"]
    twice = definition(
        entry("name", "person_name", column="given_name"), entry("family", "short_text", column="family_name")
    )
    with pytest.raises(DefinitionInvalid, match="family_name"):
        checked_definition(twice, ("es", "en"))


def test_institution_of_the_event_is_written_as_it_is_named() -> None:
    asked = question("institution", column="institution")
    assert clean(asked, "instituto de PRUEBA") == ["Instituto de Prueba"]
    assert clean(asked, "Otra") == ["Otra"]
    assert reason(asked, "n" * 301) is Reason.TOO_LONG


def test_nights_are_those_around_the_event_or_between_two_dates() -> None:
    asked = question("nights")
    assert clean(asked, "2027-03-12", "2027-03-10") == ["2027-03-10", "2027-03-12"]
    assert reason(asked, "2027-03-13") is Reason.NOT_OFFERED
    assert words(asked, ["2027-03-10"]) == ["Night of 10 March to 11 March 2027"]
    fixed = question("nights", settings={"first_night": "2027-03-01", "last_night": "2027-03-02"})
    assert clean(fixed, "2027-03-02") == ["2027-03-02"]
    assert reason(fixed, "2027-03-10") is Reason.NOT_OFFERED
    refused("nights", first_night="2027-03-02", last_night="2027-03-01")


def test_full_session_is_refused() -> None:
    asked = question("sessions")
    assert clean(asked, "taller1") == ["taller1"]
    assert reason(asked, "visita1") is Reason.SESSION_FULL
    assert reason(asked, "other") is Reason.NOT_OFFERED
    assert words(asked, ["taller1", "gone"]) == ["Workshop"]


def test_picture_must_be_one() -> None:  # case 26
    picture = kinds.get("picture")
    for content, why in (
        (b"", Reason.FILE_EMPTY),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Reason.FILE_TYPE),
        (b"<html>", Reason.FILE_TYPE),
        (jpeg(), Reason.PICTURE_BROKEN),
    ):
        with pytest.raises(Invalid) as refused_file:
            picture.take(question("picture"), content)
        assert refused_file.value.reason is why


def test_picture_is_made_anew_and_can_be_too_small() -> None:  # case 26
    from io import BytesIO

    from PIL import Image

    target = BytesIO()
    Image.new("RGB", (320, 420), "navy").save(target, "JPEG", comment=b"secret")
    media_type, content = kinds.get("picture").take(question("picture"), target.getvalue())
    assert media_type.startswith("image/")
    assert b"secret" not in content
    with pytest.raises(Invalid) as refused_file:
        kinds.get("picture").take(question("picture", settings={"least_width": 400}), target.getvalue())
    assert refused_file.value.reason is Reason.PICTURE_TOO_SMALL


def test_what_is_only_read_has_no_answer() -> None:
    for name in ("heading", "static_text"):
        assert clean(question(name), "anything") == []
        assert not kinds.get(name).is_answerable
        with pytest.raises(DefinitionInvalid):
            kinds.get(name).check(question(name, is_required=True))


def test_builder_is_offered_every_setting() -> None:
    only_in_data = {"autocomplete"}
    for name in kinds.NAMES:
        kind = kinds.get(name)
        assert {setting.name for setting in kind.offered_settings()} == kind.settings - only_in_data, name
        assert str(kind.title)


def test_sensitive_session_is_refused() -> None:
    with pytest.raises(DefinitionInvalid):
        kinds.get("sessions").check(question("sessions", is_sensitive=True))


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_date_at_an_end_of_the_calendar_is_no_setting(day: str) -> None:
    """Case 63: the morning after such a night cannot be told, and nobody could open the form."""
    refused("nights", first_night=day, last_night=day)
    refused("date", least=day)


def test_lines_without_number_are_taken_as_far_as_a_question_goes() -> None:
    """Case 63."""
    assert len(pasted_options("Igual\n" * 200_000, ["es"], set())) == 100
