"""A field of the list is whole: what has a column is titled, ordered by and written, what is a filter can be asked for."""

from __future__ import annotations

import sys

import pytest
from flask import Flask

from eventreg.attendees.annotations import ANNOTATIONS
from eventreg.attendees.listing import (
    COLUMNS,
    FILTERS,
    PANEL,
    PANEL_FIRST,
    ListField,
    ListOf,
    ListShape,
    ListWords,
    Status,
    fixed,
    marks,
)
from eventreg.events.rules.team import EVERYTHING
from eventreg.questionnaires.kinds import Context
from eventreg.questionnaires.rules.schema import Seeking
from eventreg.registration.models import Registration

SHAPE = ListShape(has_contact_data=True)
MODULES = (fixed, marks, *(sys.modules[type(each).__module__] for each in ANNOTATIONS))
FIELDS = {each for module in MODULES for each in vars(module).values() if isinstance(each, type)}


def test_every_field_has_its_place() -> None:
    fields = {
        each
        for each in FIELDS
        if issubclass(each, ListField) and each.__module__ in {module.__name__ for module in MODULES}
    }
    assert {each for each in fields if each.column} == set(COLUMNS)
    assert {each for each in fields if each.name} == set(FILTERS)
    # The status is a tab above the list.
    assert {*PANEL_FIRST, *PANEL} == {*FILTERS} - {Status}
    assert len({each.column for each in COLUMNS}) == len(COLUMNS)
    assert len({each.name for each in FILTERS}) == len(FILTERS)


@pytest.mark.parametrize("kind", COLUMNS, ids=lambda kind: kind.column)
def test_every_column_is_titled_ordered_by_and_written(app: Flask, kind: type[ListField]) -> None:
    field = SHAPE.by_column[kind.column]
    assert str(field.title)
    assert not kind.held_in or kind.held_in in Registration.__table__.columns
    with app.test_request_context("/"):
        assert field.ordering(ListOf(1, (), EVERYTHING, "en")).place
        assert callable(field.writer(ListWords(SHAPE, (), Context(languages=("en",)), "en", "UTC")))


@pytest.mark.parametrize("kind", [each for each in FILTERS if each.name != "received"], ids=lambda kind: kind.name)
def test_every_filter_can_be_asked_for(app: Flask, kind: type[ListField]) -> None:
    field = SHAPE.fields[kind.name]
    assert field.seeking is not Seeking.NOT
    with app.test_request_context("/"):
        held = field.held(ListOf(1, (), EVERYTHING, "en"))
        assert held.is_empty() is not None
        assert not field.counted or field.counted in Registration.__table__.columns
