"""What organizers fill in about the programme: a session, a room, a speaker, a day as lines.

A day of the programme as lines of text.
"""

from collections.abc import Sequence
from datetime import time
from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField

from eventreg.events.forms.settings import read_time
from eventreg.events.models import EventDay, ProgrammeSession, Room, SessionPerson
from eventreg.events.rules.programme import SessionKind, SpeakerRole
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language, own_name
from eventreg.kernel.errors import Refused
from eventreg.kernel.text import fault_of, showable, tidied
from eventreg.programme.rules.sessions import (
    LONGEST_BIOGRAPHY,
    LONGEST_DESCRIPTION,
    LONGEST_NOTE,
    LONGEST_PERSON_NAME,
    LONGEST_POSITION,
    LONGEST_ROOM_NAME,
    LONGEST_TITLE,
    MOST_PLACES,
    People,
    SessionEntry,
    SpeakerEntry,
    default_role,
    names_in,
)
from eventreg.web import fields, templating
from eventreg.web.forms import choices, lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm


class _SessionFields(LocalizedForm):
    """What every session has. Times as people type them; people as names with ";" between them."""

    title = LocalizedField(lazy_gettext("Title"), limit=LONGEST_TITLE, required="first")
    day = SelectField(lazy_gettext("Day"), validate_choice=False)
    starts_at = StringField(lazy_gettext("Starts"), render_kw={"autocomplete": "off"})
    ends_at = StringField(lazy_gettext("Ends"), render_kw={"autocomplete": "off"})
    kind = SelectField(lazy_gettext("Kind"), validate_choice=False)
    room = SelectField(lazy_gettext("Room"), validate_choice=False)

    def __init__(
        self, languages: Sequence[str], days: Sequence[EventDay], rooms: Sequence[Room], **values: Any
    ) -> None:
        super().__init__(languages, **values)
        language = current_language()
        self.day.choices = [(str(day.id), formats.day(day.held_on, language, year=False)) for day in days]
        self.kind.choices = choices(SessionKind)
        self.room.choices = [("", _("For everybody"))]
        self.room.choices += [(str(room.id), templating.plain_in_reader_language(room.name)) for room in rooms]

    def read(self) -> SessionEntry:
        """Return the session that was filled in. Raises Refused, with the reasons beside the fields. Nothing typed is lost."""
        is_whole = self.validate()
        starts_at, ends_at = self._read_hours()
        day_id = chosen_number(self.day, _("Choose a day of the event"))
        room_id = chosen_number(self.room, _("This room is gone. Choose another one"), may_be_empty=True)
        people, more = self.read_people(), self.read_more()
        if not is_whole or starts_at is None or ends_at is None or day_id is None or self._has_errors():
            raise Refused("")
        return SessionEntry(
            day_id=day_id,
            kind=self.chosen_kind(),
            starts_at=starts_at,
            ends_at=ends_at,
            title=self.title.data,
            room_id=room_id,
            people=people,
            **more,
        )

    def chosen_kind(self) -> SessionKind:
        """Return the kind, a plain session for what is none."""
        return next((kind for kind in SessionKind if kind.value == self.kind.data), SessionKind.SESSION)

    def read_people(self) -> list[People]:
        """Return who was named, adding to the errors of the fields."""
        return []

    def read_more(self) -> dict[str, Any]:
        """Return what else of the session was filled in."""
        return {}

    def _read_hours(self) -> tuple[time | None, time | None]:
        starts_at, ends_at = read_time(self.starts_at), read_time(self.ends_at)
        if starts_at is not None and ends_at is not None and starts_at >= ends_at:
            self.ends_at.errors = [_("The end has to come after the start")]
        return starts_at, ends_at

    def _has_errors(self) -> bool:
        return any(field.errors for field in self)


