"""Saving the texts of an event, so that two people who write at once lose nothing."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from eventreg.audit.services import Actor, note
from eventreg.db import db, transaction
from eventreg.events.announcing import Announcing
from eventreg.events.models import Event, TextVersion
from eventreg.events.queries.events import holding_event
from eventreg.events.queries.texts import find_last_version, get_version_text, last_version_ids
from eventreg.events.rules.practical import (
    MOST_ITEMS,
    NewItem,
    PracticalEdit,
    field_of,
    keyed,
    moved,
    topic_of,
)
from eventreg.events.rules.texts import (
    PRACTICAL_FIELDS,
    TextChange,
    TextConflict,
    TextId,
    Verdict,
    fingerprint,
    judge,
    kind_of,
    put_text,
    text_of,
)
from eventreg.events.services import settings
from eventreg.kernel.clock import now

_NO_EDIT = PracticalEdit()
_KEY_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


@dataclass(frozen=True)
class SavedTexts:
    """What became of the changes."""

    saved: Sequence[TextId] = ()
    #: saved by somebody else meanwhile: nothing of theirs was touched
    conflicts: Sequence[TextConflict] = ()
    #: changes to an item that somebody removed meanwhile
    gone: Sequence[TextChange] = ()
    #: items that there was no room for
    refused: Sequence[NewItem] = ()


@dataclass
class _Work:
    """One saving while it goes on."""

    event: Event
    actor: Actor
    known: dict[TextId, int]
    saved: list[TextId] = field(default_factory=list)
    structure: list[str] = field(default_factory=list)

    def put(self, text_id: TextId, text: str) -> None:
        """Write a text and its version, the present one before it when no version of it was kept."""
        old = text_of(self.event, text_id.field).get(text_id.language, "")
        if text_id not in self.known and old:
            db.session.add(_version(self.event, text_id, old, None, self.event.created_at))
            db.session.flush()
        put_text(self.event, text_id, text)
        db.session.add(_version(self.event, text_id, text, self.actor.id, now()))
        # Flushed one by one: the order of the ids says what was saved after what.
        db.session.flush()
        self.known[text_id] = 1
        self.saved.append(text_id)


def save_texts(
    event_id: int,
    changes: Iterable[TextChange],
    actor: Actor,
    *,
    practical: PracticalEdit = _NO_EDIT,
    announcing: Announcing | None = None,
) -> SavedTexts:
    """Save texts of an event, each only when what stands there is what its writer saw; and what is done to the practical items.

    A text that somebody else saved meanwhile is left as it is and told in `conflicts`; the others are saved. Every saved
    text is a version; one entry of the audit trail names them. An item is removed only when its texts are those that were
    seen. Texts come checked by the form (`FIELDS`). With `announcing` calendars follow title and place. Raises Unannounced,
    NotFound, and LifecycleRefused for an archived event.
    """
    with holding_event(event_id) as event:
        with settings.followed(event, announcing):
            event.practical = keyed(event.practical)
            work = _Work(event, actor, last_version_ids(event_id))
            conflicts, gone = _save_each(work, _in_order(event, changes), practical.removed)
            refused = _edit_items(work, practical, conflicts)
            _note(work)
        return SavedTexts(work.saved, conflicts, gone, refused)


def return_to_version(
    event_id: int, text_id: TextId, version_id: int, seen: str, actor: Actor, announcing: Announcing | None = None
) -> SavedTexts:
    """Write an earlier version of a text anew, when what stands there is what was `seen`. Raises NotFound, Unannounced.

    The versions between stay in the history.
    """
    with transaction():
        text = get_version_text(event_id, text_id, version_id)
        change = TextChange(text_id.field, text_id.language, seen, text)
        return save_texts(event_id, [change], actor, announcing=announcing)


def _in_order(event: Event, changes: Iterable[TextChange]) -> list[TextChange]:
    """Return the changes with the first language's first: then a translation saved along with it is not out of date."""
    order = {language: number for number, language in enumerate(event.languages)}
    return sorted((change for change in changes if change.language in order), key=lambda change: order[change.language])


