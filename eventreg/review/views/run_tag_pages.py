"""Putting a tag on many, or taking it off: what the page asks before it is done."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from eventreg.audit.services import acting
from eventreg.events.models import Event
from eventreg.kernel.errors import Refused
from eventreg.kernel.typed import is_blank
from eventreg.review.forms.run_tags import TagRunForm, UntagRunForm
from eventreg.review.models import Run
from eventreg.review.queries.run_previews import RunFigures
from eventreg.review.queries.tags import list_tags
from eventreg.review.rules.runs import RunAct
from eventreg.review.rules.tags import TagColour
from eventreg.review.services.tags import create_tag
from eventreg.review.views.run_pages import PAGES, ActPage, reading_languages
from eventreg.web.localized import LocalizedForm
from eventreg.web.refusals import said


class UntagPage(ActPage):
    """Taking a tag off."""

    template = "review/_run_tag.html"
    after_template = "review/_run_tagged.html"
    _form = UntagRunForm

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

    _form = TagRunForm

    def check(self, form: Any, event: Event, run: Run, figures: RunFigures) -> bool:
        name = form.new_tag.data or ""
        if is_blank(name):
            return super().check(form, event, run, figures)
        if not form.validate():
            return False
        try:
            form.tag.data = create_tag(event.id, name, TagColour.GREY, acting()).public_id
        except Refused as refused:
            form.new_tag.errors = [said(refused)]
            return False
        return True


PAGES[RunAct.TAG] = TagPage()
PAGES[RunAct.UNTAG] = UntagPage()
