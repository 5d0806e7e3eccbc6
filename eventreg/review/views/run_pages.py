"""What each act needs on the page on which it is looked at: its fields, what they mean, and what is shown beside them.

Other subjects of the room add a page of their own to `PAGES`, and its partial to the templates.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from eventreg.events.models import Event
from eventreg.review.forms.runs import WITH_MAIL, WITHOUT_MAIL, DecisionRunForm, RunForm
from eventreg.review.models import Run
from eventreg.review.queries.run_previews import RunFigures
from eventreg.review.rules.runs import DECIDING, RunAct
from eventreg.web.localized import LocalizedForm


class ActPage:
    """An act without anything to write: it is looked at and confirmed."""

    #: the partial with the act's fields, inside the form
    template = ""

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


class DecisionPage(ActPage):
    """A decision: reason by language, with or without a mail."""

    template = "review/_run_decision.html"

    def form(self, event: Event, run: Run, figures: RunFigures) -> LocalizedForm:
        details = run.details
        return DecisionRunForm(
            reading_languages(event, figures),
            reason=details.get("reason", {}),
            mail=WITHOUT_MAIL if details.get("without_mail") else WITH_MAIL,
        )

    def details(self, form: Any) -> dict[str, Any]:
        return {"reason": form.reason.data, "without_mail": not form.is_told}

    def check(self, form: Any, event: Event, run: Run, figures: RunFigures) -> bool:
        is_sound = bool(form.validate())
        if run.act is RunAct.DECLINE and form.is_told and not form.reason.data:
            form.reason.refuse(form.languages[0], _("Write the reason: the person reads it"))
            return False
        return is_sound


def reading_languages(event: Event, figures: RunFigures) -> list[str]:
    """Return the languages in which the people concerned are written to, the most read first; the event's for nobody."""
    return list(figures.by_language) or list(event.languages)


PAGES: dict[RunAct, ActPage] = dict.fromkeys(DECIDING, DecisionPage())
