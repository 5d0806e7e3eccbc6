"""The form of an institution, also inside other rooms' forms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField

from eventreg.i18n.countries import CODES, by_alphabet
from eventreg.i18n.languages import current_language
from eventreg.kernel.typed import TypedFault, fault_of, showable, tidied
from eventreg.media.models import Picture
from eventreg.media.queries import find_picture
from eventreg.media.rules.pictures import LOGO_SIZE, MOST_BYTES, PictureRefused
from eventreg.media.services import hold_picture
from eventreg.media.wording import refusal_sentence as picture_sentence
from eventreg.organizations.models import Organization
from eventreg.organizations.rules.entries import (
    LONGEST_ACRONYM,
    LONGEST_NAME,
    LONGEST_SHORT_NAME,
    LONGEST_WEBSITE,
    OrganizationEntry,
    completed_address,
)
from eventreg.organizations.rules.kinds import OrganizationKind
from eventreg.organizations.rules.refusals import OrganizationReason, OrganizationRefused
from eventreg.organizations.wording import kind_name, name_with_acronym, refusal_sentence
from eventreg.web.forms import BaseForm, lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm

_NONE_OF_THEM = "new"
#: the field beside which a refusal is told
_FIELDS = {
    OrganizationReason.WEBSITE: "website",
    OrganizationReason.LOGO_GONE: "logo",
    OrganizationReason.LIKELY_DOUBLE: "same_as",
}


class OrganizationForm(LocalizedForm):
    """Names, acronym, kind, country, link and logo of an institution.

    A logo that was sent with a form that had to be shown again is kept: `logo_kept` is its public id.
    """

    name = LocalizedField(lazy_gettext("Name"), limit=LONGEST_NAME)
    same_as = RadioField(lazy_gettext("Is it one of these?"), validate_choice=False)
    acronym = StringField(lazy_gettext("Acronym"))
    logo = FileField(
        lazy_gettext("Logo"),
        description=lazy_gettext("PNG, JPEG, WebP or GIF of at most %(limit)s MB.", limit=MOST_BYTES // 1_000_000),
    )
    logo_kept = HiddenField()
    logo_removed = BooleanField(lazy_gettext("Remove the logo"))
    short_name = LocalizedField(
        lazy_gettext("Short name"),
        limit=LONGEST_SHORT_NAME,
        description=lazy_gettext("For headings and signatures. Without one, the acronym or the name stands there."),
    )
    kind = SelectField(lazy_gettext("Kind"), default=OrganizationKind.OTHER.value, validate_choice=False)
    country = SelectField(lazy_gettext("Country"), validate_choice=False)
    website = StringField(lazy_gettext("Website"), render_kw={"autocomplete": "off"})
    #: the revision that was seen, and the slug of the event that one came from
    revision = HiddenField()
    event = HiddenField()

    def __init__(self, languages: Any, **values: Any) -> None:
        super().__init__(languages, **values)
        self.kind.choices = [(kind.value, kind_name(kind)) for kind in OrganizationKind]
        countries = by_alphabet(CODES, current_language())
        self.country.choices = [("", _("None, or several")), *countries]
        self.same_as.choices = []

    def is_complete(self, at: datetime) -> bool:
        """Check what was typed and keep the logo that was sent. What is wrong stands beside its field."""
        is_valid = self.validate()
        self.take_logo(at)
        return is_valid and not self.logo.errors

    def validate(self, extra_validators: Any = None) -> bool:
        """Check what was typed. A name must be there in one language at least."""
        is_valid = bool(super().validate(extra_validators))
        for select in (self.kind, self.country):
            is_valid &= check_choice(select)
        for field, limit in ((self.acronym, LONGEST_ACRONYM), (self.website, LONGEST_WEBSITE)):
            is_valid &= _check_line(field, limit)
        if not self.name.data and not self.name.errors:
            self.refuse(OrganizationRefused(OrganizationReason.NO_NAME))
            is_valid = False
        return is_valid

    def take_logo(self, at: datetime) -> None:
        """Keep the picture that was sent, or put beside the field why not; forget it when it is to be removed."""
        sent = self.logo.data
        if sent is not None:
            try:
                self.logo_kept.data = hold_picture(sent.read(MOST_BYTES + 1), LOGO_SIZE, at)
                self.logo_removed.data = False
            except PictureRefused as refused:
                self.logo.errors = [picture_sentence(refused)]
        elif self.logo_removed.data:
            self.logo_kept.data, self.logo_removed.data = "", False

    @property
    def kept_logo(self) -> Picture | None:
        """The picture that will be the logo when the form is saved."""
        return find_picture(self.logo_kept.data or "")

    @property
    def entry(self) -> OrganizationEntry:
        """What was typed, as the services take it."""
        return OrganizationEntry(
            name=self.name.data,
            short_name=self.short_name.data,
            acronym=tidied(self.acronym.data or ""),
            kind=OrganizationKind(self.kind.data),
            country=self.country.data or "",
            website=completed_address(self.website.data or ""),
            logo=self.logo_kept.data or "",
        )

    @property
    def seen_revision(self) -> int:
        """The revision that was shown; 0, which is none, for what is no number."""
        typed = self.revision.data or ""
        return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else 0

    @property
    def is_new(self) -> bool:
        """Whether somebody looked at those that may be the same and said that it is none of them."""
        return bool(self.same_as.data == _NONE_OF_THEM)

    @property
    def chosen(self) -> str:
        """The key of the one of them that it is; empty when none was chosen."""
        return "" if self.is_new else self.same_as.data or ""

    def offer(self, likely: list[Organization]) -> None:
        """Ask whether it is one of those that may be the same."""
        offered = [(each.key, name_with_acronym(each)) for each in likely]
        self.same_as.choices = [*offered, (_NONE_OF_THEM, _("None of them: add it as a new institution"))]

    def refuse(self, refused: OrganizationRefused) -> None:
        """Put beside its field why nothing was saved."""
        sentence = refusal_sentence(refused)
        name = _FIELDS.get(OrganizationReason(refused.reason))
        if name is None:
            self.name.refuse(self.languages[0], sentence)
        else:
            self[name].errors = [sentence]


class MergeForm(BaseForm):
    """Two records of one institution, and which of them stays."""

    other = SelectField(lazy_gettext("The other record of the same institution"), id="with", validate_choice=False)
    stays = RadioField(lazy_gettext("Which one stays?"), validate_choice=False)

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


def _check_line(field: StringField, limit: int) -> bool:
    text = tidied(field.data or "")
    fault = fault_of(text, limit, is_line=True)
    field.data = showable(field.data or "")
    if fault is None:
        return True
    field.errors = [
        _("Write at most %(limit)s characters: these are %(excess)s too many", limit=limit, excess=len(text) - limit)
        if fault is TypedFault.TOO_LONG
        else _("Take out the characters that cannot be shown")
    ]
    return False
