"""The pages of the acts that this module is about: decisions on many, and asking many to mend answers."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _

from eventreg.events.models import Event
from eventreg.kernel.clock import now
from eventreg.mail.services import OutgoingMessage
from eventreg.questionnaires import kinds
from eventreg.questionnaires.queries import definition_of, find_newest_version
from eventreg.questionnaires.rules.schema import Stage
from eventreg.registration.emails import Occasion
from eventreg.registration.models import Registration
from eventreg.registration.rules.requests import closes_at
from eventreg.registration.rules.states import Action
from eventreg.registration.services.answers import CONSENT_KIND
from eventreg.registration.services.decision_news import compose_decision
from eventreg.registration.services.request_mails import compose_correction
from eventreg.review.forms.runs import WITH_MAIL, WITHOUT_MAIL, CorrectionRunForm, DecisionRunForm
from eventreg.review.models import Run
from eventreg.review.queries.reasons import list_reasons
from eventreg.review.queries.run_previews import RunFigures
from eventreg.review.rules.runs import ACTIONS, DECIDING, RunAct
from eventreg.review.services.run_items import text_for
from eventreg.review.views.run_pages import PAGES, ReasonedPage, reading_languages
from eventreg.web.localized import LocalizedForm
from eventreg.web.templating import plain_in_reader_language


class DecisionPage(ReasonedPage):
    """A decision: reason by language, with or without a mail."""

    template = "review/_run_decision.html"

    def form(self, event: Event, run: Run, figures: RunFigures) -> LocalizedForm:
        """See `ActPage.form`."""
        return DecisionRunForm(
            reading_languages(event, figures),
            list_reasons(event.id, run.act),
            ready=run.details.get("ready", ""),
            reason=run.details.get("own_reason", {}),
            mail=WITHOUT_MAIL if run.details.get("without_mail") else WITH_MAIL,
        )

    def details(self, form: Any) -> dict[str, Any]:
        """See `ActPage.details`."""
        return super().details(form) | {"without_mail": not form.is_told}

    def check(self, form: Any, event: Event, run: Run, figures: RunFigures) -> bool:
        """Whoever is declined and told is told why."""
        is_sound = bool(form.validate())
        needs_reason = run.act is RunAct.DECLINE and form.is_told
        return (not needs_reason or self._has_reason(form)) and is_sound

    def writes(self, run: Run) -> bool:
        """See `ActPage.writes`."""
        return not run.details.get("without_mail")

    def compose(self, occasion: Occasion, run: Run, person: Registration, *, waits: bool) -> OutgoingMessage | None:
        """See `ActPage.compose`."""
        action = Action.APPROVE_WITHOUT_PLACE if waits and run.act is RunAct.APPROVE else ACTIONS[run.act]
        return compose_decision(occasion, person, action, text_for(run, "reason", person.language), now())


class CorrectionPage(ReasonedPage):
    """Asking people to mend answers: which, why, until when."""

    template = "review/_run_correction.html"

    def form(self, event: Event, run: Run, figures: RunFigures) -> LocalizedForm:
        """See `ActPage.form`."""
        until = run.details.get("until")
        return CorrectionRunForm(
            reading_languages(event, figures),
            _mendable(event),
            list_reasons(event.id, run.act),
            questions=run.details.get("questions", []),
            ready=run.details.get("ready", ""),
            reason=run.details.get("own_reason", {}),
            until=date.fromisoformat(until) if until else None,
        )

    def details(self, form: Any) -> dict[str, Any]:
        """See `ActPage.details`."""
        offered = {key for key, _label in form.questions.choices}
        until = form.until.data
        return super().details(form) | {
            "questions": [key for key in form.questions.data or [] if key in offered],
            "until": until.isoformat() if until is not None and not form.until.errors else None,
        }

    def check(self, form: Any, event: Event, run: Run, figures: RunFigures) -> bool:
        """What is to be mended, and why, must be there, and a day to come."""
        is_sound = bool(form.validate())
        if not self.details(form)["questions"]:
            form.questions.errors = [_("Choose which answers are to be checked")]
            is_sound = False
        day = form.until.data
        if not form.until.errors and closes_at(day, event.changes_until, event.time_zone) <= now():
            form.until.errors = [_("Choose a day that is still to come")]
            is_sound = False
        return self._has_reason(form) and is_sound

    def writes(self, run: Run) -> bool:
        """See `ActPage.writes`."""
        return True

    def compose(self, occasion: Occasion, run: Run, person: Registration, *, waits: bool) -> OutgoingMessage | None:
        """See `ActPage.compose`."""
        until, reason = run.details.get("until"), text_for(run, "reason", person.language)
        day = date.fromisoformat(until) if until else None
        return compose_correction(occasion, person, run.details.get("questions", []), reason, day, now())


def _mendable(event: Event) -> list[tuple[str, str]]:
    """Return (key, label) of what people can be asked to mend: what the form and the follow-ups ask now."""
    version = find_newest_version(event.id)
    if version is None:
        return []
    return [
        (question.key, plain_in_reader_language(question.label))
        for section in definition_of(version).sections
        if section.stage is not Stage.ORGANIZERS
        for question in section.questions
        if kinds.get(question.kind).is_answerable and question.kind != CONSENT_KIND and question.column != "email"
    ]


PAGES.update(dict.fromkeys(DECIDING, DecisionPage()))
PAGES[RunAct.CORRECT] = CorrectionPage()
