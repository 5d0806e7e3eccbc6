"""Answers as a page shows them: by section, in the wording of the version that they were given under.

Marks beside answers that were changed: what stood there when the person registered, or was last decided on.

What people were asked beside the form and have not answered, by its names.

The card of a registration's page on which one decides: what stands, what can be decided, and with which words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import g
from flask_babel import gettext as _
from markupsafe import Markup, escape

from eventreg.attendees.forms import DecisionForm
from eventreg.attendees.queries.person import Dossier, FileLine
from eventreg.attendees.queries.reasons import list_reasons
from eventreg.attendees.rules.listing import ANY, LATE, Unanswered, is_contact_data
from eventreg.attendees.views.history import ToldHistory, plain_words
from eventreg.audit.history import Part, parts_of
from eventreg.audit.trail import Holds, by_id, holds, name_of
from eventreg.events.models import Event
from eventreg.events.rules.team import Permission
from eventreg.i18n import formats, languages
from eventreg.kernel.clock import now
from eventreg.kernel.links import web_address
from eventreg.questionnaires import kinds
from eventreg.questionnaires.queries import definition_of, find_newest_version
from eventreg.questionnaires.rules.schema import Question, Stage
from eventreg.registration.models import Decision
from eventreg.registration.rules.asked import RequestKind
from eventreg.registration.rules.availability import needs_place
from eventreg.registration.rules.states import DECISIONS, MOVING_UP, Action, Status, next_status
from eventreg.registration.services.decisions import LONGEST_REASON
from eventreg.web import access, instance, templating

_CONSENT = "consent"


@dataclass(frozen=True)
class AnswerShown:
    """One answer: as lines, as files, or only as something that is there."""

    label: str
    value: Markup = field(default_factory=Markup)
    is_masked: bool = False
    #: an address or number that is not for this reader
    is_withheld: bool = False
    files: Sequence[FileLine] = ()
    is_sensitive: bool = False
    #: what became of it since the person registered, or since the last decision
    mark: Mark | None = None


@dataclass(frozen=True)
class SectionShown:
    """A titled part with its answers."""

    key: str
    title: str
    answers: Sequence[AnswerShown]
    #: something in it is masked and can be looked at
    has_masked: bool
    #: its sensitive answers are shown at this moment
    is_open: bool
    #: filled in by organizers, never seen by the person
    is_for_team: bool = False


def sections_shown(
    dossier: Dossier,
    context: kinds.Context,
    has_contact_data: bool,
    opened_key: str = "",
    opened: Mapping[str, Sequence[str]] | None = None,
    marks: Mapping[str, Mark] | None = None,
) -> list[SectionShown]:
    """Return the sections that have answers. `opened` are the sensitive answers of the section `opened_key`, in clear.

    `marks` say by question what was changed. Without `has_contact_data` no mail address and no telephone number is among them.
    """
    answers = _Answers(dossier, context, opened or {}, has_contact_data)
    sections = []
    for section in dossier.definition.sections:
        shown = [
            replace(answers.shown(question), mark=(marks or {}).get(question.key))
            for question in section.questions
            if kinds.get(question.kind).is_answerable
            and question.kind != _CONSENT
            and question.is_asked_of(dossier.registration.category.key)
        ]
        if shown:
            is_for_team = section.stage is Stage.ORGANIZERS
            has_masked = any(answer.is_masked for answer in shown)
            title = templating.plain_in_reader_language(section.title)
            sections.append(SectionShown(section.key, title, shown, has_masked, section.key == opened_key, is_for_team))
    return sections


class _Answers:
    def __init__(
        self, dossier: Dossier, context: kinds.Context, opened: Mapping[str, Sequence[str]], has_contact_data: bool
    ) -> None:
        self._dossier, self._context, self._opened = dossier, context, opened
        self._has_contact_data = has_contact_data
        self._values: dict[str, list[str]] = {}
        self._sealed: set[str] = set()
        for answer in dossier.answers:
            if answer.sealed is not None:
                self._sealed.add(answer.question_key)
            else:
                self._values.setdefault(answer.question_key, []).append(answer.value or "")

    def shown(self, question: Question) -> AnswerShown:
        label = templating.plain_in_reader_language(question.label)
        if is_contact_data(question) and not self._has_contact_data:
            return AnswerShown(label, is_withheld=True)
        kind = kinds.get(question.kind)
        values = self._values_of(question)
        if kind.is_file:
            files = self._dossier.files
            sent = [files[value] for value in values if value in files]
            return AnswerShown(label, files=sent, is_sensitive=question.is_sensitive)
        if question.key in self._sealed and question.key not in self._opened:
            return AnswerShown(label, is_masked=True)
        lines = kind.display(question, values, self._context, languages.current_language())
        return AnswerShown(label, _linked(question, lines))

    def _values_of(self, question: Question) -> Sequence[str]:
        if question.key in self._opened:
            return self._opened[question.key]
        if question.column is not None:
            row = self._dossier.registration
            return question.from_columns({column: getattr(row, column) or "" for column in question.columns})
        return self._values.get(question.key, [])


def _linked(question: Question, lines: Sequence[str]) -> Markup:
    """Return lines as markup, with an address, number or page to open where the answer is one."""
    if len(lines) == 1:
        text = lines[0]
        if question.kind == "email":
            return _link(f"mailto:{text}", text)
        if question.kind == "phone":
            return _link("tel:" + "".join(sign for sign in text if sign.isdigit() or sign == "+"), text)
        if question.kind == "url" and (address := web_address(text)):
            return _link(address, address)
    return Markup("<br>").join(line_break for line in lines for line_break in escape(line).split("\n"))


def _link(address: str, text: str) -> Markup:
    return Markup('<a class="govuk-link" href="{}" rel="noreferrer nofollow" dir="auto">{}</a>').format(address, text)


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


def changes_marked(
    dossier: Dossier, event: Event, context: kinds.Context, has_contact_data: bool
) -> Mapping[str, Mark]:
    """Return by question the mark of an answer that was changed; of a sensitive one only that it was, and when."""
    told = ToldHistory(dossier, context, has_contact_data)
    decided_at = max((each.decided_at for each in dossier.decisions if each.undone_at is None), default=None)
    changes = _changes(dossier, told, has_contact_data)
    return {key: _mark(found, decided_at, event) for key, found in changes.items()}


def _mark(found: list[_Change], decided_at: datetime | None, event: Event) -> Mark:
    """Return the mark of the changes of one answer, the oldest first: those since the decision count before the others."""
    since = [change for change in found if decided_at is not None and change.at > decided_at]
    first, last = (since or found)[0], found[-1]
    at = formats.short_instant(last.at, event.time_zone, languages.current_language())
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
            "text": _(asked.kind.team_title)
            if asked.kind.team_title
            else titles.get(asked.section_key, asked.section_key),
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
        known[event_id] = {each.key: templating.plain_in_reader_language(each.title) for each in sections}
    return known[event_id]


def unanswered_title(event_id: int, value: str) -> str:
    """Return what one thing that was asked beside the form is called; its own word where nobody knows it any more."""
    if value == LATE:
        return _("in time")
    if value == ANY:
        return _("anything that was asked")
    asked = Unanswered.read(value)
    if asked is None:
        return value
    return str(unanswered_shown(event_id, {asked: 0})[0]["text"])


_LOOKS = {
    Action.APPROVE: "",
    Action.WAITLIST: "govuk-button--secondary",
    Action.DECLINE: "govuk-button--warning",
    Action.REOPEN: "govuk-button--secondary",
}


def decision_shown(dossier: Dossier, event: Event, form: DecisionForm | None) -> Mapping[str, Any]:
    """Return what `attendees/_decision.html` needs. `form`: one that was sent and is shown again."""
    category = dossier.registration.category
    return {
        "form": form or decision_form(event, dossier.registration.language, dossier),
        "places": dossier.seats.of(category.id),
        "event_places": dossier.seats.whole if category.counts_toward_event else None,
        "holds_place": dossier.holds_place,
        "actions": _actions(dossier.registration.status) if access.may(Permission.DECIDE) else [],
        "standing": _standing(dossier, event),
        "mail_leaves": instance.config().sends_mail and not event.holds_mail,
        "longest_reason": LONGEST_REASON,
        "can_preview": access.may(Permission.SEE_MESSAGES),
    }


def decision_form(event: Event, language: str, shown: Dossier | None = None) -> DecisionForm:
    """Return the form; with what is shown an empty one for that, else filled from what was sent."""
    may_decide = access.may(Permission.DECIDE)
    if shown is None:
        return DecisionForm(list_reasons(event.id) if may_decide else (), language)
    seen = {"formdata": None, "seen_revision": shown.registration.revision}
    return DecisionForm(shown.reasons if may_decide else (), language, **seen)


def _actions(status: Status) -> list[tuple[str, str, str, str]]:
    """Return (name, words, look, words with the next person after it) of each decision that is possible now."""
    verbs = {
        Action.APPROVE: (_("Approve"), _("Approve and next")),
        Action.WAITLIST: (_("Put on the waiting list"), _("Waiting list and next")),
        Action.DECLINE: (_("Decline"), _("Decline and next")),
        Action.REOPEN: (_("Return to review"), _("Return to review and next")),
    }
    return [
        (action.value, verbs[action][0], _LOOKS[action], verbs[action][1])
        for action in DECISIONS
        if next_status(status, action) is not None
    ]


def _standing(dossier: Dossier, event: Event) -> dict[str, Any] | None:
    """Return the decision that stands, and what undoing it does now."""
    decision = dossier.standing_decision
    if decision is None:
        return None
    is_silent = now() < decision.mails_at
    return {
        "decision": decision,
        "words": _(decision.action.title),
        "by": name_of(decision.account_id, by_id("account"), dossier.names),
        "is_silent": is_silent,
        #: to the second, since it is a minute away
        "mails_at": decision.mails_at.astimezone(ZoneInfo(event.time_zone)).strftime("%H:%M:%S"),
        "has_mail": decision.has_mail,
        "lacks_place": decision.action is Action.APPROVE_WITHOUT_PLACE,
        "back_to": _(decision.status_before.title),
        #: somebody whose place is gone needs a free one to come back
        "back_needs_place": needs_place(decision.status_before, dossier.registration.category.pending_counts)
        and not dossier.holds_place,
        #: moving up is undone with the act that did it
        "can_undo": access.may(Permission.DECIDE)
        and decision.action not in MOVING_UP
        and (is_silent or _leads_back(decision)),
    }


def _leads_back(decision: Decision) -> bool:
    """Say whether a later undo, which is a decision of its own, changes anything."""
    return decision.status_before is not decision.status_after
