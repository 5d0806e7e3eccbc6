"""Names in braces: what is one, what may stand where, and what is offered instead (case 33)."""

from __future__ import annotations

import pytest

from eventreg.registration.rules.messages import (
    PlaceholderFault,
    PlaceholderInText,
    PlaceholderReason,
    names_in,
    placeholder_faults,
    split_placeholders,
)

KNOWN = {"given_name", "event_title", "link", "details"}
HERE = KNOWN - {"link"}
R = PlaceholderReason


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Hola {given_name}.", ["Hola ", PlaceholderInText("given_name"), "."]),
        ("{ Given_Name }{event_title}", [PlaceholderInText("given_name"), PlaceholderInText("event_title")]),
        ("{nobody} { } {} {1} {a-b} 100 %", ["{nobody} { } {} {1} {a-b} 100 %"]),
        ("{{given_name}}", ["{", PlaceholderInText("given_name"), "}"]),
        ("", []),
    ],
)
def test_what_is_a_placeholder_and_what_is_text(text: str, parts: list[str | PlaceholderInText]) -> None:
    assert split_placeholders(text, KNOWN) == parts


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("Hola {given_name}", []),
        ("Hola {given_nam}", [PlaceholderFault(R.MISSPELT, "given_nam", "given_name")]),
        ("Hola {xyz}", [PlaceholderFault(R.UNKNOWN, "xyz", "")]),
        ("{link}", [PlaceholderFault(R.NOT_HERE, "link", "")]),
        ("Antes {details}", [PlaceholderFault(R.NOT_ALONE, "details")]),
        ("{details}\n\n{details}", [PlaceholderFault(R.TWICE, "details")]),
        ("  {details}  ", []),
        (f"https://x.example/my/{'Ab1_' * 9}", [PlaceholderFault(R.PERSONAL_LINK)]),
        (f"/my/invitation/{'Ab1-' * 9}/decline", [PlaceholderFault(R.PERSONAL_LINK)]),
        (f"https://x.example/sign-in/{'x' * 36}", [PlaceholderFault(R.PERSONAL_LINK)]),
        ("https://x.example/my/page https://x.example/events/seminar", []),
    ],
)
def test_what_cannot_be_kept(text: str, faults: list[PlaceholderFault]) -> None:
    assert placeholder_faults(text, HERE, KNOWN, alone=["details"]) == faults


def test_names_are_told_once_each_in_order() -> None:
    assert names_in("{b} {a} {B} {c_1}") == ["b", "a", "c_1"]
