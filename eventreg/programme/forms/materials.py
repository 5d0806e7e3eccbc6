"""What organizers fill in about a material.

What organizers fill in about a remark or a recommendation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, FileField, HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types

from eventreg.events.models import Event, Material, SessionOutcome
from eventreg.events.rules.programme import MaterialAudience, OutcomeKind
from eventreg.events.wording import audience_name, outcome_kind_name
from eventreg.i18n import formats, languages
from eventreg.kernel.errors import Refused
from eventreg.kernel.text import showable, tidied
from eventreg.programme.queries import SessionOfDay
from eventreg.programme.rules.materials import ACCEPTED, LONGEST_ADDRESSEE, LONGEST_OUTCOME, LONGEST_TITLE, MOST_BYTES
from eventreg.programme.services.materials import MaterialEntry, OutcomeEntry, SentFile
from eventreg.web.fields import whole_number
from eventreg.web.forms import lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm
from eventreg.web.templating import plain_in_reader_language

_LOCAL = "%Y-%m-%dT%H:%M"


class MaterialForm(LocalizedForm):
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
    audience = RadioField(lazy_gettext("Visible to"), validate_choice=False)
    released_at = StringField(lazy_gettext("Not before"), render_kw={"type": "datetime-local"})
    revision = HiddenField()

    def __init__(self, event: Event, sessions: Sequence[SessionOfDay], **values: Any) -> None:
        super().__init__(event.languages, **values)
        self._zone = ZoneInfo(event.time_zone)
        setattr(self.file, "limit", MOST_BYTES)  # noqa: B010 - read by the template, unknown to the types
        self.file.render_kw = {"accept": ",".join(ACCEPTED)}
        self.session.choices = [SelectChoice("", _("The whole event")), *session_choices(sessions)]
        codes = dict.fromkeys([*event.languages, *languages.known_languages()])
        self.language.choices = [
            ("", _("Not said")),
            *((code, languages.own_name(code)) for code in codes),
        ]
        self.audience.choices = [(each.value, audience_name(each)) for each in MaterialAudience]
        self.released_at.description = _("Time in %(place)s. Left empty, it can be opened at once", place=event.city)
        for required in (self.session, self.audience):
            required.flags.required = True

    @classmethod
    def of(cls, event: Event, sessions: Sequence[SessionOfDay], material: Material) -> MaterialForm:
        """Return the form as a material stands."""
        public_ids = {each.session.id: each.session.public_id for each in sessions}
        released_at = material.released_at
        return cls(
            event,
            sessions,
            title=material.title,
            url=material.url,
            session=public_ids.get(material.session_id or 0, ""),
            language=material.language,
            audience=material.audience.value,
            released_at=released_at.astimezone(ZoneInfo(event.time_zone)).strftime(_LOCAL) if released_at else "",
            revision=str(material.revision),
        )

    def read(self) -> MaterialEntry:
        """Return what was filled in. Raises Refused, with the reasons beside the fields."""
        is_valid = self.validate()
        released_at = self._released_at()
        self.url.data = tidied(showable(self.url.data or ""))
        fields: tuple[SelectField, ...] = (self.session, self.language, self.audience)
        for field in fields:
            if field.data not in offered(field):
                field.errors = [_("Choose one of these")]
        if not is_valid or any(field.errors for field in (*fields, self.released_at)):
            raise Refused("")
        return MaterialEntry(
            title=self.title.data,
            session=self.session.data,
            language=self.language.data,
            audience=MaterialAudience(self.audience.data),
            released_at=released_at,
            url=self.url.data,
        )

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

    @property
    def seen_revision(self) -> int:
        """The revision that the page showed; 0 when it is none."""
        return whole_number(self.revision.data) or 0

    def _released_at(self) -> datetime | None:
        text = (self.released_at.data or "").strip()
        if not text:
            return None
        for pattern in (_LOCAL, f"{_LOCAL}:%S"):
            try:
                local = datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is put in its place below
                return local.replace(tzinfo=self._zone).astimezone(UTC)
            except (ValueError, OverflowError):
                continue
        self.released_at.data = showable(text)
        self.released_at.errors = [_("Write day and time like 2027-03-11T09:00")]
        return None


def offered(field: SelectField) -> set[str]:
    """Return the values that a field offers."""
    choices: Iterable[Any] = field.iter_choices()
    return {choice.value for choice in choices}


def session_choices(sessions: Sequence[SessionOfDay]) -> list[Any]:
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


class OutcomeForm(LocalizedForm):
    """A remark or a recommendation of a session."""

    session = SelectField(lazy_gettext("Session"), validate_choice=False)
    kind = RadioField(lazy_gettext("Kind"), validate_choice=False)
    text = LocalizedField(lazy_gettext("Text"), kind="textarea", limit=LONGEST_OUTCOME, required="first")
    addressee = LocalizedField(
        lazy_gettext("Intended for"),
        limit=LONGEST_ADDRESSEE,
        description=lazy_gettext("For example: ministries of the interior"),
    )
    is_public = BooleanField(
        lazy_gettext("Show it to the public"), description=lazy_gettext("Otherwise only the team reads it")
    )
    revision = HiddenField()

    def __init__(self, event: Event, sessions: Sequence[SessionOfDay], **values: Any) -> None:
        super().__init__(event.languages, **values)
        self.session.choices = session_choices(sessions)
        self.kind.choices = [(each.value, outcome_kind_name(each)) for each in OutcomeKind]
        for required in (self.session, self.kind):
            required.flags.required = True

    @classmethod
    def of(cls, event: Event, sessions: Sequence[SessionOfDay], outcome: SessionOutcome) -> OutcomeForm:
        """Return the form as an outcome stands."""
        public_ids = {each.session.id: each.session.public_id for each in sessions}
        return cls(
            event,
            sessions,
            session=public_ids.get(outcome.session_id, ""),
            kind=outcome.kind.value,
            text=outcome.text,
            addressee=outcome.addressee,
            is_public=outcome.is_public,
            revision=str(outcome.revision),
        )

    def read(self) -> OutcomeEntry:
        """Return what was filled in. Raises Refused, with the reasons beside the fields."""
        is_valid = self.validate()
        for field in (self.session, self.kind):
            if field.data not in offered(field):
                field.errors = [_("Choose one of these")]
        if not is_valid or self.session.errors or self.kind.errors:
            raise Refused("")
        return OutcomeEntry(
            session=self.session.data,
            kind=OutcomeKind(self.kind.data),
            text=self.text.data,
            addressee=self.addressee.data,
            is_public=bool(self.is_public.data),
        )

    @property
    def seen_revision(self) -> int:
        """The revision that the page showed; 0 when it is none."""
        return whole_number(self.revision.data) or 0
