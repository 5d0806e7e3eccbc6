"""The forms of the institutions of an event."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField

from eventreg.events.crediting import partner_role_name
from eventreg.events.rules.institutions import LONGEST_CREDIT, LONGEST_PHRASE, PartnerEntry, PartnerRole
from eventreg.organizations.forms import OrganizationForm, check_choice
from eventreg.web.fields import EnumField
from eventreg.web.forms import lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm


class PartnerForm(LocalizedForm):
    """What an institution is at an event."""

    role = EnumField(lazy_gettext("Role at this event"), of=PartnerRole, validate_choice=False)
    credit = LocalizedField(
        lazy_gettext("Text above the name"),
        limit=LONGEST_CREDIT,
        description=lazy_gettext("Instead of those of the role, for example “With the support of”."),
    )
    phrase = LocalizedField(
        lazy_gettext("Phrase that must be used"),
        kind="textarea",
        limit=LONGEST_PHRASE,
        description=lazy_gettext(
            "A funder's own sentence. It stands at the foot of the page, of mails and of what is printed."
        ),
    )
    is_logo_first = BooleanField(lazy_gettext("Its logo stands before all others"))

    def __init__(self, languages: Any, **values: Any) -> None:
        super().__init__(languages, **values)
        self.role.choices = [(role.value, partner_role_name(role)) for role in PartnerRole]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check what was typed; the role must be one that is offered."""
        is_valid = bool(super().validate(extra_validators))
        return check_choice(self.role) and is_valid

    @property
    def partner(self) -> PartnerEntry:
        """What was typed, as the services take it."""
        return PartnerEntry(
            PartnerRole(self.role.data), self.credit.data, self.phrase.data, bool(self.is_logo_first.data)
        )


class AddPartnerForm(OrganizationForm, PartnerForm):
    """An institution and its role at once: one that is in the directory by its name alone, a new one with what is known."""

    def __init__(self, languages: Any, **values: Any) -> None:
        super().__init__(languages, **values)
        for language, bound in self.name.inputs.items():
            bound.render_kw = {**(bound.render_kw or {}), "list": f"known-{language}", "autocomplete": "off"}
        self.name.description = _("Institutions that are known are offered while you write.")
