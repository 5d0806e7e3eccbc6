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
from eventreg.review.queries.reasons import find_reason, list_reasons
from eventreg.review.queries.run_previews import RunFigures
from eventreg.review.rules.runs import RunAct
from eventreg.web.localized import LocalizedForm


class ActPage:
    """An act without anything to write: it is looked at and confirmed."""

    #: the partial with the act's fields, inside the form
    template = ""

    def form(self, event: Event, run: Run, figures: RunFigures) -> LocalizedForm:
        """Return the form, filled from what was sent, else from the draft."""
        return RunForm(reading_languages(event, figures))

    def details(self, form: Any, run: Run) -> dict[str, Any]:
        """Return what of the form the draft keeps. Called on a form that holds what was sent, whether or not it is sound."""
        return {}

    def check(self, form: Any, event: Event, run: Run, figures: RunFigures) -> bool:
        """Say whether the act can begin with what was written; else the reasons stand beside the fields."""
        return bool(form.validate())

    def shown(self, form: Any, event: Event, run: Run, figures: RunFigures) -> Mapping[str, Any]:
        """Return what the partial needs beside `form`."""
        return {}

    def writes(self, run: Run) -> bool:
        """Say whether the people get a mail."""
        return False

    def compose(self, occasion: Occasion, run: Run, person: Registration, *, waits: bool) -> OutgoingMessage | None:
        """Return the mail as a person would get it now; `waits`: as somebody for whom no place is left. Writes nothing."""
        return None


class ReasonedPage(ActPage):
    """An act that is told with a reason: ready-made, or one's own by language."""

    def details(self, form: Any, run: Run) -> dict[str, Any]:
        """Keep what was written and what was chosen, and of both what each language reads."""
        ready, own = form.ready.data or "", form.reason.data
        return {"ready": ready, "own_reason": own, "reason": {**ready_texts(run.event_id, ready), **own}}

    def shown(self, form: Any, event: Event, run: Run, figures: RunFigures) -> Mapping[str, Any]:
        """Say which readers' languages the reason lacks, and which text they would read instead."""
        texts = {**ready_texts(event.id, form.ready.data or ""), **form.reason.data}
        lacking = [code for code in form.languages if not texts.get(code)] if texts else []
        instead = next((code for code in (*event.languages, *texts) if texts.get(code)), "")
        return {
            "lacking": {code: figures.by_language.get(code, 0) for code in lacking},
            "instead": instead,
            "readers": figures.by_language,
            "ready_texts": {row.public_id: dict(row.text) for row in list_reasons(event.id, run.act)},
        }

    def _reason_is_there(self, form: Any, run: Run) -> bool:
        if form.reason.data or ready_texts(run.event_id, form.ready.data or ""):
            return True
        form.reason.refuse(form.languages[0], _("Write the reason: the person reads it"))
        return False


def ready_choices(event: Event, act: RunAct) -> list[tuple[str, str]]:
    """Return (public id, title) of the reasons for an act."""
    return [(row.public_id, row.title) for row in list_reasons(event.id, act)]


def ready_texts(event_id: int, public_id: str) -> dict[str, str]:
    """Return the texts of a ready-made reason, by language; nothing for none."""
    row = find_reason(event_id, public_id) if public_id else None
    return {code: text for code, text in row.text.items() if text} if row is not None else {}


def reading_languages(event: Event, figures: RunFigures) -> list[str]:
    """Return the languages in which the people concerned are written to, the most read first; the event's for nobody."""
    return list(figures.by_language) or list(event.languages)


#: filled by the modules of the acts
PAGES: dict[RunAct, ActPage] = {}
