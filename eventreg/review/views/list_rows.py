"""The lines of the list as the screen shows them: for the page, and for what colleagues change meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g
from flask_babel import gettext as _

from eventreg.events.models import Category
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language, own_name
from eventreg.kernel.text import LocalizedText
from eventreg.mail.wording import TROUBLES
from eventreg.questionnaires import kinds
from eventreg.registration.rules.states import Status
from eventreg.registration.rules.ways_in import WayKind
from eventreg.registration.wording import status_for_team
from eventreg.review.listing import Given, RegistrationList, Row
from eventreg.review.listing.marks import Marks, list_marks
from eventreg.review.listing.words import FieldWords
from eventreg.review.rules.listing import OfferedQuestion
from eventreg.review.views.desk import registration_url
from eventreg.review.views.list_columns import shown_columns
from eventreg.review.wording import came_by_words

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
    marks: Marks
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
        self, registrations: RegistrationList, categories: Sequence[Category], words: FieldWords, *, can_choose: bool
    ) -> None:
        self._registrations, self._words, self._can_choose = registrations, words, can_choose
        self._category_of = {category.id: category for category in categories}
        self._language = current_language()
        self.columns = shown_columns(registrations.state)
        self._titles = {name: words.short_title(name) for name in self.columns}

    def shown(
        self, rows: Sequence[Row], *, are_chosen: bool = False, changed_by: Mapping[int, str] | None = None
    ) -> list[ShownRow]:
        """Return rows with their marks: one statement, however many there are."""
        marks = list_marks(g.event.id, [row.id for row in rows], g.event_access.sight)
        by = changed_by or {}
        return [self._line(row, marks.get(row.id, Marks()), are_chosen, by.get(row.id, "")) for row in rows]

    def _line(self, row: Row, marks: Marks, is_chosen: bool, changed_by: str) -> ShownRow:
        category = self._category_of[row.category_id]
        is_waiting = row.status is Status.PENDING and not category.pending_counts
        return ShownRow(
            reference=row.reference,
            revision=row.revision,
            url=registration_url(g.event.slug, row.reference, self._registrations.state),
            name=row.full_name,
            category=category.name,
            category_key=category.key,
            country=formats.country(row.country, self._language) if row.country else "",
            way=_way(row.came_by, marks),
            status=row.status,
            status_label=status_for_team(row.status),
            zone=g.event.time_zone,
            texts={name: self._text(name, row, marks) for name in self.columns},
            moments={"received": row.submitted_at, "changed": row.status_changed_at},
            titles=self._titles,
            marks=marks,
            trouble=str(TROUBLES[marks.trouble]) if marks.trouble else "",
            takes_place=is_waiting or row.status in _WITHOUT_PLACE,
            can_be_chosen=self._can_choose,
            is_chosen=is_chosen,
            changed_by=changed_by,
        )

    def _text(self, name: str, row: Row, marks: Marks) -> str:
        offered = self._registrations.shape.question(name)
        if offered is not None:
            return self._answer(offered, row.given.get(offered.question.key))
        if name == "country":
            return formats.country(row.country, self._language) if row.country else ""
        if name == "language":
            return own_name(row.language)
        if name == "way":
            return _way(row.came_by, marks)
        if name == "notes":
            return str(marks.notes or "")
        plain: Any = getattr(row, name, "")
        return plain if isinstance(plain, str) else ""

    def _answer(self, offered: OfferedQuestion, given: Given | None) -> str:
        if given is None:
            return ""
        if given.is_kept:
            return _("answered")
        question = offered.wordings.get(given.questionnaire_id, offered.question)
        return kinds.get(question.kind).cell(question, given.values, self._words.context, self._language)


def _way(came_by: WayKind | None, marks: Marks) -> str:
    if came_by is None:
        return ""
    if came_by is WayKind.CODE and marks.code:
        return _("by the code %(name)s", name=marks.code)
    return came_by_words(came_by, None)
