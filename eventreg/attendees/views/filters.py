"""The filters beside the list: groups of fields, each with its values and how many have them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import g, request
from flask_babel import gettext as _

from eventreg.attendees.listing import (
    PANEL,
    PANEL_FIRST,
    Counts,
    Facet,
    ListField,
    ListShape,
    ListWords,
    RegistrationList,
)
from eventreg.attendees.rules.listing import ANSWER, IS_ANSWERED, IS_EMPTY, RECEIVED, ListState, Term, Test, is_
from eventreg.attendees.rules.saved_views import BUT, HAS, LEAST, MOST, OPEN
from eventreg.attendees.views import cards, desk
from eventreg.questionnaires.rules.schema import Seeking

#: so many values are shown at first, the others folded away
_FIRST_VALUES = 8
_INPUT_TYPES = {Seeking.NUMBER: "text", Seeking.DATE: "date", Seeking.TIME: "time"}


class Choice(NamedTuple):
    """A box."""

    id: str
    name: str
    value: str
    text: str
    is_checked: bool
    number: int | None


class Ends(NamedTuple):
    """Two inputs, from and to."""

    names: tuple[str, str]
    values: tuple[str, str]
    type: str


@dataclass(frozen=True)
class Group:
    """The values of one field, or of a few that belong together."""

    id: str
    #: the field whose numbers are fetched when the group is unfolded; empty: they are here
    field: str
    title: str
    is_open: bool
    #: terms of the list's state that its controls show
    shown: frozenset[tuple[str, Term]]
    active: int
    choices: Sequence[Choice] = ()
    #: folded away below those
    more: Sequence[Choice] = ()
    #: about all values: empty, answered, everybody but these
    extras: Sequence[Choice] = ()
    #: what a text must contain, and the name of the input; None where that is not asked
    contains: tuple[str, str] | None = None
    ends: Ends | None = None
    #: there are more values than are named
    has_more: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it to choose or to write."""
        return not (self.choices or self.contains or self.ends or self.extras)


def group_of(state: ListState, field: ListField, words: ListWords, facet: Facet | None, *, is_open: bool) -> Group:
    """Return the group of a field. Without `facet` its numbers are fetched when it is unfolded."""
    asked = state.filter_of(field.name)
    return _Making(field, words, facet, asked.terms if asked is not None else ()).group(is_open)


def group_of_boxes(id_: str, title: str, state: ListState, boxes: Iterable[tuple[str, str, str, int | None]]) -> Group:
    """Return a group of boxes that may belong to several fields: field, value, text, number of each."""
    choices, shown = [], set()
    for place, (name, value, text, number) in enumerate(boxes, 1):
        is_checked = value in state.values_of(name)
        if is_checked:
            shown.add((name, is_(value)))
        choices.append(Choice(f"{id_}-{place}", name, value, text, is_checked, number))
    return Group(id_, "", title, bool(shown), frozenset(shown), len(shown), choices)


