"""The lines of the list as the screen shows them: for the page, and for what colleagues change meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import g

from eventreg.events.models import Category
from eventreg.i18n import formats
from eventreg.kernel.text import LocalizedText
from eventreg.mail.wording import TROUBLES
from eventreg.registration.rules.states import Status
from eventreg.registration.wording import status_for_team
from eventreg.review.listing import ListWords, RegistrationList
from eventreg.review.listing.fixed import Way
from eventreg.review.queries.people import Person
from eventreg.review.views.desk import registration_url
from eventreg.review.views.list_columns import shown_columns

#: approving them takes a place that they do not have yet
_WITHOUT_PLACE = (Status.WAITLISTED, Status.DECLINED)


@dataclass(frozen=True)
class ShownRow:
    """One line."""

    reference: str
    revision: int
    url: str
    name: str
    category: LocalizedText
    category_key: str
    country: str
    way: str
    status: Status
    status_label: str
    zone: str
    #: by column
    texts: Mapping[str, str]
    #: by column
    moments: Mapping[str, datetime]
    #: the heads of the columns by name
    titles: Mapping[str, str]
    #: what is marked on the person
    marks: Person
    #: what is said of the newest message to the person, if somebody should look; or nothing
    trouble: str
    takes_place: bool
    can_be_chosen: bool
    is_chosen: bool
    #: who changed it since the list was shown, in words
    changed_by: str


class Lines:
    """Draws lines of one list for one reader."""

    def __init__(
        self, registrations: RegistrationList, categories: Sequence[Category], words: ListWords, *, can_choose: bool
    ) -> None:
        self._registrations, self._words, self._can_choose = registrations, words, can_choose
        self._category_of = {category.id: category for category in categories}
        self.columns = shown_columns(registrations.state)
        self._titles = {name: words.short_title(name) for name in self.columns}
        self._fields = [registrations.shape.by_column[name] for name in self.columns]
        self._cells = {each.column: each.writer(words) for each in self._fields if not each.drawn_as}
        self._way = registrations.shape.of_kind(Way).writer(words)

    def shown(
        self, rows: Sequence[Person], *, are_chosen: bool = False, changed_by: Mapping[int, str] | None = None
    ) -> list[ShownRow]:
        """Return rows with their marks: one statement, however many there are."""
        self._registrations.put_marks(rows)
        by = changed_by or {}
        return [self._line(row, are_chosen, by.get(row.id, "")) for row in rows]

    def _line(self, row: Person, is_chosen: bool, changed_by: str) -> ShownRow:
        category = self._category_of[row.category_id]
        is_waiting = row.status is Status.PENDING and not category.pending_counts
        return ShownRow(
            reference=row.reference,
            revision=row.revision,
            url=registration_url(g.event.slug, row.reference, self._registrations.state),
            name=row.full_name,
            category=category.name,
            category_key=category.key,
            country=formats.country(row.columns["country"], self._words.language),
            way=self._way(row),
            status=row.status,
            status_label=status_for_team(row.status),
            zone=g.event.time_zone,
            texts={name: cell(row) for name, cell in self._cells.items()},
            moments={each.column: at for each in self._fields if (at := each.moment(row)) is not None},
            titles=self._titles,
            marks=row,
            trouble=str(TROUBLES[row.trouble]) if row.trouble else "",
            takes_place=is_waiting or row.status in _WITHOUT_PLACE,
            can_be_chosen=self._can_choose,
            is_chosen=is_chosen,
            changed_by=changed_by,
        )
