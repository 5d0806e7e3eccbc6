"""What every form of ours does with what was typed, before any rule of its own."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import Form, PasswordField, StringField, TextAreaField

import eventreg
from eventreg.i18n.languages import speaking
from eventreg.kernel.errors import N_, Titled
from eventreg.web.forms import BaseForm, PlainForm, choices
from tests.questionnaires.test_texts import BLANK, KEPT_AS_TYPED


class Names(BaseForm):
    """A form as a room would write it."""

    name = StringField("Name", filters=[str.upper])
    note = TextAreaField("Note")
    password = PasswordField("Password")


def filled(app: Flask, typed: str) -> Names:
    with app.test_request_context("/"):
        return Names(formdata=MultiDict(dict.fromkeys(("name", "note", "password"), typed)), meta={"csrf": False})


@pytest.mark.parametrize("blank", BLANK)
def test_text_that_shows_nothing_arrives_empty_in_every_form(app: Flask, blank: str) -> None:  # case 25
    form = filled(app, blank)
    assert (form.name.data, form.note.data) == ("", "")
    assert form.password.data == blank


@pytest.mark.parametrize("name", KEPT_AS_TYPED)
def test_text_that_shows_anything_arrives_as_typed(app: Flask, name: str) -> None:  # case 25
    form = filled(app, f" {name}\u200b")
    assert (form.name.data, form.note.data) == (f" {name}\u200b".upper(), f" {name}\u200b")


def test_every_form_reads_texts_by_this_rule() -> None:
    for module in pkgutil.walk_packages(eventreg.__path__, "eventreg."):
        if not module.name.startswith("eventreg.migrations") and "__main__" not in module.name:
            importlib.import_module(module.name)
    others = [form for form in _descendants(Form) if form.__module__.startswith("eventreg.")]
    assert len(others) > 40
    assert not [form for form in others if not issubclass(form, BaseForm | PlainForm)]


def _descendants(form: type[Form]) -> set[type[Form]]:
    return {each for child in form.__subclasses__() for each in (child, *_descendants(child))}


class _Meal(Titled):
    FISH = "fish", N_("Yes"), N_("No")
    #: what is called nothing is a member all the same
    NONE = "none"


def test_an_enum_keeps_its_keys_and_says_its_words_in_the_readers_language(app: Flask) -> None:
    assert (_Meal("fish"), _Meal.FISH.value, _Meal.FISH.explained, _Meal.NONE.title) == (_Meal.FISH, "fish", "No", "")
    with speaking("es"):
        assert choices([_Meal.FISH]) == [("fish", "Sí")]
