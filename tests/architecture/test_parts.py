"""Nothing of an event is lost in silence when it is copied or taken away, and what changes has a name in its history."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest

from eventreg.app import import_models
from eventreg.db import Base
from eventreg.events.models import Event
from eventreg.events.models.event import EVENT, OWN, named_columns
from eventreg.making.parts import EVENT_PARTS
from tests.architecture.source import modules

import_models()

_AT_WORK: Final = "the team's work at this instance, not what the event is"
_UNDER_WAY: Final = "under way here, and over within days"
_ACCOUNT: Final = "an account of this instance; who did it stands in the trail"
_ANEW: Final = "made anew from what is put in"

#: tables of an event that no part takes along
LEFT: Final = {
    "address_changes": _UNDER_WAY,
    "saved_forms": _UNDER_WAY,
    "used_forms": _UNDER_WAY,
    "team_invitations": _UNDER_WAY,
    "erasure_requests": "what was done here; those who are gone go nowhere",
    "erased_registrations": "an event is copied without people, and taken along with those who are there",
    "data_copies": _UNDER_WAY,
    "exports": _AT_WORK,
    "imports": _AT_WORK,
    "kept_apart": _AT_WORK,
    "mergers": _AT_WORK,
    "run_items": _AT_WORK,
    "runs": _AT_WORK,
    "saved_views": _AT_WORK,
    "holds": _AT_WORK,
    "deletions": _AT_WORK,
    "frozen_figures": _AT_WORK,
    "mail_messages": "messages stay with who sent them",
    "text_versions": "the history stays behind",
    "sharing_agreements": "agreed for the people of one event, with those who run it: a copy asks anew",
}
#: columns of the others that no part names
UNNAMED: Final = {
    "access_codes.created_by_id": _ACCOUNT,
    "invitations.invited_by_id": _ACCOUNT,
    "message_texts.changed_by_id": _ACCOUNT,
    "questionnaire_drafts.changed_by_id": _ACCOUNT,
    "tags.created_by_id": _ACCOUNT,
    "schedules.run_id": _ANEW,
    "schedules.state": "on in a copy, off elsewhere, until somebody looks",
    "schedules.lapse": "what came of it here",
    "schedules.changed_at": _ANEW,
    "answers.sort_value": _ANEW,
    **dict.fromkeys(
        (
            "registrations.copy_email",
            "registrations.copy_language",
            "registrations.copy_generation",
            "registrations.copy_refused",
        ),
        "a wish of the person's, confirmed here: whoever gets copies is asked anew elsewhere",
    ),
    **dict.fromkeys(
        ("registrations.calendar_answer", "registrations.calendar_answered_at"),
        "the answer to an invitation of this instance, whose address made it",
    ),
    "registrations.phone_key": _ANEW,
    "registrations.sort_name": _ANEW,
    "registrations.sort_institution": _ANEW,
    "registrations.sort_position": _ANEW,
    "registrations.search_text": _ANEW,
    "uploads.sealed_name": _ANEW,
    "uploads.media_type": _ANEW,
    "uploads.size": _ANEW,
    "message_texts.id": "of this database",
    "questionnaire_drafts.id": "of this database",
    "message_texts.revision": "counts those who write at once",
    "questionnaire_drafts.revision": "counts those who write at once",
    "decisions.calendar_uids_before": "for undoing, within a minute",
    "decisions.mail_keys": "messages of this instance",
    **{
        f"contact_persons.{name}": "of this database, and of a day"
        for name in ("public_id", "generation", "declined_at", "told_on", "told")
    },
    "registrations.submission_address": "a hash by a key of this instance",
    "registrations.calendar_uids": "entries that this instance sent",
    "registrations.calendar_revision": "entries that this instance sent",
    "uploads.held_until": "of a form that was not sent yet",
}
#: columns of the event's row that stand in no record of its file
APART: Final = {
    "id": "of this database",
    "public_id": "kept where it is free: written by hand",
    "slug": "the name of the file, and another one for a copy: written by hand",
    "settings_revision": "counts those who write at once",
    "calendar_revision": "entries that this instance sent",
    "worded_messages": "says what the messages' part brought",
    "retained_until": "of what was here when this instance learned to let go",
}
#: columns of the event's row that nobody sets, so that the history need not name them
NOT_SET: Final = {
    "id",
    "public_id",
    "settings_revision",
    "calendar_revision",
    "worded_messages",
    "created_at",
    "publication_changed_at",
    "preview_generation",
    "retained_until",
}


def _tables_of_an_event() -> set[str]:
    """Return the tables that go with an event, by their foreign keys; its own row is looked at by itself."""
    found = {"events"}
    while True:
        more = {
            name
            for name, table in Base.metadata.tables.items()
            if name not in found and any(key.column.table.name in found for key in table.foreign_keys)
        }
        if not more:
            return found - {"events"}
        found |= more


def _of_parts(path: str, tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what takes rows out and puts them in: a module of parts, of an annotation its records and their two ways."""
    if "/parts" in path and "bundles" not in path:
        yield tree
    elif "/annotations/" in path:
        for node in ast.walk(tree):
            is_way = isinstance(node, ast.FunctionDef) and node.name.strip("_") in ("taken", "given")
            if is_way or (isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("fields.Record(")):
                yield node


def _words_of_parts() -> list[tuple[set[str], set[str]]]:
    """Return for each room with parts what its parts call by name, and every name of a column that they could mean."""
    rooms: dict[str, tuple[set[str], set[str]]] = {}
    for path, tree in modules().items():
        found = list(_of_parts(path, tree))
        if found:
            called, words = rooms.setdefault(re.split("/parts|/annotations/", path)[0], (set(), set()))
            for node in itertools.chain(*map(ast.walk, found)):
                if isinstance(node, ast.Name):
                    called.add(node.id)
                elif isinstance(node, ast.Attribute) and ast.unparse(node.value) == "models":
                    called.add(node.attr)
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    words.add(node.value)
                elif isinstance(node, ast.Attribute):
                    words.add(node.attr)
                elif isinstance(node, ast.keyword) and node.arg:
                    words.add(node.arg)
    return list(rooms.values())


OF_EVENTS = [
    pytest.param(mapper.class_, id=mapper.class_.__tablename__)
    for mapper in sorted(Base.registry.mappers, key=lambda mapper: mapper.class_.__tablename__)
    if mapper.class_.__tablename__ in _tables_of_an_event()
]


@pytest.mark.parametrize("model", OF_EVENTS)
def test_every_column_is_in_a_part_or_left_with_a_reason(model: Any) -> None:
    table = model.__table__
    words = [said for called, said in _words_of_parts() if model.__name__ in called]
    assert bool(words) != (table.name in LEFT), "either a part takes the table along or LEFT says why none does"
    if words:
        unnamed = {f"{table.name}.{column.name}" for column in table.columns if column.name not in set().union(*words)}
        assert unnamed == {name for name in UNNAMED if name.startswith(f"{table.name}.")}, "name it in a part, or here"


def test_every_column_of_the_events_row_says_where_it_stands_in_its_file() -> None:
    places = {EVENT, OWN, *(part.key for part in EVENT_PARTS)}
    without = {column.name for column in Event.__table__.columns if column.info.get("kept") not in places}
    assert without == set(APART)


def test_every_column_of_the_events_row_that_is_set_has_a_name_in_the_history() -> None:
    named = {column.name for column in named_columns()}
    assert {column.name for column in Event.__table__.columns} - named == NOT_SET
