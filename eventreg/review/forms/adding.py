"""The form around the questions when the team registers somebody. Its names hold a hyphen: no question's key does."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, RadioField, SelectField

from eventreg.i18n.languages import known_languages, own_name
from eventreg.web.forms import PlainForm, lazy_gettext

_PREFIX = "team-"
BY_RULE, CONFIRMED = "by_rule", "confirmed"


class AddingForm(PlainForm):
    """How somebody is registered by the team, and what they are written."""

    status = RadioField(lazy_gettext("Status"))
    language = SelectField(lazy_gettext("Language of the emails to the person"))
    leaves_open = BooleanField(
        lazy_gettext("Allow missing answers"),
        description=lazy_gettext("What must be answered may stay empty, but for name and email address."),
    )
    tells = BooleanField(
        lazy_gettext("Tell the person by email"),
        description=lazy_gettext("The same message as after registering, with the personal link."),
    )
    asks = BooleanField(
        lazy_gettext("Ask the person by email for what is left open, and for the consents"),
        description=lazy_gettext("Consents are the person's own: the team cannot give them."),
    )

    def __init__(self, formdata: Any, language: str, rule: str) -> None:
        """`rule` says what comes of the category's own rule."""
        super().__init__(
            formdata, prefix=_PREFIX, data={"status": BY_RULE, "language": language, "tells": True, "asks": False}
        )
        self.status.choices = [
            (BY_RULE, rule),
            (CONFIRMED, lazy_gettext("Confirmed at once where there is a place, else on the waiting list as approved")),
        ]
        self.language.choices = [(code, own_name(code)) for code in known_languages()]

    def errors_list(self) -> list[tuple[str, str]]:
        """Return (id of the input, message) for each field to be checked."""
        return [(field.id, str(field.errors[0])) for field in self if field.errors]
