"""What the team adds to a registration for itself, as its page shows it: tags and notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_login import current_user

from eventreg.events.models import Event
from eventreg.events.rules.publication import EFFECTS
from eventreg.events.rules.team import Permission
from eventreg.kernel.typed import showable
from eventreg.registration.models import Registration
from eventreg.review.queries.notes import list_mentionable, list_notes
from eventreg.review.queries.tags import list_tags, list_tags_of
from eventreg.review.rules.notes import LONGEST_NOTE
from eventreg.review.rules.tags import TagColour
from eventreg.web.access import may
from eventreg.web.fields import whole_number

#: (id of the input, what is wrong)
Faults = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Typed:
    """What was typed into the forms of the page and is shown again, since it was not kept."""

    note: str = ""
    mentioned: frozenset[int] = frozenset()
    sends_mail: bool = True
    #: None: what the registration carries
    tags: Sequence[str] | None = None
    new_tag: str = ""
    colour: str = ""


def typed_note() -> Typed:
    """Return what this request brings of a note."""
    return Typed(
        note=showable(request.form.get("note", "")),
        mentioned=chosen_colleagues(),
        sends_mail=bool(request.form.get("mail")),
    )


def typed_tags() -> Typed:
    """Return what this request brings of tags."""
    return Typed(
        tags=request.form.getlist("tag"),
        new_tag=showable(request.form.get("new_tag", "")),
        colour=request.form.get("new_tag_colour", ""),
    )


def chosen_colleagues() -> frozenset[int]:
    """Return the ids of the accounts that this request ticks."""
    return frozenset(number for text in request.form.getlist("mention") if (number := whole_number(text)) is not None)


def team_words(registration: Registration, event: Event, typed: Typed, faults: Faults) -> dict[str, Any]:
    """Return what `review/_tags.html` and `review/_notes.html` need."""
    is_changeable, notes = EFFECTS[event.publication].is_changeable, list_notes(registration.id)
    return {
        "tags": list_tags_of([registration.id]).get(registration.id, ()),
        "event_tags": list_tags(event.id),
        "can_tag": is_changeable and may(Permission.DECIDE),
        "tag_colours": [(colour.value, _(colour.title)) for colour in TagColour],
        "notes": notes,
        "takes_notes": is_changeable,
        "mention_by": next((line.author for line in notes if current_user.id in line.unseen), ""),
        "mentionable": list_mentionable(event, registration, current_user.id) if is_changeable else [],
        "longest_note": LONGEST_NOTE,
        "typed": typed,
        "faults": list(faults),
        "wrong": dict(faults),
    }
