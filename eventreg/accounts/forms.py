"""Forms for signing in and for one's own account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_babel import gettext as _
from wtforms import HiddenField, PasswordField, RadioField, SelectField, StringField, ValidationError

from eventreg.accounts.models import Account
from eventreg.accounts.rules.profiles import SHORTEST, checked_address, is_like_address
from eventreg.i18n.languages import known_languages, own_name
from eventreg.kernel.errors import Refused
from eventreg.kernel.text import showable
from eventreg.web.forms import BaseForm, lazy_gettext


class LanguageField(RadioField):
    """One of the languages that the instance speaks; `chosen` is the first of them where none was."""

    def __init__(self, label: str = "", **values: Any) -> None:
        super().__init__(label, validate_choice=False, **values)
        self.choices = [(code, own_name(code)) for code in known_languages()]

    @property
    def chosen(self) -> str:
        """The language that was chosen."""
        return self.data if self.data in known_languages() else known_languages()[0]


class MailAddressField(StringField):
    """A mail address, written as it is kept."""

    def pre_validate(self, form: Any) -> None:
        """Refuse what is no mail address; what was typed stays."""
        try:
            self.data = checked_address(self.data or "")
        except Refused as refused:
            self.data = showable(self.data or "")
            raise ValidationError(_("Write an email address like name@institution.org")) from refused


class SignInForm(BaseForm):
    """Address and password, or the address alone for a link."""

    email = StringField(lazy_gettext("Email address"), render_kw={"autocomplete": "username"})
    password = PasswordField(lazy_gettext("Password"), render_kw={"autocomplete": "current-password"})
    next = HiddenField()

    @property
    def asks_for_link(self) -> bool:
        """Whether the button for a link was pressed, which needs no password."""
        return "link" in request.form

    def validate_email(self, field: StringField) -> None:
        """Refuse what is nothing like an address."""
        if not is_like_address(field.data or ""):
            raise ValidationError(_("Write an email address like name@institution.org"))

    def validate_password(self, field: PasswordField) -> None:
        """Refuse none."""
        if not field.data and not self.asks_for_link:
            raise ValidationError(_("Write your password"))


class ProfileForm(BaseForm):
    """One's name and language."""

    name = StringField(lazy_gettext("Name"), render_kw={"autocomplete": "name"})
    language = RadioField(lazy_gettext("Language of your mails and of these pages"))

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.language.choices = [(code, own_name(code)) for code in known_languages()]


class PasswordForm(BaseForm):
    """A new password, twice, and the present one where it is asked for."""

    old_password = PasswordField(lazy_gettext("Present password"), render_kw={"autocomplete": "current-password"})
    new_password = PasswordField(
        lazy_gettext("New password"),
        description=lazy_gettext(
            "At least %(shortest)s characters. A short sentence is a good one.", shortest=SHORTEST
        ),
        render_kw={"autocomplete": "new-password"},
    )
    repeated = PasswordField(lazy_gettext("New password once more"), render_kw={"autocomplete": "new-password"})

    def validate_repeated(self, field: PasswordField) -> None:
        """Refuse a slip of the finger."""
        if field.data != self.new_password.data:
            raise ValidationError(_("The two new passwords differ. Write them again."))


class CodeForm(BaseForm):
    """A code of the app, or a recovery code."""

    code = StringField(
        lazy_gettext("Code"),
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"},
    )
    next = HiddenField()

    def validate_code(self, field: StringField) -> None:
        """Refuse none."""
        if not (field.data or "").strip():
            raise ValidationError(_("Enter the code"))


class ProofForm(CodeForm):
    """What shows again who is there; `for_account` leaves out what the account does not have."""

    password = PasswordField(lazy_gettext("Password"), render_kw={"autocomplete": "current-password"})

    asks_password = asks_code = False

    @classmethod
    def for_account(cls, account: Any, **values: Any) -> ProofForm:
        """Return the form for this account: its password where it has one, a code where it has a second factor."""
        form = cls(**values)
        form.asks_password = bool(account.password_hash)
        form.asks_code = account.totp_confirmed_at is not None
        return form

    def validate_password(self, field: PasswordField) -> None:
        """Refuse none where one is asked for."""
        if self.asks_password and not field.data:
            raise ValidationError(_("Write your password"))

    def validate_code(self, field: StringField) -> None:
        """Refuse none where one is asked for."""
        if self.asks_code:
            super().validate_code(field)


class AccountForm(BaseForm):
    """An account that an administrator makes."""

    email = StringField(lazy_gettext("Email address"), render_kw={"autocomplete": "off"})
    name = StringField(lazy_gettext("Name"), render_kw={"autocomplete": "off"})
    language = LanguageField(lazy_gettext("Language of the email"))
    rights = RadioField(lazy_gettext("Extra permissions"), default="none", validate_choice=False)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.language.data = self.language.chosen
        self.rights.choices = [
            ("none", _("Nothing until somebody invites this person to a team")),
            ("creator", _("Create events")),
            ("administrator", _("See to the whole instance: accounts, settings, figures of every event")),
        ]

    def chosen_rights(self) -> str:
        """Return what the account may besides: nothing unless it was chosen plainly."""
        return self.rights.data if self.rights.data in ("creator", "administrator") else "none"


class ClosingForm(BaseForm):
    """Who takes over the events that an account owns alone."""

    successor = SelectField(lazy_gettext("New owner"), validate_choice=False)

    def __init__(self, others: Sequence[Account], me: int, **values: Any) -> None:
        super().__init__(**values)
        self._offered = {str(each.id): f"{each.name} ({each.email})" for each in others}
        self.successor.choices = list(self._offered.items())
        if self.successor.data is None:
            self.successor.data = str(me)

    def chosen_successor(self) -> int | None:
        """Return the account that was chosen among those offered."""
        return int(self.successor.data) if self.successor.data in self._offered else None
