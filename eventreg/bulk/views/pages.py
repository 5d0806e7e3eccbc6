"""What each act needs on the page on which it is looked at: its fields, what they mean, and what is shown beside them.

One class for each kind of act, with its partial among the templates.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _

from eventreg.attendees.annotations.tags import create_tag, list_tags
from eventreg.attendees.queries.reasons import list_reasons
from eventreg.attendees.rules.acts import ACTIONS, DECIDING, RunAct
from eventreg.attendees.rules.annotations import TagColour
from eventreg.audit.services import acting
from eventreg.bulk import forms
from eventreg.bulk.models import Run, RunItem
from eventreg.bulk.queries.previews import RunFigures
from eventreg.bulk.services.runs import Chosen
from eventreg.bulk.services.writing import text_for
from eventreg.events.models import Event
from eventreg.kernel import clock, text
from eventreg.kernel.errors import Refused
from eventreg.mail.services import OutgoingMessage
from eventreg.questionnaires import kinds
from eventreg.questionnaires.queries import definition_of, find_newest_version
from eventreg.questionnaires.rules.schema import Stage
from eventreg.registration.emails import Occasion
from eventreg.registration.models import Registration
from eventreg.registration.rules.asked import closes_at
from eventreg.registration.rules.states import Action
from eventreg.registration.services import answers, decisions, requests
from eventreg.web import refusals, templating
from eventreg.web.localized import LocalizedForm


class ActPage:
    """An act without anything to write: it is looked at and confirmed."""

    #: the partial with the act's fields, inside the form
    template = ""
    #: the page of the draft, and where in the desk it stands, as does that of the run that was begun
    page_template, page, sent_page = "bulk/run_draft.html", "registrations", "runs"
    #: the partial on the page of a run that was begun
    after_template = ""

    def form(self, event: Event, run: Run, figures: RunFigures) -> LocalizedForm:
        """Return the form, filled from what was sent, else from the draft."""
        return forms.RunForm(reading_languages(event, figures))

    def details(self, form: Any) -> dict[str, Any]:
        """Return what of the form the draft keeps. Called on a form that holds what was sent, whether or not it is sound."""
        return {}

    def kept(self, form: Any, run: Run) -> None:
        """Do what keeping a draft means beside keeping `details`."""

    def people(self, run: Run) -> Any:
        """Return what stands for the items of a draft: see `queries.runs.list_items`."""
        return RunItem

    def listed(self, run: Run) -> Chosen | None:
        """Return what selects the people of a draft's lists; None where it has none."""
        return None

    def check(self, form: Any, event: Event, run: Run, figures: RunFigures) -> bool:
        """Say whether the act can begin with what was written; else the reasons stand beside the fields."""
        return bool(form.validate())

    def shown(self, form: Any, event: Event, run: Run, figures: RunFigures) -> Mapping[str, Any]:
        """Return what the partial needs beside `form`."""
        return {}

    def after(self, event: Event, run: Run) -> Mapping[str, Any]:
        """Return what the partial on the page of a run that was begun needs."""
        return {}

    def writes(self, run: Run) -> bool:
        """Say whether the people get a mail."""
        return False

    def compose(self, occasion: Occasion, run: Run, person: Registration, *, waits: bool) -> OutgoingMessage | None:
        """Return the mail as a person would get it now; `waits`: as somebody for whom no place is left. Writes nothing."""
        return None

    def cases(self, event: Event, run: Run) -> Sequence[tuple[str, Registration, int]]:
        """Return (title, somebody who gets it, how many do; 0: unknown) of each mail, where people of one language get
        different ones."""
        return ()


class ReasonedPage(ActPage):
    """An act that is told with a reason: ready-made, or one's own by language."""

    def details(self, form: Any) -> dict[str, Any]:
        """Keep what was written and what was chosen, and of both what each language reads."""
        return {"ready": form.ready.data or "", "own_reason": form.reason.data, "reason": form.texts}

    def shown(self, form: Any, event: Event, run: Run, figures: RunFigures) -> Mapping[str, Any]:
        """Say which readers' languages the reason lacks, and which text they would read instead."""
        texts = form.texts
        lacking = [code for code in form.languages if not texts.get(code)] if texts else []
        return {
            "lacking": {code: figures.by_language.get(code, 0) for code in lacking},
            "instead": next((code for code in (*event.languages, *texts) if texts.get(code)), ""),
            "readers": figures.by_language,
        }

    def _has_reason(self, form: Any) -> bool:
        if not form.texts:
            form.reason.refuse(form.languages[0], _("Write the reason: the person reads it"))
        return bool(form.texts)


def reading_languages(event: Event, figures: RunFigures) -> list[str]:
    """Return the languages in which the people concerned are written to, the most read first; the event's for nobody."""
    return list(figures.by_language) or list(event.languages)


