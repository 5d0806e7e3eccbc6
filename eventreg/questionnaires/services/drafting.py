"""The draft of what an event asks: one document, changed under the event's lock.

Building what an event asks: the acts that need more than the draft itself. All others are `change_draft` with a rule.

Taking questions over into a draft: from a ready-made set, or from another event.
"""

import copy
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Concatenate, ParamSpec

from sqlalchemy import select

from eventreg.audit.services import Actor, Target, note
from eventreg.db import db
from eventreg.events.models import Category, Event
from eventreg.events.queries.events import holding_event
from eventreg.kernel.clock import now
from eventreg.kernel.errors import N_, NotFound, Refused
from eventreg.kernel.text import LocalizedText, key_from, pick
from eventreg.questionnaires import queries
from eventreg.questionnaires.models import QuestionnaireDraft, QuestionnaireVersion
from eventreg.questionnaires.rules import publishing, schema
from eventreg.questionnaires.rules.drafts import changes, reading
from eventreg.questionnaires.rules.starts import Fit, ReusedQuestions, set_document, take_over

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
    with holding_event(event_id) as event:
        draft = queries.find_draft(event_id)
        before = queries.draft_document(event_id)
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
        _note(event_id, reading.list_differences(before, after), event.languages, actor)


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
    with holding_event(event_id):
        draft = queries.find_draft(event_id)
        if draft is None:
            return
        if publishing.seen_mark(draft.revision, draft.definition) != seen:
            raise Refused(
                N_("Somebody changed the questions since you opened this page. Look once more."), status_code=409
            )
        db.session.delete(draft)
        note(Target(QuestionnaireVersion, None, event_id), "questions_discarded", actor)


#: parts of a question whose old and new values the history shows; of the others it says that they changed
_SHOWN = frozenset({"title", "label", "help", "purpose", "intro", "is_required", "is_sensitive", "retention_days"})


def _note(event_id: int, differences: Sequence[reading.Difference], languages: Sequence[str], actor: Actor) -> None:
    """Note what was changed. Another order alone is no entry: what is published next shows it."""
    told = [difference for difference in differences if difference.how is not reading.How.MOVED]
    if not told:
        return
    if len(told) == 1:
        action, detail = f"{'section' if told[0].is_section else 'question'}_{told[0].how.value}", _detail(told[0])
    else:
        action = "questions_changed"
        names = {how: [_name(each, languages) for each in told if each.how is how] for how in reading.How}
        detail = {f"questions_{how.value}": labels for how, labels in names.items() if labels}
    note(Target(QuestionnaireDraft, None, event_id), action, actor, **detail)


def _detail(difference: reading.Difference) -> dict[str, Any]:
    changed = {part: list(values) if part in _SHOWN else "changed" for part, values in difference.parts.items()}
    return {"name": dict(difference.label), "key": difference.key, **({"changed": changed} if changed else {})}


def _name(difference: reading.Difference, languages: Sequence[str]) -> str:
    return pick(difference.label, languages[0], languages).text or difference.key


def add_section(event_id: int, entry: Mapping[str, Any], actor: Actor) -> str:
    """Put a section at the end; returns its key, made from its title. Raises as `change_draft`."""
    with changing_draft(event_id, actor) as draft:
        return _add_section(draft, entry)


def add_question(
    event_id: int, section: str, entry: Mapping[str, Any], actor: Actor, *, first_title: LocalizedText
) -> str:
    """Put a question at the end of a section; returns its key, made from its label.

    Where there is no section at all, one is made first with the title `first_title`. A key that any published version has is
    not given again: answers hang on it. Raises as `change_draft`.
    """
    with changing_draft(event_id, actor) as draft:
        if not reading.entries(draft.document, "sections"):
            section = _add_section(draft, {"title": dict(first_title)})
        key = _question_key(event_id, draft, reading.texts(entry, "label"))
        draft.document = changes.add_question(draft.document, section, {**copy.deepcopy(dict(entry)), "key": key})
        return key


def save_question(event_id: int, key: str, seen: str, entry: Mapping[str, Any], section: str, actor: Actor) -> None:
    """Save a question, if it is still what was seen, and put it into a section. Raises as `change_draft`.

    Its kind changes only as long as no version has it.
    """
    with changing_draft(event_id, actor) as draft:
        before = reading.find_question(draft.document, key) or {}
        if before.get("kind") != entry.get("kind") and key in queries.list_published_keys(event_id):
            raise Refused(reading.DraftReason.KIND_FIXED)
        draft.document = changes.save_question(draft.document, key, seen, dict(entry), section)


def copy_question(event_id: int, key: str, actor: Actor) -> str:
    """Put a copy behind a question; returns its key. Raises as `change_draft`."""
    with changing_draft(event_id, actor) as draft:
        copied = _question_key(event_id, draft, reading.texts(reading.find_question(draft.document, key), "label"))
        draft.document = changes.copy_question(draft.document, key, copied)
        return copied


def _add_section(draft: OpenDraft, entry: Mapping[str, Any]) -> str:
    taken = {section["key"] for section in reading.entries(draft.document, "sections")}
    key = key_from(reading.texts(entry, "title"), draft.languages, taken, "section")
    draft.document = changes.add_section(draft.document, {"key": key, **entry})
    return key


def _question_key(event_id: int, draft: OpenDraft, label: LocalizedText) -> str:
    taken = {question["key"] for question in reading.questions_in(draft.document)}
    return key_from(
        label, draft.languages, taken | queries.list_published_keys(event_id) | schema.RESERVED_KEYS, "question"
    )


def add_set(event_id: int, name: str, actor: Actor, *, instead: bool = False) -> ReusedQuestions:
    """Add a ready-made set to the draft of an event, or put it in its place; what is asked already is left out, and said.

    Raises NotFound for no such set, Refused for too many, LifecycleRefused for an archived event.
    """
    try:
        source = set_document(name)
    except KeyError as error:
        raise NotFound from error
    return _take(event_id, source, _fit(event_id), actor, instead=instead)


def take_from_event(event_id: int, source_id: int, actor: Actor, *, instead: bool = False) -> ReusedQuestions:
    """Add what another event asks to the draft, or put it in its place: in the languages of this event, at its dates.

    Whether the account may see the other event is for the caller to know. What the other asks now is taken, or its draft
    where it has published nothing. Raises NotFound, Refused for too many, LifecycleRefused for an archived event.
    """
    ours, theirs = queries.day_dates(event_id), queries.day_dates(source_id)
    later = min(ours.values()) - min(theirs.values()) if ours and theirs else timedelta()
    fit = _fit(event_id)
    moved = Fit(fit.languages, fit.categories, lambda day: day + later)
    version = queries.find_newest_version(source_id)
    by_date = {held_on: str(key) for key, held_on in ours.items()}
    days = {str(key): by_date[held_on + later] for key, held_on in theirs.items() if held_on + later in by_date}
    source = publishing.with_days(version.definition if version else queries.draft_document(source_id), days)
    return _take(event_id, source, moved, actor, instead=instead)


def _take(
    event_id: int, source: Mapping[str, Any], fit: Fit, actor: Actor, *, instead: bool = False
) -> ReusedQuestions:
    with changing_draft(event_id, actor) as draft:
        taken = take_over(draft.document, source, fit, instead=instead)
        draft.document = taken.document
        return taken


def _fit(event_id: int) -> Fit:
    languages = db.session.scalar(select(Event.languages).where(Event.id == event_id))
    if languages is None:
        raise NotFound
    keys = db.session.scalars(select(Category.key).where(Category.event_id == event_id))
    return Fit(tuple(languages), frozenset(keys))
