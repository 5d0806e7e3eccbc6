"""The form of an event's privacy notice."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from wtforms import HiddenField

from eventreg.events.rules.notices import LONGEST_BODY, LONGEST_SUMMARY, languages_to_adapt
from eventreg.web.forms import lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm


class NoticeForm(LocalizedForm):
    """Summary and body in each language of the event; both must be there in all of them."""

    version = HiddenField()
    summary = LocalizedField(
        lazy_gettext("In two sentences"),
        kind="textarea",
        limit=LONGEST_SUMMARY,
        required="every",
        description=lazy_gettext("Stands in the registration form, above the link to the whole notice."),
    )
    body = LocalizedField(lazy_gettext("Whole notice"), kind="markdown", limit=LONGEST_BODY, required="every", rows=18)

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse also what of the text to begin with was not adapted."""
        is_sound: bool = super().validate(extra_validators)
        for bound in (self.summary, self.body):
            for language in languages_to_adapt(bound.data):
                bound.refuse(language, _("Replace what stands in [[ ]]"))
                is_sound = False
        return is_sound
