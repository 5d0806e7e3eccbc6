"""What the team keeps beside what people wrote: tags, notes, ready-made reasons, saved views of the list, and which
registrations look like one person and were kept apart or merged.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.attendees.rules.acts import RunAct
from eventreg.attendees.rules.annotations import TagColour
from eventreg.db import NOT_PERSONAL, PERSONAL, Base, Localized, OfEvent, UtcDateTime, choice_column
from eventreg.kernel.text import LocalizedText


class Tag(OfEvent):
    """A word with a colour, of one event."""

    __tablename__ = "tags"
    audited_as = "tag"
    __table_args__ = (UniqueConstraint("event_id", "name_key"),)

    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
    name: Mapped[str] = mapped_column(String(40), info=NOT_PERSONAL)
    #: the name folded: two tags of one name would be told apart by nobody
    name_key: Mapped[str] = mapped_column(String(80), info=NOT_PERSONAL)
    colour: Mapped[TagColour] = mapped_column(choice_column(TagColour, "colour"), info=NOT_PERSONAL)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Tagging(Base):
    """A tag on a registration."""

    __tablename__ = "taggings"
    __table_args__ = (UniqueConstraint("registration_id", "tag_id"),)

    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"))
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id", ondelete="CASCADE"), index=True)


class Note(Base):
    """A note. The person never sees it, unless they ask what is kept of them."""

    __tablename__ = "notes"

    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    text: Mapped[str] = mapped_column(Text, info=PERSONAL)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class NoteMention(Base):
    """A colleague whom a note names."""

    __tablename__ = "note_mentions"
    __table_args__ = (UniqueConstraint("note_id", "account_id"),)

    note_id: Mapped[int] = mapped_column(ForeignKey("notes.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    #: when the colleague opened the registration; None: still to be seen
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReadyReason(Base):
    """A reason that the team gives often, in each language of the event."""

    __tablename__ = "ready_reasons"
    audited_as = "ready_reason"

    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    act: Mapped[RunAct] = mapped_column(choice_column(RunAct, "act"), info=NOT_PERSONAL)
    #: what the team calls it
    title: Mapped[str] = mapped_column(String(80), info=NOT_PERSONAL)
    text: Mapped[LocalizedText] = mapped_column(Localized, info=NOT_PERSONAL)
    position: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SavedView(Base):
    """A state of the list under a name: one's own, or the team's."""

    __tablename__ = "saved_views"
    audited_as = "saved_view"

    public_id: Mapped[str] = mapped_column(String(12), unique=True, info=NOT_PERSONAL)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80), info=NOT_PERSONAL)
    #: the query string of the list, as `ListState.query` writes it; what was searched for can be a name
    query: Mapped[str] = mapped_column(Text, info=PERSONAL)
    #: every member who may see the list has it too
    is_shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class KeptApart(Base):
    """Two registrations of which somebody said that they are two people. The smaller id stands first."""

    __tablename__ = "kept_apart"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id < second_id", name="order"),
    )

    first_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"))
    second_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Merger(Base):
    """A registration, cancelled since, whose answers went into another one of the same person."""

    __tablename__ = "mergers"

    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), unique=True)
    into_id: Mapped[int] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    merged_at: Mapped[datetime] = mapped_column(UtcDateTime)
