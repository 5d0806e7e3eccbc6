"""What organizers fill in about a material, and about a remark or a recommendation: each belongs to a session."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, FileField, HiddenField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types

from eventreg.events.models import Event, Material, SessionOutcome
from eventreg.events.rules.programme import MaterialAudience, OutcomeKind
from eventreg.i18n import formats, languages
from eventreg.kernel.text import showable, tidied
from eventreg.programme.queries import SessionOfDay
from eventreg.programme.rules.materials import ACCEPTED, LONGEST_ADDRESSEE, LONGEST_OUTCOME, LONGEST_TITLE, MOST_BYTES
from eventreg.programme.services.materials import SentFile
from eventreg.web.fields import EnumField, whole_number
from eventreg.web.forms import lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm
from eventreg.web.templating import plain_in_reader_language

_LOCAL = "%Y-%m-%dT%H:%M"


class _SessionForm(LocalizedForm):
    """What stands in a session, as `row` is where one is shown. The values that are read have the session's public id."""

    session: SelectField
    revision = HiddenField()
    #: fields one of whose choices must be taken
    choosing: tuple[str, ...] = ("session",)

    def __init__(
        self,
        event: Event,
        sessions: Sequence[SessionOfDay],
        row: Material | SessionOutcome | None = None,
        **values: Any,
    ) -> None:
        if row is not None:
            ids = {each.session.id: each.session.public_id for each in sessions}
            values["session"] = ids.get(row.session_id or 0, "")
        super().__init__(event.languages, obj=row, **values)
        self.session.choices = _session_choices(sessions)
        for name in self.choosing:
            self[name].flags.required = True

    def validate_session(self, bound: SelectField) -> None:
        """Refuse what is not offered, also in other fields."""
        choices: Any = bound.iter_choices()
        if bound.data not in {choice.value for choice in choices}:
            raise ValidationError(_("Choose one of these"))

    @property
    def seen_revision(self) -> int:
        """The revision that the page showed; 0 when it is none."""
        return whole_number(self.revision.data) or 0


class MaterialForm(_SessionForm):
    """A file or a link with what is said of it. `released_at` is wall-clock time in the event's zone."""

    file = FileField(
        lazy_gettext("File"), description=lazy_gettext("PDF, Office, OpenDocument, JPEG or PNG, up to 50 MB")
    )
    url = StringField(
        lazy_gettext("or link"),
        description=lazy_gettext("For a recording, or a document that stands elsewhere"),
        render_kw={"inputmode": "url", "autocomplete": "off"},
    )
    title = LocalizedField(
        lazy_gettext("Title"), limit=LONGEST_TITLE, description=lazy_gettext("Left empty, a file is called by its name")
    )
    session = SelectField(lazy_gettext("Belongs to"), validate_choice=False)
    language = SelectField(lazy_gettext("Language of the document"), validate_choice=False)
    audience = EnumField(lazy_gettext("Visible to"), of=MaterialAudience, validate_choice=False)
    released_at = StringField(lazy_gettext("Not before"), render_kw={"type": "datetime-local"})
    choosing = ("session", "audience")
    validate_language = validate_audience = _SessionForm.validate_session

    def __init__(
        self, event: Event, sessions: Sequence[SessionOfDay], material: Material | None = None, **values: Any
    ) -> None:
        super().__init__(event, sessions, material, **values)
        self._zone = ZoneInfo(event.time_zone)
        if material is not None and material.released_at is not None:
            self.released_at.data = material.released_at.astimezone(self._zone).strftime(_LOCAL)
        setattr(self.file, "limit", MOST_BYTES)  # noqa: B010 - read by the template, unknown to the types
        self.file.render_kw = {"accept": ",".join(ACCEPTED)}
        self.session.choices = [SelectChoice("", _("The whole event")), *_session_choices(sessions)]
        codes = dict.fromkeys([*event.languages, *languages.known_languages()])
        self.language.choices = [("", _("Not said")), *((code, languages.own_name(code)) for code in codes)]
        self.released_at.description = _("Time in %(place)s. Left empty, it can be opened at once", place=event.city)

    def read(self) -> dict[str, Any]:
        """Return what was filled in. Raises Refused, with the reasons beside the fields."""
        self.url.data = tidied(showable(self.url.data or ""))
        self.check()
        return {
            "title": self.title.data,
            "session": self.session.data,
            "language": self.language.data,
            "audience": MaterialAudience(self.audience.data),
            "released_at": self._instant(),
            "url": self.url.data,
        }

    def validate_released_at(self, bound: StringField) -> None:
        """Refuse what is no day with a time."""
        if bound.data and self._instant() is None:
            bound.data = showable(bound.data.strip())
            raise ValidationError(_("Write day and time like 2027-03-11T09:00"))

    def sent_file(self) -> SentFile | None:
        """Return the file that was chosen."""
        sent = self.file.data
        if not isinstance(sent, FileStorage) or not sent.filename:
            return None
        return SentFile(sent.filename, sent.stream.read(MOST_BYTES + 1))

    def say_that_the_file_is_gone(self) -> None:
        """Tell whoever chose a file that it has to be chosen again, unless it is told of the file already."""
        if isinstance(self.file.data, FileStorage) and self.file.data.filename and not self.file.errors:
            self.file.errors = [_("Choose the file again: it was not kept")]

    def _instant(self) -> datetime | None:
        for pattern in (_LOCAL, f"{_LOCAL}:%S"):
            try:
                local = datetime.strptime((self.released_at.data or "").strip(), pattern)  # noqa: DTZ007 - put in below
                return local.replace(tzinfo=self._zone).astimezone(UTC)
            except (ValueError, OverflowError):
                continue
        return None


def _session_choices(sessions: Sequence[SessionOfDay]) -> list[Any]:
    """Return the sessions of an event to choose from, by day."""
    language = languages.current_language()
    return [
        SelectChoice(
            each.session.public_id,
            f"{formats.clock(each.session.starts_at, language, bare=True)} {plain_in_reader_language(each.session.title)}",
            optgroup=formats.day(each.held_on, language, year=False),
        )
        for each in sessions
    ]


class OutcomeForm(_SessionForm):
    """A remark or a recommendation of a session."""

    session = SelectField(lazy_gettext("Session"), validate_choice=False)
    kind = EnumField(lazy_gettext("Kind"), of=OutcomeKind, validate_choice=False)
    text = LocalizedField(lazy_gettext("Text"), kind="textarea", limit=LONGEST_OUTCOME, required="first")
    addressee = LocalizedField(
        lazy_gettext("Intended for"),
        limit=LONGEST_ADDRESSEE,
        description=lazy_gettext("For example: ministries of the interior"),
    )
    is_public = BooleanField(
        lazy_gettext("Show it to the public"), description=lazy_gettext("Otherwise only the team reads it")
    )
    choosing = ("session", "kind")
    validate_kind = _SessionForm.validate_session

    def read(self) -> dict[str, Any]:
        """Return what was filled in. Raises Refused, with the reasons beside the fields."""
        self.check()
        return {
            "session": self.session.data,
            "kind": OutcomeKind(self.kind.data),
            "text": self.text.data,
            "addressee": self.addressee.data,
            "is_public": bool(self.is_public.data),
        }
