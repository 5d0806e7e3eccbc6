"""The filters beside the list: groups of fields, each with its values and how many have them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flask import g, request
from flask_babel import gettext as _

from eventreg.review.listing import Counts, Facet, ListField, ListShape, ListWords, RegistrationList
from eventreg.review.listing.fixed import PANEL, PANEL_FIRST
from eventreg.review.rules.list_forms import OPEN
from eventreg.review.rules.listing import ANSWER, ListState
from eventreg.review.views.desk import list_url
from eventreg.review.views.list_group import Group, group_of, group_of_boxes
from eventreg.review.views.unanswered import unanswered_shown

#: as many can be asked for at once: each costs two statements
_MOST_OPENED = 2


@dataclass(frozen=True)
class Panel:
    """All groups."""

    address: str
    #: what of the address the form must keep
    kept: Sequence[tuple[str, str]]
    groups: Sequence[Group]
    active: int
    #: questions that a filter can be added for: name, text
    offered: Sequence[tuple[str, str]]
    #: a filter was asked for: on a phone the fold must not hide it
    is_opened: bool
    #: where a script asks for one group
    values_url: str


def panel_of(registrations: RegistrationList, counts: Counts, words: ListWords) -> Panel:
    """Return the groups beside the list."""
    state, shape, slug = registrations.state, registrations.shape, g.event.slug
    opened = [name for name in dict.fromkeys(request.args.getlist(OPEN)) if name in shape.fields][:_MOST_OPENED]
    making = _Panel(registrations, counts, words, opened)
    groups = [group for group in making.groups() if not group.is_empty]
    return Panel(
        address=list_url(slug, ListState()),
        kept=_kept(state, groups),
        groups=groups,
        active=sum(len(each.terms) for each in state.filters if each.field != "status"),
        offered=_offered(state, shape, words, opened),
        is_opened=bool(opened),
        values_url=list_url(slug, state.with_(), "review.show_filter"),
    )


def opened_group(registrations: RegistrationList, name: str, words: ListWords) -> Group:
    """Return one group with its numbers. Raises KeyError for a field that the list does not offer."""
    field = registrations.shape.fields[name]
    return group_of(registrations.state, field, words, registrations.facet(name), is_open=True)


class _Panel:
    """Makes the groups of one page."""

    def __init__(
        self, registrations: RegistrationList, counts: Counts, words: ListWords, opened: Sequence[str]
    ) -> None:
        self._registrations, self._counts, self._words, self._opened = registrations, counts, words, opened
        self._state, self._shape = registrations.state, registrations.shape

    def groups(self) -> Iterator[Group]:
        """Yield those that have anything to choose, in order: what is asked of answers stands near the top."""
        marks = [field for field in map(self._shape.of_kind, PANEL) if field.is_mark]
        for field in (*map(self._shape.of_kind, PANEL_FIRST), *self._asked(), *map(self._shape.of_kind, PANEL)):
            if field.name == "unanswered":
                yield self._unanswered()
            elif field is marks[0]:
                yield group_of_boxes("marks", field.titled(self._words), self._state, self._boxes(marks))
            elif not field.is_mark and field.is_asked_here:
                is_open = field.name in self._opened or field.is_open
                yield group_of(self._state, field, self._words, self._facet(field), is_open=is_open)

    def _asked(self) -> Iterator[ListField]:
        for name, field in self._shape.fields.items():
            if field.question is not None and (self._state.filter_of(name) is not None or name in self._opened):
                yield field

    def _facet(self, field: ListField) -> Facet | None:
        if field.name in self._opened:
            return self._registrations.facet(field.name)
        # Their numbers come with the page, in one statement; the others' when their filter is opened.
        numbers = self._counts.by_field.get(field.name) if field.is_counted_with_page else None
        return Facet.of_numbers(numbers) if numbers is not None else None

    def _boxes(self, marks: Iterable[ListField]) -> Iterator[tuple[str, str, str, int | None]]:
        for field in marks:
            numbers = self._counts.by_field[field.name]
            for value in field.values or ():
                number = None if value in field.uncounted else numbers.get(value, 0)
                yield field.name, value, field.value_text(value, self._words), number

    def _unanswered(self) -> Group:
        shown = unanswered_shown(self._registrations.event_id, self._counts.unanswered, self._state.unanswered)
        boxes = [("unanswered", each["value"], each["text"], each["count"]) for each in shown]
        return group_of_boxes("unanswered", _("Not answered yet"), self._state, boxes)


def _kept(state: ListState, groups: Sequence[Group]) -> list[tuple[str, str]]:
    """Return what no control of the form shows: the search, the tab, columns and order, and terms of a rarer kind."""
    shown = set().union(*(group.shown for group in groups))
    kept = state.with_()
    for field, term, _without in state.chips():
        if (field, term) in shown:
            kept = kept.without(field, term)
    return kept.query()


def _offered(state: ListState, shape: ListShape, words: ListWords, opened: Sequence[str]) -> list[tuple[str, str]]:
    fields = (name for name in shape.fields if name.startswith(ANSWER))
    return [(name, words.title(name)) for name in fields if state.filter_of(name) is None and name not in opened]
