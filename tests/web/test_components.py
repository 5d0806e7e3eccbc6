"""The macros draw what they promise, whatever they are given."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from flask_babel import Babel
from jinja2 import StrictUndefined
from wtforms import (
    BooleanField,
    FileField,
    Form,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired

from eventreg.web.downloads import size_words
from tests.support.html import elements, parse, text_of
from tests.support.pagechecks import check_ids, check_inline, check_names
from tests.web.test_assets import ROOT

HOSTILE = "\"><script>alert(1)</script>{{ 7 * 7 }}'&%(x)s%s"
DRAWN = """
{% import "components/forms.html" as forms %}{% import "components/error_summary.html" as errors %}
<!DOCTYPE html><html lang="en"><head><title>t</title></head><body>
{{ errors.errors_of(form) }}
<form method="post">{% for bound in form %}{{ forms.field(bound) }}{% endfor %}</form></body></html>
"""


class EveryKind(Form):
    name = StringField("Name", [InputRequired()], description="As in your passport", render_kw={"autocomplete": "name"})
    about = TextAreaField("About you")
    role = RadioField("Role", choices=[SelectChoice("a", "Academia"), SelectChoice("g", "Government")])
    days = SelectMultipleField("Days", choices=[SelectChoice("1", "Thursday"), SelectChoice("2", "Friday")])
    country = SelectField("Country", choices=[SelectChoice("MX", "Mexico", optgroup="Region")])
    letter = FileField("Letter")
    agreed = BooleanField("I agree", description="You can change it later")


@pytest.fixture
def app() -> Iterator[Flask]:
    app = Flask(__name__, template_folder=str(ROOT / "templates"))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.filters["size"] = size_words
    app.jinja_env.globals["colon"] = lambda: ":"
    app.jinja_env.globals["asset"] = lambda name: f"/static/{name}"
    Babel(app)
    with app.test_request_context():
        yield app


def draw(app: Flask, source: str, **context: Any) -> Element:
    page, faults = parse(app.jinja_env.from_string(source.strip()).render(**context).strip())
    assert not faults
    assert not [*check_ids(page), *check_names(page), *check_inline(page)]
    return page


def with_errors(form: EveryKind) -> EveryKind:
    for bound in form:
        bound.errors = [f"Check {bound.name}"]
    return form


@pytest.mark.parametrize("value", ["Ana", HOSTILE, "مرحبا", "x" * 5000])
def test_what_was_typed_is_shown_again_and_inert(app: Flask, value: str) -> None:
    # cases 25, 32
    page = draw(app, DRAWN, form=EveryKind(data={"name": value, "about": value}))
    assert next(elements(page, "input", id="name")).get("value") == value
    assert next(elements(page, "textarea", id="about")).text == value
    assert not list(elements(page, "script"))


def test_labels_hints_and_errors_cannot_carry_markup(app: Flask) -> None:
    form = EveryKind()
    for bound in form:
        bound.label.text, bound.description, bound.errors = HOSTILE, HOSTILE, [HOSTILE]
    form.role.choices = [SelectChoice(HOSTILE, HOSTILE)]
    form.role.choice_hints = {HOSTILE: HOSTILE}  # type: ignore[attr-defined]
    page = draw(app, DRAWN, form=form)
    assert not list(elements(page, "script"))
    assert text_of(page).count(HOSTILE) >= 3 * len(list(form))


def test_the_summary_takes_the_focus_and_leads_to_an_input_for_each_answer(app: Flask) -> None:
    # case 27
    page = draw(app, DRAWN, form=with_errors(EveryKind()))
    summary = next(elements(page, "div", id="error-summary"))
    assert summary.get("autofocus") is not None
    assert summary.get("tabindex") == "-1"
    inputs = {control.get("id") for control in elements(page) if control.tag in ("input", "select", "textarea")}
    links = [(link.get("href") or "")[1:] for link in summary.iter("a")]
    assert links == ["name", "about", "role", "days", "country", "letter", "agreed"]
    assert set(links) <= inputs


def test_an_error_is_tied_to_its_input_or_group(app: Flask) -> None:
    page = draw(app, DRAWN, form=with_errors(EveryKind()))
    described = {target for element in elements(page) for target in (element.get("aria-describedby") or "").split()}
    assert {f"{bound.id}-error" for bound in EveryKind()} <= described
    assert next(elements(page, "input", id="name")).get("aria-describedby") == "name-hint name-error"


def test_what_was_chosen_stays_chosen(app: Flask) -> None:
    page = draw(app, DRAWN, form=EveryKind(data={"role": "g", "days": ["2"], "agreed": True}))
    assert [found.get("value") for found in elements(page, "input", checked="")] == ["g", "2", "y"]


def test_only_what_is_optional_is_marked(app: Flask) -> None:
    page = draw(app, DRAWN, form=EveryKind())
    labels = {label.get("for"): text_of(label) for label in elements(page, "label")}
    assert labels["name"] == "Name"
    assert labels["about"] == "About you (optional)"


def test_a_kept_file_is_named_with_its_size_and_can_be_removed(app: Flask) -> None:
    # case 27
    form = EveryKind()
    form.letter.kept = [SimpleNamespace(name=HOSTILE, size=317_000, public_id="abc", is_removed=False)]  # type: ignore[attr-defined]
    page = draw(app, DRAWN, form=form)
    kept = next(elements(page, "div", id="letter-kept"))
    assert HOSTILE in text_of(kept)
    assert "310 KB" in text_of(kept)
    assert next(elements(kept, "input", type="checkbox")).get("name") == "letter-remove"


@pytest.mark.parametrize(
    ("count", "written"), [(0, "1 KB"), (1023, "1 KB"), (84 * 1024, "84 KB"), (1024**2, "1 MB"), (1_300_000, "1.2 MB")]
)
def test_sizes_are_written_as_people_say_them(app: Flask, count: int, written: str) -> None:
    source = '{% import "components/forms.html" as forms %}{{ forms.size(count) }}'
    assert app.jinja_env.from_string(source).render(count=count) == written


def test_the_language_buttons_send_the_form_and_enter_does_not_press_them(app: Flask) -> None:
    source = (
        '{% import "components/language.html" as language %}'
        '<!DOCTYPE html><html lang="en"><head><title>t</title></head><body>'
        '{{ language.language_buttons([("es", "Español"), ("en", "English")], "en", "f") }}<form id="f"></form>'
        "</body></html>"
    )
    buttons = list(elements(draw(app, source), "button"))
    assert [button.get("form") for button in buttons] == ["f", "f"]
    assert [button.get("name") for button in buttons] == [None, "switch_language"]
    assert buttons[1].get("value") == "es"


@pytest.mark.parametrize(
    ("macro", "values"),
    [
        ("status", ["unverified", "pending", "confirmed", "waitlisted", "declined", "cancelled"]),
        ("delivery", ["queued", "sent", "retrying", "held", "failed", "dropped"]),
        ("opening", ["soon", "open", "closed"]),
    ],
)
def test_a_state_has_a_shape_of_its_own(app: Flask, macro: str, values: list[str]) -> None:
    source = '{% import "components/status.html" as states %}{{ states[macro](value, "Word") }}'
    template = app.jinja_env.from_string(source)
    drawn = {template.render(macro=macro, value=value) for value in values}
    assert len(drawn) == len(values)
    assert all(">Word<" in tag for tag in drawn)
