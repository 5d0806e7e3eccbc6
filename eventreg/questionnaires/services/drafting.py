"""The draft of what an event asks: one document, changed under the event's lock."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec

from eventreg.audit.services import Actor, Target, note
from eventreg.db import db, transaction
from eventreg.events.queries.for_registration import lock_event
from eventreg.kernel.clock import now
from eventreg.kernel.errors import N_, Refused
from eventreg.kernel.text import pick
from eventreg.questionnaires.models import QuestionnaireDraft, QuestionnaireVersion
from eventreg.questionnaires.queries import draft_document, find_draft
from eventreg.questionnaires.rules.drafts.comparing import Difference, How, list_differences
from eventreg.questionnaires.rules.publishing import seen_mark

Document = dict[str, Any]
Given = ParamSpec("Given")


@dataclass
class OpenDraft:
    """A draft while it is changed: `document` is a copy, to be changed or replaced."""

    document: Document
    #: those of the event
    languages: Sequence[str]


@contextmanager
def changing_draft(event_id: int, actor: Actor) -> Iterator[OpenDraft]:
    """Hold the draft of an event, begun from what it asks now where there is none, and keep what the block makes of it.

    The block works under the event's lock, so that two people who change different questions at once lose nothing; whether
    the question that it changes is still what was seen is for the block to say. The document may be unfinished: only
    publishing looks whether it is whole. Raises NotFound, and LifecycleRefused for an archived event.
    """
    with transaction():
        event = lock_event(event_id)
        draft = find_draft(event_id)
        before = draft_document(event_id)
        opened = OpenDraft(copy.deepcopy(before), event.languages)
        yield opened
        after = opened.document
        if draft is None:
            draft = QuestionnaireDraft(event_id=event_id, definition=after, changed_at=now(), changed_by_id=actor.id)
            db.session.add(draft)
        elif after != before:
            draft.definition = json.loads(json.dumps(after))
            draft.revision += 1
            draft.changed_at, draft.changed_by_id = now(), actor.id
        db.session.flush()
        _note(event_id, list_differences(before, after), event.languages, actor)


def change_draft(
    event_id: int,
    actor: Actor,
    change: Callable[Concatenate[Document, Given], Document],
    *given: Given.args,
    **named: Given.kwargs,
) -> None:
    """Make of the draft what `change` (of `rules.drafts.changes`) returns of it. Raises what it raises; see `changing_draft`."""
    with changing_draft(event_id, actor) as draft:
        draft.document = change(draft.document, *given, **named)


def discard_draft(event_id: int, seen: str, actor: Actor) -> None:
    """Throw the draft away, if it is the one that was `seen` (its `seen_mark`). Raises Refused."""
    with transaction() as session:
        lock_event(event_id)
        draft = find_draft(event_id)
        if draft is None:
            return
        if seen_mark(draft.revision, draft.definition) != seen:
            raise Refused(
                N_("Somebody changed the questions since you opened this page. Look once more."), status_code=409
            )
        session.delete(draft)
        note(Target(QuestionnaireVersion, None, event_id), "questions_discarded", actor)


#: parts of a question whose old and new values the history shows; of the others it says that they changed
_SHOWN = frozenset({"title", "label", "help", "purpose", "intro", "is_required", "is_sensitive", "retention_days"})


def _note(event_id: int, differences: Sequence[Difference], languages: Sequence[str], actor: Actor) -> None:
    """Note what was changed. Another order alone is no entry: what is published next shows it."""
    told = [difference for difference in differences if difference.how is not How.MOVED]
    if not told:
        return
    if len(told) == 1:
        action, detail = f"{'section' if told[0].is_section else 'question'}_{told[0].how.value}", _detail(told[0])
    else:
        action = "questions_changed"
        names = {how: [_name(each, languages) for each in told if each.how is how] for how in How}
        detail = {f"questions_{how.value}": labels for how, labels in names.items() if labels}
    note(Target(QuestionnaireDraft, None, event_id), action, actor, **detail)


def _detail(difference: Difference) -> dict[str, Any]:
    changed = {part: list(values) if part in _SHOWN else "changed" for part, values in difference.parts.items()}
    return {"name": dict(difference.label), "key": difference.key, **({"changed": changed} if changed else {})}


def _name(difference: Difference, languages: Sequence[str]) -> str:
    return pick(difference.label, languages[0], languages).text or difference.key
