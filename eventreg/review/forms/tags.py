"""A tag as it is written."""

from __future__ import annotations

from typing import Any

from wtforms import SelectField, StringField

from eventreg.review.rules.tags import LONGEST_NAME, TagColour, read_colour
from eventreg.review.wording.tags import colour_name
from eventreg.web.forms import BaseForm, lazy_gettext


class TagForm(BaseForm):
    """The name of a tag and its colour."""

    name = StringField(lazy_gettext("Name"), render_kw={"autocomplete": "off", "maxlength": str(LONGEST_NAME)})
    colour = SelectField(lazy_gettext("Colour"), validate_choice=False)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.colour.choices = [(colour.value, colour_name(colour)) for colour in TagColour]

    @property
    def chosen_colour(self) -> TagColour:
        """The colour that was chosen, grey for any that is none."""
        return read_colour(self.colour.data)
