"""Entries of the audit trail in words: who, what, on which record, and what was there before and after."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import current_app, url_for
from flask_babel import gettext as _

from eventreg.audit import trail
from eventreg.audit.history import Part, parts_of
from eventreg.audit.queries import Trace
from eventreg.i18n import formats, languages
from eventreg.web.templating import plain_in_reader_language

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


class HistoryWords:
    """Says entries with the names of what they are about. `slug` is that of the event; empty for the instance."""

    def __init__(self, names: trail.Found, slug: str = "") -> None:
        self._names, self._slug = names, slug

    def shown(self, trace: Trace, zone: str) -> dict[str, Any]:
        """Return what every list of entries shows of one."""
        at = trace.entry.at
        return {
            "title": self.action(trace),
            "by": self.actor(trace),
            "at": formats.short_instant(at, zone, languages.current_language()),
            "iso": at.isoformat(timespec="seconds"),
        }

    def actor(self, trace: Trace) -> str:
        """Return who did it."""
        entry = trace.entry
        if entry.actor_kind == "account":
            return self._name("account", entry.actor_id) or _("an account that is gone")
        if entry.actor_kind == "participant":
            reference = self._name("registration", entry.actor_id)
            return _("participant %(reference)s", reference=reference) if reference else _("a participant")
        return _("automatic")

    def action(self, trace: Trace) -> str:
        """Return what was done."""
        return trail.act_words(trace.entry.action)

    def record(self, trace: Trace) -> str:
        """Return which record it was done to."""
        entry, kind = trace.entry, trail.kind_words(trace.entry.record_kind)
        if trail.is_named_by_id(entry.record_kind):
            name = self._name(entry.record_kind, entry.record_id)
        else:
            named = trace.detail.get("account")
            name = self._name("account", named) if isinstance(named, int) else self._own_name(trace)
        return f"{kind}{formats.colon(languages.current_language())} {name}" if name else kind

    def page(self, trace: Trace) -> str:
        """Return the address of the record's page; empty where there is none."""
        kind = trace.entry.record_kind
        endpoint, values = trail.page_of(kind), {"slug": self._slug}
        if trail.is_named_by_id(kind):
            values["reference"] = self._name(kind, trace.entry.record_id)
        is_known = self._slug and all(values.values()) and endpoint in current_app.view_functions
        return url_for(endpoint, **values) if is_known else ""  # type: ignore[arg-type]  # its other parameters are no parts

    def lines(self, trace: Trace) -> list[Line]:
        """Return the differences; one line says so where they were erased with the person."""
        if trace.is_erased:
            return [Line("", None, _("Details erased with the person"))]
        is_plain = trail.holds(trace.entry.action) is not trail.Holds.ANSWERS
        unsaid = UNSAID | set(_NAMES) if is_plain else set()
        stated = trace.detail if isinstance(trace.detail, Mapping) else {}
        # What names the record stands with it; a part of it that changed is said, whatever its name.
        return [
            self._line(part)
            for part in parts_of(trace.entry.action, trace.detail)
            if part.has_old or part.name not in unsaid or part.name not in stated
        ]

    def _line(self, part: Part) -> Line:
        if part.name == "changed" and isinstance(part.new, list):
            names = [trail.part_words(str(name)) for name in part.new]
            return Line(trail.part_words(part.name), None, formats.joined(names, languages.current_language()))
        old = self._said(part.old, part.name) if part.has_old else None
        session = trail.name_of(part.name, "session", self._names)
        return Line(session or trail.part_words(part.name), old, self._said(part.new, part.name))

    def _said(self, value: Any, part: str = "") -> str:
        return _short(self.words(value, part))

    def words(self, value: Any, part: str = "") -> str:
        """Return a value that a detail holds: text, figure, yes or no, a choice, a list, or a text in several languages."""
        if value is None or value == "" or value == [] or value == {}:
            return "–"
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, Mapping):
            colon = formats.colon(languages.current_language())
            return "; ".join(f"{_part_or_language(name)}{colon} {self.words(one, name)}" for name, one in value.items())
        if isinstance(value, list):
            return formats.joined([self.words(one, part) for one in value], languages.current_language())
        return trail.value_words(str(value), part, self._names)

    def _own_name(self, trace: Trace) -> str:
        """Return what names a record in the detail itself."""
        for part in _NAMES:
            value = trace.detail.get(part)
            if isinstance(value, str):
                name = trail.name_of(value, trace.entry.record_kind, self._names) if part == "key" else ""
                return (name or value)[:_LONGEST]
            if isinstance(value, Mapping) and all(isinstance(text, str) for text in value.values()):
                return plain_in_reader_language(value)[:_LONGEST]
        return ""

    def _name(self, kind: str, id_: int | None) -> str:
        return trail.name_of(id_, trail.by_id(kind), self._names)


def _part_or_language(name: str) -> str:
    return languages.own_name(name) if len(name) == 2 else trail.part_words(name)


def _short(said: str) -> str:
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"
