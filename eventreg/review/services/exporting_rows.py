"""The people of an export, a few hundred at a time: nothing of the database is held between two portions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.queries.for_registration import get_event_whole
from eventreg.events.rules.team import Sight
from eventreg.kernel.text import pick
from eventreg.questionnaires.kinds import Context
from eventreg.review.listing import ListOf, put_marks
from eventreg.review.listing.pages import BESIDE
from eventreg.review.queries.people import Person, list_definitions, list_people
from eventreg.review.rules.exports import COLUMNS_OF, Plan, Wish
from eventreg.review.sheets import Sheet, list_sheet_columns
from eventreg.review.sheets.answers import questions_of
from eventreg.review.sheets.sheet import FIXED
from eventreg.review.sheets.stamp import Stamp

#: called with how many more people were read
Progress = Callable[[int], None]
PORTION = 500


class Source:
    """The sheet and the stamp of an export, and its people portion by portion."""

    def __init__(self, event_id: int, plan: Plan, at: datetime, progress: Progress | None = None) -> None:
        self.event, self.plan, self.at = get_event_whole(event_id), plan, at
        self._progress = progress or (lambda _read: None)
        definitions, context = list_definitions(event_id), Context.of(self.event)
        self.questions = questions_of(definitions)
        names = COLUMNS_OF.get(plan.format, plan.columns)
        columns = list_sheet_columns(
            definitions, context, plan.language, names, leaves_out_contact_data=plan.leaves_out_contact_data
        )
        self.sheet = Sheet(
            columns,
            definitions,
            self.event.categories,
            context,
            plan.language,
            self.event.time_zone,
            has_contact_data=plan.has_contact_data,
            has_sensitive=plan.has_sensitive,
        )
        self._group = FIXED[plan.grouped_by].writer(self.sheet.words) if plan.grouped_by else None
        self._marked = [each.fixed for each in columns if each.fixed is not None and each.fixed.is_in_files]
        sight = Sight(plan.scope, has_contact_data=plan.has_contact_data)
        self._of = ListOf(event_id, self.event.categories, sight, plan.language)

    def head(self) -> list[str]:
        """Return what stands over the columns."""
        return self.sheet.head(self.plan.titles)

    def stamp(self, count: int) -> Stamp:
        """Return what the file says of itself."""
        return stamp_of(self.event, self.plan, self.at, count)

    def group_of(self, person: Person) -> str:
        """Return the value that what is printed is divided by."""
        return self._group(person) if self._group is not None else ""

    def people(self, ids: Sequence[int]) -> Iterator[list[Person]]:
        """Yield these people in portions, three or four statements each."""
        for start in range(0, len(ids), PORTION):
            some = ids[start : start + PORTION]
            found = list_people(self.event.id, some, opens_sensitive=self.plan.has_sensitive, beside=BESIDE)
            put_marks(self._of, {person.id: person for person in found}, self._marked)
            _let_go()
            self._progress(len(found))
            yield found

    def rows(self, ids: Sequence[int]) -> Iterator[list[list[str]]]:
        """Yield their cells in portions."""
        for people in self.people(ids):
            yield [self.sheet.row(person) for person in people]


def count_columns(event: Event, wish: Wish) -> int:
    """Return how many columns a file would have."""
    if wish.columns is not None:
        return len(wish.columns)
    context = Context(languages=tuple(event.languages))
    return len(list_sheet_columns(list_definitions(event.id), context, event.languages[0]))


def stamp_of(event: Event, plan: Plan, at: datetime, count: int) -> Stamp:
    """Return what a file says of itself."""
    return Stamp(
        slug=event.slug,
        event_title=pick(event.title, plan.language, event.languages).text,
        taken_at=at,
        time_zone=event.time_zone,
        taken_by=plan.taken_by,
        words=plan.words,
        count=count,
        language=plan.language,
        has_contact_data=plan.holds_contact_data,
        has_sensitive=plan.has_sensitive,
    )


def _let_go() -> None:
    """End the read snapshot, so that a slow download does not keep the database from tidying up."""
    db.session.expunge_all()
    db.session.rollback()
