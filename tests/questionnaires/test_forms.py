"""The form that a definition makes. Cases 22, 23, 25, 27, 29."""

from __future__ import annotations

import html
from collections.abc import Mapping
from functools import partial
from typing import Any

import html5lib
import pytest
from hypothesis import given, strategies as st
from werkzeug.datastructures import FileStorage, MultiDict

from eventreg.questionnaires import forms, kinds
from eventreg.questionnaires.kinds import checked_definition
from eventreg.questionnaires.kinds.fields import KeptFile
from eventreg.questionnaires.rules.answers import too_large
from eventreg.questionnaires.rules.parsing import parse_definition
from tests.questionnaires.samples import CONTEXT, definition, entry, text

QuestionnaireForm = partial(forms.QuestionnaireForm, came_by=None)
OPTIONS = [{"value": "a", "label": text("A"), "hint": text("hint")}, {"value": "b", "label": text("B")}]
DEFINITION = checked_definition(
    {
        "sections": [
            {
                "key": "you",
                "title": text("You"),
                "intro": text("intro"),
                "questions": [
                    entry("given_name", is_required=True, purpose=text("why"), retention_days=9, help=text("help")),
                    entry("story", "long_text"),
                    entry("sex", "choice", options=OPTIONS),
                    entry("size", "choice", options=OPTIONS, settings={"style": "select"}),
                    entry("diet", "multiple_choice", options=OPTIONS, is_sensitive=True),
                    entry("country", "country", is_required=True),
                    entry("email", "email", is_required=True),
                    entry("phone", "phone"),
                    entry("days", "days", is_required=True),
                    entry("support", "yes_no"),
                ],
            },
            {
                "key": "sector",
                "title": text("Sector"),
                "questions": [
                    entry("unit", categories=["government"], is_required=True),
                    entry("letter", "file", categories=["government"]),
                    entry("profile", "url", categories=["academia"]),
                ],
            },
            {
                "key": "consents",
                "title": text("Consents"),
                "questions": [entry("photos", "consent"), entry("terms", "consent", is_required=True)],
            },
        ]
    },
    ("es", "en"),
)
WHOLE = {
    "given_name": ["Ana"],
    "country": ["GT"],
    "email": ["ana.demo@instituto.example"],
    "days": ["11", "12"],
    "terms": ["yes"],
}


def form(sent: Mapping[str, list[str]] | None, category: str = "academia", **more: Any) -> forms.QuestionnaireForm:
    data = None if sent is None else MultiDict(sent)
    return QuestionnaireForm(DEFINITION, category, CONTEXT, "es", data, **more)


def drawn(bound: Any) -> str:
    """A field as its template macro draws it, by its widget or by its choices."""
    if bound.kind in ("radios", "checkboxes"):
        return " ".join(f"{choice.value}={choice.label}={choice.selected}" for choice in bound.iter_choices())
    return str(bound())


def test_whole_form_gives_its_answers() -> None:
    filled = form({**WHOLE, "diet": ["b", "a"], "story": [" uno\r\ndos "]})
    assert filled.validate()
    answers = filled.answers()
    assert answers["given_name"] == ["Ana"]
    assert answers["diet"] == ["a", "b"]
    assert answers["story"] == ["uno\ndos"]
    assert answers["photos"] == []
    assert answers["terms"] == ["yes"]
    assert "unit" not in answers


def test_only_the_questions_of_the_category_are_asked() -> None:
    assert [bound.name for bound in form(None).sections[1].fields] == ["profile"]
    assert [bound.name for bound in form(None, "government").sections[1].fields] == ["unit", "letter"]
    assert [section.key for section in form(None, "nobody").sections] == ["you", "consents"]


def test_what_is_missing_is_told_in_the_order_of_the_page() -> None:
    empty = form({})
    assert not empty.validate()
    assert empty.errors_list() == [
        ("q-given_name", "Fill in “given_name (es)”"),
        ("q-country", "Choose a country"),
        ("q-email", "Write a complete mail address, for example name@institution.org"),
        ("q-days", "Choose at least one day"),
        ("q-terms", "Tick “terms (es)” to go on"),
    ]


def test_required_question_of_another_category_does_not_block() -> None:  # case 22
    assert form(WHOLE, "academia").validate()
    assert not form(WHOLE, "government").validate()


def test_required_consent_is_required_by_the_server() -> None:  # case 29
    assert not form({**WHOLE, "terms": []}).validate()
    assert not form({**WHOLE, "terms": ["no"]}).validate()


def test_no_consent_is_ticked_beforehand() -> None:  # case 29
    fresh = form(None)
    assert [fresh[key].data for key in ("photos", "terms")] == [False, False]
    assert "checked" not in drawn(fresh["photos"])
    assert "checked" in drawn(form({"photos": ["yes"]})["photos"])


