"""Marks beside answers that were changed: what stood there when the person registered, or was last decided on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from eventreg.audit.details import Part, parts_of
from eventreg.audit.trail import Holds, holds
from eventreg.events.models import Event
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language
from eventreg.questionnaires.kinds import Context
from eventreg.review.queries.dossier import Dossier
from eventreg.review.views.history_shown import ToldHistory, plain_words

_LONGEST = 120


@dataclass(frozen=True)
class Mark:
    """What became of an answer."""

    text: str
    #: changed since the last decision: whoever decided has not seen it
    is_after_decision: bool


@dataclass(frozen=True)
class _Change:
    at: datetime
    #: None: sensitive, or not for this reader
    old: str | None


def changes_marked(dossier: Dossier, event: Event, context: Context, has_contact_data: bool) -> Mapping[str, Mark]:
    """Return by question the mark of an answer that was changed; of a sensitive one only that it was, and when."""
    told = ToldHistory(dossier, context, has_contact_data)
    decided_at = max((each.decided_at for each in dossier.decisions if each.undone_at is None), default=None)
    changes = _changes(dossier, told, has_contact_data)
    return {key: _mark(found, decided_at, event) for key, found in changes.items()}


def _mark(found: list[_Change], decided_at: datetime | None, event: Event) -> Mark:
    """Return the mark of the changes of one answer, the oldest first: those since the decision count before the others."""
    since = [change for change in found if decided_at is not None and change.at > decided_at]
    first, last = (since or found)[0], found[-1]
    at = formats.short_instant(last.at, event.time_zone, current_language())
    if first.old is None:
        text = _("Changed since the decision, %(at)s", at=at) if since else _("Changed %(at)s", at=at)
    elif since:
        text = _("Changed since the decision, %(at)s; it was: %(old)s", at=at, old=first.old)
    else:
        text = _("Changed %(at)s; it was: %(old)s", at=at, old=first.old)
    return Mark(text, bool(since))


def _changes(dossier: Dossier, told: ToldHistory, has_contact_data: bool) -> dict[str, list[_Change]]:
    found: dict[str, list[_Change]] = {}
    addresses = [question.key for question in dossier.definition.questions() if question.column == "email"]
    for trace in reversed(dossier.traces):
        entry = trace.entry
        for part in parts_of(entry.action, trace.detail):
            if holds(entry.action) is Holds.ANSWERS:
                found.setdefault(part.name, []).append(_Change(entry.at, _old(told, part)))
            elif holds(entry.action) is Holds.ADDRESSES and part.has_old and not part.name:
                old = plain_words(part.old) if has_contact_data else None
                for key in addresses:
                    found.setdefault(key, []).append(_Change(entry.at, old))
    return found


def _old(told: ToldHistory, part: Part) -> str | None:
    if not part.has_old or told.is_withheld(part.name):
        return None
    words = told.answer_words(part.name, part.old, part.under[0]) or "–"
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
