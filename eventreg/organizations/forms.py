"""The form of an institution, also inside other rooms' forms, and the name by which it is offered."""

import re
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, HiddenField, RadioField, SelectField

from eventreg.i18n.countries import CODES, by_alphabet
from eventreg.i18n.languages import current_language
from eventreg.kernel.clock import now
from eventreg.kernel.errors import Refused
from eventreg.media.forms import PictureField
from eventreg.media.models import Picture
from eventreg.media.rules import LOGO_SIZE, MOST_BYTES
from eventreg.media.services import find_picture, hold_picture
from eventreg.organizations import queries, rules
from eventreg.organizations.models import Organization
from eventreg.web.fields import TextField, whole_number
from eventreg.web.forms import BaseForm, choices, lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm
from eventreg.web.refusals import Refusals, refuse, said
from eventreg.web.templating import plain_in_reader_language

_NONE_OF_THEM = "new"


class OrganizationForm(LocalizedForm):
    """Names, acronym, kind, country, link and logo of an institution.

    A logo that was sent with a form that had to be shown again is kept: `logo_kept` is its public id.
    """

    name = LocalizedField(lazy_gettext("Name"), limit=rules.LONGEST_NAME)
    same_as = RadioField(lazy_gettext("Is it one of these?"), validate_choice=False)
    acronym = TextField(lazy_gettext("Acronym"), limit=rules.LONGEST_ACRONYM)
    logo = PictureField(
        lazy_gettext("Logo"),
        most=LOGO_SIZE,
        description=lazy_gettext("PNG, JPEG, WebP or GIF of at most %(limit)s MB.", limit=MOST_BYTES // 1_000_000),
    )
    logo_kept = HiddenField()
    logo_removed = BooleanField(lazy_gettext("Remove the logo"))
    short_name = LocalizedField(
        lazy_gettext("Short name"),
        limit=rules.LONGEST_SHORT_NAME,
        description=lazy_gettext("For headings and signatures. Without one, the acronym or the name stands there."),
    )
    kind = SelectField(lazy_gettext("Kind"), default=rules.OrganizationKind.OTHER.value, validate_choice=False)
    country = SelectField(lazy_gettext("Country"), validate_choice=False)
    website = TextField(lazy_gettext("Website"), limit=rules.LONGEST_WEBSITE, render_kw={"autocomplete": "off"})
    #: the revision that was seen, and the slug of the event that one came from
    revision = HiddenField()
    event = HiddenField()

    def __init__(self, languages: Any, **values: Any) -> None:
        super().__init__(languages, **values)
        self.kind.choices = choices(rules.OrganizationKind)
        countries = by_alphabet(CODES, current_language())
        self.country.choices = [("", _("None, or several")), *countries]
        self.same_as.choices = []

    def check(self) -> None:
        """Check what was typed, and keep the logo that was sent also where something else is wrong."""
        is_sound = self.validate()
        if self.logo.picture is not None:
            self.logo_kept.data, self.logo_removed.data = hold_picture(self.logo.picture, now()), False
        elif self.logo_removed.data and not self.logo.data:
            self.logo_kept.data, self.logo_removed.data = "", False
        if not is_sound:
            raise Refused("")

    def validate(self, extra_validators: Any = None) -> bool:
        """Check what was typed. A name must be there in one language at least."""
        is_valid = bool(super().validate(extra_validators))
        for select in (self.kind, self.country):
            is_valid &= check_choice(select)
        if not self.name.data and not self.name.errors:
            refuse(self.name, said(Refused(rules.OrganizationReason.NO_NAME)))
            is_valid = False
        return is_valid

    @property
    def kept_logo(self) -> Picture | None:
        """The picture that will be the logo when the form is saved."""
        return find_picture(self.logo_kept.data or "")

    @property
    def entry(self) -> rules.OrganizationEntry:
        """What was typed, as the services take it."""
        return rules.OrganizationEntry(
            name=self.name.data,
            short_name=self.short_name.data,
            acronym=self.acronym.data or "",
            kind=rules.OrganizationKind(self.kind.data),
            country=self.country.data or "",
            website=rules.completed_address(self.website.data or ""),
            logo=self.logo_kept.data or "",
        )

    @property
    def seen_revision(self) -> int:
        """The revision that was shown; 0, which is none, for what is no number."""
        return whole_number(self.revision.data) or 0

    @property
    def is_new(self) -> bool:
        """Whether somebody looked at those that may be the same and said that it is none of them."""
        return bool(self.same_as.data == _NONE_OF_THEM)

    @property
    def chosen(self) -> str:
        """The key of the one of them that it is; empty when none was chosen."""
        return "" if self.is_new else self.same_as.data or ""

    def offer_doubles(self, outcome: Refusals) -> None:
        """Ask whether it is one of those that may be the same, where it was refused for that."""
        if outcome.refused is not None and outcome.is_for(rules.OrganizationReason.LIKELY_DOUBLE):
            likely = {each.id: each for each in queries.list_by_id(outcome.refused.details["ids"])}
            known = [likely[each] for each in outcome.refused.details["ids"] if each in likely]
            offered = [(each.key, name_with_acronym(each)) for each in known]
            self.same_as.choices = [*offered, (_NONE_OF_THEM, _("None of them: add it as a new institution"))]


class MergeForm(BaseForm):
    """Two records of one institution, and which of them stays."""

    other = SelectField(lazy_gettext("The other record of the same institution"), id="with", validate_choice=False)
    stays = RadioField(lazy_gettext("Which record is kept?"), validate_choice=False)

    def offer(self, candidates: Sequence[Organization], pair: Sequence[Organization]) -> None:
        """Offer those that can be merged, and the two of which one stays."""
        named = [(each.key, name_with_acronym(each)) for each in candidates]
        self.other.choices = [("", _("Choose an institution")), *named]
        self.stays.choices = [(each.key, name_with_acronym(each)) for each in pair]


def check_choice(field: SelectField | RadioField) -> bool:
    """Refuse what is not offered, in words of ours."""
    if field.data in {str(choice[0]) for choice in field.choices or ()}:
        return True
    field.errors = [_("Choose one of the answers that are offered")]
    return False


def name_with_acronym(organization: Organization) -> str:
    """Return the name in the reader's language, with the acronym where the name does not bear it: "Colegio (ECOSUR)"."""
    name = plain_in_reader_language(organization.name)
    acronym = organization.acronym
    is_borne = re.search(rf"(?<!\w){re.escape(acronym)}(?!\w)", name, re.IGNORECASE) is not None
    return name if not acronym or is_borne else f"{name} ({acronym})"
