"""The form of an event's dates, places and other settings. Everything is in the event's zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField

from eventreg.accounts.rules.profiles import checked_address
from eventreg.accounts.rules.refusals import AccountRefused
from eventreg.events.forms.days import DayForm, day_forms, read_day
from eventreg.events.models import Event
from eventreg.events.rules.attendance import AttendanceMode
from eventreg.events.rules.moments import ClockFault, instant_of, read_moment, written_moment
from eventreg.events.rules.settings import LARGEST_NUMBER, DayEntry, SettingsEntry, SettingsFault
from eventreg.events.wording.settings import attendance_name, settings_sentence
from eventreg.i18n.countries import CODES, by_alphabet
from eventreg.i18n.languages import current_language, known_languages, own_name
from eventreg.kernel.links import is_plain_web_address
from eventreg.kernel.typed import fault_of, showable, tidied
from eventreg.kernel.zones import time_zones
from eventreg.web.forms import BaseForm, lazy_gettext

MOMENTS = ("registration_opens_at", "registration_closes_at", "changes_until", "promotes_until")
_LINES = {"city": 120, "contact_name": 200, "contact_phone": 40, "joining_url": 500}
_MOMENT = {"step": "1", "autocomplete": "off"}


class SettingsForm(BaseForm):
    """Everything but the days, which are forms of their own."""

    revision = HiddenField()
    registration_opens_at = StringField(lazy_gettext("Registration opens"), render_kw=_MOMENT)
    registration_closes_at = StringField(
        lazy_gettext("Registration closes"),
        description=lazy_gettext("18:00 means that a form sent at 18:00:00 is late."),
        render_kw=_MOMENT,
    )
    changes_until = StringField(lazy_gettext("Participants can change their answers until"), render_kw=_MOMENT)
    promotes_until = StringField(lazy_gettext("Places pass to the waiting list by themselves until"), render_kw=_MOMENT)
    answers_by = StringField(
        lazy_gettext("We answer by"),
        description=lazy_gettext("Told to everybody who waits for an answer: on their page and in their mail."),
    )
    capacity = StringField(lazy_gettext("Places in all"), description=lazy_gettext("Empty: no limit."))
    few_places = StringField(
        lazy_gettext("“Few places left” from"),
        description=lazy_gettext("At or below this many free places the page says so."),
    )
    verifies_addresses = BooleanField(
        lazy_gettext("People confirm their address first"),
        description=lazy_gettext("A registration counts only after the link in a mail was opened."),
    )
    attendance = RadioField(lazy_gettext("People take part"))
    city = StringField(lazy_gettext("City"))
    country = SelectField(lazy_gettext("Country"), validate_choice=False)
    joining_url = StringField(
        lazy_gettext("Link to join online"),
        description=lazy_gettext("Only confirmed people see it: on their own page and in the mail that confirms."),
    )
    time_zone = SelectField(lazy_gettext("Time zone"), validate_choice=False)
    languages = SelectMultipleField(lazy_gettext("Languages of the event"), validate_choice=False)
    first_language = SelectField(
        lazy_gettext("First language"),
        description=lazy_gettext("Shown where a translation is missing."),
        validate_choice=False,
    )
    region = SelectMultipleField(lazy_gettext("Countries that the form lists first"), validate_choice=False)
    contact_name = StringField(lazy_gettext("Name"))
    contact_email = StringField(lazy_gettext("Email address"))
    contact_phone = StringField(lazy_gettext("Telephone"))
    contact_language = SelectField(lazy_gettext("Language of mails to the contact person"), validate_choice=False)
    demands_second_factor = BooleanField(lazy_gettext("The team signs in with a second factor"))

    def __init__(self, event: Event, **values: Any) -> None:
        super().__init__(**values)
        language = current_language()
        codes = list(dict.fromkeys([*event.languages, *known_languages()]))
        named = [(code, own_name(code)) for code in codes]
        countries = by_alphabet(CODES, language)
        self.languages.choices = self.first_language.choices = self.contact_language.choices = named
        self.country.choices = countries
        self.region.choices = sorted(countries, key=lambda entry: entry[0] not in event.region)
        self.time_zone.choices = [(zone, zone.replace("_", " ")) for zone in _zones(event.time_zone)]
        self.attendance.choices = [(mode.value, attendance_name(mode)) for mode in AttendanceMode]


class SettingsPage:
    """All forms of the page, made from an event, and from what was sent where something was."""

    def __init__(self, event: Event, sent: MultiDict[str, str] | None = None) -> None:
        self.event = event
        self.form = SettingsForm(event, formdata=sent, **_given(event))
        self.days = day_forms(event.days, event.languages, sent)

    def read(self) -> SettingsEntry | None:
        """Return what was filled in, or None with the reasons beside the fields. Nothing typed is lost."""
        form = self.form
        is_sound = form.validate()
        days = [form.read() for form in self.days if form.is_wanted]
        values = self._lines() | self._numbers() | self._moments() | self._choices()
        answers_by = read_day(form.answers_by.data or "") if form.answers_by.data else None
        if form.answers_by.data and answers_by is None:
            form.answers_by.errors = [_("Write a date")]
        if not is_sound or any(bound.errors for bound in form) or None in days:
            return None
        return SettingsEntry(
            days=[day for day in days if isinstance(day, DayEntry)],
            answers_by=answers_by,
            verifies_addresses=form.verifies_addresses.data,
            demands_second_factor=form.demands_second_factor.data,
            **values,
        )

    def refuse(self, faults: Sequence[SettingsFault]) -> None:
        """Put what the service said beside the fields it is about."""
        for fault in faults:
            bound = self._field_of(fault)
            bound.errors = [*bound.errors, settings_sentence(fault.reason, fault.details)]

    def errors(self) -> list[tuple[str, str]]:
        """Return (id of the input, sentence) of everything to be checked."""
        return [
            item
            for form in (*self.days, self.form)
            for bound in form
            if bound.errors
            for item in getattr(bound, "error_items", [(bound.id, bound.errors[0])])
        ]

    def _field_of(self, fault: SettingsFault) -> Any:
        if not fault.field.startswith("day:"):
            return self.form[fault.field or "revision"]
        day_id = fault.field.removeprefix("day:")
        form: DayForm = next((form for form in self.days if str(form.day_id or "") == day_id), self.days[-1])
        return form.held_on

    def _lines(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, limit in _LINES.items():
            bound = self.form[name]
            values[name] = text = tidied(bound.data or "")
            bound.data = showable(bound.data or "")
            if fault_of(text, limit, is_line=True) is not None:
                bound.errors = [_("Write this in one line of at most %(limit)s characters", limit=limit)]
            elif not text and name in ("city", "contact_name"):
                bound.errors = [_("Write this text")]
        if values["joining_url"] and not is_plain_web_address(values["joining_url"]):
            self.form.joining_url.errors = [_("Write an address that begins with https://")]
        values["contact_email"] = self._address()
        return values

    def _address(self) -> str:
        bound = self.form.contact_email
        try:
            return checked_address(bound.data or "")
        except AccountRefused:
            bound.data = showable(bound.data or "")
            bound.errors = [_("Write an email address like name@institution.org")]
            return ""

    def _numbers(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, may_be_empty in (("capacity", True), ("few_places", False)):
            values[name], is_right = read_number(self.form[name].data or "", may_be_empty=may_be_empty)
            if not is_right:
                self.form[name].errors = [_("Write a number, 0 or more")]
        return values

    def _moments(self) -> dict[str, Any]:
        return {name: self._moment(name) for name in MOMENTS}

    def _moment(self, name: str) -> datetime | None:
        bound, event = self.form[name], self.event
        zone, stored = self.form.time_zone.data or "", getattr(event, name)
        # What was not touched stays as it is, fractions of a second and hours that exist twice included.
        if zone == event.time_zone and bound.data == written_moment(stored, zone):
            return stored  # type: ignore[no-any-return]
        local = read_moment(bound.data or "")
        if local is None or zone not in time_zones():
            bound.errors = [_("Write a date and a time")]
            return None
        at = instant_of(local, zone)
        if isinstance(at, datetime):
            return at
        bound.errors = [clock_sentence(at)]
        return None

    def _choices(self) -> dict[str, Any]:
        form, event = self.form, self.event
        chosen = [code for code in [*event.languages, *known_languages()] if code in (form.languages.data or [])]
        languages = sorted(dict.fromkeys(chosen), key=lambda code: code != form.first_language.data)
        region = [code for code in form.region.data or [] if code in CODES]
        kept = [code for code in event.region if code in region]
        for name, offered in (("country", CODES), ("time_zone", time_zones())):
            if form[name].data not in offered:
                form[name].errors = [_("Choose one of the list")]
        return {
            "languages": languages,
            "region": [*kept, *(code for code in region if code not in kept)],
            "country": form.country.data,
            "time_zone": form.time_zone.data,
            "contact_language": form.contact_language.data or "",
            "attendance": AttendanceMode(form.attendance.data) if not form.attendance.errors else event.attendance,
        }


def read_number(text: str, *, may_be_empty: bool = False) -> tuple[int | None, bool]:
    """Return a number of places, 0 or more, and whether it is one; nothing is None where that may be."""
    stripped = text.strip()
    if not stripped:
        return None, may_be_empty
    is_right = stripped.isascii() and stripped.isdecimal() and len(stripped) <= 7 and int(stripped) <= LARGEST_NUMBER
    return (int(stripped), True) if is_right else (None, False)


def _given(event: Event) -> Mapping[str, Any]:
    plain = ("city", "country", "joining_url", "time_zone", "verifies_addresses", "demands_second_factor")
    contact = ("contact_name", "contact_email", "contact_phone", "contact_language")
    return {
        **{name: getattr(event, name) for name in (*plain, *contact, "languages", "region")},
        **{name: written_moment(getattr(event, name), event.time_zone) for name in MOMENTS},
        "revision": str(event.settings_revision),
        "attendance": event.attendance.value,
        "answers_by": event.answers_by.isoformat() if event.answers_by else "",
        "capacity": "" if event.capacity is None else str(event.capacity),
        "few_places": str(event.few_places),
        "first_language": event.languages[0],
    }


def _zones(present: str) -> list[str]:
    """Return the zones that people choose from: those named by a place, and the present one."""
    zones = {zone for zone in time_zones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/"))}
    return sorted(zones | {present, "UTC"})


def clock_sentence(fault: ClockFault) -> str:
    """Return why a wall-clock time is no single instant, and what to write."""
    if fault is ClockFault.SKIPPED:
        return _("This time does not exist: the clocks go forward over it. Write one before or after.")
    return _("This time exists twice: the clocks go back over it. Write one before or after.")
