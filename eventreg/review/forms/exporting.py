"""What is taken out of a list: the format, the columns, and what of it is for few."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, RadioField, TextAreaField, ValidationError
from wtforms.fields import Field

from eventreg.kernel.typed import showable
from eventreg.review.rules.exports import LONGEST_REASON, ExportFormat, Titles, Wish
from eventreg.review.services.exporting_formats import FORMATS
from eventreg.web.forms import BaseForm, lazy_gettext

ON_SCREEN, EVERY_COLUMN = "screen", "all"


class ExportForm(BaseForm):
    """A file to be made of the list as it stands."""

    format = RadioField(lazy_gettext("Format"), validate_choice=False)
    columns = RadioField(lazy_gettext("Columns"), validate_choice=False)
    with_contact_data = BooleanField(
        lazy_gettext("With email addresses and telephone numbers"),
        description=lazy_gettext("Leave it empty for whoever only needs names, like a hotel or the entrance."),
    )
    with_keys = BooleanField(
        lazy_gettext("Short names of the columns instead of their titles"),
        description=lazy_gettext("For programs: they are the same in every language."),
    )
    with_sensitive = BooleanField(
        lazy_gettext("With sensitive answers, readable"),
        description=lazy_gettext("Otherwise the file says only who answered."),
    )
    reason = TextAreaField(
        lazy_gettext("Why sensitive data is taken"),
        description=lazy_gettext(
            "Needed for sensitive answers and for the files that people sent. It is kept in the event's audit log."
        ),
    )

    def __init__(self, *, may_see_contact_data: bool, may_see_sensitive: bool, **values: Any) -> None:
        super().__init__(**values)
        offered = [each for each in ExportFormat if may_see_sensitive or each is not ExportFormat.ZIP]
        self._offered = {each.value: each for each in offered}
        self.format.choices = [(each.value, str(FORMATS[each].title)) for each in offered]
        setattr(self.format, "choice_hints", {each.value: FORMATS[each].hint for each in offered})  # noqa: B010 - read by the template
        self.columns.choices = [
            (ON_SCREEN, _("Those on the screen, in their order")),
            (EVERY_COLUMN, _("All of them: every question is a column")),
        ]
        setattr(self.reason, "limit", LONGEST_REASON)  # noqa: B010 - read by the template
        self._sees_contact_data, self._sees_sensitive = may_see_contact_data, may_see_sensitive
        if not may_see_contact_data:
            del self.with_contact_data
        if not may_see_sensitive:
            del self.with_sensitive
            del self.reason

    def validate_format(self, field: Field) -> None:
        """Refuse what is no format."""
        if field.data not in self._offered:
            raise ValidationError(_("Choose a format"))

    def validate_columns(self, field: Field) -> None:
        """Refuse what is no choice."""
        if field.data not in (ON_SCREEN, EVERY_COLUMN):
            raise ValidationError(_("Choose which columns"))

    def wish(self, screen_columns: Sequence[str]) -> Wish:
        """Return what was asked for. Raises Refused."""
        self.check()
        return Wish(
            format=self._offered[self.format.data],
            columns=tuple(screen_columns) if self.columns.data == ON_SCREEN else None,
            with_contact_data=self._sees_contact_data and bool(self.with_contact_data.data),
            with_sensitive=self._sees_sensitive and bool(self.with_sensitive.data),
            reason=self._reason(),
            titles=Titles.KEYS if self.with_keys.data else Titles.LABELS,
        )

    def _reason(self) -> str:
        if not self._sees_sensitive:
            return ""
        self.reason.data = showable((self.reason.data or "").replace("\r\n", "\n").replace("\r", "\n"))
        return str(self.reason.data).strip()
