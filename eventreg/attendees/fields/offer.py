"""What one event's list is made from, for one person, and the words it is read in: all that a field is told of its list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from eventreg.events.models import Category
from eventreg.events.rules.team import Sight
from eventreg.kernel.text import LocalizedText
from eventreg.questionnaires.kinds import Context
from eventreg.questionnaires.rules.schema import Question, Seeking

DAYS_KIND = "days"


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
class Offer:
    """What one event's list offers to one person. What the person may not see is not in it."""

    #: keys, in the event's order
    categories: tuple[str, ...] = ()
    days: tuple[tuple[int, date], ...] = ()
    #: names by public id, in order
    tags: Mapping[str, str] = field(default_factory=dict)
    #: by key, in the order of the newest version; retired ones follow
    questions: Mapping[str, OfferedQuestion] = field(default_factory=dict)
    has_contact_data: bool = False

    @property
    def day_keys(self) -> list[str]:
        """The keys of the questions that ask, or asked, for days."""
        questions = self.questions.items()
        return sorted(key for key, each in questions if any(one.kind == DAYS_KIND for one in each.wordings.values()))


@dataclass(frozen=True)
class ListOf:
    """Whose list is read: of which event, by whom, in which language. `categories` are those in sight, in order."""

    #: or a parameter in its place, where a statement is built for any event
    event_id: Any
    categories: Sequence[Category]
    sight: Sight
    language: str

    @cached_property
    def category_keys(self) -> dict[int, str]:
        """The keys of the categories in sight by id."""
        return {category.id: category.key for category in self.categories}


class Words:
    """The language of a list, and what its fields need to say their values in it.

    `withheld` stands for contact data; empty: it is shown.
    """

    def __init__(
        self,
        categories: Sequence[Category],
        context: Context,
        language: str,
        time_zone: str,
        withheld: str = "",
    ) -> None:
        self.context, self.language, self.withheld = context, language, withheld
        self.zone = ZoneInfo(time_zone)
        self.category_keys = {category.id: category.key for category in categories}
        self.category_names = {category.key: self.text(category.name) for category in categories}

    def text(self, text: LocalizedText) -> str:
        """Return content in the reader's language, or in the first that has it."""
        return self.context.text(text, self.language)