class NewSessionForm(_SessionFields):
    """A session with what is needed to announce it: quick to fill in, one after another."""

    speakers = StringField(
        lazy_gettext("Who speaks"),
        description=lazy_gettext("Names, with a semicolon between them: Ana Demo; Luis Demo"),
        render_kw={"autocomplete": "off"},
    )

    def read_people(self) -> list[People]:
        """Return who was named: on the panel in a panel, else as speakers."""
        return [People(default_role(self.chosen_kind()), _names(self.speakers))]


class SessionForm(_SessionFields):
    """Everything about a session."""

    note = LocalizedField(
        lazy_gettext("Note"), limit=LONGEST_NOTE, description=lazy_gettext("One line under the title in the programme.")
    )
    description = LocalizedField(
        lazy_gettext("Description"),
        kind="markdown",
        limit=LONGEST_DESCRIPTION,
        description=lazy_gettext("On the session's own page. Markdown: **bold**, - lists, [a link](https://…)"),
    )
    moderator = StringField(lazy_gettext("Moderation"), render_kw={"autocomplete": "off"})
    speaker = StringField(
        lazy_gettext("Speakers"),
        description=lazy_gettext(
            "Names in order, with a semicolon between them. A name that is new becomes a speaker."
        ),
        render_kw={"autocomplete": "off"},
    )
    panellist = StringField(lazy_gettext("On the panel"), render_kw={"autocomplete": "off"})
    rapporteur = StringField(lazy_gettext("Rapporteur"), render_kw={"autocomplete": "off"})
    takes_sign_up = BooleanField(lazy_gettext("Participants sign up for this session"))
    places = StringField(
        lazy_gettext("Places"),
        description=lazy_gettext("Empty: no limit."),
        render_kw={"autocomplete": "off", "inputmode": "numeric"},
    )
    revision = HiddenField()

    def read_people(self) -> list[People]:
        """Return who does what."""
        return [People(role, _names(self[role.value])) for role in SpeakerRole]

    def read_more(self) -> dict[str, Any]:
        """Return note, description, sign-up and places."""
        places = (self.places.data or "").strip()
        number = fields.whole_number(places)
        if places and (number is None or number > MOST_PLACES):
            self.places.errors = [_("Write a whole number, or leave it empty")]
        return {
            "note": self.note.data,
            "description": self.description.data,
            "takes_sign_up": bool(self.takes_sign_up.data),
            "places": number if places else None,
        }

    @classmethod
    def values_of(cls, session: ProgrammeSession, people: Sequence[SessionPerson]) -> dict[str, Any]:
        """Return what the form of a session begins with."""
        named = {
            role.value: "; ".join(person.speaker.name for person in people if person.role is role)
            for role in SpeakerRole
        }
        return named | {
            "title": session.title,
            "note": session.note,
            "description": session.description,
            "day": str(session.day_id),
            "kind": session.kind.value,
            "room": str(session.room_id or ""),
            "starts_at": f"{session.starts_at:%H:%M}",
            "ends_at": f"{session.ends_at:%H:%M}",
            "takes_sign_up": session.takes_sign_up,
            "places": "" if session.places is None else str(session.places),
            "revision": str(session.revision),
        }


class RoomForm(LocalizedForm):
    """The name of a room."""

    name = LocalizedField(lazy_gettext("Name of the room"), limit=LONGEST_ROOM_NAME, required="first")


