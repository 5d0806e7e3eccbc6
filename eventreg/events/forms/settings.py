"""Times of day, days and instants as organizers type them.

The form of an event's dates, places and other settings. Everything is in the event's zone.

A field bears the name of the column that it fills; it is shown by the section that names it in `SECTIONS`, or by hand in
`events/settings.html`.
"""

from collections.abc import Container, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField, StringField, ValidationError

from eventreg.accounts.forms import MailAddressField
from eventreg.events.models import Event, EventDay
from eventreg.events.rules.dates import ClockFault, instant_of, read_clock, read_moment, written_moment
from eventreg.events.rules.settings import LARGEST_NUMBER, MOST_DAYS, AttendanceMode, DayEntry, SettingsRefused
from eventreg.i18n.countries import CODES, by_alphabet, zones_by_alphabet
from eventreg.i18n.languages import current_language, known_languages, own_name
from eventreg.kernel.clock import time_zones
from eventreg.kernel.errors import N_, Refused
from eventreg.kernel.links import is_plain_web_address
from eventreg.kernel.text import showable
from eventreg.web.fields import EnumField, NumberField, TextField
from eventreg.web.forms import errors_in, lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm
from eventreg.web.refusals import refuse, said
from eventreg.web.subjects import Subject


def read_time(field: Any) -> time | None:
    """Return the time in a field, or None with the reason beside it, which names the field: two are filled in together."""
    field.data = showable(field.data or "")
    found = read_clock(field.data)
    if found is None:
        field.errors = [_("%(field)s: write a time like 09:30 or 2:30 pm", field=field.label.text)]
    return found


def read_day(text: str) -> date | None:
    """Return a date as `<input type="date">` sends it; None for anything else, and for years that are none of ours."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if date(1970, 1, 1) + timedelta(days=1) <= day <= date(2200, 12, 30) else None


class DayField(StringField):
    """A date. `day` is None where nothing or none is typed."""

    def __init__(self, label: str = "", *, is_required: bool = False, **values: Any) -> None:
        super().__init__(label, **values)
        self.is_required = is_required

    @property
    def day(self) -> date | None:
        """The date that was typed."""
        return read_day(self.data or "")

    def process_data(self, value: Any) -> None:
        """Show a date that is kept."""
        self.data = value.isoformat() if isinstance(value, date) else value or ""

    def populate_obj(self, obj: Any, name: str) -> None:
        """Give the date, not what was typed."""
        setattr(obj, name, self.day)

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Refuse what is no date."""
        is_wrong = self.day is None and bool(self.data or self.is_required)
        self.errors = [_("Write a date")] if is_wrong else []
        return not is_wrong


