"""What each kind takes, refuses and writes. Cases 23, 25."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from eventreg.i18n.countries import CODES, by_alphabet, place_in_alphabet
from eventreg.questionnaires import kinds
from eventreg.questionnaires.rules.answers import Invalid, Reason
from tests.questionnaires.samples import CONTEXT, question

DIET = question("multiple_choice", options=("halal", "kosher", "vegan"), settings={"max_choices": 2})
SEX = question("choice", options=("woman", "man", "prefer_not_to_say"))
#: what takes one value, that is neither made of several nor chosen from several
_ONE_LINE = {name for name in kinds.NAMES if not kinds.get(name).is_many and kinds.get(name).is_answerable} - {
    "person_name",
    "date_range",
}
SUPPORT = question("yes_no")
TICK = question("yes_no", settings={"style": "checkbox"})


def clean(asked: Any, *raw: str) -> list[str]:
    return kinds.get(asked.kind).clean(asked, raw, CONTEXT)


def reason(asked: Any, *raw: str) -> Reason:
    with pytest.raises(Invalid) as refused:
        clean(asked, *raw)
    return refused.value.reason


@pytest.mark.parametrize("name", sorted(kinds.NAMES))
def test_nothing_and_white_space_are_no_answer(name: str) -> None:  # case 25
    asked = question(name, options=("a", "b"))
    assert clean(asked) == []
    assert clean(asked, "", "  ") == []


@pytest.mark.parametrize("name", sorted(_ONE_LINE))
def test_one_answer_cannot_be_two(name: str) -> None:
    assert reason(question(name, options=("a", "b")), "a", "b") is Reason.SEVERAL_ANSWERS


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ana.demo@instituto.example", "ana.demo@instituto.example"),
        (" Ana.Demo@Instituto.EXAMPLE ", "Ana.Demo@instituto.example"),
        ("ana+seminario@sub.instituto.example", "ana+seminario@sub.instituto.example"),
        ("ana@niño.example", "ana@xn--nio-8ma.example"),
    ],
)
def test_mail_address_is_taken(typed: str, kept: str) -> None:
    assert clean(question("email"), typed) == [kept]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("ana.demo", Reason.EMAIL_INCOMPLETE),
        ("ana@", Reason.EMAIL_INCOMPLETE),
        ("ana@instituto", Reason.EMAIL_INCOMPLETE),
        ("@instituto.example", Reason.EMAIL_INCOMPLETE),
        ("ana demo@instituto.example", Reason.EMAIL_INCOMPLETE),
        ("Ana <ana@instituto.example>", Reason.EMAIL_INCOMPLETE),
        ("a@b.example,c@d.example", Reason.EMAIL_INCOMPLETE),
        ("ana@localhost", Reason.EMAIL_INCOMPLETE),
        ("a" * 65 + "@instituto.example", Reason.EMAIL_INCOMPLETE),
        ("a" * 250 + "@instituto.example", Reason.TOO_LONG),
        ("usér@instituto.example", Reason.EMAIL_NOT_ASCII),
        ("ñ@instituto.example", Reason.EMAIL_NOT_ASCII),
        ("a@b.example\r\nBcc: c@d.example", Reason.LINE_BREAK),
    ],
)
def test_mail_address_that_cannot_be_written_to_is_refused(typed: str, why: Reason) -> None:
    assert reason(question("email"), typed) is why


@pytest.mark.parametrize(
    "typed",
    [
        "+502 5555 0100",
        "+52 962 123 4567",
        "00502 5555 0100",
        "+1 (202) 555-0100",
        "+525553639540",
        "+52 55 5363 9540 ext. 12",
    ],
)
def test_phone_number_is_kept_as_typed(typed: str) -> None:
    assert clean(question("phone"), f" {typed} ") == [typed]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("5555 0100", Reason.PHONE_WITHOUT_COUNTRY_CODE),
        ("962 123 4567", Reason.PHONE_WITHOUT_COUNTRY_CODE),
        ("tel:+502", Reason.PHONE_WITHOUT_COUNTRY_CODE),
        ("+502 55", Reason.PHONE_INVALID),
        ("+502 5555 0100 0100", Reason.PHONE_INVALID),
        ("+999 5555 0100", Reason.PHONE_INVALID),
        ("+1 800 FLOWERS", Reason.PHONE_INVALID),
        ("+", Reason.PHONE_INVALID),
        ("00", Reason.PHONE_INVALID),
        ("+" + "1" * 60, Reason.TOO_LONG),
    ],
)
def test_phone_number_is_checked(typed: str, why: Reason) -> None:
    assert reason(question("phone"), typed) is why


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://orcid.org/0000-0001", "https://orcid.org/0000-0001"),
        ("orcid.org/0000-0001", "https://orcid.org/0000-0001"),
        ("HTTP://universidad.example:8080/perfil?a=1#b", "HTTP://universidad.example:8080/perfil?a=1#b"),
        ("https://niño.example/perfil/año", "https://niño.example/perfil/año"),
    ],
)
def test_web_address_is_taken(typed: str, kept: str) -> None:
    assert clean(question("url"), typed) == [kept]


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)",
        "javascript://universidad.example/%0aalert(1)",
        "data:text/html,<script>",
        "ftp://universidad.example",
        "mailto:ana@instituto.example",
        "//evil.example",
        "https://",
        "https:evil",
        "http:/\\evil.example",
        "https://user:pass@evil.example",
        "https://[::1",
        "https://universidad.example:99999",
        "https://localhost/",
        "no idea",
        'https://universidad.example/"onmouseover="x',
        "https://universidad.example/<b>",
        "https://-x.example",
    ],
)
def test_web_address_that_leads_elsewhere_is_refused(typed: str) -> None:
    assert reason(question("url"), typed) is Reason.URL_INVALID


def test_web_address_is_counted_with_the_scheme_that_is_added() -> None:
    rest = "u.example/" + "x" * (300 - len("https://u.example/"))
    assert clean(question("url"), rest) == [f"https://{rest}"]
    assert reason(question("url"), rest + "x") is Reason.TOO_LONG


def test_choice_takes_what_is_offered() -> None:  # case 23
    assert clean(SEX, "prefer_not_to_say") == ["prefer_not_to_say"]
    assert reason(SEX, "Woman") is Reason.NOT_OFFERED
    assert kinds.get("choice").display(SEX, ["man"], CONTEXT, "es") == ["man (es)"]
    assert kinds.get("choice").display(SEX, ["retired"], CONTEXT, "es") == ["retired"]


def test_several_choices_are_kept_once_in_the_order_of_the_options() -> None:
    assert clean(DIET, "vegan", "halal", "vegan") == ["halal", "vegan"]
    assert reason(DIET, "vegan", "pizza") is Reason.NOT_OFFERED  # case 23
    assert reason(DIET, "vegan", "halal", "kosher") is Reason.TOO_MANY  # case 25
    assert kinds.get("multiple_choice").cell(DIET, ["halal", "vegan"], CONTEXT, "en") == "halal (en); vegan (en)"


def test_yes_and_no() -> None:
    assert clean(SUPPORT, "no") == ["no"]
    assert reason(SUPPORT, "perhaps") is Reason.NOT_OFFERED
    assert clean(TICK, "yes") == ["yes"]
    assert reason(TICK, "no") is Reason.NOT_OFFERED
    assert kinds.get("yes_no").display(SUPPORT, ["no"], CONTEXT, "en") == ["No"]
    reworded = question("yes_no", options=("yes", "no"))
    assert kinds.get("yes_no").display(reworded, ["yes"], CONTEXT, "es") == ["yes (es)"]


def test_consent_is_yes_or_nothing() -> None:  # case 29
    asked = question("consent")
    assert clean(asked, "yes") == ["yes"]
    assert reason(asked, "y") is Reason.NOT_OFFERED
    assert kinds.get("consent").display(asked, [], CONTEXT, "en") == ["No"]
    assert kinds.get("consent").cell(asked, ["yes"], CONTEXT, "en") == "Yes"


def test_days_are_those_of_the_event() -> None:
    asked = question("days")
    assert clean(asked, "12", "11") == ["11", "12"]
    assert reason(asked, "13") is Reason.NOT_OFFERED
    days = kinds.get("days")
    assert days.display(asked, ["11", "12"], CONTEXT, "es") == [
        "Jueves 11 de marzo de 2027",
        "Viernes 12 de marzo de 2027",
    ]
    assert days.display(asked, ["11"], CONTEXT, "en") == ["Thursday 11 March 2027"]
    assert days.cell(asked, ["11", "12"], CONTEXT, "es") == "2027-03-11; 2027-03-12"


def test_country_is_one_of_all_there_are() -> None:
    assert len(CODES) == 249
    asked = question("country")
    assert clean(asked, "GT") == ["GT"]
    for typed in ("XX", "gt", "ZZ", "EU", "419", "Guatemala"):
        assert reason(asked, typed) is Reason.NOT_OFFERED
    assert kinds.get("country").display(asked, ["MX"], CONTEXT, "es") == ["México"]
    assert kinds.get("country").cell(asked, ["MX"], CONTEXT, "en") == "Mexico"


def test_countries_stand_in_the_alphabet_of_the_language() -> None:
    spanish = [name for _, name in by_alphabet(CODES, "es")]
    assert spanish.index("Estados Unidos") < spanish.index("Etiopía")
    assert spanish.index("Bélgica") < spanish.index("Belice") < spanish.index("Benín")
    assert spanish.index("Omán") < spanish.index("Países Bajos") < spanish.index("Pakistán")
    assert spanish[-1].startswith("Zim")
    english = [name for _, name in by_alphabet(CODES, "en")]
    assert english.index("Åland Islands") < english.index("Albania")
    assert english.index("Côte d’Ivoire") < english.index("Croatia")


def test_ene_is_a_letter_of_its_own() -> None:
    names = sorted(["Nz", "Ña", "Na", "Oa"], key=lambda name: place_in_alphabet(name, "es"))
    assert names == ["Na", "Nz", "Ña", "Oa"]


def test_text_limits_of_a_question() -> None:  # case 25
    short = question("short_text", settings={"max_length": 3})
    assert clean(short, "año") == ["año"]
    assert reason(short, "años") is Reason.TOO_LONG
    assert clean(question("short_text"), "n" * 200) == ["n" * 200]
    assert reason(question("short_text"), "n" * 201) is Reason.TOO_LONG
    assert clean(question("long_text"), "n\r\n" * 999) == [("n\n" * 999).strip()]
    assert reason(question("long_text"), "n" * 2001) is Reason.TOO_LONG


def test_file_tells_no_name() -> None:
    assert kinds.get("file").display(question("file"), ["abc"], CONTEXT, "en") == ["File received"]
    assert kinds.get("file").cell(question("file"), [], CONTEXT, "en") == ""


@settings(deadline=None)
@given(name=st.sampled_from(sorted(kinds.NAMES)), raw=st.lists(st.text(st.characters(codec=None)), max_size=3))
def test_any_input_is_taken_or_refused(name: str, raw: list[str]) -> None:  # case 63
    asked = question(name, options=("a", "b"))
    kind = kinds.get(name)
    try:
        values = kind.clean(asked, raw, CONTEXT)
    except Invalid:
        return
    assert all(isinstance(value, str) and value for value in values)
    if not kind.is_file:
        assert kind.clean(asked, values, CONTEXT) == values
        kind.cell(asked, values, CONTEXT, "es").encode("utf-8")