class SpeakerForm(LocalizedForm):
    """A speaker as announced."""

    name = StringField(
        lazy_gettext("Name"),
        description=lazy_gettext("As it is announced, in every language."),
        render_kw={"autocomplete": "off"},
    )
    position = LocalizedField(lazy_gettext("Position"), limit=LONGEST_POSITION)
    organization = SelectField(lazy_gettext("Institution"), validate_choice=False)
    affiliation = LocalizedField(
        lazy_gettext("Institution that is not in the list"),
        limit=LONGEST_POSITION,
        description=lazy_gettext("Shown when none of the list is chosen."),
    )
    biography = LocalizedField(
        lazy_gettext("Biography"),
        kind="markdown",
        limit=LONGEST_BIOGRAPHY,
        rows=6,
        description=lazy_gettext("On the pages of the sessions. Markdown: **bold**, - lists, [a link](https://…)"),
    )
    revision = HiddenField()

    def __init__(self, languages: Sequence[str], organizations: Sequence[tuple[int, str]], **values: Any) -> None:
        super().__init__(languages, **values)
        self.organization.choices = [("", _("None of the list"))]
        self.organization.choices += [(str(number), name) for number, name in organizations]

    def read(self) -> SpeakerEntry:
        """Return the speaker that was filled in. Raises Refused, with the reasons beside the fields."""
        is_whole = self.validate()
        names = _names(self.name)
        if not names and not self.name.errors:
            self.name.errors = [_("Write the name")]
        organization_id = chosen_number(
            self.organization, _("This institution is gone. Choose another one"), may_be_empty=True
        )
        if not is_whole or any(field.errors for field in self):
            raise Refused("")
        return SpeakerEntry(
            name=" ".join((self.name.data or "").split()),
            position=self.position.data,
            organization_id=organization_id,
            affiliation=self.affiliation.data,
            biography=self.biography.data,
        )


def chosen_number(field: Any, sentence: str, *, may_be_empty: bool = False) -> int | None:
    """Return the number that was chosen from a list, or None with the sentence among the errors of the field."""
    if may_be_empty and not field.data:
        return None
    number = fields.whole_number(field.data)
    if number is None or str(number) not in [choice[0] for choice in field.choices]:
        field.errors = [sentence]
        return None
    return number


def _names(field: Any) -> list[str]:
    field.data = showable(field.data or "")
    names = names_in(tidied(field.data))
    if any(fault_of(name, LONGEST_PERSON_NAME, is_line=True) for name in names):
        field.errors = [_("A name has at most %(limit)s characters", limit=LONGEST_PERSON_NAME)]
    return names


_LONGEST_TEXT = 20_000


class LinesForm(LocalizedForm):
    """A day as lines of text."""

    day = SelectField(lazy_gettext("Day"), validate_choice=False)
    lines = TextAreaField(lazy_gettext("Sessions, one a line"))
    instead = BooleanField(
        lazy_gettext("Instead of what stands on this day"),
        description=lazy_gettext("Sessions with the same hours and title stay as they are; the others are removed."),
    )
    #: the sessions that were shown as leaving or staying, with their revisions
    seen = HiddenField()

    def __init__(self, languages: Sequence[str], days: Sequence[EventDay], **values: Any) -> None:
        super().__init__(languages, **values)
        language = current_language()
        self.day.choices = [(str(day.id), formats.day(day.held_on, language, year=False)) for day in days]
        self.lines.description = _(
            "Like: 09:00–09:30 Title in %(languages)s. A room of the event may follow after @.",
            languages=" | ".join(own_name(language) for language in languages),
        )

    def text(self) -> str:
        """Return the lines as typed, without what no page can carry."""
        self.lines.data = showable(self.lines.data or "")[:_LONGEST_TEXT]
        return self.lines.data.replace("\r\n", "\n")

    def remember(self, sessions: Sequence[ProgrammeSession]) -> None:
        """Let the form carry which sessions were seen."""
        self.seen.data = " ".join(f"{session.public_id}:{session.revision}" for session in sessions)

    def seen_revisions(self) -> dict[str, int]:
        """Return the public ids and revisions that the form carries; what is none is left out."""
        pairs = (pair.partition(":") for pair in (self.seen.data or "").split())
        numbers = {public_id: fields.whole_number(revision) for public_id, _colon, revision in pairs}
        return {public_id: number for public_id, number in numbers.items() if number is not None}

    def chosen_day(self) -> int | None:
        """Return the day, or None with the reason beside the field."""
        return chosen_number(self.day, _("Choose a day of the event"))
