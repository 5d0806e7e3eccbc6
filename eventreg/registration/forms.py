"""The forms of registering and of one's own page, around the questions."""

from __future__ import annotations

import re
import secrets

from wtforms import EmailField, ValidationError
from wtforms.fields import Field

from eventreg.questionnaires.rules.addresses import mail_address
from eventreg.questionnaires.rules.reasons import Invalid
from eventreg.questionnaires.wording import sentence
from eventreg.web.forms import BaseForm, lazy_gettext

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
_KEY = re.compile(r"[A-Za-z0-9_-]{22,64}")


def new_submission_key() -> str:
    """Return the random key of a fresh form: 128 bits."""
    return secrets.token_urlsafe(16)


def submission_key_or_new(sent: str | None) -> str:
    """Return the key that a form carries, or a fresh one when it carries none of ours."""
    return sent if sent and _KEY.fullmatch(sent) else new_submission_key()


_ADDRESS_ATTRIBUTES = {"autocomplete": "email", "spellcheck": "false"}


class AddressForm(BaseForm):
    """One mail address, for "send me my link"."""

    email = EmailField(lazy_gettext("Email address"), render_kw=_ADDRESS_ATTRIBUTES)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.email.flags.required = True

    @property
    def address(self) -> str:
        """The address in its normal form, after the form was found valid."""
        return str(self.email.data)

    def validate_email(self, field: Field) -> None:
        """See `_check_address`."""
        _check_address(field)


class NewAddressForm(AddressForm):
    """The mail address that is to take the place of one's present one."""

    email = EmailField(lazy_gettext("New email address"), render_kw=_ADDRESS_ATTRIBUTES)


class KeepForm(BaseForm):
    """Where the link to a form that is kept goes. Its field is named apart from the questions that come along."""

    own_fields = frozenset({"keep_email"})
    keep_email = EmailField(lazy_gettext("Email address"), render_kw=_ADDRESS_ATTRIBUTES)

    def __init__(self, *args: object, email: str = "", **kwargs: object) -> None:
        super().__init__(*args, data={"keep_email": email}, **kwargs)
        self.keep_email.flags.required = True

    @property
    def address(self) -> str:
        """The address in its normal form, after the form was found valid."""
        return str(self.keep_email.data)

    def validate_keep_email(self, field: Field) -> None:
        """See `AddressForm.validate_email`."""
        _check_address(field)


def _check_address(field: Field) -> None:
    """Keep an address as the registration form keeps it, so that both are the same; refuse what cannot be one."""
    try:
        field.data = mail_address(field.data or "")
    except Invalid as invalid:
        raise ValidationError(sentence(invalid, str(field.label.text))) from None
