"""What happened to one registration, as its page tells it: acts, mails and exports in one order, one kind alone by a link."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _, ngettext
from markupsafe import Markup, escape

from eventreg.attendees.queries.messages import MessageLine
from eventreg.attendees.queries.person import Dossier
from eventreg.attendees.rules.listing import is_contact_data
from eventreg.audit import trail
from eventreg.audit.history import Part, parts_of
from eventreg.audit.queries import Trace
from eventreg.audit.telling import HistoryWords
from eventreg.audit.trail import Group, Holds, group_of
from eventreg.events.models import Event
from eventreg.events.views.desk import tabs_by_state
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language, own_name
from eventreg.questionnaires import kinds
from eventreg.questionnaires.rules.schema import Definition
from eventreg.web.templating import plain_in_reader_language


def history_shown(
    dossier: Dossier, event: Event, context: kinds.Context, has_contact_data: bool
) -> list[dict[str, Any]]:
    """Return the items of `components/timeline.html`, newest first; without addresses and numbers unless they may be seen."""
    told = ToldHistory(dossier, context, has_contact_data)
    return [{**told.shown(trace, event.time_zone), "body": told.body(trace)} for trace in dossier.traces]


class ToldHistory(HistoryWords):
    """Says what the entries of one registration's trail hold, in the words of the questions as they were then."""

    def __init__(self, dossier: Dossier, context: kinds.Context, has_contact_data: bool) -> None:
        super().__init__(dossier.names)
        self._dossier, self._context, self._has_contact_data = dossier, context, has_contact_data

    def action(self, trace: Trace) -> str:
        """Return what was done."""
        return trail.own_title(trace.entry.action)

    def actor(self, trace: Trace) -> str:
        """Return who did it: a name, or that it happened by itself."""
        entry = trace.entry
        if entry.actor_kind == "account":
            return self._name("account", entry.actor_id) or _("a closed account")
        return self._dossier.registration.full_name if entry.actor_kind == "participant" else super().actor(trace)

    def body(self, trace: Trace) -> Markup:
        """Return what the entry's detail adds; nothing where it was erased."""
        held, parts = trail.holds(trace.entry.action), parts_of(trace.entry.action, trace.detail)
        if held is Holds.ANSWERS:
            return Markup("<br>").join(self._answer(part) for part in parts)
        if held is Holds.ADDRESSES and not self._has_contact_data:
            parts = [part for part in parts if part.name in _SAID_WITH]
        lines = [self._own_line(part, held) for part in parts if trail.is_own_part(part.name)]
        # With which reason something was done, and whether nobody was told, stands last.
        lines += [_SAID_WITH[part.name](part.new) for part in parts if part.name in _SAID_WITH and part.new]
        return Markup("<br>").join(line for line in lines if line)

    def _own_line(self, part: Part, held: Holds | None) -> Markup:
        """Return what a part adds to the name of the act."""
        new = self._own_words(part.new, part.name, held)
        if part.has_old:
            return _arrow(self._own_words(part.old, part.name, held), new)
        if trail.has_own_label(part.name):
            new = f"{trail.part_words(part.name)}{formats.colon(current_language())} {new}"
        return escape(new)

    def _own_words(self, value: Any, part: str, held: Holds | None) -> str:
        if held is Holds.LANGUAGES:
            return _language(value)
        if part == "questions" and isinstance(value, list):
            return formats.joined([self._label(str(key)) for key in value], current_language())
        if part in ("", "status"):
            # A status; of a person who was handed something, or handed it on, the name alone.
            value = value.get("name") if isinstance(value, Mapping) else value
            return trail.value_words(value, part, self._names) if isinstance(value, str) else plain_words(value)
        return trail.name_of(value, part, self._names) or plain_words(value)

    def _answer(self, part: Part) -> Markup:
        key = part.name
        label = Markup("<strong>{}</strong>{}").format(self._label(key), formats.colon(current_language()))
        if self.is_withheld(key) or not part.has_old:
            said = _language(part.new) if key == "language" else _("changed")
            return Markup("{} {}").format(label, said)
        sides = zip((part.old, part.new), part.under, strict=True)
        return Markup("{} {}").format(label, _arrow(*(self.answer_words(key, *side) for side in sides)))

    def is_withheld(self, key: str) -> bool:
        """Say whether answers to a question are not for this reader."""
        if self._has_contact_data:
            return False
        # An address in one version is for nobody else, whatever the question became.
        asked = (each.find(key) for each in (self._dossier.definition, self._dossier.base, *self._wordings.values()))
        return any(is_contact_data(question) for question in asked if question is not None)

    @property
    def _wordings(self) -> Mapping[int, Definition]:
        return self._dossier.wordings

    def _label(self, key: str) -> str:
        if key == "language":
            return _("Language")
        question = self._dossier.definition.find(key) or self._dossier.base.find(key)
        return plain_in_reader_language(question.label) if question is not None else key

    def answer_words(self, key: str, values: Any, number: int | None) -> str:
        """Return answers in the words of the version that they were given under; `number` None: the registration's."""
        definition = self._wordings.get(number, self._dossier.base) if number is not None else self._dossier.base
        question = definition.find(key) or self._dossier.definition.find(key)
        if question is None or not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            return plain_words(values)
        return ", ".join(kinds.get(question.kind).display(question, values, self._context, current_language()))


