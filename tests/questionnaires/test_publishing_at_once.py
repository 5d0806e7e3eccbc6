"""Two people publish one draft at the same moment: it is published once. The twin shows what the lock is for. Case 10."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventreg.audit.services import Actor
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.kernel.errors import Refused
from eventreg.questionnaires.models import QuestionnaireDraft, QuestionnaireVersion
from eventreg.questionnaires.rules.publishing import seen_mark
from eventreg.questionnaires.services import publishing
from eventreg.questionnaires.services.publishing import AskAgain, publish_draft
from tests.builders import a_draft, a_team_member, an_event
from tests.selfservice.test_concurrency import at_once


def _publish_twice(app: Flask, event: Event, draft: QuestionnaireDraft) -> list[Any]:
    owner = a_team_member(event).id
    event_id = event.id
    mark = seen_mark(draft.revision, draft.definition)
    return at_once(app, *[lambda: publish_draft(event_id, mark, AskAgain(), Actor.account(owner))] * 2)


def _versions(event: Event) -> int:
    counted = select(func.count()).where(QuestionnaireVersion.event_id == event.id)
    return db.session.scalar(counted) or 0


@pytest.mark.both_databases
def test_one_draft_is_published_once(app: Flask) -> None:
    event = an_event()
    outcomes = _publish_twice(app, event, a_draft(event))
    assert sorted(isinstance(outcome, Refused) for outcome in outcomes) == [False, True]
    assert _versions(event) == 2


@pytest.mark.both_databases
def test_twin_that_looks_before_the_lock_publishes_twice(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    event = an_event()
    draft = a_draft(event)
    seen = SimpleNamespace(id=draft.id, revision=draft.revision, definition=draft.definition)
    monkeypatch.setattr(publishing, "find_draft", lambda _event_id: seen)
    outcomes = _publish_twice(app, event, draft)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert _versions(event) == 3
