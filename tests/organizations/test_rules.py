"""What institutions are recorded as, and which are likely to be the same."""

from __future__ import annotations

import pytest

from eventreg.kernel.errors import Refused
from eventreg.organizations.rules import (
    KnownInstitution,
    OrganizationEntry,
    OrganizationReason,
    check_entry,
    completed_address,
    is_same_name,
    is_web_address,
    key_from,
    likely_doubles,
    search_text_of,
)

MIGRATION = KnownInstitution(1, {"es": "Instituto Nacional de Migración"}, {}, "INM")
BORDER = KnownInstitution(2, {"es": "El Colegio de la Frontera Sur (ECOSUR)"}, {"es": "ECOSUR"}, "")
FOUNDATION = KnownInstitution(3, {"en": "Trial Foundation", "es": "Fundación de Prueba"}, {}, "")
KNOWN = [MIGRATION, BORDER, FOUNDATION]


@pytest.mark.parametrize(
    ("name", "acronym", "found"),
    [
        ({"es": "INSTITUTO NACIONAL DE MIGRACION"}, "", [1]),
        ({"es": "Instituto Nacional de la Migración"}, "", [1]),
        ({"es": "Instituto Nacional de Migracón"}, "", [1]),
        ({"es": "Instituto Nacional de Migración (INM)"}, "", [1]),
        ({"en": "National Migration Institute"}, "inm", [1]),
        ({"es": "El Colegio de la Frontera Sur"}, "", [2]),
        ({"es": "Ecosur"}, "", [2]),
        ({"en": "The Trial Foundation"}, "", [3]),
        ({"es": "Instituto Nacional de Salud"}, "", []),
        ({"es": "El Colegio de la Frontera Norte"}, "COLEF", []),
        ({"es": "Fundación"}, "", []),
        ({"en": "International Organization"}, "", []),
    ],
)
def test_likely_doubles(name: dict[str, str], acronym: str, found: list[int]) -> None:
    assert likely_doubles(name, acronym, KNOWN) == found


def test_of_many_doubles_the_most_alike_come_first() -> None:
    name = {"es": "Centro de Estudios Fronterizos"}
    many = [KnownInstitution(number, name, {}, "CEF" if number == 7 else "") for number in range(9)]
    assert likely_doubles(name, "CEF", many) == [7, 0, 1, 2, 3]


def test_same_name_leaves_accents_and_case_aside() -> None:
    assert is_same_name(" instituto nacional de migracion ", MIGRATION)
    assert is_same_name("inm", MIGRATION)
    assert not is_same_name("", KnownInstitution(9, {}, {}, ""))
    assert not is_same_name("Instituto", MIGRATION)


def test_key_is_made_from_acronym_or_name() -> None:
    assert key_from("CASEDE A.C.", {"es": "Colectivo"}, ()) == "casede-a-c"
    assert key_from("", {"es": "El Colegio de la Frontera Ñ"}, ()) == "el-colegio-de-la-frontera-n"
    assert key_from("OIM", {}, {"oim", "oim-2"}) == "oim-3"
    assert key_from("", {"ar": "منظمة"}, ()) == "institution"
    assert len(key_from("", {"es": "x" * 300}, {"x" * 56})) <= 64


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "ftp://instituto.example", "https://", "https://a b.example", "https://nohost", "https://u:p@x.example",
        "https://x.example/\nx", "https://[::1", "https://x.example:99999", "https://x.example/" + "x" * 300, "data:text/html,x",
    ],
)  # fmt: skip
def test_what_is_no_web_address(address: str) -> None:
    assert not is_web_address(address)
    with pytest.raises(Refused) as refused:
        check_entry(OrganizationEntry({"es": "Instituto"}, website=address))
    assert refused.value.reason is OrganizationReason.WEBSITE


def test_web_address_is_completed() -> None:
    assert completed_address(" www.instituto.example ") == "https://www.instituto.example"
    assert completed_address("http://instituto.example") == "http://instituto.example"
    assert completed_address("javascript:alert(1)") == "javascript:alert(1)"
    assert completed_address("") == ""
    assert is_web_address("https://instituto.example/ñ?x=1#y")


def test_institution_is_found_by_every_name() -> None:
    text = search_text_of({"es": "Núñez", "en": "Nunez"}, {"es": "Ñ"}, "NÚ")
    assert text == "nunez\nn\nnu"