def plain_words(value: Any) -> str:
    """Return a value of a detail as it stands, whatever it is: of a text in several languages the reader's."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, list):
        return ", ".join(plain_words(each) for each in value)
    if isinstance(value, Mapping):
        return "; ".join(plain_words(each) for each in value.values())
    return str(value)


def _language(value: Any) -> str:
    return own_name(value) if isinstance(value, str) else plain_words(value)


def _reason(value: Any) -> Markup:
    return escape(_("Reason: %(reason)s", reason=plain_words(value)))


#: what is said of an act beside what it did
_SAID_WITH: Mapping[str, Callable[[Any], Markup]] = {
    "without_mail": lambda _value: escape(_("Without an email")),
    "reason": _reason,
}


def _arrow(old: str, new: str) -> Markup:
    return Markup("{} → {}").format(old or "–", new or "–")


#: so many are on the page at once; the rest is folded
_AT_ONCE = 60


def timeline_shown(
    dossier: Dossier,
    event: Event,
    context: kinds.Context,
    *,
    has_contact_data: bool,
    has_messages: bool,
    exports: Sequence[Trace],
    only: Group | None,
    address: Callable[[str], str],
) -> dict[str, Any]:
    """Return what `attendees/_timeline.html` needs: the newest first, and the kinds with how many of each.

    `address` completes the address of the page with the list that it was reached from.
    """
    acts = history_shown(dossier, event, context, has_contact_data)
    found = [
        (trace.entry.at, trace.entry.position, group_of(trace.entry.action), item)
        for trace, item in zip(dossier.traces, acts, strict=True)
    ]
    found += [(trace.entry.at, trace.entry.position, Group.LOOKS, _export(trace, event)) for trace in exports]
    if has_messages:
        found += [(_moment(line), 0, Group.MAIL, _mail(line, event)) for line in dossier.messages]
    # What was written with an act stands above it.
    found.sort(key=lambda each: (each[0], each[2] is Group.MAIL, each[1]), reverse=True)
    counts = Counter(kind for _at, _position, kind, _item in found)
    items = [item for _at, _position, kind, item in found if only in (None, kind)]
    return {
        "timeline": items[:_AT_ONCE],
        "timeline_rest": items[_AT_ONCE:],
        "timeline_tabs": _tabs(dossier, event, counts, only, address),
    }


def _tabs(
    dossier: Dossier,
    event: Event,
    counts: Counter[Group],
    only: Group | None,
    address: Callable[[str], str],
) -> list[dict[str, Any]]:
    page = address(url_for("attendees.show_registration", slug=event.slug, reference=dossier.registration.reference))

    def url(state: str | None) -> str:
        query = f"{'&' if '?' in page else '?'}kind={state}" if state else ""
        return f"{page}{query}#history"

    return tabs_by_state(Group, counts, only, url, _("All"))


def audience_words(audience: str) -> str:
    """Return to whom a message about a registration went."""
    said = {"contact": _("to the contact person"), "copy": _("copy"), "team": _("to a colleague")}
    return said.get(audience) or _("to the participant")


def _mail(line: MessageLine, event: Event) -> dict[str, Any]:
    at = _moment(line)
    return {
        "title": _("Email"),
        "by": audience_words(line.audience),
        "at": formats.short_instant(at, event.time_zone, current_language()),
        "iso": at.isoformat(timespec="seconds"),
        "mail": line,
    }


def _export(trace: Trace, event: Event) -> dict[str, Any]:
    entry, count = trace.entry, trace.detail.get("count")
    is_counted = isinstance(count, int) and count > 0
    words = ngettext("A list of %(num)d registration", "A list of %(num)d registrations", count) if is_counted else ""
    return {
        "title": _("The list was exported"),
        "by": "",
        "at": formats.short_instant(entry.at, event.time_zone, current_language()),
        "iso": entry.at.isoformat(timespec="seconds"),
        "body": f"{words}. {_('This one may be in it.')}" if words else _("This one may be in it."),
    }


def _moment(line: MessageLine) -> datetime:
    return line.sent_at or line.created_at