@pytest.mark.parametrize("key", ["sex", "size", "diet", "support", "days", "country"])
def test_answer_that_is_not_offered_is_refused(key: str) -> None:  # case 23
    filled = form({**WHOLE, key: ["hacked"]})
    assert not filled.validate()
    assert [place for place, _ in filled.errors_list()] == [f"q-{key}"]
    assert filled.answers()[key] == []


def test_answers_nobody_asked_for_are_reported() -> None:  # case 23
    sent = MultiDict({**WHOLE, "unit": ["Ministry"], "is_admin": ["1"], "csrf_token": ["x"], "category": ["academia"]})
    filled = form(sent)
    assert filled.unexpected(sent, allowed={"csrf_token", "category"}) == ["unit", "is_admin"]


def test_empty_fields_nobody_asked_for_are_let_pass() -> None:
    sent = MultiDict({**WHOLE, "unit": ["", " "]})
    assert form(sent).unexpected(sent) == []


def test_files_nobody_asked_for_are_reported() -> None:  # case 23
    sent = MultiDict({**WHOLE, "unit": ["Ministry"], "letter-remove": ["y"]})
    filled = form(sent, "government")
    assert filled.unexpected(sent, files=MultiDict({"letter": FileStorage(filename="a.pdf")})) == []
    assert filled.unexpected(sent, files=MultiDict({"photos": FileStorage(filename="a.pdf")})) == ["photos"]
    assert filled.unexpected(sent, files=MultiDict({"photos": FileStorage(filename="")})) == []
    forged = MultiDict({**sent, "letter": ["someone-elses-upload"]})
    assert filled.unexpected(forged) == ["letter"]
    assert filled.wants_removed(sent, "letter")


def test_everything_typed_is_shown_again() -> None:  # case 27
    typed = {
        "given_name": ["  Ana <b>  "],
        "story": ["uno\r\n<script>"],
        "email": ["no address"],
        "phone": ["5555"],
        "country": ["MX"],
        "sex": ["b"],
        "size": ["a"],
        "diet": ["a", "b"],
        "days": ["12"],
        "support": ["no"],
    }
    filled = form(typed)
    assert not filled.validate()
    assert 'value="  Ana &lt;b&gt;  "' in drawn(filled["given_name"])
    assert "uno\r\n&lt;script&gt;" in drawn(filled["story"])
    assert 'value="no address"' in drawn(filled["email"])
    assert drawn(filled["country"]).count(" selected>") == 1
    assert '<option value="MX" selected>' in drawn(filled["country"])
    assert drawn(filled["sex"]) == "a=A (es)=False b=B (es)=True"
    assert '<option value="a" selected>' in drawn(filled["size"])
    assert drawn(filled["diet"]).count("True") == 2
    assert "12=Viernes 12 de marzo de 2027=True" in drawn(filled["days"])
    assert "no=No=True" in drawn(filled["support"])


def test_earlier_answers_fill_the_form_and_what_is_sent_replaces_them() -> None:
    kept = {"given_name": ["Ana"], "diet": ["a"], "photos": ["yes"]}
    assert "a=A (es)=True" in drawn(form(None, answers=kept)["diet"])
    assert form(None, answers=kept)["photos"].data is True
    changed = form({**WHOLE, "given_name": ["Eva"]}, answers=kept)
    assert changed.validate()
    assert (changed.answers()["given_name"], changed.answers()["diet"], changed.answers()["photos"]) == (
        ["Eva"],
        [],
        [],
    )


def test_nothing_is_chosen_beforehand() -> None:
    fresh = form(None)
    assert "True" not in drawn(fresh["sex"]) + drawn(fresh["diet"]) + drawn(fresh["support"])
    assert "selected" not in drawn(fresh["country"])


def test_file_is_answered_by_what_is_kept() -> None:
    data = definition(entry("letter", "file", is_required=True))
    read = checked_definition(data, ("es", "en"))
    asked = QuestionnaireForm(read, "government", CONTEXT, "es", MultiDict())
    assert [question.key for question in asked.files] == ["letter"]
    assert not asked.validate()
    assert asked.errors_list() == [("q-letter", "Choose a file for “letter (es)”")]
    again = QuestionnaireForm(read, "government", CONTEXT, "es", MultiDict())
    again.keep_files("letter", [KeptFile("carta.pdf", 840)])
    assert again.validate(kept_files={"letter"})
    assert [file.name for file in again["letter"].kept] == ["carta.pdf"]
    assert "letter" not in again.answers()


def test_refusal_from_outside_stands_in_its_place() -> None:
    filled = form({**WHOLE, "unit": ["x"]}, "government")
    filled.refuse("letter", too_large(11_400_000, 5_000_000))
    assert not filled.validate()
    assert filled.errors_list() == [("q-letter", "The file for “letter (es)” has 11.4 MB. It can have 5 MB.")]


