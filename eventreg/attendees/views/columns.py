"""The table of the list: heads of its columns, which there are to choose from, and its lines as the screen shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from flask import g, get_template_attribute, request
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from eventreg.accounts.services.accounts import set_roomy_rows
from eventreg.attendees.listing import ListShape, ListWords, RegistrationList, Way
from eventreg.attendees.queries.people import Person
from eventreg.attendees.rules.listing import PERSON, ListState
from eventreg.attendees.rules.saved_views import OPEN, ROWS
from eventreg.attendees.views.desk import list_url, registration_url
from eventreg.events.models import Category
from eventreg.i18n import formats
from eventreg.registration.rules.states import Status
from eventreg.web import templating

#: what `open` says when the chooser is to be open
CHOOSER = "columns"
#: with more columns the table scrolls within itself
_MOST_IN_PAGE = 8
#: where a reference stands in the address of its page: nothing before it has such a sign
_PLACE = "~"


class Head(NamedTuple):
    """The head of a column: its text, the address that orders by it, the direction in force."""

    text: str
    href: str
    direction: str


class Offered(NamedTuple):
    """A column that can be chosen, or ordered by."""

    name: str
    title: str
    is_chosen: bool


@dataclass(frozen=True)
class Chooser:
    """Which columns the list shows, which it could, and what it is ordered by."""

    address: str
    kept: Sequence[tuple[str, str]]
    #: names, the person first
    shown: Sequence[str]
    offered: Sequence[Offered]
    orders: Sequence[Offered]
    is_descending: bool
    is_open: bool
    is_roomy: bool
    #: leads back to the usual columns; empty where they are shown
    usual_url: str

    @property
    def is_wide(self) -> bool:
        """Whether there are more columns than a page has room for."""
        return len(self.shown) > _MOST_IN_PAGE


def keep_rows() -> None:
    """Keep with the account how high this person wants the rows, where the form of columns says otherwise than before."""
    asked = request.args.get(ROWS)
    if asked and (asked == "roomy") is not current_user.has_roomy_rows:
        set_roomy_rows(current_user.id, asked == "roomy")


def shown_columns(state: ListState) -> list[str]:
    """Return the names of the list's columns, in order: the person, whose line it is, comes first."""
    return [PERSON, *(name for name in state.shown_columns if name != PERSON)]


def heads_of(slug: str, state: ListState, words: ListWords) -> list[Head]:
    """Return the heads of the columns shown."""
    turned = "descending" if state.is_descending else "ascending"
    return [
        Head(
            words.short_title(name),
            list_url(slug, state.ordered_by(name, newest_first=words.shape.by_column[name].is_newest_first)),
            turned if name == state.order else "",
        )
        for name in shown_columns(state)
    ]


def chooser_of(slug: str, state: ListState, shape: ListShape, words: ListWords) -> Chooser:
    """Return which columns there are: those shown in their order, the others behind."""
    shown = shown_columns(state)
    rest = [name for name in shape.columns if name not in shown]
    own = ("columns", "order")
    return Chooser(
        address=list_url(slug, ListState()),
        kept=[pair for pair in state.with_().query() if pair[0] not in own],
        shown=shown,
        offered=[Offered(name, words.title(name), name in shown) for name in (*shown[1:], *rest)],
        orders=[Offered(name, words.short_title(name), name == state.order) for name in shape.columns],
        is_descending=state.is_descending,
        is_open=CHOOSER in request.args.getlist(OPEN),
        is_roomy=current_user.has_roomy_rows,
        usual_url=list_url(slug, state.with_(columns=())) if state.columns else "",
    )


#: approving them takes a place that they do not have yet
_WITHOUT_PLACE = (Status.WAITLISTED, Status.DECLINED)
_ICONS = ("copy", "mail-warning", "mail-x", "sticky-note")


@dataclass(frozen=True)
class ShownRow:
    """One line."""

    person: Person
    url: str
    name: str
    category: Category
    #: its name in the reader's language
    category_name: Markup
    #: its status as a word with its shape
    status: Markup
    country: str
    way: str
    #: by column
    texts: Mapping[str, str]
    #: by column
    moments: Mapping[str, datetime]
    #: the heads of the columns by name
    titles: Mapping[str, str]
    takes_place: bool
    can_be_chosen: bool
    is_chosen: bool
    #: who changed it since the list was shown, in words
    changed_by: str
    #: what may stand beside a name or a status, by name
    icons: Mapping[str, Markup]

    @property
    def is_marked(self) -> bool:
        """Whether anything may stand beside the name."""
        person = self.person
        return bool(person.marked.get("tags") or person.marked.get("notes") or person.is_double)


class Lines:
    """Draws lines of one list for one reader."""

    def __init__(
        self, registrations: RegistrationList, categories: Sequence[Category], words: ListWords, *, can_choose: bool
    ) -> None:
        self._registrations, self._words, self._can_choose = registrations, words, can_choose
        self._category_of = {category.id: category for category in categories}
        # Said once for all lines, and not again for each.
        self._categories = {each.id: templating.in_reader_language(each.name) for each in categories}
        draw = get_template_attribute("components/status.html", "status")
        self._statuses = {each: draw(each.value, _(each.title)) for each in Status}
        icon = get_template_attribute("components/icons.html", "icon")
        self._icons = {name: icon(name) for name in _ICONS}
        self._address = registration_url(g.event.slug, _PLACE, registrations.state).split(_PLACE, 1)
        self.columns = shown_columns(registrations.state)
        self._titles = {name: words.short_title(name) for name in self.columns}
        self._fields = [registrations.shape.by_column[name] for name in self.columns]
        self._cells = {each.column: each.writer(words) for each in self._fields if not each.is_drawn}
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
            person=row,
            url=row.reference.join(self._address),
            name=row.full_name,
            category=category,
            category_name=self._categories[row.category_id],
            status=self._statuses[row.status],
            country=formats.country(row.columns["country"], self._words.language),
            way=self._way(row),
            texts={name: cell(row) for name, cell in self._cells.items()},
            moments={each.column: at for each in self._fields if (at := each.moment(row)) is not None},
            titles=self._titles,
            takes_place=is_waiting or row.status in _WITHOUT_PLACE,
            can_be_chosen=self._can_choose,
            is_chosen=is_chosen,
            changed_by=changed_by,
            icons=self._icons,
        )
