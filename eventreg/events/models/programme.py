"""The institutions and the contact persons behind an event, its days, and what happens on them."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Connection,
    Date,
    ForeignKey,
    Index,
    String,
    Time,
    UniqueConstraint,
    insert,
    inspect,
    update,
)
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventreg.db import NOT_PERSONAL, PERSONAL, Base, Localized, OfEvent, UtcDateTime, choice_column, partial_index
from eventreg.events.models.event import Event
from eventreg.events.rules.institutions import PartnerRole
from eventreg.events.rules.programme import MaterialAudience, OutcomeKind, SessionKind, SpeakerRole
from eventreg.events.rules.settings import Hears
from eventreg.kernel.tokens import new_public_id
from eventreg.organizations.models import Organization


class Partner(OfEvent):
    """An institution's role at an event."""

    __tablename__ = "event_partners"
    audited_as = "partner"
    __table_args__ = (UniqueConstraint("event_id", "organization_id", "role"),)

    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    role: Mapped[PartnerRole] = mapped_column(choice_column(PartnerRole, "role"), info=NOT_PERSONAL)
    position: Mapped[int]
    #: the words above its name, instead of those of the role: "With the support of"
    credit: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)
    #: a sentence that the institution obliges the organizers to use: on the page, in mails and on what is printed
    phrase: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)
    #: the institution obliges the organizers to show its logo before all others
    is_logo_first: Mapped[bool] = mapped_column(default=False)

    organization: Mapped[Organization] = relationship(lazy="raise")


class ContactPerson(OfEvent):
    """Somebody who hears of registrations: the one whom the event names, of whom all is in its own row but the choice; others
    with an address; and members of the team who chose to, of whom the rest is in their account."""

    __tablename__ = "contact_persons"
    audited_as = "contact_person"
    __table_args__ = (
        partial_index("ix_contact_persons_is_public", "event_id", unique=True, where="is_public"),
        Index("ix_contact_persons_event_id", "event_id"),
    )

    #: random; with the instance's key it makes the link to the choice
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id, info=NOT_PERSONAL)
    #: the one whom the event names to the public
    is_public: Mapped[bool] = mapped_column(default=False)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("team_members.id", ondelete="CASCADE"), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)
    email: Mapped[str] = mapped_column(String(320), default="", info=PERSONAL)
    phone: Mapped[str] = mapped_column(String(40), default="", info=PERSONAL)
    language: Mapped[str] = mapped_column(String(12), default="", info=NOT_PERSONAL)
    #: the categories of which they hear, by key; none: of all
    only_categories: Mapped[list[str]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    hears: Mapped[Hears] = mapped_column(choice_column(Hears, "hears"), default=Hears.USUAL, info=NOT_PERSONAL)
    #: of a digest: the hour, and the day of the week (0: Monday)
    hour: Mapped[int] = mapped_column(default=8)
    weekday: Mapped[int] = mapped_column(default=0)
    #: of the link, raised to kill the ones before
    generation: Mapped[int] = mapped_column(default=1)
    #: when they chose, by the link, to hear nothing, until the team says what becomes of it
    declined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: how many messages went at once on a day of the event
    told_on: Mapped[date | None] = mapped_column(Date)
    told: Mapped[int] = mapped_column(default=0)


#: what a contact person is to begin with
_ANEW = {
    "only_categories": [], "hears": Hears.USUAL, "hour": 8, "weekday": 0, "declined_at": None, "told_on": None, "told": 0,
}  # fmt: skip


@listens_for(Event, "after_insert")
def _add_public_contact(_mapper: Any, connection: Connection, event: Event) -> None:
    """Give each event the row of the person whom it names."""
    connection.execute(insert(ContactPerson).values(event_id=event.id, is_public=True))


@listens_for(Event, "before_update")
def _part_from_former_contact(_mapper: Any, connection: Connection, event: Event) -> None:
    """Whoever is named at another address chooses anew, and the links of the one before are dead."""
    if inspect(event).attrs.contact_email.history.has_changes():
        public = update(ContactPerson).where(ContactPerson.event_id == event.id, ContactPerson.is_public)
        connection.execute(public.values(generation=ContactPerson.generation + 1, **_ANEW))


class EventDay(OfEvent):
    """A day of an event, with its hours in the event's zone."""

    __tablename__ = "event_days"
    __table_args__ = (
        UniqueConstraint("event_id", "held_on"),
        CheckConstraint("starts_at < ends_at", name="hours"),
    )

    held_on: Mapped[date] = mapped_column(Date)
    #: wall-clock times in the event's zone
    starts_at: Mapped[time] = mapped_column(Time)
    ends_at: Mapped[time] = mapped_column(Time)

    #: a title of the day, if it has one: "Diagnosis"
    title: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)

    sessions: Mapped[list[ProgrammeSession]] = relationship(
        order_by="ProgrammeSession.starts_at", lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )


class Room(Base):
    """A room or hall of an event."""

    __tablename__ = "event_rooms"
    audited_as = "room"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    name: Mapped[dict[str, str]] = mapped_column(Localized, info=NOT_PERSONAL)


