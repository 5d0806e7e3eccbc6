"""The event itself and its privacy notice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Connection,
    Date,
    ForeignKey,
    String,
    UniqueConstraint,
    func,
    inspect,
    select,
)
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventreg.audit.models import AuditEntry
from eventreg.db import NOT_PERSONAL, PERSONAL, Base, Localized, UtcDateTime, choice_column
from eventreg.events.rules.attendance import AttendanceMode
from eventreg.events.rules.categories import Window
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.seats import Seats
from eventreg.kernel.tokens import new_public_id
from eventreg.media.models import Picture

if TYPE_CHECKING:
    from eventreg.events.models.category import Category
    from eventreg.events.models.institutions import Partner
    from eventreg.events.models.programme import EventDay


class Event(Base):
    """A seminar or meeting. The row is what guards decisions about places: services lock it first."""

    __tablename__ = "events"
    audited_as = "event"
    __table_args__ = (
        CheckConstraint("capacity IS NULL OR capacity >= 0", name="capacity"),
        CheckConstraint("registration_opens_at < registration_closes_at", name="registration_window"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: random; with the instance's key it makes the preview link
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id, info=NOT_PERSONAL)
    slug: Mapped[str] = mapped_column(String(80), unique=True, info=NOT_PERSONAL)
    publication: Mapped[Publication] = mapped_column(
        choice_column(Publication, "publication"), default=Publication.DRAFT, info=NOT_PERSONAL
    )
    #: the languages of its content, the first one being the fallback: ["es", "en"]
    languages: Mapped[list[str]] = mapped_column(JSON, info=NOT_PERSONAL)
    title: Mapped[dict[str, str]] = mapped_column(Localized, info=NOT_PERSONAL)
    summary: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)
    #: Markdown
    description: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)
    audience: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)
    #: practical information in order, each with a key of its own:
    #: [{"key": "k3f9", "topic": "hotels", "label": {…}, "text": {…}, "is_demonstration": true}, …]
    practical: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    attendance: Mapped[AttendanceMode] = mapped_column(
        choice_column(AttendanceMode, "attendance"), default=AttendanceMode.ONSITE, info=NOT_PERSONAL
    )
    venue: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)
    #: street and number, as on a letter; may be empty
    address: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)
    #: how to take part from afar, Markdown: shown to the confirmed only, on their own page and in their mails
    joining: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)
    joining_url: Mapped[str] = mapped_column(String(500), default="", info=NOT_PERSONAL)
    city: Mapped[str] = mapped_column(String(120), info=NOT_PERSONAL)
    #: ISO 3166-1 alpha-2
    country: Mapped[str] = mapped_column(String(2), info=NOT_PERSONAL)
    #: the countries that the form lists first: ["BZ", "CR", …]
    region: Mapped[list[str]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    time_zone: Mapped[str] = mapped_column(String(64), info=NOT_PERSONAL)
    #: shown on the pages: what of the programme and dates is only a demonstration; empty for a real event
    demonstration_note: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)
    reference_prefix: Mapped[str] = mapped_column(String(8), info=NOT_PERSONAL)

    #: places in all; None: no limit
    capacity: Mapped[int | None]
    #: at or below this many free places the page says "few places"
    few_places: Mapped[int] = mapped_column(default=10)
    registration_opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    registration_closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: the day by which organizers answer those who wait for a decision; None: not said
    answers_by: Mapped[date | None] = mapped_column(Date)
    #: until then participants change their own answers
    changes_until: Mapped[datetime] = mapped_column(UtcDateTime)
    #: until then a place set free passes to the waiting list by itself; after it organizers promote
    promotes_until: Mapped[datetime] = mapped_column(UtcDateTime)
    #: whether an address is verified before the registration counts
    verifies_addresses: Mapped[bool] = mapped_column(default=False)
    #: messages to addresses outside `.example` are kept and shown, never sent
    holds_mail: Mapped[bool] = mapped_column(default=False)

    contact_name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    contact_position: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=PERSONAL)
    contact_office: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)
    contact_phone: Mapped[str] = mapped_column(String(40), default="", info=PERSONAL)
    contact_email: Mapped[str] = mapped_column(String(320), info=PERSONAL)
    contact_language: Mapped[str] = mapped_column(String(12), info=NOT_PERSONAL)
    #: why it does not take place, for the page and the mails
    cancellation_note: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)
    #: when it was cancelled, archived, closed or published: the last change of `publication`
    publication_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: of the preview link, raised with each new one, which kills the one before; 0 or below: there is none
    preview_generation: Mapped[int] = mapped_column(default=0)
    #: whether its team needs a second factor
    demands_second_factor: Mapped[bool] = mapped_column(default=False)
    #: the key of one of the palettes (web.palettes); empty: the instance's
    palette: Mapped[str] = mapped_column(String(24), default="", info=NOT_PERSONAL)
    picture_id: Mapped[int | None] = mapped_column(ForeignKey("pictures.id"))
    #: what the picture shows, for who cannot see it
    picture_text: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)
    #: raised with every change of dates, places and settings: whoever saves says which one was seen
    settings_revision: Mapped[int] = mapped_column(default=1)
    #: keys of the messages that have words of the event's own (message_texts): for any other none are looked for
    worded_messages: Mapped[list[str]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    #: raised with every change of what calendars show of it, the days among it: a part of every SEQUENCE
    calendar_revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    picture: Mapped[Picture | None] = relationship(lazy="raise")
    days: Mapped[list[EventDay]] = relationship(
        order_by="EventDay.held_on", lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )
    partners: Mapped[list[Partner]] = relationship(
        order_by="Partner.position", lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )
    categories: Mapped[list[Category]] = relationship(
        order_by="Category.position", lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def event_id(self) -> int:
        """Whose audit trail tells of it: its own."""
        return self.id

    @property
    def public_categories(self) -> list[Category]:
        """The categories that the public is offered; private ones are shown to nobody without a way in."""
        return [category for category in self.categories if not category.is_private]

    def window_of(self, category: Category) -> Window:
        """Return when a category takes registrations: by its own dates, inside those of the event."""
        whole = Window(self.registration_opens_at, self.registration_closes_at)
        return whole.cut_to(category.opens_at, category.closes_at)

    def seats(self, taken: Mapping[int, int]) -> Seats:
        """Return its places and those of its categories, when so many are taken by the ids of categories."""
        limits = {category.id: category.places for category in self.categories}
        beside = frozenset(category.id for category in self.categories if not category.counts_toward_event)
        return Seats(self.capacity, limits, {id_: taken[id_] for id_ in limits if id_ in taken}, beside)

    @property
    def is_called_off(self) -> bool:
        """Whether it does not take place: cancelled, or archived after that."""
        was_cancelled = self.publication is Publication.ARCHIVED and bool(self.cancellation_note)
        return self.publication is Publication.CANCELLED or was_cancelled


@listens_for(Event, "before_insert")
def _give_a_new_id(_mapper: Any, connection: Connection, event: Event) -> None:
    """Never give the id of a deleted event away again, as SQLite would: its trail stays, and is not the next event's."""
    if connection.dialect.name == "sqlite" and event.__dict__.get("id") is None:
        used = (select(func.max(column)).scalar_subquery() for column in (Event.id, AuditEntry.chain))
        event.id = max(connection.scalar(select(last)) or 0 for last in used) + 1


#: what calendars show beside the days, which count by the service that saves them
_IN_CALENDARS = (
    "title", "summary", "venue", "demonstration_note", "attendance", "city", "country", "time_zone", "contact_name",
    "contact_email",
)  # fmt: skip


@listens_for(Event, "before_update")
def _count_for_calendars(_mapper: Any, _connection: Connection, event: Event) -> None:
    """Count a change of what calendars show, whoever makes it."""
    attributes = inspect(event).attrs
    if any(attributes[name].history.has_changes() for name in _IN_CALENDARS):
        event.calendar_revision += 1


class PrivacyNotice(Base):
    """A version of what an event tells people about their data. Never changed once published: a new version is added."""

    __tablename__ = "privacy_notices"
    audited_as = "privacy_notice"
    __table_args__ = (UniqueConstraint("event_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    version: Mapped[int]
    #: two sentences for the form
    summary: Mapped[dict[str, str]] = mapped_column(Localized, info=NOT_PERSONAL)
    #: the whole notice, Markdown
    body: Mapped[dict[str, str]] = mapped_column(Localized, info=NOT_PERSONAL)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
