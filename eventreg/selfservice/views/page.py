"""One's own registration as its page shows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain
from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from eventreg.events.models import Event
from eventreg.events.queries.events import get_event_whole
from eventreg.i18n.languages import current_language
from eventreg.kernel import clock
from eventreg.questionnaires import kinds
from eventreg.questionnaires.rules.schema import Question, Stage
from eventreg.registration.emails import OWN_PAGE, Occasion
from eventreg.registration.emails.addresses import CHOICES
from eventreg.registration.models import Consent, Decision, Registration
from eventreg.registration.queries.answers import SESSIONS_KIND, find_asked, frozen_keys, list_consents, load_answers
from eventreg.registration.queries.registrations import get_by_token, own_token
from eventreg.registration.rules.asked import AskedQuestions
from eventreg.registration.rules.availability import may_change_answers, may_withdraw
from eventreg.registration.rules.states import ChangeReason, Status
from eventreg.registration.services.answers import CONSENT_KIND, FILE_KINDS, list_of_registration
from eventreg.registration.services.statuses import find_last_decision, is_pending
from eventreg.registration.views.form_pages import occasion_of, page_frame
from eventreg.selfservice.services import consents_since
from eventreg.web.refusals import Refusals
from eventreg.web.sockets import Socket


@dataclass(frozen=True)
class OwnRegistration:
    """A registration that was opened by its personal link, with its event."""

    token: str
    registration: Registration
    event: Event
    occasion: Occasion
    #: what the person was asked, each question in the wording it was answered under; nothing that is for organizers
    asked: AskedQuestions
    decision: Decision | None
    now: datetime

    @classmethod
    def open(cls, token: str) -> OwnRegistration:
        """Load what the link opens. Raises NotFound."""
        registration = get_by_token(token, OWN_PAGE)
        event = get_event_whole(registration.event_id)
        return cls(
            token=token,
            registration=registration,
            event=event,
            occasion=occasion_of(event),
            asked=find_asked(registration),
            decision=find_last_decision(registration.id),
            now=clock.now(),
        )

    @property
    def status(self) -> Status:
        """The status as the person knows it: a decision shows when its mail goes, since until then it may be undone."""
        if self.decision is not None and is_pending(self.decision, self.now):
            return self.decision.status_known
        return self.registration.status

    @property
    def may_change(self) -> bool:
        """Whether answers can be changed now."""
        return may_change_answers(self.registration.status, self.now, self.event.changes_until, self.event.publication)

    @property
    def may_withdraw(self) -> bool:
        """Whether the person can withdraw now."""
        return may_withdraw(self.registration.status, self.event.publication)

    @property
    def reason(self) -> str:
        """The reason of the last decision, once the person was told of it; none of a decision without a mail."""
        decision = self.decision
        if decision is None or decision.undone_at is not None or not decision.has_mail:
            return ""
        return "" if is_pending(decision, self.now) else decision.reason

    @property
    def choices_token(self) -> str:
        """The token of the page on which the person chooses which messages come."""
        return own_token(self.registration, CHOICES)

    def context(self) -> kinds.Context:
        """Return what the questions need to know of the event."""
        return kinds.Context.of(self.event)

    def questions(self) -> list[Question]:
        """Return what the person was asked, but consents."""
        return [question for question in self._asked() if question.kind != CONSENT_KIND]

    def consent_questions(self) -> list[Question]:
        """Return the consents the person was asked for, or is asked for now that other answers are there, and newer ones."""
        since = consents_since(self.registration, self.asked, self.registration.category.key)
        return [*self._consents_asked(), *chain(*since.values())]

    def _consents_asked(self) -> list[Question]:
        asked = self.asked.definition.questions_for(self.registration.category.key)
        consents = [question for question in asked if question.kind == CONSENT_KIND]
        if all(question.condition is None for question in consents):
            return consents
        shown = {question.key for question in self._asked()} | {each.purpose for each in self._consents}
        return [question for question in consents if question.key in shown]

    def given_consents(self) -> dict[str, list[str]]:
        """Return what is agreed to, as answers that conditions look at; nothing where none does."""
        if not self._has_conditions:
            return {}
        newest = {consent.purpose: consent.is_given for consent in self._consents}
        return {key: ["yes"] for key, is_given in newest.items() if is_given}

    def frozen_keys(self) -> set[str]:
        """Return the keys of the questions whose answers the person can change no more."""
        return frozen_keys(self.event, self.asked.definition, self.now)

    @property
    def _has_conditions(self) -> bool:
        return any(question.condition is not None for question in self.asked.definition.questions())

    def _asked(self) -> list[Question]:
        category = self.registration.category.key
        asked = self.asked.definition.questions_for(category)
        if not self._has_conditions:
            return asked
        answers = {**self.given_consents(), **self._answers}
        came_by = self.registration.came_by
        hidden = self.asked.definition.hidden_keys(category, came_by, answers, self.frozen_keys())
        return [question for question in asked if question.key not in hidden]

    @cached_property
    def _answers(self) -> dict[str, list[str]]:
        return load_answers(self.registration, self.asked.definition)

    @cached_property
    def _consents(self) -> Sequence[Consent]:
        return list_consents(self.registration.id)

    def kept_apart(self) -> set[str]:
        """Return the keys of what is not changed with the answers: the address, the consents and follow-ups have their
        own ways."""
        later = {question.key for question in self.asked.definition.questions(Stage.FOLLOW_UP)}
        return later | {question.key for question in self.asked.definition.questions() if _is_apart(question)}

    def back(self, word: str = "", code: int = 303, *, tone: str = "message") -> BaseResponse:
        """Lead to one's own page, which says `word`."""
        if word:
            flash(word, tone)
        return redirect(url_for("selfservice.show_own", token=self.token), code)

    def frame(self) -> dict[str, Any]:
        """Return the variables of the templates of this room's personal pages."""
        language = current_language()
        is_coming = self.status is Status.CONFIRMED and not self.event.is_called_off
        return {
            "own": self,
            "token": self.token,
            "registration": self.registration,
            "answer_promise": self.occasion.answer_promise(clock.now(), language),
            #: how to take part from afar, for the confirmed alone: words in Markdown, and the link
            "is_joining": is_coming and bool(self.occasion.joining(language)),
            **page_frame(self.occasion),
        }

    def answer_rows(self) -> list[dict[str, Any]]:
        """Return (label, lines) of every answer for the summary list; files lead to their downloads."""
        language, context = current_language(), self.context()
        values = self._answers
        uploads = list_of_registration(self.registration.id)
        rows: list[dict[str, Any]] = []
        for question in self.questions():
            if not kinds.get(question.kind).is_answerable:
                continue
            label = context.text(question.label, language)
            if question.kind in FILE_KINDS:
                rows.append({"label": label, "files": uploads.get(question.key, []), "lines": []})
                continue
            lines = kinds.get(question.kind).display(question, values.get(question.key, []), context, language)
            rows.append({"label": label, "lines": lines, "files": []})
        return rows

    def consent_rows(self) -> list[dict[str, Any]]:
        """Return what stands for each consent and since when, in the words that were shown."""
        newest = {consent.purpose: consent for consent in self._consents}
        rows: list[dict[str, Any]] = []
        for question in self.consent_questions():
            consent = newest.get(question.key)
            label = self.context().text(question.label, current_language())
            is_given = consent is not None and consent.is_given
            rows.append(
                {
                    "key": question.key,
                    "label": label,
                    "is_given": is_given,
                    "at": consent.at if consent else None,
                    "is_required": question.is_required_of(self.registration.category.key),
                }
            )
        return rows


#: of rooms above: what each shows on one's own page, after the permissions; nothing where it has nothing to say
own_sections: Socket[Sequence[Callable[[OwnRegistration], Markup]]] = Socket("own_sections")


def _is_apart(question: Question) -> bool:
    return question.kind in (CONSENT_KIND, SESSIONS_KIND) or question.column == "email"


def yes_or_no(is_given: bool) -> str:
    """Return a consent's state as a word."""
    return _("Yes") if is_given else _("No")


def is_over(outcome: Refusals) -> bool:
    """Say whether one's own page tells it, and not the form: what was sent cannot be changed any more, however often tried."""
    refused = outcome.refused
    return (
        refused is not None
        and isinstance(refused.reason, ChangeReason)
        and not outcome.is_for(ChangeReason.BEING_DECIDED)
    )
