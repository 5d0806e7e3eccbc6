"""What happened to a registration, as its page tells it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup, escape

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

#: entries whose details are answers before and after
OF_ANSWERS = frozenset(
    {"answers_changed", "answers_edited", "options_full", "request_answered", "team_answers_changed"}
)


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
        detail = trace.detail
        lines = self._lines(trace.entry.action, detail) if detail else []
        return Markup("<br>").join([*lines, *_said_with(detail)])

    def _lines(self, action: str, detail: Mapping[str, Any]) -> list[Markup]:
        if action in OF_ANSWERS:
            return [self._change(key, change) for key, change in detail.items()]
        if action in _ABOUT_ADDRESSES and not self._has_contact_data:
            return []
        own: dict[str, Callable[[Mapping[str, Any]], list[Markup]]] = {
            "sessions_chosen": lambda d: [_arrow(*(", ".join(titles) for titles in d["changed"]["sessions"]))],
            "language_changed": _languages,
            "language_set": _languages,
            "tags_changed": lambda d: [_tags(side, names) for side, names in d.items()],
            "handed_on": lambda d: [_arrow(d["old"]["name"], d["new"]["name"])],
            "moved_to_category": self._move,
        }
        return own.get(action, self._plainly)(detail)

    def _plainly(self, detail: Mapping[str, Any]) -> list[Markup]:
        if "questions" in detail:
            labels = [self._label(key) for key in detail["questions"]]
            return [escape(formats.joined(labels, current_language()))] if labels else []
        if "old" in detail and "new" in detail:
            return [_arrow(_status(detail["old"]), _status(detail["new"]))]
        return [escape(_status(detail["status"]))] if "status" in detail else []

    def _move(self, detail: Mapping[str, Any]) -> list[Markup]:
        keys = detail.get("changed", {}).get("category", ())
        lines = [_arrow(*(self._category_names.get(key, key) for key in keys))] if keys else []
        return lines + ([escape(_status(detail["status"]))] if "status" in detail else [])

    def _change(self, key: str, change: Mapping[str, Any] | str) -> Markup:
        label = Markup("<strong>{}</strong>{}").format(self._label(key), formats.colon(current_language()))
        if isinstance(change, str) or self.is_withheld(key):
            return Markup("{} {}").format(label, _("changed"))
        under = change.get("under") or (None, None)
        sides = zip((change["old"], change["new"]), under, strict=True)
        return Markup("{} {}").format(label, _arrow(*(self.words(key, values, number) for values, number in sides)))

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
        question = self._dossier.definition.find(key) or self._dossier.base.find(key)
        return plain_in_reader_language(question.label) if question is not None else key

    def words(self, key: str, values: list[str], number: int | None) -> str:
        """Return answers in the words of the version that they were given under; `number` None: the registration's."""
        definition = self._wordings.get(number, self._dossier.base) if number is not None else self._dossier.base
        question = definition.find(key) or self._dossier.definition.find(key)
        if question is None:
            return ", ".join(values)
        return ", ".join(kinds.get(question.kind).display(question, values, self._context, current_language()))


def _languages(detail: Mapping[str, Any]) -> list[Markup]:
    return [_arrow(own_name(detail["old"]), own_name(detail["new"]))]


def _said_with(detail: Mapping[str, Any]) -> list[Markup]:
    """Return with which reason something was done, and whether nobody was told."""
    lines = [escape(_("Without an email"))] if detail.get("without_mail") else []
    return lines + ([escape(_("Reason: %(reason)s", reason=detail["reason"]))] if detail.get("reason") else [])


def _tags(side: str, names: list[str]) -> Markup:
    words = _("Put on") if side == "put_on" else _("Taken off")
    return escape(f"{words}{formats.colon(current_language())} {formats.joined(names, current_language())}")


def _arrow(old: str, new: str) -> Markup:
    return Markup("{} → {}").format(old or "–", new or "–")


def _status(value: str) -> str:
    return next((status_for_team(status) for status in Status if status.value == value), value)
