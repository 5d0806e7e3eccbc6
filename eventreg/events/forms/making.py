"""The forms that make events: anew, as a copy, from a file; and the one that takes an event away."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from babel.core import get_global
from flask_babel import gettext as _
from wtforms import BooleanField, FileField, HiddenField, SelectField, SelectMultipleField, StringField

from eventreg.accounts.rules.profiles import checked_address
from eventreg.accounts.rules.refusals import AccountRefused
from eventreg.events.forms.clocks import read_day, read_time
from eventreg.events.forms.localized import LocalizedField, LocalizedForm
from eventreg.events.rules.founding import MOST_DAYS, Hours
from eventreg.events.rules.settings import LARGEST_NUMBER
from eventreg.events.rules.slugs import is_prefix, is_slug, suggested_prefix, suggested_slug
from eventreg.events.services.founding import Founding, document
from eventreg.i18n.countries import CODES, by_alphabet
from eventreg.i18n.languages import current_language, known_languages
from eventreg.kernel.typed import fault_of, tidied
from eventreg.kernel.zones import time_zones
from eventreg.web.forms import BaseForm, lazy_gettext

_LONGEST = {"city": 120, "contact_name": 200}
_PLAIN = {"autocomplete": "off"}


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
    first_day = StringField(lazy_gettext("First day"))
    days = StringField(lazy_gettext("Days"))
    starts_at = StringField(lazy_gettext("From"))
    ends_at = StringField(lazy_gettext("To"))
    city = StringField(lazy_gettext("City"))
    country = SelectField(lazy_gettext("Country"), validate_choice=False)
    time_zone = SelectField(lazy_gettext("Time zone"), validate_choice=False)
    capacity = StringField(lazy_gettext("Places in all"), description=lazy_gettext("Empty: no limit."))
    contact_name = StringField(lazy_gettext("Name"))
    contact_email = StringField(lazy_gettext("Email address"))
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
        self.time_zone.choices = [(name, name.replace("_", " ")) for name in zones(zone)]

    def read(self, account: Any, taken: Collection[str]) -> Founding | None:
        """Return what was filled in, or None with the reasons beside the fields. `taken` are names that others have."""
        is_sound = self.validate()
        title = dict(self.title.data)
        if not title and not self.title.errors:
            self.title.refuse(self.languages[0], _("Write the title in one language at least"))
        first_day, hours, capacity = self._day(), self._hours(), self._capacity()
        lines = {name: self._line(name) for name in _LONGEST}
        email = self._email()
        self._choice("country", CODES)
        self._choice("time_zone", time_zones())
        if not is_sound or any(bound.errors for bound in self) or first_day is None or hours is None:
            return None
        languages = tuple(title)
        slug, prefix = self._names(title[languages[0]], first_day.year, taken)
        if slug is None or prefix is None:
            return None
        return Founding(
            template=str(self.template.data),
            slug=slug,
            title=title,
            languages=languages,
            first_day=first_day,
            hours=hours,
            city=lines["city"],
            country=self.country.data,
            time_zone=self.time_zone.data,
            reference_prefix=prefix,
            contact_name=lines["contact_name"],
            contact_email=email,
            contact_language=account.language if account.language in languages else languages[0],
            capacity=capacity,
            region=(self.country.data,),
        )

    def _day(self) -> date | None:
        found = read_day(self.first_day.data or "")
        if found is None:
            self.first_day.errors = [_("Write a date")]
        return found

    def _hours(self) -> Hours | None:
        days = (self.days.data or "").strip()
        if not days.isascii() or not days.isdigit() or len(days) > 4 or not 1 <= int(days) <= MOST_DAYS:
            self.days.errors = [_("Write a number from 1 to %(most)s", most=MOST_DAYS)]
        starts_at, ends_at = read_time(self.starts_at), read_time(self.ends_at)
        if starts_at is None or ends_at is None or self.days.errors:
            return None
        if starts_at >= ends_at:
            self.ends_at.errors = [_("The end is not after the beginning")]
            return None
        return Hours(int(days), starts_at, ends_at)

    def _capacity(self) -> int | None:
        text = (self.capacity.data or "").strip()
        if not text:
            return None
        if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) > LARGEST_NUMBER:
            self.capacity.errors = [_("Write a whole number, or nothing")]
            return None
        return int(text)

    def _line(self, name: str) -> str:
        text = tidied(self[name].data or "")
        if not text:
            self[name].errors = [_("Write this text")]
        elif fault_of(text, _LONGEST[name], is_line=True) is not None:
            self[name].errors = [_("Write this in one line of at most %(limit)s characters", limit=_LONGEST[name])]
        return text

    def _email(self) -> str:
        try:
            return checked_address(self.contact_email.data or "")
        except AccountRefused:
            self.contact_email.errors = [_("Write a mail address like name@institution.org")]
            return ""

    def _choice(self, name: str, offered: Collection[str]) -> None:
        if self[name].data not in offered:
            self[name].errors = [_("Choose one of the list")]

    def _names(self, title: str, year: int, taken: Collection[str]) -> tuple[str | None, str | None]:
        slug = (self.slug.data or "").strip()
        prefix = (self.reference_prefix.data or "").strip().upper()
        if slug and not is_slug(slug):
            self.slug.errors = [_("Write small letters, digits and hyphens, 80 at most; some words are reserved")]
        elif slug in taken:
            self.slug.errors = [_("There is an event under %(slug)s already: choose another name", slug=slug)]
        if prefix and not is_prefix(prefix):
            self.reference_prefix.errors = [_("Write 1 to 8 letters without accents, or digits")]
        return (
            None if self.slug.errors else slug or suggested_slug(title, year, taken),
            None if self.reference_prefix.errors else prefix or suggested_prefix(title),
        )


class CopyForm(LocalizedForm):
    """What is asked before a copy is there."""

    title = LocalizedField(lazy_gettext("Title"), limit=200, required="every")
    first_day = StringField(lazy_gettext("First day"))
    slug = StringField(
        lazy_gettext("Name in the address"),
        description=lazy_gettext("Small letters, digits and hyphens. Empty: made from the title."),
        render_kw=_PLAIN,
    )
    parts = SelectMultipleField(lazy_gettext("Take along"), validate_choice=False)

    def read(self, taken: Collection[str]) -> tuple[date, str] | None:
        """Return the first day and the name in addresses, or None with the reasons beside the fields."""
        is_sound = self.validate()
        first_day = read_day(self.first_day.data or "")
        if first_day is None:
            self.first_day.errors = [_("Write a date")]
        slug = (self.slug.data or "").strip()
        if slug and not is_slug(slug):
            self.slug.errors = [_("Write small letters, digits and hyphens, 80 at most; some words are reserved")]
        elif slug in taken:
            self.slug.errors = [_("There is an event under %(slug)s already: choose another name", slug=slug)]
        if not is_sound or first_day is None or self.slug.errors:
            return None
        return first_day, slug or suggested_slug(self.title.data[self.languages[0]], first_day.year, taken)


class ImportForm(BaseForm):
    """An event's file, to be put in."""

    file = FileField(lazy_gettext("File of an event"), description=lazy_gettext("As “Take the event away” wrote it."))
    new_slug = StringField(
        lazy_gettext("Name in the address"), description=lazy_gettext("Empty: its own."), render_kw=_PLAIN
    )
    hold_mail = BooleanField(
        lazy_gettext("Hold its messages"),
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


def zones(first: str) -> list[str]:
    """Return the time zones to choose from, by name, the present one first."""
    named = sorted(zone for zone in time_zones() if "/" in zone and not zone.startswith(("Etc/", "System")))
    return [first, *(zone for zone in named if zone != first)]


def _defaults(template: str, zone: str, account: Any) -> dict[str, Any]:
    days = document(template).get("days") or [{"starts_at": "09:00", "ends_at": "17:00"}]
    return {
        "template": template,
        "days": str(len(days)),
        "starts_at": days[0]["starts_at"],
        "ends_at": days[0]["ends_at"],
        "time_zone": zone,
        "country": get_global("zone_territories").get(zone, ""),
        "contact_name": account.name,
        "contact_email": account.email,
    }
