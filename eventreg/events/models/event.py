"""The event with all that is said of it: its notice, its kinds of participants, its team, its earlier texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    Connection,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
    inspect,
    select,
)
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventreg.audit.models import AuditEntry
from eventreg.db import NOT_PERSONAL, PERSONAL, Base, Localized, OfEvent, UtcDateTime, choice_column
from eventreg.events.rules.categories import LIST_CONSENT, ApprovalRule, ListedColumn, ShownTo
from eventreg.events.rules.dates import Window
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.seats import Seats
from eventreg.events.rules.settings import AttendanceMode
from eventreg.events.rules.team import TeamRole
from eventreg.kernel.errors import N_
from eventreg.kernel.tokens import new_public_id
from eventreg.media.models import Picture

if TYPE_CHECKING:
    from eventreg.events.models.programme import EventDay, Partner


#: where a column stands in an event's file (`events.bundles`), beside those in which it is the key of a part: with the
#: event and its copies, with the event alone, in none since it is made anew
EVENT: Final = "event"
OWN: Final = "own"
NOWHERE: Final = ""
TEXTS: Final = "texts"


def _info(label: str = "", kept: str = EVENT, *, is_personal: bool = False) -> dict[str, Any]:
    """Return what is known of a column: its name in the history, marked with `N_`, and where it stands in a file."""
    return {"label": label, "kept": kept, "personal": is_personal}


class Event(Base):
    """A seminar or meeting. The row is what guards decisions about places: services lock it first."""

    __tablename__ = "events"
    audited_as = "event"
    __table_args__ = (
        CheckConstraint("capacity IS NULL OR capacity >= 0", name="capacity"),
        CheckConstraint("registration_opens_at < registration_closes_at", name="registration_window"),
    )

    #: random; with the instance's key it makes the preview link
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id, info=_info(kept=NOWHERE))
    slug: Mapped[str] = mapped_column(String(80), unique=True, info=_info(N_("Address on the site"), kept=NOWHERE))
    publication: Mapped[Publication] = mapped_column(
        choice_column(Publication, "publication"), default=Publication.DRAFT, info=_info(N_("Publication"), kept=OWN)
    )
    #: the languages of its content, the first one being the fallback: ["es", "en"]
    languages: Mapped[list[str]] = mapped_column(JSON, info=_info(N_("Languages")))
    title: Mapped[dict[str, str]] = mapped_column(Localized, info=_info(N_("Title")))
    summary: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=_info(N_("Summary"), TEXTS))
    description: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=_info(N_("Description"), TEXTS))
    audience: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=_info(N_("Who it is for"), TEXTS))
    #: practical information in order, each with a key of its own:
    #: [{"key": "k3f9", "topic": "hotels", "label": {…}, "text": {…}, "is_demonstration": true}, …]
    practical: Mapped[list[dict[str, Any]]] = mapped_column(
        JSON, default=list, info=_info(N_("Practical information"), TEXTS)
    )
    attendance: Mapped[AttendanceMode] = mapped_column(
        choice_column(AttendanceMode, "attendance"), default=AttendanceMode.ONSITE, info=_info(N_("Attendance"))
    )
    venue: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=_info(N_("Place")))
    #: street and number, as on a letter; may be empty
    address: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=_info(N_("Street address")))
    #: how to take part from afar, Markdown: shown to the confirmed only, on their own page and in their mails
    joining: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=_info(N_("How to join"), TEXTS))
    joining_url: Mapped[str] = mapped_column(String(500), default="", info=_info(N_("Link to join"), TEXTS))
    city: Mapped[str] = mapped_column(String(120), info=_info(N_("City")))
    country: Mapped[str] = mapped_column(String(2), info=_info(N_("Country")))
    #: the countries that the form lists first: ["BZ", "CR", …]
    region: Mapped[list[str]] = mapped_column(JSON, default=list, info=_info(N_("Region")))
    time_zone: Mapped[str] = mapped_column(String(64), info=_info(N_("Time zone")))
    #: shown on the pages: what of the programme and dates is only a demonstration; empty for a real event
    demonstration_note: Mapped[dict[str, str]] = mapped_column(
        Localized, default=dict, info=_info(N_("Note on the demonstration"), TEXTS)
    )
    reference_prefix: Mapped[str] = mapped_column(String(8), info=_info(N_("Beginning of references")))

    #: places in all; None: no limit
    capacity: Mapped[int | None] = mapped_column(info=_info(N_("Places")))
    #: at or below this many free places the page says "few places"
    few_places: Mapped[int] = mapped_column(default=10, info=_info(N_("Few places from")))
    registration_opens_at: Mapped[datetime] = mapped_column(UtcDateTime, info=_info(N_("Registration opens")))
    registration_closes_at: Mapped[datetime] = mapped_column(UtcDateTime, info=_info(N_("Registration closes")))
    #: the day by which organizers answer those who wait for a decision; None: not said
    answers_by: Mapped[date | None] = mapped_column(Date, info=_info(N_("Answers by")))
    #: until then participants change their own answers
    changes_until: Mapped[datetime] = mapped_column(UtcDateTime, info=_info(N_("Changes until")))
    #: until then a place set free passes to the waiting list by itself; after it organizers promote
    promotes_until: Mapped[datetime] = mapped_column(UtcDateTime, info=_info(N_("Waiting list moves until")))
    #: whether an address is verified before the registration counts
    verifies_addresses: Mapped[bool] = mapped_column(default=False, info=_info(N_("Addresses are confirmed")))
    #: nobody learns by typing an address whether it is registered: what became of a form is told by mail alone
    is_discreet: Mapped[bool] = mapped_column(default=False, info=_info(N_("Discreet")))
    #: named in no public list, and neither title, place nor institutions in the subjects, senders and calendars of its mails
    is_quiet: Mapped[bool] = mapped_column(default=False, info=_info(N_("Quiet")))
    #: messages to addresses outside `.example` are kept and shown, never sent
    holds_mail: Mapped[bool] = mapped_column(default=False, info=_info(N_("Emails are held")))

    contact_name: Mapped[str] = mapped_column(String(200), info=_info(N_("Contact person"), is_personal=True))
    contact_position: Mapped[dict[str, str]] = mapped_column(
        Localized, default=dict, info=_info(N_("Position of the contact person"), is_personal=True)
    )
    contact_office: Mapped[dict[str, str]] = mapped_column(
        Localized, default=dict, info=_info(N_("Office of the contact person"))
    )
    contact_phone: Mapped[str] = mapped_column(
        String(40), default="", info=_info(N_("Telephone of the contact person"), is_personal=True)
    )
    contact_email: Mapped[str] = mapped_column(
        String(320), info=_info(N_("Email of the contact person"), is_personal=True)
    )
    contact_language: Mapped[str] = mapped_column(String(12), info=_info(N_("Language of the contact person")))
    #: why it does not take place, for the page and the mails
    cancellation_note: Mapped[dict[str, str]] = mapped_column(
        Localized, default=dict, info=_info(N_("Why it is cancelled"), kept=OWN)
    )
    #: when it was cancelled, archived, closed or published: the last change of `publication`
    publication_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, info=_info(kept=OWN))
    #: of the preview link, raised with each new one, which kills the one before; 0 or below: there is none
    preview_generation: Mapped[int] = mapped_column(default=0, info=_info(kept=OWN))
    demands_second_factor: Mapped[bool] = mapped_column(default=False, info=_info(N_("A second factor is demanded")))
    #: the key of one of the palettes (web.templating.PALETTES); empty: the instance's
    palette: Mapped[str] = mapped_column(String(24), default="", info=_info(N_("Colours"), kept="look"))
    picture_id: Mapped[int | None] = mapped_column(ForeignKey("pictures.id"), info=_info(N_("Picture"), kept="look"))
    #: what the picture shows, for who cannot see it
    picture_text: Mapped[dict[str, str]] = mapped_column(
        Localized, default=dict, info=_info(N_("What the picture shows"), kept="look")
    )
    #: days that what is held about people is kept, by key of a holding (privacy.holdings); others as the program says
    retention: Mapped[dict[str, int]] = mapped_column(JSON, default=dict, info=_info(N_("How long data are kept")))
    #: nothing goes before, whatever the periods say: it was there when the program learned to let go. None: no such time
    retained_until: Mapped[datetime | None] = mapped_column(UtcDateTime, info=_info(kept=NOWHERE))
    #: what the list of participants says, where some category is shown: values of ListedColumn
    participant_columns: Mapped[list[str]] = mapped_column(
        JSON,
        default=lambda: [each.value for each in ListedColumn],
        info=_info(N_("What the list of participants says")),
    )
    #: the key of the consent without which nobody is on it, once some version of the questions asks for it
    participant_consent: Mapped[str] = mapped_column(
        String(64), default=LIST_CONSENT, info=_info(N_("Permission that the list of participants needs"))
    )
    #: raised with every change of dates, places and settings: whoever saves says which one was seen
    settings_revision: Mapped[int] = mapped_column(default=1)
    #: keys of the messages that have words of the event's own (message_texts): for any other none are looked for
    worded_messages: Mapped[list[str]] = mapped_column(JSON, default=list, info=_info(kept=NOWHERE))
    #: raised with every change of what calendars show of it, the days among it: a part of every SEQUENCE
    calendar_revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, info=_info(kept=OWN))

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

    def category_of(self, row: Any) -> Category:
        """Return the category of this event that a row names by `category_id`."""
        return next(category for category in self.categories if category.id == row.category_id)

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
    def shows_receipts(self) -> bool:
        """Whether the sender of a form is shown what became of it; else a mail alone says so."""
        return not (self.verifies_addresses or self.is_discreet)

    @property
    def is_called_off(self) -> bool:
        """Whether it does not take place: cancelled, or archived after that."""
        was_cancelled = self.publication is Publication.ARCHIVED and bool(self.cancellation_note)
        return self.publication is Publication.CANCELLED or was_cancelled


def named_columns() -> list[ColumnElement[Any]]:
    """Return the columns of an event that have a name in its history: those that somebody changes."""
    return [column for column in Event.__table__.c if column.info.get("label")]


def columns_kept(*places: str) -> list[str]:
    """Return the columns of an event that stand in a place of its file, as their `info` says."""
    return [column.name for column in Event.__table__.c if column.info.get("kept") in places]


@listens_for(Event, "before_insert")
def _give_a_new_id(_mapper: Any, connection: Connection, event: Event) -> None:
    """Never give the id of a deleted event away again, as SQLite would: its trail stays, and is not the next event's."""
    if connection.dialect.name == "sqlite" and event.__dict__.get("id") is None:
        used = (select(func.max(column)).scalar_subquery() for column in (Event.id, AuditEntry.chain))
        event.id = max(connection.scalar(select(last)) or 0 for last in used) + 1


