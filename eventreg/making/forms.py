"""The forms that make events: anew, as a copy, from a file; and the one that takes an event away."""

from collections.abc import Collection
from datetime import date
from typing import Any

from babel.core import get_global
from flask_babel import gettext as _
from wtforms import (
    BooleanField,
    FileField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)

from eventreg.accounts.forms import MailAddressField
from eventreg.events.forms.settings import DayField, check_offered, read_time
from eventreg.events.rules import settings, slugs
from eventreg.i18n.countries import CODES, by_alphabet, zones_by_alphabet
from eventreg.i18n.languages import current_language, known_languages
from eventreg.kernel.clock import time_zones
from eventreg.kernel.errors import N_, Refused
from eventreg.making.rules import MOST_DAYS, Hours
from eventreg.making.services.founding import Founding, document
from eventreg.web.fields import NumberField, TextField
from eventreg.web.forms import BaseForm, lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm
from eventreg.web.refusals import said

_PLAIN = {"autocomplete": "off"}
_MISSING = N_("Write this text")
_NO_DAYS = N_("Write a number from 1 to %(most)s")


class FoundingForm(LocalizedForm):
    """What is asked before an event is there."""

    template = HiddenField()
    title = LocalizedField(
        lazy_gettext("Title"),
        limit=200,
        description=lazy_gettext(
            "The event will be in the languages in which it has a title: its page, form and mails."
        ),
    )
    first_day = DayField(lazy_gettext("First day"), is_required=True)
    days = NumberField(lazy_gettext("Days"), least=1, most=MOST_DAYS, fault=_NO_DAYS, missing=_NO_DAYS)
    starts_at = StringField(lazy_gettext("From"))
    ends_at = StringField(lazy_gettext("To"))
    city = TextField(lazy_gettext("City"), limit=120, missing=_MISSING)
    country = SelectField(lazy_gettext("Country"), validate_choice=False)
    time_zone = SelectField(lazy_gettext("Time zone"), validate_choice=False)
    capacity = NumberField(
        lazy_gettext("Places in all"),
        most=settings.LARGEST_NUMBER,
        fault=N_("Write a whole number, or nothing"),
        description=lazy_gettext("Empty: no limit."),
    )
    contact_name = TextField(lazy_gettext("Name"), limit=200, missing=_MISSING)
    contact_email = MailAddressField(lazy_gettext("Email address"))
    slug = StringField(
        lazy_gettext("Name in the address"),
        description=lazy_gettext("Small letters, digits and hyphens. Empty: made from the title."),
        render_kw=_PLAIN,
    )
    reference_prefix = StringField(
        lazy_gettext("References begin with"),
        description=lazy_gettext(
            "Every registration has a reference, such as TAP-W9TTKS. "
            "1 to 8 capital letters and digits. Empty: made from the title."
        ),
        render_kw=_PLAIN,
    )

    def __init__(self, template: str, zone: str, account: Any, formdata: Any = None) -> None:
        languages = known_languages()
        super().__init__(languages, formdata=formdata, **_defaults(template, zone, account))
        self.country.choices = by_alphabet(CODES, current_language())
        self._usual_zone = zone
        self.time_zone.choices = [
            ("", _("That of the country")),
            *sorted(zones_by_alphabet(zone, current_language()), key=lambda entry: entry[0] != zone),
        ]

    def validate_country(self, bound: SelectField) -> None:
        """Refuse what is none."""
        check_offered(bound, CODES)

    def validate_time_zone(self, bound: SelectField) -> None:
        """Take that of the country where none is chosen; ask where it has several. Refuse what is none."""
        if not bound.data and self.country.data in CODES:
            bound.data = zone_of(self.country.data, self._usual_zone)
            if not bound.data:
                raise ValidationError(_("This country has several time zones: choose one"))
        check_offered(bound, time_zones())

    def read(self, account: Any, taken: Collection[str]) -> Founding:
        """Return what was filled in. `taken` are names that others have. Raises Refused, with the reasons beside the fields."""
        is_sound = self.validate()
        title, first_day, hours = dict(self.title.data), self.first_day.day, self._hours()
        if not title and not self.title.errors:
            self.title.refuse(self.languages[0], _("Write the title in one language at least"))
        if not is_sound or not title or first_day is None or hours is None:
            raise Refused("")
        languages = tuple(title)
        prefix = (self.reference_prefix.data or "").strip().upper()
        slug = read_slug(self, title[languages[0]], first_day.year, taken)
        if prefix and not slugs.is_prefix(prefix):
            self.reference_prefix.errors = [_("Write 1 to 8 letters without accents, or digits")]
        if not slug or self.reference_prefix.errors:
            raise Refused("")
        return Founding(
            template=str(self.template.data),
            slug=slug,
            title=title,
            languages=languages,
            first_day=first_day,
            hours=hours,
            city=self.city.data or "",
            country=self.country.data,
            time_zone=self.time_zone.data,
            reference_prefix=prefix or slugs.suggested_prefix(title[languages[0]]),
            contact_name=self.contact_name.data or "",
            contact_email=self.contact_email.data or "",
            contact_language=account.language if account.language in languages else languages[0],
            capacity=self.capacity.number,
            region=(self.country.data,),
        )

    def _hours(self) -> Hours | None:
        starts_at, ends_at, days = read_time(self.starts_at), read_time(self.ends_at), self.days.number
        if starts_at is None or ends_at is None or days is None:
            return None
        if starts_at >= ends_at:
            self.ends_at.errors = [_("The end is not after the beginning")]
            return None
        return Hours(days, starts_at, ends_at)


