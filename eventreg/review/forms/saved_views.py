"""A name for what the list shows, and who has it."""

from __future__ import annotations

from wtforms import BooleanField, StringField

from eventreg.kernel.typed import showable
from eventreg.web.forms import BaseForm, lazy_gettext


class SavedViewForm(BaseForm):
    """A view's name, and whether the team has it too."""

    name = StringField(
        lazy_gettext("Name of the view"),
        description=lazy_gettext("For example: To review, Guatemala"),
        render_kw={"autocomplete": "off"},
    )
    is_shared = BooleanField(
        lazy_gettext("Share it with the whole team"),
        description=lazy_gettext(
            "Its filters and what it searches for can then be read by everyone who sees the list."
        ),
    )

    @property
    def typed_name(self) -> str:
        """The name, without what cannot be shown."""
        return showable(self.name.data or "")
