"""The forms of registering and of one's own page, around the questions."""

from __future__ import annotations

import re
import secrets

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from wtforms import EmailField, ValidationError
from wtforms.fields import Field

from eventreg.web.forms import BaseForm, lazy_gettext

#: the fields of the form around the questions
FRAME_FIELDS = frozenset(
    {
        "csrf_token",
        "submission_key",
        "category",
        "notice",
        "switch_language",
        "choose_category",
        "change_category",
    }
)
_KEY = re.compile(r"[A-Za-z0-9_-]{22,64}")


def new_submission_key() -> str:
    """Return the random key of a fresh form: 128 bits."""
    return secrets.token_urlsafe(16)


def submission_key_or_new(sent: str | None) -> str:
    """Return the key that a form carries, or a fresh one when it carries none of ours."""
    return sent if sent and _KEY.fullmatch(sent) else new_submission_key()


class AddressForm(BaseForm):
    """One mail address: for "send me my link" and for changing one's address."""

    email = EmailField(
        lazy_gettext("Email address"),
        render_kw={"autocomplete": "email", "spellcheck": "false"},
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.email.flags.required = True

    @property
    def address(self) -> str:
        """The address in its normal form, after the form was found valid."""
        return str(self.email.data)

    def validate_email(self, field: Field) -> None:
        """Keep the address in its normal form; refuse what cannot be one. No name is looked up."""
        try:
            field.data = validate_email((field.data or "").strip(), check_deliverability=False).normalized
        except EmailNotValidError:
            raise ValidationError(_("Write a complete address, for example nombre@institucion.org")) from None
        if not field.data.isascii():
            raise ValidationError(_("Use an address without accents or special letters"))
