"""What people were asked beside the form and have not answered, by its names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask import g

from eventreg.questionnaires.queries import definition_of, find_newest_version
from eventreg.registration.rules.requests import RequestKind
from eventreg.review.rules.listing import Unanswered
from eventreg.review.wording import asked_title
from eventreg.web.templating import plain_in_reader_language

#: in the order in which they are shown
_KINDS = tuple(RequestKind)


def unanswered_shown(
    event_id: int, counts: Mapping[Unanswered, int], chosen: Collection[Unanswered] = ()
) -> list[dict[str, Any]]:
    """Return what people have not answered, each with its name and how many; what is `chosen` with nobody left too."""
    every = {**counts, **{asked: 0 for asked in chosen if asked not in counts}}
    titles = follow_up_titles(event_id) if any(asked.section_key for asked in every) else {}
    return [
        {
            "asked": asked,
            "value": asked.value,
            "text": asked_title(asked.kind, titles.get(asked.section_key, asked.section_key)),
            "count": number,
        }
        for asked, number in sorted(every.items(), key=lambda each: (_KINDS.index(each[0].kind), each[0].section_key))
    ]


def follow_up_titles(event_id: int) -> dict[str, str]:
    """Return what the follow-ups of an event are called now, by key; read once a request."""
    known: dict[int, dict[str, str]] = g.setdefault("follow_up_titles", {})
    if event_id not in known:
        version = find_newest_version(event_id)
        sections = definition_of(version).sections if version is not None else ()
        known[event_id] = {each.key: plain_in_reader_language(each.title) for each in sections}
    return known[event_id]


def unanswered_title(event_id: int, value: str) -> str:
    """Return what one thing that was asked beside the form is called; its own word where nobody knows it any more."""
    asked = Unanswered.read(value)
    if asked is None:
        return value
    return str(unanswered_shown(event_id, {asked: 0})[0]["text"])