#: what calendars show beside the days, which count by the service that saves them
_IN_CALENDARS = (
    "title", "summary", "venue", "demonstration_note", "attendance", "city", "country", "time_zone", "contact_name",
    "contact_email", "is_quiet",
)  # fmt: skip


@listens_for(Event, "before_update")
def _count_for_calendars(_mapper: Any, _connection: Connection, event: Event) -> None:
    """Count a change of what calendars show, whoever makes it."""
    attributes = inspect(event).attrs
    if any(attributes[name].history.has_changes() for name in _IN_CALENDARS):
        event.calendar_revision += 1


#: `made` of a notice that the program has still to say its part of
TO_BE_MADE: Final[Mapping[str, Any]] = {"asked": []}


class PrivacyNotice(OfEvent):
    """A version of what an event tells people about their data. Never changed once published: a new version is added."""

    __tablename__ = "privacy_notices"
    audited_as = "privacy_notice"
    __table_args__ = (UniqueConstraint("event_id", "version"),)

    version: Mapped[int]
    #: two sentences for the form
    summary: Mapped[dict[str, str]] = mapped_column(Localized, info=NOT_PERSONAL)
    #: the whole notice, Markdown
    body: Mapped[dict[str, str]] = mapped_column(Localized, info=NOT_PERSONAL)
    #: the event's `retention` when it was published: nothing of whoever saw it is kept longer
    periods: Mapped[dict[str, int]] = mapped_column(JSON, default=dict, info=NOT_PERSONAL)
    #: to which countries data go and on what ground, Markdown; empty: to none beside those who are named
    transfers: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)
    #: what the program says beside those words (privacy.notice), with the contact person; empty: they say it all
    made: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info=PERSONAL)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TextVersion(OfEvent):
    """One text of an event in one language as it was saved. Append-only: the newest is what stands."""

    __tablename__ = "text_versions"
    __table_args__ = (Index("ix_text_versions_text", "event_id", "field", "language", "id"),)

    #: which text: "title", "practical.k3f9.text", "session.<public id>.title"
    field: Mapped[str] = mapped_column(String(80), info=NOT_PERSONAL)
    language: Mapped[str] = mapped_column(String(12), info=NOT_PERSONAL)
    #: the position of the contact person is one of them
    text: Mapped[str] = mapped_column(Text, info=PERSONAL)
    #: None: the system (the event was made, copied or imported)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Category(OfEvent):
    """A kind of participant, with its own places, approval rule and questions."""

    __tablename__ = "categories"
    audited_as = "category"
    __table_args__ = (
        UniqueConstraint("event_id", "key"),
        CheckConstraint("places IS NULL OR places >= 0", name="places"),
        CheckConstraint("opens_at IS NULL OR closes_at IS NULL OR opens_at < closes_at", name="window"),
    )

    #: random; with the instance's key it makes the link of a private category
    public_id: Mapped[str] = mapped_column(String(12), unique=True, default=new_public_id, info=NOT_PERSONAL)
    key: Mapped[str] = mapped_column(String(40), info=NOT_PERSONAL)
    position: Mapped[int]
    name: Mapped[dict[str, str]] = mapped_column(Localized, info=NOT_PERSONAL)
    description: Mapped[dict[str, str]] = mapped_column(Localized, default=dict, info=NOT_PERSONAL)
    #: None: only the event's capacity limits it
    places: Mapped[int | None]
    approval: Mapped[ApprovalRule] = mapped_column(choice_column(ApprovalRule, "approval"), info=NOT_PERSONAL)
    #: whether a registration that waits for a decision takes a place
    pending_counts: Mapped[bool] = mapped_column(default=False)
    #: whether its people count towards the capacity of the event; speakers and staff may not
    counts_toward_event: Mapped[bool] = mapped_column(default=True)
    #: its own window inside that of the event; None: the event's
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: not offered in public: reached by its link, an access code or an invitation
    is_private: Mapped[bool] = mapped_column(default=False)
    #: who finds its people on the list of participants
    shown_to: Mapped[ShownTo] = mapped_column(
        choice_column(ShownTo, "shown_to"), default=ShownTo.NOBODY, info=NOT_PERSONAL
    )
    #: of its link, raised with each new one, which kills the one before
    link_generation: Mapped[int] = mapped_column(default=1)


