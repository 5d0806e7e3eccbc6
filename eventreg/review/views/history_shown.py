"""What happened to a registration, as its page tells it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup, escape

from eventreg.audit.details import OF_ANSWERS, Part, parts_of
from eventreg.audit.queries import Trace
from eventreg.events.models import Event
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language, own_name
from eventreg.questionnaires import kinds
from eventreg.questionnaires.kinds import Context
from eventreg.questionnaires.rules.schema import Definition
from eventreg.registration.rules.states import Status
from eventreg.registration.wording import status_for_team
from eventreg.review.queries.dossier import Dossier
from eventreg.review.rules.contact import is_contact_data
from eventreg.review.wording import act_title
from eventreg.web.templating import plain_in_reader_language


def history_shown(dossier: Dossier, event: Event, context: Context, has_contact_data: bool) -> list[dict[str, Any]]:
    """Return the items of `components/timeline.html`, newest first; without addresses and numbers unless they may be seen."""
    told = told_history(dossier, context, has_contact_data)
    return [
        {
            "title": act_title(trace.entry.action),
            "by": told.actor(trace),
            "at": formats.short_instant(trace.entry.at, event.time_zone, current_language()),
            "iso": trace.entry.at.isoformat(timespec="seconds"),
            "body": told.body(trace),
        }
        for trace in dossier.traces
    ]


def told_history(dossier: Dossier, context: Context, has_contact_data: bool) -> ToldHistory:
    """Return what says the entries of a dossier's trail."""
    names = {key: plain_in_reader_language(name) for key, name in dossier.category_names.items()}
    return ToldHistory(dossier, context, has_contact_data, names)


#: entries whose details are mail addresses
_ABOUT_ADDRESSES = frozenset({"address_change_requested", "address_changed", "address_corrected"})

#: entries whose details are languages
_OF_LANGUAGES = frozenset({"language_changed", "language_set"})


class ToldHistory:
    """Says what the entries of one registration's trail hold, in the words of the questions as they were then."""

    def __init__(
        self, dossier: Dossier, context: Context, has_contact_data: bool, category_names: Mapping[str, str]
    ) -> None:
        self._dossier, self._context, self._has_contact_data = dossier, context, has_contact_data
        self._category_names = category_names

    def actor(self, trace: Trace) -> str:
        """Return who did it: a name, or that it happened by itself."""
        entry = trace.entry
        if entry.actor_kind == "account":
            return self._dossier.names.get(entry.actor_id or 0, _("a closed account"))
        if entry.actor_kind == "participant":
            return self._dossier.registration.full_name
        return _("automatic")

    def body(self, trace: Trace) -> Markup:
        """Return what the entry's detail adds; nothing where it was erased."""
        action, parts = trace.entry.action, parts_of(trace.entry.action, trace.detail)
        if action in OF_ANSWERS:
            return Markup("<br>").join(self._answer(part) for part in parts)
        if action in _ABOUT_ADDRESSES and not self._has_contact_data:
            parts = [part for part in parts if part.name in _SAID_WITH]
        lines = [self._line(action, part) for part in parts if part.name in _SAID]
        # With which reason something was done, and whether nobody was told, stands last.
        lines += [_SAID_WITH[part.name](part.new) for part in parts if part.name in _SAID_WITH and part.new]
        return Markup("<br>").join(line for line in lines if line)

    def _line(self, action: str, part: Part) -> Markup:
        """Return what a part adds to the name of the act."""
        say: Callable[[Any], str] = plain_words
        if part.name == "category":
            say = self._category
        elif part.name == "questions":
            say = self._labels
        elif action in _OF_LANGUAGES:
            say = _language
        elif part.name in ("", "status"):
            say = _status_or_name
        if part.has_old:
            return _arrow(say(part.old), say(part.new))
        words = say(part.new)
        if part.name in _TAG_SIDES:
            words = f"{_TAG_SIDES[part.name]()}{formats.colon(current_language())} {words}"
        return escape(words)

    def _answer(self, part: Part) -> Markup:
        key = part.name
        label = Markup("<strong>{}</strong>{}").format(self._label(key), formats.colon(current_language()))
        if self.is_withheld(key) or not part.has_old:
            said = _language(part.new) if key == "language" else _("changed")
            return Markup("{} {}").format(label, said)
        sides = zip((part.old, part.new), part.under, strict=True)
        return Markup("{} {}").format(label, _arrow(*(self.words(key, values, number) for values, number in sides)))

    def _category(self, key: Any) -> str:
        return self._category_names.get(key, key) if isinstance(key, str) else plain_words(key)

    def _labels(self, keys: Any) -> str:
        labels = [self._label(str(key)) for key in keys] if isinstance(keys, list) else [plain_words(keys)]
        return formats.joined(labels, current_language())

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

    def words(self, key: str, values: Any, number: int | None) -> str:
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


def _status_or_name(value: Any) -> str:
    """Say a status; of a person who was handed something, or handed it on, the name alone."""
    if isinstance(value, Mapping):
        return plain_words(value.get("name"))
    return next((status_for_team(status) for status in Status if status.value == value), plain_words(value))


def _reason(value: Any) -> Markup:
    return escape(_("Reason: %(reason)s", reason=plain_words(value)))


#: parts that say something to whoever reads about one person; the event's history says the others too
_SAID = frozenset({"", "status", "questions", "category", "sessions", "put_on", "taken_off"})
#: what is said of an act beside what it did
_SAID_WITH: Mapping[str, Callable[[Any], Markup]] = {
    "without_mail": lambda _value: escape(_("Without an email")),
    "reason": _reason,
}
_TAG_SIDES: Mapping[str, Callable[[], str]] = {"put_on": lambda: _("Put on"), "taken_off": lambda: _("Taken off")}


def _arrow(old: str, new: str) -> Markup:
    return Markup("{} → {}").format(old or "–", new or "–")