def _save_each(work: _Work, changes: Iterable[TextChange], removed: str) -> tuple[list[TextConflict], list[TextChange]]:
    conflicts: list[TextConflict] = []
    gone: list[TextChange] = []
    for change in changes:
        if kind_of(work.event, change.field) is None:
            if change.text and change.seen != fingerprint(change.text):
                gone.append(change)
            continue
        current = text_of(work.event, change.field).get(change.language, "")
        is_removed = bool(removed) and change.field in _fields_of_item(removed)
        if is_removed:
            # What is to go must be what was seen; what was typed into it goes along.
            if change.seen != fingerprint(current):
                conflicts.append(_conflict(work.event, change, current))
            continue
        verdict = judge(change, current)
        if verdict is Verdict.SAVE:
            work.put(change.id, change.text)
        elif verdict is Verdict.CONFLICT:
            conflicts.append(_conflict(work.event, change, current))
    return conflicts, gone


def _conflict(event: Event, change: TextChange, current: str) -> TextConflict:
    last = find_last_version(event.id, change.id)
    return TextConflict(change.id, current, change.text, last.by if last else "", last.at if last else None)


def _edit_items(work: _Work, edit: PracticalEdit, conflicts: Sequence[TextConflict]) -> list[NewItem]:
    event = work.event
    for key, topic in edit.topics.items():
        for item in event.practical:
            if item["key"] == key and topic_of(item) is not topic:
                event.practical = [
                    other | {"topic": topic.value} if other["key"] == key else other for other in event.practical
                ]
                work.structure.append(f"topic {key}")
    in_conflict = {conflict.id.field for conflict in conflicts}
    if edit.removed and not in_conflict & set(_fields_of_item(edit.removed)):
        _remove(work, edit.removed)
    if edit.moved is not None and (order := moved(event.practical, *edit.moved)) != event.practical:
        event.practical = order
        work.structure.append(f"moved {edit.moved[0]}")
    room = max(0, MOST_ITEMS - len(event.practical))
    for new in edit.added[:room]:
        _add(work, new)
    return list(edit.added[room:])


def _remove(work: _Work, key: str) -> None:
    """Take an item out; its texts stay in the history."""
    if not any(item["key"] == key for item in work.event.practical):
        return
    for name in _fields_of_item(key):
        for language in text_of(work.event, name):
            work.put(TextId(name, language), "")
    work.event.practical = [item for item in work.event.practical if item["key"] != key]
    work.structure.append(f"removed {key}")


def _add(work: _Work, item: NewItem) -> None:
    key = "".join(secrets.choice(_KEY_ALPHABET) for _ in range(6))
    row: dict[str, object] = {"key": key, "topic": item.topic.value, "label": {}, "text": {}, "is_demonstration": False}
    work.event.practical = [*work.event.practical, row]
    for part, texts in (("label", item.label), ("text", item.text)):
        for language in work.event.languages:
            if texts.get(language):
                work.put(TextId(field_of(key, part), language), texts[language])
    work.structure.append(f"added {key}")


def _fields_of_item(key: str) -> list[str]:
    return [field_of(key, part) for part in PRACTICAL_FIELDS]


def _note(work: _Work) -> None:
    if not work.saved and not work.structure:
        return
    detail: dict[str, list[str]] = {"texts": [f"{saved.field} ({saved.language})" for saved in work.saved]}
    if work.structure:
        detail["practical"] = work.structure
    note(work.event, "texts_changed", work.actor, **detail)


def _version(event: Event, text_id: TextId, text: str, account_id: int | None, at: datetime) -> TextVersion:
    return TextVersion(
        event_id=event.id, field=text_id.field, language=text_id.language, text=text, account_id=account_id, at=at
    )