class _Making:
    """Makes the group of one field."""

    def __init__(self, field: ListField, words: ListWords, facet: Facet | None, terms: Sequence[Term]) -> None:
        self._field, self._words, self._facet, self._terms = field, words, facet, terms
        self._id = field.name.replace(".", "-")
        plain = [term for term in terms if term.test is Test.IS]
        self._is_turned = bool(plain) and all(term.is_negated for term in plain)
        self._chosen = [term for term in plain if term.is_negated is self._is_turned]

    def group(self, is_open: bool) -> Group:
        choices, extras = self._choices(), self._extras()
        first = [each for place, each in enumerate(choices) if place < _FIRST_VALUES or each.is_checked]
        contains, ends = self._contains(), self._ends()
        shown = {*self._chosen, *(term for term in self._terms if term in (IS_EMPTY, IS_ANSWERED))}
        shown.update(term for term in self._terms if term.text in (f"~{contains[1]}" if contains else "", _range(ends)))
        has_values = self._field.seeking not in (Seeking.PRESENCE, Seeking.NOT) and self._field.name != RECEIVED
        return Group(
            self._id,
            self._field.name if self._facet is None and has_values else "",
            self._words.title(self._field.name),
            is_open,
            frozenset((self._field.name, term) for term in shown),
            len(self._terms),
            first,
            [each for each in choices if each not in first],
            extras,
            contains,
            ends,
            self._facet is not None and self._facet.has_more,
        )

    def _choices(self) -> list[Choice]:
        counted = {each.value: each for each in self._facet.values} if self._facet is not None else {}
        chosen = {term.value for term in self._chosen}
        found = []
        values = self._field.values if self._field.names_all else None
        for place, value in enumerate(_ordered(values, counted, chosen), 1):
            number = counted[value].number if value in counted else None if self._facet is None else 0
            text = counted[value].written if self._is_written and value in counted else value
            found.append(
                Choice(
                    f"{self._id}-{place}",
                    self._field.name,
                    is_(value).text,
                    self._field.value_text(text, self._words),
                    value in chosen,
                    number,
                )
            )
        return found

    @property
    def _is_written(self) -> bool:
        """Whether values are compared in another form than people wrote them in."""
        return self._field.seeking is Seeking.TEXT

    def _extras(self) -> list[Choice]:
        if not self._field.is_optional:
            return self._turning()
        facet, name = self._facet, self._field.name
        empty = Choice(
            f"{self._id}-empty", name, IS_EMPTY.text, self._field.none_text(), IS_EMPTY in self._terms,
            facet.empty if facet is not None else None,
        )  # fmt: skip
        answered = Choice(
            f"{self._id}-answered", name, IS_ANSWERED.text, _("Answered"), IS_ANSWERED in self._terms,
            facet.answered if facet is not None else None,
        )  # fmt: skip
        return [*([answered] if self._field.seeking is not Seeking.CHOICE else []), empty, *self._turning()]

    def _turning(self) -> list[Choice]:
        """Return the box that turns the choice round, where there is something to choose."""
        if self._field.seeking in (Seeking.PRESENCE, Seeking.NOT) or self._field.name == RECEIVED:
            return []
        return [Choice(f"{self._id}-but", BUT, self._field.name, _("Exclude these"), self._is_turned, None)]

    def _contains(self) -> tuple[str, str] | None:
        if self._field.seeking is not Seeking.TEXT:
            return None
        texts = [term.value for term in self._terms if term.test is Test.CONTAINS and not term.is_negated]
        return f"{HAS}{self._field.name}", texts[0] if texts else ""

    def _ends(self) -> Ends | None:
        if not self._field.seeking.has_ranges:
            return None
        name = self._field.name
        names = ("from", "to") if name == RECEIVED else (f"{LEAST}{name}", f"{MOST}{name}")
        ranges = [term.ends for term in self._terms if term.test is Test.RANGE and not term.is_negated]
        return Ends(names, ranges[0] if ranges else ("", ""), _INPUT_TYPES[self._field.seeking])


def _range(ends: Ends | None) -> str:
    return "..".join(ends.values) if ends is not None and any(ends.values) else ""


def _ordered(values: Sequence[str] | None, counted: Mapping[str, Any], chosen: Collection[str]) -> list[str]:
    """Return values in their order, else by how many have them; what is chosen is among them in any case."""
    return list(dict.fromkeys([*(values or ()), *counted, *sorted(chosen)]))


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
        address=desk.list_url(slug, ListState()),
        kept=_kept(state, groups),
        groups=groups,
        active=sum(len(each.terms) for each in state.filters if each.field != "status"),
        offered=_offered(state, shape, words, opened),
        is_opened=bool(opened),
        values_url=desk.list_url(slug, state.with_(), "attendees.show_filter"),
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
        shown = cards.unanswered_shown(self._registrations.event_id, self._counts.unanswered, self._state.unanswered)
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
