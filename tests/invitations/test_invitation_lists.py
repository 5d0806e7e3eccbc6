"""A list of people to invite is read as people write one: with or without a head, pasted or from a spreadsheet."""

from __future__ import annotations

import time

import pytest

from eventreg.invitations.rules.invitations import NewInvitation
from eventreg.invitations.rules.lists import names_of, read_list

COMMON = NewInvitation(category="government", language="es")
CATEGORIES = names_of({"government": ["Gobierno", "Government"], "academia": ["Academia"]})
LANGUAGES = names_of({"es": ["español", "Spanish"], "en": ["inglés", "English"]})


def people(text: str) -> list[tuple[int, str, str, str, str, str, str]]:
    return [
        (line, who.email, who.given_name, who.family_name, who.institution, who.language, who.category)
        for line, who in read_list(text, COMMON, CATEGORIES, LANGUAGES)
    ]


ANA = ("ana@x.example", "Ana", "Núñez de la Peña", "COLEF", "en", "academia")


@pytest.mark.parametrize(
    "text",
    [
        "ana@x.example,Ana,Núñez de la Peña,COLEF,en,academia",
        "\n\nana@x.example;Ana;Núñez de la Peña;COLEF;Inglés;ACADEMIA\n",
        "ana@x.example\tAna\tNúñez de la Peña\tCOLEF\tenglish\tAcademia\r\n",
        (
            "Nombre;Apellidos;Correo electrónico;Institución;Idioma;Categoría\n"
            "Ana;Núñez de la Peña;ana@x.example;COLEF;en;academia"
        ),
        (
            "\ufeffEmail,Category,Language,Phone,Given name,Family name,Institution\n"
            'ana@x.example,Academia,English,123,Ana,"Núñez de la Peña",COLEF'
        ),
    ],
)
def test_a_list_is_read_with_a_head_in_either_language_or_in_the_fixed_order(text: str) -> None:
    ((_, *found),) = people(text)
    assert tuple(found) == ANA


def test_what_a_line_does_not_say_is_what_holds_for_all() -> None:
    assert people("ana@x.example\neva@x.example") == [
        (1, "ana@x.example", "", "", "", "es", "government"),
        (2, "eva@x.example", "", "", "", "es", "government"),
    ]


def test_lines_need_not_agree_on_what_separates_their_cells() -> None:
    assert [line[1:3] for line in people("ana@x.example;Ana\neva@x.example,Eva\nleo@x.example,")] == [
        ("ana@x.example", "Ana"),
        ("eva@x.example", "Eva"),
        ("leo@x.example", ""),
    ]


def test_addresses_as_mail_programs_copy_them() -> None:
    assert people('"Ana Núñez" <ana@x.example>')[0][1:3] == ("ana@x.example", "Ana Núñez")


def test_a_family_name_before_a_comma_is_one() -> None:
    assert people('Name;Email\n"Núñez, Ana";ana@x.example')[0][1:4] == ("ana@x.example", "Ana", "Núñez")


def test_what_is_not_known_stays_as_typed_for_whoever_refuses_it() -> None:
    assert people("ana@x.example,,,,klingon,nobody")[0][5:] == ("klingon", "nobody")


@pytest.mark.parametrize("text", ["", "\n \n", ";;;", "Email;Name"])
def test_a_list_of_nobody_is_empty(text: str) -> None:
    assert people(text) == []


@pytest.mark.parametrize("text", ['"unfinished', "a\0b@x.example", "=cmd()|x", "<script>", "x" * 200_000])
def test_no_text_breaks_it(text: str) -> None:
    # case 63
    people(text)


def test_a_name_that_two_share_stands_for_none() -> None:
    assert names_of({"a": ["Expertas"], "b": ["Expertas"]}) == {"a": "a", "b": "b"}


def test_a_long_line_that_looks_like_a_name_is_read_in_no_time() -> None:
    """Case 63: by the square of its length it would hold a worker for minutes."""
    started = time.process_time()
    read_list("a" + " " * 400_000 + "b", COMMON, CATEGORIES, LANGUAGES)
    assert time.process_time() - started < 5
