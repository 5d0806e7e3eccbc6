"""Which tag is put on many, or taken off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms import SelectField, StringField

from eventreg.review.forms.runs import RunForm
from eventreg.review.rules.tags import LONGEST_NAME
from eventreg.web.forms import lazy_gettext


class UntagRunForm(RunForm):
    """The tag, by its public id."""

    tag = SelectField(lazy_gettext("Tag"), validate_choice=False)

    def __init__(self, languages: Sequence[str], tags: Sequence[tuple[str, str]], **values: Any) -> None:
        super().__init__(languages, **values)
        self.tag.choices = [("", _("Choose a tag")), *tags]


class TagRunForm(UntagRunForm):
    """The tag, or a new one's name."""

    new_tag = StringField(
        lazy_gettext("Or a new tag"), render_kw={"autocomplete": "off", "maxlength": str(LONGEST_NAME)}
    )