class CopyForm(LocalizedForm):
    """What is asked before a copy is there."""

    title = LocalizedField(lazy_gettext("Title"), limit=200, required="every")
    first_day = DayField(lazy_gettext("First day"), is_required=True)
    slug = StringField(
        lazy_gettext("Name in the address"),
        description=lazy_gettext("Small letters, digits and hyphens. Empty: made from the title."),
        render_kw=_PLAIN,
    )
    parts = SelectMultipleField(lazy_gettext("Include"), validate_choice=False)

    def read(self, taken: Collection[str]) -> tuple[date, str]:
        """Return the first day and the name in addresses. Raises Refused, with the reasons beside the fields."""
        is_sound, first_day = self.validate(), self.first_day.day
        title = self.title.data.get(self.languages[0], "")
        slug = read_slug(self, title, first_day.year if first_day else 0, taken)
        if not is_sound or first_day is None or not slug:
            raise Refused("")
        return first_day, slug


class ImportForm(BaseForm):
    """An event's file, to be put in."""

    file = FileField(lazy_gettext("File of an event"), description=lazy_gettext("As “Export event” wrote it."))
    slug = StringField(
        lazy_gettext("Name in the address"),
        description=lazy_gettext("Empty: its own."),
        name="new_slug",
        render_kw=_PLAIN,
    )
    hold_mail = BooleanField(
        lazy_gettext("Hold messages"),
        description=lazy_gettext("Nobody gets mail of it until an owner lifts the hold: for trying a file out."),
    )


class ExportForm(BaseForm):
    """What of an event is taken away."""

    with_people = BooleanField(
        lazy_gettext("With people"),
        description=lazy_gettext(
            "Registrations with answers, decisions and consents, and the team. Asks who you are first."
        ),
    )
    with_sensitive = BooleanField(
        lazy_gettext("With sensitive answers, readable"),
        description=lazy_gettext("Only together with people. Keep such a file encrypted."),
    )
    with_files = BooleanField(
        lazy_gettext("With files"), description=lazy_gettext("Materials and, with people, what they sent.")
    )


def read_slug(form: Any, title: str, year: int, taken: Collection[str]) -> str:
    """Return the name in addresses that a form holds, or one made from the title; "", with the reason beside it, for none."""
    slug = (form.slug.data or "").strip() or slugs.suggested_slug(title, year, taken)
    try:
        slugs.check_slug(slug, taken)
    except Refused as refused:
        form.slug.errors = [said(refused)]
        return ""
    return slug


def zone_of(country: str, usual: str) -> str:
    """Return the time zone of a country: its only one, or the `usual` one where that is one of several; else ""."""
    own = get_global("territory_zones").get(country, [])
    if usual in own:
        return usual
    return own[0] if len(own) == 1 else ""


def _defaults(template: str, zone: str, account: Any) -> dict[str, Any]:
    days = document(template).get("days") or [{"starts_at": "09:00", "ends_at": "17:00"}]
    return {
        "template": template,
        "days": str(len(days)),
        "starts_at": days[0]["starts_at"],
        "ends_at": days[0]["ends_at"],
        "country": get_global("zone_territories").get(zone, ""),
        "contact_name": account.name,
        "contact_email": account.email,
    }
