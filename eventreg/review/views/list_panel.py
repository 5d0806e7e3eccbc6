"""The filters beside the list: groups of fields, each with its values and how many have them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import g, request
from flask_babel import gettext as _

from eventreg.review.listing import Counted, Counts, Facet, RegistrationList
from eventreg.review.listing.words import FieldWords
from eventreg.review.rules.list_forms import OPEN
from eventreg.review.rules.listing import ANSWER, DOUBT, MAIL, YES, ListShape, ListState
from eventreg.review.views.desk import list_url
from eventreg.review.views.list_group import Group, group_of, group_of_boxes
from eventreg.review.views.unanswered import unanswered_shown

#: their numbers come with the page, in one statement; the others' when their filter is opened
_COUNTED = ("category", "country", "tag", "way", "language")
#: unfolded from the beginning
_FIRST = ("category", "country")
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


def panel_of(registrations: RegistrationList, counts: Counts, words: FieldWords) -> Panel:
    """Return the groups beside the list."""
    state, shape, slug = registrations.state, registrations.shape, g.event.slug
    opened = [name for name in dict.fromkeys(request.args.getlist(OPEN)) if name in shape.fields][:_MOST_OPENED]
    making = _Panel(registrations, counts, words, opened)
    groups = [group for group in map(making.group, _names(state, shape, opened)) if not group.is_empty]
    return Panel(
        address=list_url(slug, ListState()),
        kept=_kept(state, groups),
        groups=groups,
        active=sum(len(each.terms) for each in state.filters if each.field != "status"),
        offered=_offered(state, shape, words, opened),
        is_opened=bool(opened),
        values_url=list_url(slug, state.with_(), "review.show_filter"),
    )


def opened_group(registrations: RegistrationList, name: str, words: FieldWords) -> Group:
    """Return one group with its numbers. Raises KeyError for a field that the list does not offer."""
    field = registrations.shape.fields[name]
    return group_of(registrations.state, field, words, registrations.facet(name), is_open=True)


class _Panel:
    """Makes the groups of one page."""

    def __init__(
        self, registrations: RegistrationList, counts: Counts, words: FieldWords, opened: Sequence[str]
    ) -> None:
        self._registrations, self._counts, self._words, self._opened = registrations, counts, words, opened
        self._state = registrations.state

    def group(self, name: str) -> Group:
        """Return a group, empty where there is nothing to choose."""
        if name == "marks":
            return self._marks()
        if name == "unanswered":
            return self._unanswered()
        field = self._registrations.shape.fields[name]
        is_open = name in self._opened or name in _FIRST
        return group_of(self._state, field, self._words, self._facet(name), is_open=is_open)

    def _facet(self, name: str) -> Facet | None:
        if name in self._opened:
            return self._registrations.facet(name)
        if name not in _COUNTED:
            return None
        numbers = dict(self._counts.by_field.get(name, {}))
        empty = numbers.pop("", 0)
        found = sorted(numbers.items(), key=lambda each: (-each[1], each[0]))
        return Facet([Counted(value, value, number) for value, number in found], empty, sum(numbers.values()))

    def _marks(self) -> Group:
        marks = (("trouble", MAIL), ("trouble", DOUBT), ("note", YES), ("duplicates", YES))
        numbers = {name: self._counts.by_field.get(name, {}) for name, _value in marks}
        boxes = [
            (
                name,
                value,
                self._words.value(name, value),
                None if value == DOUBT or name == "duplicates" else numbers[name].get(value, 0),
            )
            for name, value in marks
        ]
        return group_of_boxes("marks", _("Marks"), self._state, boxes)

    def _unanswered(self) -> Group:
        shown = unanswered_shown(self._registrations.event_id, self._counts.unanswered, self._state.unanswered)
        boxes = [("unanswered", each["value"], each["text"], each["count"]) for each in shown]
        return group_of_boxes("unanswered", _("Not answered yet"), self._state, boxes)


def _names(state: ListState, shape: ListShape, opened: Sequence[str]) -> Iterator[str]:
    """Yield the fields that have a group of their own, in order: what is asked of answers stands near the top."""
    yield from _FIRST
    for name in shape.fields:
        if name.startswith(ANSWER) and (state.filter_of(name) is not None or name in opened):
            yield name
    yield "institution"
    if len(shape.days) > 1:
        yield "day"
    if shape.tags:
        yield "tag"
    yield from ("marks", "unanswered", "received", "way", "language")


def _kept(state: ListState, groups: Sequence[Group]) -> list[tuple[str, str]]:
    """Return what no control of the form shows: the search, the tab, columns and order, and terms of a rarer kind."""
    shown = set().union(*(group.shown for group in groups))
    kept = state.with_()
    for field, term, _without in state.chips():
        if (field, term) in shown:
            kept = kept.without(field, term)
    return kept.query()


def _offered(state: ListState, shape: ListShape, words: FieldWords, opened: Sequence[str]) -> list[tuple[str, str]]:
    fields = (name for name in shape.fields if name.startswith(ANSWER))
    return [(name, words.title(name)) for name in fields if state.filter_of(name) is None and name not in opened]
