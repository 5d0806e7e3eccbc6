"""The draft of what an event asks: one document, changed under the event's lock."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from eventreg.audit.services import Actor, record
from eventreg.db import db, transaction
from eventreg.events.queries.for_registration import lock_event
from eventreg.kernel.text import pick
from eventreg.questionnaires.models import QuestionnaireDraft
from eventreg.questionnaires.queries import draft_document, find_draft
from eventreg.questionnaires.rules.drafts import Difference, DraftReason, DraftRefused, How, list_differences
from eventreg.questionnaires.rules.publishing import seen_mark

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
        event = lock_event(event_id)
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
        _note(event_id, list_differences(before, after), event.languages, account_id, at)
        return draft


def discard_draft(event_id: int, seen: str, account_id: int, at: datetime) -> None:
    """Throw the draft away, if it is the one that was `seen` (its `seen_mark`). Raises DraftRefused."""
    with transaction() as session:
        lock_event(event_id)
        draft = find_draft(event_id)
        if draft is None:
            return
        if seen_mark(draft.revision, draft.definition) != seen:
            raise DraftRefused(DraftReason.CHANGED_MEANWHILE)
        session.delete(draft)
        record(
            event_id=event_id,
            actor=Actor.account(account_id),
            action="questions_discarded",
            record_kind="questionnaire",
            record_id=None,
            at=at,
            detail={},
        )


#: parts of a question whose old and new values the history shows; of the others it says that they changed
_SHOWN = frozenset({"title", "label", "help", "purpose", "intro", "is_required", "is_sensitive", "retention_days"})


def _note(
    event_id: int, differences: Sequence[Difference], languages: Sequence[str], account_id: int, at: datetime
) -> None:
    """Record what was changed. Another order alone is no entry: what is published next shows it."""
    told = [difference for difference in differences if difference.how is not How.MOVED]
    if not told:
        return
    if len(told) == 1:
        what, how = "section" if told[0].is_section else "question", told[0].how.value
        action = f"{what}_{how}"
        detail = _detail(told[0])
    else:
        action = "questions_changed"
        detail = {how.value: [_name(each, languages) for each in told if each.how is how] for how in How}
        detail = {f"questions_{how}": names for how, names in detail.items() if names}
    record(
        event_id=event_id,
        actor=Actor.account(account_id),
        action=action,
        record_kind="question",
        record_id=None,
        at=at,
        detail=detail,
    )


def _detail(difference: Difference) -> dict[str, Any]:
    changed = {part: list(values) if part in _SHOWN else "changed" for part, values in difference.parts.items()}
    return {"name": dict(difference.label), "key": difference.key, **({"changed": changed} if changed else {})}


def _name(difference: Difference, languages: Sequence[str]) -> str:
    return pick(difference.label, languages[0], languages).text or difference.key
