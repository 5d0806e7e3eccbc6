"""One group of filters: the values of a field as boxes, a text to contain, the ends of a range."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask_babel import gettext as _

from eventreg.questionnaires.rules.seeking import Seeking
from eventreg.review.listing import Facet, ListField, ListWords
from eventreg.review.rules.list_forms import BUT, HAS, LEAST, MOST
from eventreg.review.rules.listing import IS_ANSWERED, IS_EMPTY, RECEIVED, ListState, Term, Test, is_

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
        return [Choice(f"{self._id}-but", BUT, self._field.name, _("Everybody but those"), self._is_turned, None)]

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
