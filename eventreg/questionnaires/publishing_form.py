"""What organizers say when they publish: who is asked to answer again, and with which words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import SelectMultipleField
from wtforms.widgets import HiddenInput

from eventreg.web.forms import lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm

LONGEST_NOTE = 1000


class PublishingForm(LocalizedForm):
    """The ticked questions and the note. `again` knows only questions that can be asked again."""

    again = SelectMultipleField(lazy_gettext("Ask those already registered to answer again"), widget=HiddenInput())
    note = LocalizedField(
        lazy_gettext("A word to those who are asked again"),
        kind="textarea",
        limit=LONGEST_NOTE,
        description=lazy_gettext("It stands in the message and on their page. Say why you ask."),
    )

    def __init__(self, languages: Sequence[str], askable: Sequence[str], **values: Any) -> None:
        super().__init__(languages, **values)
        self.again.choices = [(key, key) for key in askable]
        # What is offered no more is passed over: the page shows what it would do before anything is done.
        self.again.data = [key for key in self.again.data or () if key in askable]
