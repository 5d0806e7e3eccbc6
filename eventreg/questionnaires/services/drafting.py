"""The draft of what an event asks: one document, changed under the event's lock."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from eventreg.db import db, transaction
from eventreg.events.queries.for_registration import lock_event
from eventreg.questionnaires.models import QuestionnaireDraft
from eventreg.questionnaires.queries import draft_document, find_draft
from eventreg.questionnaires.rules.drafts import DraftReason, DraftRefused

#: takes the document and returns it changed; raises DraftRefused where what was seen stands there no more
Change = Callable[[dict[str, Any]], dict[str, Any]]


def change_draft(event_id: int, change: Change, account_id: int, at: datetime) -> QuestionnaireDraft:
    """Change the draft of an event, beginning one from what it asks now where there is none.

    `change` gets a copy of the document under the lock, so that two people who change different questions at once lose
    nothing; whether the question that it changes is still what was seen is for `change` to say (DraftRefused, CHANGED_
    MEANWHILE). The document may be unfinished: only publishing looks whether it is whole. Raises DraftRefused, NotFound,
    and LifecycleRefused for an archived event.
    """
    with transaction():
        lock_event(event_id)
        draft = find_draft(event_id)
        before = draft_document(event_id)
        after = change(copy.deepcopy(before))
        if draft is None:
            draft = QuestionnaireDraft(event_id=event_id, definition=after, changed_at=at, changed_by_id=account_id)
            db.session.add(draft)
        elif after != before:
            draft.definition = json.loads(json.dumps(after))
            draft.revision += 1
            draft.changed_at, draft.changed_by_id = at, account_id
        db.session.flush()
        return draft


def discard_draft(event_id: int, seen_revision: int) -> None:
    """Throw the draft away, if it is the one that was seen: what is published goes on being asked. Raises DraftRefused."""
    with transaction() as session:
        lock_event(event_id)
        draft = find_draft(event_id)
        if draft is None:
            return
        if draft.revision != seen_revision:
            raise DraftRefused(DraftReason.CHANGED_MEANWHILE)
        session.delete(draft)
