"""The forms of registering and of one's own page, around the questions."""

from typing import Any

from wtforms import EmailField, ValidationError

from eventreg.questionnaires.rules.answers import Invalid, mail_address
from eventreg.web.forms import BaseForm, lazy_gettext
from eventreg.web.refusals import said

#: the fields of the form around the questions
FRAME_FIELDS = frozenset(
    {
        "csrf_token",
        "submission_key",
        "with_sensitive",
        "category",
        "notice",
        "way_in",
        "access_code",
        "switch_language",
        "choose_category",
        "change_category",
        "keep_form",
        "step",
        "step_to",
        # A hyphen stands in no question's key.
        "form-earlier",
        "form-corrects",
        "form-unanswered",
        "form-address",
        # Around the questions that the team answers for somebody.
        "team-status",
        "team-language",
        "team-leaves_open",
        "team-tells",
        "team-asks",
        "team-seen_revision",
        "team-seen_entry",
        "team-tells_old",
        "action",
    }
)


class AddressField(EmailField):
    """A mail address, kept in its normal form, as the registration form keeps it, so that both are the same."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, render_kw={"autocomplete": "email", "spellcheck": "false"}, **kwargs)
        self.flags.required = True

    @property
    def address(self) -> str:
        """The address, after the form was found valid."""
        return str(self.data)

    def pre_validate(self, form: Any) -> None:
        """Refuse what cannot be one."""
        try:
            self.data = mail_address(self.data or "")
        except Invalid as invalid:
            raise ValidationError(said(invalid, label=str(self.label.text))) from None


class AddressForm(BaseForm):
    """One mail address, for "send me my link"."""

    email = AddressField(lazy_gettext("Email address"))


class NewAddressForm(AddressForm):
    """The mail address that is to take the place of one's present one."""

    email = AddressField(lazy_gettext("New email address"))


class KeepForm(BaseForm):
    """Where the link to a form that is kept goes. Its field is named apart from the questions that come along."""

    own_fields = frozenset({"keep_email"})
    keep_email = AddressField(lazy_gettext("Email address"))

    def __init__(self, *args: object, email: str = "", **kwargs: object) -> None:
        super().__init__(*args, data={"keep_email": email}, **kwargs)