def test_template_finds_what_it_needs() -> None:
    fresh = form(None, "government")
    name = fresh["given_name"]
    assert (name.kind, name.id, name.name, name.label.text) == ("text", "q-given_name", "given_name", "given_name (es)")
    assert (name.flags.required, name.is_optional, name.description) == (True, False, "help (es)")
    assert (fresh["email"].kind, fresh["email"].autocomplete, fresh["email"].inputmode) == ("email", "email", "email")
    assert fresh["phone"].kind == "tel"
    assert (fresh["story"].kind, fresh["story"].limit) == ("textarea", 2000)
    assert fresh["sex"].choice_hints == {"a": "hint (es)"}
    assert (fresh["letter"].kind, fresh["letter"].limit) == ("file", 5_000_000)
    assert fresh["letter"].accept == ".pdf,.jpg,.jpeg,.png"
    kinds_drawn = {bound.kind for bound in fresh}
    assert kinds_drawn >= {"text", "textarea", "radios", "select", "checkboxes", "checkbox", "file", "email", "tel"}


def test_purposes_are_told_by_section() -> None:
    purposes = form(None).sections[0].purposes
    assert [(view.label, view.purpose, view.retention_days) for view in purposes] == [
        ("given_name (es)", "why (es)", 9)
    ]


def test_missing_translation_is_shown_in_its_own_language() -> None:
    data = definition({**entry("a"), "label": {"en": "Name <you>"}})
    read = parse_definition(data)
    field = QuestionnaireForm(read, "any", CONTEXT, "es")["a"]
    assert field.label.text.__html__() == '<span lang="en">Name &lt;you&gt;</span>'


DRAWN_BY_TEMPLATES = {
    *("text", "email", "tel", "url", "date", "time", "textarea", "select", "radios", "checkboxes", "checkbox", "file"),
    *("parts", "selects", "reading"),
}

HOSTILE = st.sampled_from(
    [
        '"><script>alert(1)</script>',
        "\0",
        "{{7*7}}",
        "%(label)s %s",
        "'--",
        "\ud800",
        "a\r\nBcc: x",
        "<option selected>",
    ]
) | st.text(st.characters(codec=None))


@given(st.dictionaries(st.sampled_from([question.key for question in DEFINITION.questions()]), st.lists(HOSTILE)))
def test_hostile_input_is_inert(sent: dict[str, list[str]]) -> None:  # cases 32, 63
    filled = form(sent, "government")
    filled.validate()
    parser = html5lib.HTMLParser(strict=True)
    for bound in filled:
        if bound.kind in ("radios", "checkboxes"):
            continue
        # An option's text and a text area's are text: whatever was typed makes no element.
        tree = parser.parseFragment(f"<p>{bound(required=False)}</p>")
        names = {element.tag.rpartition("}")[2] for element in tree.iter() if isinstance(element.tag, str)}
        assert names <= {"DOCUMENT_FRAGMENT", "p", "input", "textarea", "select", "optgroup", "option"}
        assert "\0" not in html.unescape(str(bound()))


def test_every_kind_draws_a_field_that_the_templates_know() -> None:
    for name in kinds.NAMES:
        options = OPTIONS if name in ("choice", "multiple_choice", "ranked_choice") else []
        read = checked_definition(definition(entry("it", name, options=options)), ("es", "en"))
        bound = QuestionnaireForm(read, "any", CONTEXT, "en")["it"]
        assert bound.kind in ("parts", "selects", "reading") or drawn(bound)
        assert bound.kind in DRAWN_BY_TEMPLATES


def test_a_fifth_answer_reveals_in_words_what_style_sheets_do_not() -> None:
    """The style sheet knows four branches of a question: what hangs on a fifth answer stands open and says when it is asked."""
    values = "abcdef"
    lead = entry("way", "choice", options=[{"value": value, "label": text(value)} for value in values])
    hanging = [entry(f"by_{value}", condition={"question": "way", "is": [value]}) for value in values]
    form = QuestionnaireForm(checked_definition(definition(lead, *hanging), ("es", "en")), "government", CONTEXT, "es")
    [first, *others] = form.sections[0].blocks
    assert [branch.number for branch in first.branches] == [1, 2, 3, 4]
    assert [block.lead.short_name for block in others] == ["by_e", "by_f"]
    assert [bound.short_name for bound in form if bound.is_revealed] == ["by_a", "by_b", "by_c", "by_d"]
    assert "Solo si" in others[0].lead.description or "Only if" in others[0].lead.description
    sent = MultiDict([("way", "e"), ("by_e", "E"), ("by_a", "A")])
    again = QuestionnaireForm(
        checked_definition(definition(lead, *hanging), ("es", "en")), "government", CONTEXT, "es", sent
    )
    assert again.validate()
    assert (again.answers()["by_e"], again.answers()["by_a"]) == (["E"], [])
