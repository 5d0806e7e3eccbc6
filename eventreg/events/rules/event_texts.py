"""Where each text of an event stands: in a column, or in an item of its practical information."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from eventreg.events.rules.checklist import needed_texts
from eventreg.events.rules.practical import field_of, keyed, split_field
from eventreg.events.rules.texts import FIELDS, PRACTICAL_FIELDS, TextId, TextKind, TextState, state_of
from eventreg.kernel.text import LocalizedText, merged


class EventTexts(Protocol):
    """What of an event holds its texts. Only the columns of FIELDS are read besides."""

    attendance: Any
    languages: Any
    practical: Any


def kind_of(event: EventTexts, field: str) -> TextKind | None:
    """Return what a text of this event is made of, or None when it has no such text."""
    if field in FIELDS:
        return FIELDS[field]
    split = split_field(field)
    if split is None or _find_item(event, split[0]) is None:
        return None
    return PRACTICAL_FIELDS.get(split[1])


def text_of(event: EventTexts, field: str) -> LocalizedText:
    """Return a text in its languages; empty when the event has no such text."""
    if field in FIELDS:
        return dict(getattr(event, field) or {})
    split = split_field(field)
    item = _find_item(event, split[0]) if split else None
    return dict(item.get(split[1]) or {}) if item and split else {}


def put_text(event: EventTexts, text_id: TextId, text: str) -> None:
    """Replace a text of the event in one language; what other languages have stays."""
    new = merged(text_of(event, text_id.field), {text_id.language: text}, [text_id.language])
    if text_id.field in FIELDS:
        setattr(event, text_id.field, new)
        return
    split = split_field(text_id.field)
    if split is not None:
        key, part = split
        # What an organizer writes is no example any more.
        put = {part: new} | ({"is_demonstration": False} if part == "text" else {})
        event.practical = [item | put if item["key"] == key else item for item in keyed(event.practical)]


def fields_of(event: EventTexts) -> list[str]:
    """Return the names of all texts of an event, practical items in their order."""
    items = keyed(event.practical)
    return [*FIELDS, *(field_of(item["key"], part) for item in items for part in PRACTICAL_FIELDS)]


def states_of(event: EventTexts, version_ids: Mapping[TextId, int]) -> dict[TextId, TextState]:
    """Return how far each text is in each language of the event. Those that the checklist demands must be there in all."""
    return dict(_states(event, event.languages, version_ids))


def _states(
    event: EventTexts, languages: Sequence[str], version_ids: Mapping[TextId, int]
) -> Iterator[tuple[TextId, TextState]]:
    needed = needed_texts(event.attendance)
    for field in fields_of(event):
        text = text_of(event, field)
        changed = {language: version_ids.get(TextId(field, language), 0) for language in languages}
        for language in languages:
            yield (
                TextId(field, language),
                state_of(text, language, languages, changed, is_required=field in needed),
            )


def _find_item(event: EventTexts, key: str) -> dict[str, Any] | None:
    return next((item for item in keyed(event.practical) if item["key"] == key), None)
