"""Publishing what an event asks."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, func, select

from eventreg.audit.services import SYSTEM, Actor, note
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.queries.events import holding_event
from eventreg.events.rules.publication import ALIVE
from eventreg.jobs.services import schedule
from eventreg.kernel.clock import now
from eventreg.kernel.errors import N_, Refused
from eventreg.kernel.text import LocalizedText, pick
from eventreg.questionnaires import checks, kinds
from eventreg.questionnaires.models import QuestionnaireDraft, QuestionnaireVersion
from eventreg.questionnaires.queries import ASK_AGAIN_JOB, find_draft, find_newest_version
from eventreg.questionnaires.rules.changes import Change, Changes, changes_between
from eventreg.questionnaires.rules.publishing import finished, seen_mark
from eventreg.questionnaires.rules.schema import NEEDED_COLUMNS, Definition, DefinitionInvalid


@dataclass(frozen=True)
class AskAgain:
    """Which questions people already registered are asked to answer again, and a word to them."""

    question_keys: Collection[str] = ()
    note: LocalizedText = field(default_factory=dict)


def publish_draft(event_id: int, seen: str, again: AskAgain, actor: Actor) -> QuestionnaireVersion:
    """Make the draft of an event what it asks from now on, if it is the one that was `seen` (its `seen_mark`); it is gone
    afterwards.

    People already registered are asked again by a job, in the same transaction, where `again` names questions that were
    added or changed. Raises Refused where another draft stands there, or with all `obstacles` that stand in the way,
    NotFound, and LifecycleRefused for an archived event.
    """
    with holding_event(event_id) as event:
        draft = find_draft(event_id)
        if draft is None or seen_mark(draft.revision, draft.definition) != seen:
            raise Refused(
                N_(
                    "Somebody changed the questions since you opened this page. Look at what is different, then publish."
                ),
                status_code=409,
            )
        document = finished(draft.definition, event.languages)
        obstacles = checks.list_obstacles(document, event.languages, {category.key for category in event.categories})
        if obstacles:
            raise Refused(
                N_("Something stands in the way. Mend what is listed, then publish."),
                status_code=409,
                obstacles=obstacles,
            )
        newest = find_newest_version(event_id)
        changes = changes_between(newest.definition if newest is not None else {}, document)
        can_be_asked = newest is not None and can_be_asked_again(event)
        askable = changes.askable(checks.is_answerable) if can_be_asked else []
        asked = [change for change in askable if change.key in set(again.question_keys)]
        version = publish(event_id, document, actor=actor, more=_told(changes, asked, event.languages))
        db.session.execute(delete(QuestionnaireDraft).where(QuestionnaireDraft.id == draft.id))
        if asked:
            _ask_again(version, [change.key for change in asked], again.note, actor)
    return version


def can_be_asked_again(event: Event) -> bool:
    """Say whether people already registered can still answer anything: the event is on, and changes have not ended."""
    return event.publication in ALIVE and now() < event.changes_until


def publish(
    event_id: int,
    definition: Mapping[str, Any],
    *,
    actor: Actor = SYSTEM,
    more: Mapping[str, Any] | None = None,
) -> QuestionnaireVersion:
    """Freeze `definition` as the next version of what the event asks; from now on its form asks that.

    Answers that were given keep the version they were given under. `more` goes into the audit entry. Raises NotFound, and
    DefinitionInvalid, which names the place: a text missing in one of the event's languages, a category that it has not,
    whatever does not fit a kind.
    """
    with holding_event(event_id) as event:
        checked = kinds.checked_definition(definition, event.languages, {category.key for category in event.categories})
        _require_identity(checked)
        last = db.session.scalar(
            select(func.max(QuestionnaireVersion.version)).where(QuestionnaireVersion.event_id == event_id)
        )
        version = QuestionnaireVersion(
            event_id=event_id,
            version=(last or 0) + 1,
            # A copy of its own, of plain JSON: what the caller holds may change, a published version may not.
            definition=json.loads(json.dumps(definition)),
            published_at=now(),
        )
        db.session.add(version)
        db.session.flush()
        note(version, "questionnaire_published", actor, version=version.version, **(more or {}))
    return version


def _told(changes: Changes, asked_again: Collection[Change], languages: Sequence[str]) -> dict[str, Any]:
    """Return what the audit entry says: the names of what changed, as the history of the draft says them."""
    found: dict[str, list[str]] = {}
    for change in changes.listed:
        found.setdefault(f"questions_{change.how.value}", []).append(_name(change, languages))
    if asked_again:
        found["asked_again"] = [_name(change, languages) for change in asked_again]
    return found


def _name(change: Change, languages: Sequence[str]) -> str:
    return pick(change.label, languages[0], languages).text or change.key


def _ask_again(version: QuestionnaireVersion, keys: Collection[str], words: LocalizedText, actor: Actor) -> None:
    at = version.published_at
    payload = {
        "event_id": version.event_id,
        "version_id": version.id,
        "question_keys": list(keys),
        "note": dict(words),
        "account_id": actor.id,
        "at": at.isoformat(),
    }
    schedule(ASK_AGAIN_JOB, f"{ASK_AGAIN_JOB}:{version.id}", payload, at)


def _require_identity(definition: Definition) -> None:
    """Refuse a questionnaire that leaves a registration without a name or a mail address."""
    missing = sorted(NEEDED_COLUMNS - definition.sure_columns())
    if missing:
        raise DefinitionInvalid(f"no required question, asked of everybody, fills the column {missing[0]}")