class ProgrammeSession(Base):
    """An item of a day's programme."""

    __tablename__ = "programme_sessions"
    audited_as = "session"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="hours"),
        CheckConstraint("places IS NULL OR places >= 0", name="places"),
    )

    #: in its addresses and the UID of its calendar entry
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id, info=NOT_PERSONAL)
    day_id: Mapped[int] = mapped_column(ForeignKey("event_days.id", ondelete="CASCADE"), index=True)
    kind: Mapped[SessionKind] = mapped_column(choice_column(SessionKind, "kind"), info=NOT_PERSONAL)
    starts_at: Mapped[time] = mapped_column(Time)
    ends_at: Mapped[time] = mapped_column(Time)
    title: Mapped[dict[str, str]] = mapped_column(Localized, info=NOT_PERSONAL)
    #: a line under the title: the form of the session, who leads it
    note: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)
    #: Markdown, on the session's own page
    description: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)
    #: None: for everybody, whatever the room
    room_id: Mapped[int | None] = mapped_column(ForeignKey("event_rooms.id", ondelete="SET NULL"), index=True)
    #: whether participants sign up for it
    takes_sign_up: Mapped[bool] = mapped_column(default=False)
    #: of those who sign up; None: no limit
    places: Mapped[int | None]
    #: raised with every change: whoever saves says which one was seen, and calendar entries carry it as SEQUENCE
    revision: Mapped[int] = mapped_column(default=1)

    room: Mapped[Room | None] = relationship(lazy="raise")
    people: Mapped[list[SessionPerson]] = relationship(
        order_by="SessionPerson.position", lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )


class Speaker(Base):
    """A person who speaks at an event, under the name that is announced."""

    __tablename__ = "event_speakers"
    audited_as = "speaker"

    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id, info=NOT_PERSONAL)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    #: the name folded, to order by
    sort_name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    #: "Director of Research"
    position: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=PERSONAL)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    #: an institution that is no record
    affiliation: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=PERSONAL)
    #: Markdown
    biography: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=PERSONAL)
    revision: Mapped[int] = mapped_column(default=1)

    organization: Mapped[Organization | None] = relationship(lazy="raise")


class SessionPerson(Base):
    """What a speaker does in a session."""

    __tablename__ = "session_people"
    __table_args__ = (UniqueConstraint("session_id", "speaker_id", "role"),)

    session_id: Mapped[int] = mapped_column(ForeignKey("programme_sessions.id", ondelete="CASCADE"))
    speaker_id: Mapped[int] = mapped_column(ForeignKey("event_speakers.id", ondelete="CASCADE"), index=True)
    role: Mapped[SpeakerRole] = mapped_column(choice_column(SpeakerRole, "role"), info=NOT_PERSONAL)
    position: Mapped[int]

    speaker: Mapped[Speaker] = relationship(lazy="raise")


class Material(Base):
    """A file or a link that belongs to a session or to the whole event."""

    __tablename__ = "event_materials"
    audited_as = "material"
    __table_args__ = (CheckConstraint("(url = '') <> (file_id = '')", name="file_or_link"),)

    #: in its address, which stays when its file is replaced
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id, info=NOT_PERSONAL)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    #: None: of the whole event
    session_id: Mapped[int | None] = mapped_column(ForeignKey("programme_sessions.id", ondelete="SET NULL"), index=True)
    position: Mapped[int]
    title: Mapped[dict[str, str]] = mapped_column(Localized, info=NOT_PERSONAL)
    #: the language it is in; empty: any, or not said
    language: Mapped[str] = mapped_column(String(12), default="", info=NOT_PERSONAL)
    audience: Mapped[MaterialAudience] = mapped_column(choice_column(MaterialAudience, "audience"), info=NOT_PERSONAL)
    #: nobody but the team can open it before; None: at once
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    url: Mapped[str] = mapped_column(String(500), default="", info=NOT_PERSONAL)
    #: under which the store keeps the file; another file is kept under another. Empty for a link
    file_id: Mapped[str] = mapped_column(String(12), default="", info=NOT_PERSONAL)
    file_name: Mapped[str] = mapped_column(String(200), default="", info=NOT_PERSONAL)
    #: found from its content; empty for a link
    media_type: Mapped[str] = mapped_column(String(80), default="", info=NOT_PERSONAL)
    #: bytes; 0 for a link
    size: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SessionOutcome(Base):
    """A remark or a recommendation that a session leaves behind."""

    __tablename__ = "session_outcomes"
    audited_as = "outcome"

    session_id: Mapped[int] = mapped_column(ForeignKey("programme_sessions.id", ondelete="CASCADE"), index=True)
    kind: Mapped[OutcomeKind] = mapped_column(choice_column(OutcomeKind, "kind"), info=NOT_PERSONAL)
    position: Mapped[int]
    text: Mapped[dict[str, str]] = mapped_column(Localized, info=NOT_PERSONAL)
    #: whom a recommendation is for: "Ministries of the interior"
    addressee: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)
    is_public: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(default=1)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