class DecisionPage(ReasonedPage):
    """A decision: reason by language, with or without a mail."""

    template = "bulk/_run_decision.html"

    def form(self, event: Event, run: Run, figures: RunFigures) -> LocalizedForm:
        return forms.DecisionRunForm(
            reading_languages(event, figures),
            list_reasons(event.id, run.act),
            ready=run.details.get("ready", ""),
            reason=run.details.get("own_reason", {}),
            mail=forms.WITHOUT_MAIL if run.details.get("without_mail") else forms.WITH_MAIL,
        )

    def details(self, form: Any) -> dict[str, Any]:
        return super().details(form) | {"without_mail": not form.is_told}

    def check(self, form: Any, event: Event, run: Run, figures: RunFigures) -> bool:
        """Whoever is declined and told is told why."""
        is_sound = bool(form.validate())
        needs_reason = run.act is RunAct.DECLINE and form.is_told
        return (not needs_reason or self._has_reason(form)) and is_sound

    def writes(self, run: Run) -> bool:
        return not run.details.get("without_mail")

    def compose(self, occasion: Occasion, run: Run, person: Registration, *, waits: bool) -> OutgoingMessage | None:
        action = Action.APPROVE_WITHOUT_PLACE if waits and run.act is RunAct.APPROVE else ACTIONS[run.act]
        return decisions.compose_decision(
            occasion, person, action, text_for(run, "reason", person.language), clock.now()
        )


class CorrectionPage(ReasonedPage):
    """Asking people to mend answers: which, why, until when."""

    template = "bulk/_run_correction.html"

    def form(self, event: Event, run: Run, figures: RunFigures) -> LocalizedForm:
        until = run.details.get("until")
        return forms.CorrectionRunForm(
            reading_languages(event, figures),
            _mendable(event),
            list_reasons(event.id, run.act),
            questions=run.details.get("questions", []),
            ready=run.details.get("ready", ""),
            reason=run.details.get("own_reason", {}),
            until=date.fromisoformat(until) if until else None,
        )

    def details(self, form: Any) -> dict[str, Any]:
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
        if not form.until.errors and closes_at(day, event.changes_until, event.time_zone) <= clock.now():
            form.until.errors = [_("Choose a day that is still to come")]
            is_sound = False
        return self._has_reason(form) and is_sound

    def writes(self, run: Run) -> bool:
        return True

    def compose(self, occasion: Occasion, run: Run, person: Registration, *, waits: bool) -> OutgoingMessage | None:
        until, reason = run.details.get("until"), text_for(run, "reason", person.language)
        day = date.fromisoformat(until) if until else None
        return requests.compose_correction(occasion, person, run.details.get("questions", []), reason, day, clock.now())


def _mendable(event: Event) -> list[tuple[str, str]]:
    """Return (key, label) of what people can be asked to mend: what the form and the follow-ups ask now."""
    version = find_newest_version(event.id)
    if version is None:
        return []
    return [
        (question.key, templating.plain_in_reader_language(question.label))
        for section in definition_of(version).sections
        if section.stage is not Stage.ORGANIZERS
        for question in section.questions
        if kinds.get(question.kind).is_answerable
        and question.kind != answers.CONSENT_KIND
        and question.column != "email"
    ]


class UntagPage(ActPage):
    """Taking a tag off."""

    template = "bulk/_run_tag.html"
    after_template = "bulk/_run_tagged.html"
    _form = forms.UntagRunForm

    def form(self, event: Event, run: Run, figures: RunFigures) -> LocalizedForm:
        tags = [(tag.public_id, tag.name) for tag in list_tags(event.id)]
        return self._form(reading_languages(event, figures), tags, tag=run.details.get("tag", ""))

    def details(self, form: Any) -> dict[str, Any]:
        return {"tag": form.tag.data or ""}

    def after(self, event: Event, run: Run) -> dict[str, Any]:
        return {"tag": next((tag for tag in list_tags(event.id) if tag.public_id == run.details.get("tag")), None)}

    def check(self, form: Any, event: Event, run: Run, figures: RunFigures) -> bool:
        is_sound = bool(form.validate())
        if form.tag.data not in {value for value, _text in form.tag.choices if value}:
            form.tag.errors = [_("Choose a tag")]
            return False
        return is_sound


class TagPage(UntagPage):
    """Putting a tag on, which may be made for it."""

    _form = forms.TagRunForm

    def check(self, form: Any, event: Event, run: Run, figures: RunFigures) -> bool:
        name = form.new_tag.data or ""
        if text.is_blank(name):
            return super().check(form, event, run, figures)
        if not form.validate():
            return False
        try:
            form.tag.data = create_tag(event.id, name, TagColour.GREY, acting()).public_id
        except Refused as refused:
            form.new_tag.errors = [refusals.said(refused)]
            return False
        return True


#: the message to many adds its own: `views.run_writing`
PAGES: dict[RunAct, ActPage] = {
    **dict.fromkeys(DECIDING, DecisionPage()),
    RunAct.CORRECT: CorrectionPage(),
    RunAct.TAG: TagPage(),
    RunAct.UNTAG: UntagPage(),
}