class MomentField(StringField):
    """An instant as a wall-clock time: shown in the form's `zone`, read in that which its field `time_zone` names, if any.

    `at` is None where nothing is typed, which is right where it `may_lack`. What was not touched stays as it is, fractions of
    a second and hours that exist twice included.
    """

    def __init__(self, label: str = "", *, may_lack: bool = False, _form: Any = None, **values: Any) -> None:
        self.zone, self.may_lack = _form.zone, may_lack
        self.stored: datetime | None = None
        self.at: datetime | None = None
        super().__init__(label, _form=_form, render_kw={"step": "1", "autocomplete": "off"}, **values)

    def process_data(self, value: Any) -> None:
        """Show an instant that is kept."""
        self.stored = value
        self.data = written_moment(value, self.zone) if value is not None else ""

    def populate_obj(self, obj: Any, name: str) -> None:
        """Give the instant, not what was typed."""
        setattr(obj, name, self.at)

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Refuse what is no single instant."""
        text = (self.data or "").strip()
        zone = form["time_zone"].data if "time_zone" in form else self.zone
        is_untouched = self.stored is not None and (text, zone) == (written_moment(self.stored, self.zone), self.zone)
        local = read_moment(text) if zone in time_zones() else None
        found = self.stored if is_untouched else instant_of(local, zone) if local is not None else None
        self.at = found if isinstance(found, datetime) else None
        self.errors = []
        if self.at is None and (text or not self.may_lack):
            self.data = showable(text)
            self.errors = [clock_sentence(found) if isinstance(found, ClockFault) else _("Write a date and a time")]
        return not self.errors


def clock_sentence(fault: ClockFault) -> str:
    """Return why a wall-clock time is no single instant, and what to write."""
    if fault is ClockFault.SKIPPED:
        return _("This time does not exist: the clocks go forward over it. Write one before or after.")
    return _("This time exists twice: the clocks go back over it. Write one before or after.")


_MISSING = N_("Write this text")
_ALWAYS = ("csrf_token", "revision")
_NUMBER: Final[Mapping[str, Any]] = {"most": LARGEST_NUMBER, "fault": N_("Write a number, 0 or more")}

#: the subjects of the page, each with what it holds; "days" are forms of their own
SUBJECTS: Final = (
    Subject("days", N_("Days"), ("days",)),
    Subject(
        "registration",
        N_("Registration"),
        (
            "registration_opens_at", "registration_closes_at", "changes_until", "promotes_until", "answers_by",
            "verifies_addresses",
        ),
    ),
    Subject("places", N_("Places"), ("capacity", "few_places")),
    Subject("where", N_("Where"), ("attendance", "city", "country", "joining_url", "time_zone")),
    Subject("languages-part", N_("Languages and countries"), ("languages", "first_language", "region")),
    Subject("contact", N_("Contact person"), ("contact_name", "contact_email", "contact_phone", "contact_language")),
    Subject("safety", N_("Safety"), ("demands_second_factor", "is_discreet", "is_quiet")),
)  # fmt: skip
#: fields that a section of the page shows at its end, after those that stand there by hand
SECTIONS: Final[Mapping[str, Sequence[str]]] = {
    "registration": ("verifies_addresses",),
    "safety": ("demands_second_factor", "is_discreet", "is_quiet"),
}


class DayForm(LocalizedForm):
    """One day: date and hours in the event's zone, and a title if it has one."""

    held_on = DayField(lazy_gettext("Date"), is_required=True)
    starts_at = StringField(lazy_gettext("From"))
    ends_at = StringField(lazy_gettext("To"))
    title = LocalizedField(lazy_gettext("Title of the day"), limit=200)
    is_removed = BooleanField(lazy_gettext("Remove this day"))

    def __init__(self, languages: Sequence[str], day_id: int | None, **values: Any) -> None:
        super().__init__(languages, meta={"csrf": False}, **values)
        #: None: a day to be added
        self.day_id = day_id

    @property
    def is_wanted(self) -> bool:
        """Whether the day is to be there: an existing one that is not removed, a new one that has a date."""
        return bool(self.held_on.data) if self.day_id is None else not self.is_removed.data

    def read(self) -> DayEntry | None:
        """Return the day that was filled in, or None with the reasons beside the fields."""
        is_sound, held_on = self.validate(), self.held_on.day
        starts_at, ends_at = read_time(self.starts_at), read_time(self.ends_at)
        if not is_sound or held_on is None or starts_at is None or ends_at is None:
            return None
        return DayEntry(self.day_id, held_on, starts_at, ends_at, self.title.data)


