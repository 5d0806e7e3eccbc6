"""What each act needs on the page on which it is looked at: its fields, what they mean, and what is shown beside them.

Other subjects of the room add a page of their own to `PAGES`, and its partial to the templates.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from eventreg.events.models import Event
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails import Occasion
from eventreg.registration.models import Registration
from eventreg.review.forms.runs import RunForm
from eventreg.review.models import Run
from eventreg.review.queries.run_previews import RunFigures
from eventreg.review.rules.runs import RunAct
from eventreg.web.localized import LocalizedForm


class ActPage:
    """An act without anything to write: it is looked at and confirmed."""

    #: the partial with the act's fields, inside the form
    template = ""
    #: the partial on the page of a run that was begun
    after_template = ""

    def form(self, event: Event, run: Run, figures: RunFigures) -> LocalizedForm:
        """Return the form, filled from what was sent, else from the draft."""
        return RunForm(reading_languages(event, figures))

    def details(self, form: Any) -> dict[str, Any]:
        """Return what of the form the draft keeps. Called on a form that holds what was sent, whether or not it is sound."""
        return {}

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


#: filled by the modules of the acts
PAGES: dict[RunAct, ActPage] = {}