class TeamMember(OfEvent):
    """An account with rights on an event."""

    __tablename__ = "team_members"
    audited_as = "team_member"
    __table_args__ = (UniqueConstraint("event_id", "account_id"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    role: Mapped[TeamRole] = mapped_column(choice_column(TeamRole, "role"), info=NOT_PERSONAL)
    #: what was agreed and is less than the role: keys of categories, dates ("2027-03-11"), values of Permission.
    #: an empty list narrows nothing
    only_categories: Mapped[list[str]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    only_days: Mapped[list[str]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    withheld: Mapped[list[str]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    added_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TeamInvitation(OfEvent):
    """An account that was asked to join a team and has not answered. Its link is derived from `public_id`."""

    __tablename__ = "team_invitations"
    audited_as = "team_invitation"
    __table_args__ = (Index("ix_team_invitations_event_id_account_id", "event_id", "account_id"),)

    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    role: Mapped[TeamRole] = mapped_column(choice_column(TeamRole, "role"), info=NOT_PERSONAL)
    #: as of TeamMember
    only_categories: Mapped[list[str]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    only_days: Mapped[list[str]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    withheld: Mapped[list[str]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    #: a few words of whoever invites, in the mail
    note: Mapped[str] = mapped_column(String(500), default="", info=PERSONAL)
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: taken back, or declined
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
