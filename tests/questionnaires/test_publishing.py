"""Published versions: frozen, numbered, read again. Case 24."""

from __future__ import annotations

import copy

import pytest
from flask import Flask

from eventreg.audit.queries import list_traces
from eventreg.db import db, transaction
from eventreg.kernel.errors import NotFound
from eventreg.questionnaires.models import QuestionnaireVersion
from eventreg.questionnaires.queries import definition_of, get_current_version, get_version
from eventreg.questionnaires.rules.schema import DefinitionInvalid
from eventreg.questionnaires.services import publish
from tests.builders import an_event
from tests.questionnaire import DEFINITION
from tests.questionnaires.samples import definition, entry

pytestmark = pytest.mark.both_databases


def test_next_version_is_what_is_asked(app: Flask) -> None:
    event = an_event()
    first = get_current_version(event.id)
    second = publish(event.id, DEFINITION)
    assert second.version == first.version + 1
    assert get_current_version(event.id).id == second.id
    assert get_version(first.id).version == first.version


def test_version_keeps_its_wording_whatever_happens_to_the_data(app: Flask) -> None:  # case 24
    event = an_event()
    data = copy.deepcopy(DEFINITION)
    published = publish(event.id, data)
    wording = data["sections"][0]["questions"][0]["label"]["es"]
    data["sections"][0]["questions"][0]["label"]["es"] = "Otra cosa"
    publish(event.id, data)
    db.session.expire_all()
    kept = definition_of(get_version(published.id)).find("given_name")
    assert kept is not None
    assert kept.label["es"] == wording
    now = definition_of(get_current_version(event.id)).find("given_name")
    assert now is not None
    assert now.label["es"] == "Otra cosa"


def test_publishing_is_in_the_trail(app: Flask) -> None:
    event = an_event()
    version = publish(event.id, DEFINITION)
    (trace,) = list_traces(event.id, "questionnaire", version.id)
    assert (trace.entry.action, trace.detail) == ("questionnaire_published", {"version": version.version})


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (definition(entry("a", kind="telepathy")), "telepathy"),
        (definition(entry("a", categories=["nobody"])), "nobody"),
        (definition(entry("a", label={"es": "solo español"})), "'en'"),
        (definition(entry("a")), "column email"),
        (definition(entry("mail", "email", column="email")), "column email"),
        (definition(entry("mail", "email", column="email", is_required=True)), "column given_name"),
        (
            definition(
                entry("mail", "email", column="email", is_required=True),
                entry("name", column="given_name", is_required=True, categories=["academia"]),
            ),
            "column given_name",
        ),
    ],
)
def test_what_does_not_fit_is_not_published(app: Flask, data: dict[str, object], place: str) -> None:
    event = an_event()
    before = get_current_version(event.id).version
    with pytest.raises(DefinitionInvalid, match=place):
        publish(event.id, data)
    assert get_current_version(event.id).version == before


def test_what_is_not_there_is_not_found(app: Flask) -> None:
    with pytest.raises(NotFound):
        get_current_version(4711)
    with pytest.raises(NotFound):
        get_version(4711)
    with pytest.raises(NotFound):
        publish(4711, DEFINITION)


def test_definition_is_parsed_once_and_never_taken_for_another(app: Flask) -> None:
    event = an_event()
    version = get_current_version(event.id)
    assert definition_of(version) is definition_of(version)
    # the same id in another database
    stranger = QuestionnaireVersion(id=version.id, event_id=9, version=1, definition=definition(entry("other")))
    assert definition_of(stranger).find("other") is not None
    assert definition_of(version).find("given_name") is not None


def test_publishing_joins_the_use_case_around_it(app: Flask) -> None:
    event = an_event()
    before = get_current_version(event.id).version

    def load_and_fail() -> None:
        with transaction():
            publish(event.id, DEFINITION)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        load_and_fail()
    assert get_current_version(event.id).version == before
