"""Entries of the audit trail in words: who, what, on which record, and what was there before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import current_app, url_for
from flask_babel import gettext as _

from eventreg.audit.details import OF_ANSWERS, Part, parts_of
from eventreg.audit.queries import Trace
from eventreg.audit.wording import action_words, record_words
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language
from eventreg.site.field_wording import field_words, value_words
from eventreg.site.key_wording import key_words
from eventreg.site.queries.history import History
from eventreg.web.templating import plain_in_reader_language

#: where a record of a kind is seen to
_PAGES = {
    "event": "site.manage_event",
    "session": "events.edit_programme",
    "room": "events.edit_programme",
    "speaker": "events.list_speakers",
    "material": "events.list_materials",
    "outcome": "events.list_outcomes",
    "partner": "events.list_partners",
    "category": "events.list_categories",
    "access_code": "review.list_access_codes",
    "tag": "review.show_tags",
    "ready_reason": "review.list_ready_reasons",
    "privacy_notice": "events.edit_notice",
    "questionnaire": "questionnaires.list_questions",
    "question": "questionnaires.list_questions",
    "team_member": "events.show_team",
    "team_invitation": "events.show_team",
}
#: parts of a detail that name the record, the best first
_NAMES = ("title", "name", "key", "slug", "file")
#: said elsewhere in the line, or of no use to a reader
UNSAID = {"account", "list", "digest", "mentioned", "file_id"}
_LONGEST = 300


class Line(NamedTuple):
    """A part of a record with what it was and what it is, or with what there is to say of it."""

    part: str
    old: str | None
    new: str


class Told:
    """Says the entries of one page of history. `slug` is that of the event; empty for the instance."""

    def __init__(self, history: History, slug: str = "") -> None:
        self._history, self._slug = history, slug

    def actor(self, trace: Trace) -> str:
        """Return who did it."""
        entry = trace.entry
        if entry.actor_kind == "account":
            return self._history.accounts.get(entry.actor_id or 0, _("an account that is gone"))
        if entry.actor_kind == "participant":
            reference = self._history.references.get(entry.actor_id or 0)
            return _("participant %(reference)s", reference=reference) if reference else _("a participant")
        return _("automatic")

    def action(self, trace: Trace) -> str:
        """Return what was done."""
        return action_words(trace.entry.action)

    def record(self, trace: Trace) -> str:
        """Return which record it was done to."""
        entry = trace.entry
        kind = record_words(entry.record_kind)
        if entry.record_kind == "registration":
            name = self._history.references.get(entry.record_id or 0, "")
        elif entry.record_kind == "account":
            name = self._history.accounts.get(entry.record_id or 0, "")
        else:
            named = trace.detail.get("account")
            name = self._history.accounts.get(named, "") if isinstance(named, int) else self._name(trace)
        return f"{kind}{formats.colon(current_language())} {name}" if name else kind

    def page(self, trace: Trace) -> str:
        """Return the address of the record's page; empty where there is none."""
        entry = trace.entry
        if not self._slug:
            return ""
        if entry.record_kind == "registration":
            reference = self._history.references.get(entry.record_id or 0)
            return self._address("review.show_registration", reference=reference) if reference else ""
        endpoint = _PAGES.get(entry.record_kind, "")
        return self._address(endpoint) if endpoint else ""

    def lines(self, trace: Trace) -> list[Line]:
        """Return the differences; one line says so where they were erased with the person."""
        if trace.is_erased:
            return [Line("", None, _("Details erased with the person"))]
        unsaid = UNSAID | set(_NAMES) if trace.entry.action not in OF_ANSWERS else set()
        stated = trace.detail if isinstance(trace.detail, Mapping) else {}
        # What names the record stands with it; a part of it that changed is said, whatever its name.
        return [
            self._line(part)
            for part in parts_of(trace.entry.action, trace.detail)
            if part.has_old or part.name not in unsaid or part.name not in stated
        ]

    def _line(self, part: Part) -> Line:
        if part.name == "changed" and isinstance(part.new, list):
            names = [field_words(str(name)) for name in part.new]
            return Line(field_words(part.name), None, formats.joined(names, current_language()))
        old = self._said(part.old, part.name) if part.has_old else None
        session = self._history.names.sessions.get(part.name)
        return Line(
            plain_in_reader_language(session) if session else field_words(part.name),
            old,
            self._said(part.new, part.name),
        )

    def _said(self, value: Any, part: str = "") -> str:
        said = value_words(value, part, lambda key, part: key_words(key, part, self._history.names))
        return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"

    def _name(self, trace: Trace) -> str:
        for part in _NAMES:
            value = trace.detail.get(part)
            if isinstance(value, str):
                if part == "key":
                    value = key_words(value, trace.entry.record_kind, self._history.names)
                return value[:_LONGEST]
            if isinstance(value, Mapping) and all(isinstance(text, str) for text in value.values()):
                return plain_in_reader_language(value)[:_LONGEST]
        return ""

    def _address(self, endpoint: str, **parts: str) -> str:
        if endpoint not in current_app.view_functions:
            return ""
        values: dict[str, Any] = {"slug": self._slug, **parts}
        return url_for(endpoint, **values)