class SettingsForm(LocalizedForm):
    """Everything but the days, which are forms of their own."""

    revision = HiddenField()
    registration_opens_at = MomentField(lazy_gettext("Registration opens"))
    registration_closes_at = MomentField(
        lazy_gettext("Registration closes"),
        description=lazy_gettext("18:00 means that a form sent at 18:00:00 is late."),
    )
    changes_until = MomentField(lazy_gettext("Participants can change their answers until"))
    promotes_until = MomentField(lazy_gettext("Places pass to the waiting list by themselves until"))
    answers_by = DayField(
        lazy_gettext("We answer by"),
        description=lazy_gettext("Told to everybody who waits for an answer: on their page and in their mail."),
    )
    capacity = NumberField(lazy_gettext("Places in all"), description=lazy_gettext("Empty: no limit."), **_NUMBER)
    few_places = NumberField(
        lazy_gettext("“Few places left” from"),
        description=lazy_gettext("At or below this many free places the page says so."),
        missing=_NUMBER["fault"],
        **_NUMBER,
    )
    verifies_addresses = BooleanField(
        lazy_gettext("People confirm their address first"),
        description=lazy_gettext("A registration counts only after the link in a mail was opened."),
    )
    attendance = EnumField(lazy_gettext("People take part"), of=AttendanceMode)
    city = TextField(lazy_gettext("City"), limit=120, missing=_MISSING)
    country = SelectField(lazy_gettext("Country"), validate_choice=False)
    joining_url = TextField(
        lazy_gettext("Link to join online"),
        limit=500,
        description=lazy_gettext("Only confirmed people see it: on their own page and in the mail that confirms."),
    )
    time_zone = SelectField(lazy_gettext("Time zone"), validate_choice=False)
    languages = SelectMultipleField(  # type: ignore[assignment]  # of the form while its fields are made, then the field
        lazy_gettext("Languages of the event"), validate_choice=False
    )
    first_language = SelectField(
        lazy_gettext("First language"),
        description=lazy_gettext("Shown where a translation is missing."),
        validate_choice=False,
    )
    region = SelectMultipleField(lazy_gettext("Countries that the form lists first"), validate_choice=False)
    contact_name = TextField(lazy_gettext("Name"), limit=200, missing=_MISSING)
    contact_email = MailAddressField(lazy_gettext("Email address"))
    contact_phone = TextField(lazy_gettext("Telephone"), limit=40)
    contact_language = SelectField(lazy_gettext("Language of mails to the contact person"), validate_choice=False)
    demands_second_factor = BooleanField(lazy_gettext("The team signs in with a second factor"))
    is_discreet = BooleanField(
        lazy_gettext("Discreet"),
        description=lazy_gettext(
            "Nobody learns by typing an address whether it is registered: every sender sees the same page, and a mail says "
            "the rest. How many places are left, and what is full, is shown to nobody."
        ),
    )
    is_quiet = BooleanField(
        lazy_gettext("Quiet"),
        description=lazy_gettext(
            "Title, place and institutions stay out of the subjects, senders and calendars of emails. The event is in no "
            "public list and no search engine: give its address to those it is for, and let the address tell nothing."
        ),
    )

    def __init__(self, event: Event, formdata: MultiDict[str, str] | None, shown: Container[str]) -> None:
        self.event, self.zone = event, event.time_zone
        super().__init__(
            event.languages,
            formdata=formdata,
            obj=event,
            revision=str(event.settings_revision),
            first_language=event.languages[0],
        )
        if formdata is not None:
            # What another subject holds was not sent, and stays as it is.
            for bound in (each for each in self if each.short_name not in shown and each.short_name not in _ALWAYS):
                is_first = bound.short_name == "first_language"
                bound.process(None, event.languages[0] if is_first else getattr(event, bound.short_name))
        language = current_language()
        codes = list(dict.fromkeys([*event.languages, *known_languages()]))
        named = [(code, own_name(code)) for code in codes]
        countries = by_alphabet(CODES, language)
        self.languages.choices = self.first_language.choices = self.contact_language.choices = named
        self.country.choices = countries
        self.region.choices = sorted(countries, key=lambda entry: entry[0] not in event.region)
        self.time_zone.choices = zones_by_alphabet(event.time_zone, language)

    def validate_joining_url(self, bound: TextField) -> None:
        """Refuse what a browser would not open as a page."""
        if bound.data and not is_plain_web_address(bound.data):
            raise ValidationError(_("Write an address that begins with https://"))

    def validate_country(self, bound: SelectField) -> None:
        """Refuse what is none."""
        check_offered(bound, CODES)

    def validate_time_zone(self, bound: SelectField) -> None:
        """Refuse what is none."""
        check_offered(bound, time_zones())

    def columns(self) -> dict[str, Any]:
        """Return what columns of the event are to be."""
        chosen = [code for code in [*self.event.languages, *known_languages()] if code in (self.languages.data or [])]
        region = [code for code in self.region.data or [] if code in CODES]
        kept = [code for code in self.event.region if code in region]
        return self.values_for(self.event) | {
            "languages": sorted(dict.fromkeys(chosen), key=lambda code: code != self.first_language.data),
            "region": [*kept, *(code for code in region if code not in kept)],
            "contact_language": self.contact_language.data or "",
        }

    def of_section(self, name: str) -> list[Any]:
        """Return the fields that a section shows at its end."""
        return [self[field] for field in SECTIONS.get(name, ())]


