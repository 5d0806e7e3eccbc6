"""What one event's list offers to one person: fields to narrow it by, and columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from eventreg.questionnaires.rules.schema import Question
from eventreg.questionnaires.rules.seeking import Seeking
from eventreg.registration.rules.states import Status
from eventreg.registration.rules.ways_in import WayKind
from eventreg.review.rules.columns import ANSWER, CONTACT_DATA, Column, answer_column
from eventreg.review.rules.listing.fields import Field
from eventreg.review.rules.listing.unanswered import Unanswered
from eventreg.review.rules.tags import TagColour

#: how statuses follow one another in a list: what waits for a decision comes first
STATUS_ORDER = (
    Status.PENDING,
    Status.WAITLISTED,
    Status.CONFIRMED,
    Status.DECLINED,
    Status.CANCELLED,
    Status.UNVERIFIED,
)
YES, MAIL, DOUBT = "yes", "mail", "doubt"


@dataclass(frozen=True)
class OfferedTag:
    """A tag of the event."""

    id: int
    public_id: str
    name: str
    colour: TagColour


@dataclass(frozen=True)
class OfferedQuestion:
    """A question that the event asks, or asked under an earlier version."""

    #: in its newest wording
    question: Question
    #: of what is asked of it: presence alone where it is sensitive
    seeking: Seeking
    #: the values that any version offered, the newest version's first; None where they do not stand in the question
    values: tuple[str, ...] | None = None
    #: its wordings by the version's id
    wordings: Mapping[int, Question] = field(default_factory=dict)
    #: retired: the newest version asks it no more
    is_retired: bool = False

    @property
    def is_sensitive(self) -> bool:
        """Whether any version sealed the answers."""
        return any(wording.is_sensitive for wording in self.wordings.values())


@dataclass(frozen=True)
class ListShape:
    """What one event's list offers to one person. What the person may not see is not in it."""

    #: keys, in the event's order
    categories: tuple[str, ...] = ()
    days: tuple[tuple[int, date], ...] = ()
    languages: tuple[str, ...] = ()
    tags: tuple[OfferedTag, ...] = ()
    #: by key, in the order of the newest version; retired ones follow
    questions: Mapping[str, OfferedQuestion] = field(default_factory=dict)
    has_contact_data: bool = False

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """What the list can be narrowed by, by name, in the order in which addresses name them."""
        return {each.name: each for each in (*self._fixed(), *self._asked())}

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns that can be chosen, in their usual order."""
        hidden = () if self.has_contact_data else CONTACT_DATA
        return (
            *(column.value for column in Column if column not in hidden),
            *(answer_column(key) for key in self.questions),
        )

    def question(self, name: str) -> OfferedQuestion | None:
        """Return the question of a field or column by its name; None for a fixed one, or none."""
        return self.questions.get(name.removeprefix(ANSWER)) if name.startswith(ANSWER) else None

    def _fixed(self) -> Iterator[Field]:
        yield Field("status", Seeking.CHOICE, tuple(each.value for each in STATUS_ORDER), is_optional=False)
        yield Field("category", Seeking.CHOICE, self.categories, is_optional=False)
        yield Field("country", Seeking.CHOICE, reads=lambda text: len(text) == 2 and text.isalpha() and text.isupper())
        yield Field("institution", Seeking.TEXT)
        yield Field("day", Seeking.CHOICE, tuple(held_on.isoformat() for _, held_on in self.days))
        yield Field("language", Seeking.CHOICE, is_optional=False)
        yield Field("tag", Seeking.CHOICE, tuple(tag.public_id for tag in self.tags))
        yield Field("trouble", Seeking.CHOICE, (MAIL, DOUBT), is_optional=False)
        yield Field("duplicates", Seeking.CHOICE, (YES,), is_optional=False)
        yield Field("note", Seeking.CHOICE, (YES,), is_optional=False)
        yield Field("way", Seeking.CHOICE, tuple(way.value for way in WayKind))
        yield Field("unanswered", Seeking.CHOICE, is_optional=False, reads=lambda text: bool(Unanswered.read(text)))
        yield Field("received", Seeking.DATE, is_optional=False)

    def _asked(self) -> Iterator[Field]:
        for key, offered in self.questions.items():
            yield Field(f"{ANSWER}{key}", offered.seeking, offered.values, question=offered.question)