class SettingsPage:
    """All forms of the page, made from an event, and from what was sent of one subject where something was.

    Settings hang together: what the service refuses about another subject is shown beside this one, and sent with it.
    """

    def __init__(self, event: Event, subject: Subject, sent: MultiDict[str, str] | None = None) -> None:
        self.event, self.subject = event, subject
        also = sent.getlist("also") if sent is not None else []
        self._shown = {*subject.names, *also}
        self.form = SettingsForm(event, sent, self._shown)
        self.days = day_forms(event.days, event.languages, sent if "days" in self._shown else None)

    @property
    def also(self) -> list[str]:
        """What of other subjects is to be checked, or was sent along."""
        wrong = {bound.short_name for bound in self.form if bound.errors}
        wrong |= {"days"} if errors_in(*self.days) else set()
        known = [name for subject in SUBJECTS for name in subject.names]
        return [name for name in known if name in wrong | self._shown and name not in self.subject.names]

    def read(self) -> tuple[list[DayEntry], dict[str, Any]]:
        """Return the days and columns that were filled in. Raises Refused, with the reasons beside the fields."""
        is_sound = self.form.validate()
        days = [form.read() for form in self.days if form.is_wanted]
        found = [day for day in days if day is not None]
        if not is_sound or len(found) < len(days):
            raise Refused("")
        return found, self.form.columns()

    def refuse(self, refused: Refused | None) -> None:
        """Put what the service said beside the fields it is about."""
        for fault in refused.faults if isinstance(refused, SettingsRefused) else ():
            refuse(self._field_of(fault.field), said(fault))

    def errors(self) -> list[tuple[str, str]]:
        """Return (id of the input, sentence) of everything to be checked."""
        return errors_in(*self.days, self.form)

    def _field_of(self, name: str) -> Any:
        if not name.startswith("day:"):
            return self.form[name]
        day_id = name.removeprefix("day:")
        form: DayForm = next((form for form in self.days if str(form.day_id or "") == day_id), self.days[-1])
        return form.held_on


def day_forms(
    days: Sequence[EventDay], languages: Sequence[str], sent: MultiDict[str, str] | None = None
) -> list[DayForm]:
    """Return a form for each day and one for a day to be added: the day after the last, at its hours, but its date empty."""
    forms = [
        DayForm(
            languages, day.id, formdata=sent, prefix=f"day-{day.id}-", held_on=day.held_on,
            starts_at=f"{day.starts_at:%H:%M}", ends_at=f"{day.ends_at:%H:%M}", title=day.title,
        )
        for day in days
    ]  # fmt: skip
    last = days[-1] if days else None
    starts_at, ends_at = (last.starts_at, last.ends_at) if last else (_FIRST_HOUR, _LAST_HOUR)
    new = DayForm(
        languages, None, formdata=sent, prefix="day+0-", starts_at=f"{starts_at:%H:%M}", ends_at=f"{ends_at:%H:%M}"
    )
    return [*forms, new] if len(forms) < MOST_DAYS else forms


def check_offered(bound: SelectField, offered: Container[str]) -> None:
    """Refuse what is none of the list, as a validator of its field does."""
    if bound.data not in offered:
        raise ValidationError(_("Choose one of the list"))


_FIRST_HOUR, _LAST_HOUR = time(9), time(18)
