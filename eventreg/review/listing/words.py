"""Fields and columns of the list, and values of its filters, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property

from flask_babel import gettext as _

from eventreg.i18n import formats
from eventreg.i18n.languages import current_language, own_name
from eventreg.kernel.text import LocalizedText, pick
from eventreg.mail.rules import Standing
from eventreg.mail.wording import TROUBLES
from eventreg.questionnaires import kinds
from eventreg.questionnaires.kinds import Context
from eventreg.registration.rules.states import Status
from eventreg.registration.rules.ways_in import WayKind
from eventreg.registration.wording import status_for_team
from eventreg.review.rules.columns import ANSWER, Column
from eventreg.review.rules.listing import DOUBT, ListShape, OfferedQuestion, Term, Test
from eventreg.review.wording import came_by_words, column_title

#: what stands in their place where nobody sees it in full
_LONGEST_TITLE = 60


class FieldWords:
    """Says the fields and columns that one event's list offers, and their values, in the reader's language."""

    def __init__(self, shape: ListShape, categories: Mapping[str, LocalizedText], context: Context) -> None:
        self._shape, self._categories, self.context = shape, categories, context
        self._language = current_language()

    def title(self, name: str) -> str:
        """Return what a field or a column is called."""
        offered = self._shape.question(name)
        if offered is not None:
            return self._text(offered.question.label).strip().rstrip(":") or offered.question.key
        fixed = next((column for column in Column if column.value == name), None)
        return column_title(fixed) if fixed is not None else self._titles.get(name, name.removeprefix(ANSWER))

    def short_title(self, name: str) -> str:
        """Return what it is called as the head of a column, where there is little room."""
        title = self.title(name)
        return title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1].rstrip()}…"

    def value(self, name: str, value: str) -> str:
        """Return one value of a field in words."""
        offered = self._shape.question(name)
        if offered is not None:
            return self._answer(offered, value)
        said = {
            "status": self._status,
            "category": lambda key: self._text(self._categories.get(key, {})) or key,
            "country": lambda code: formats.country(code, self._language),
            "day": lambda day: formats.plain_day(date.fromisoformat(day), self._language, year=False),
            "language": own_name,
            "tag": lambda public_id: self._tags.get(public_id, public_id),
            "trouble": lambda value: str(TROUBLES[Standing.DOUBTFUL if value == DOUBT else Standing.FAILED]),
            "duplicates": lambda _value: _("Likely duplicate"),
            "note": lambda _value: _("With a note"),
            "way": self._way,
        }
        return said[name](value) if name in said else value

    def none_of(self, name: str) -> str:
        """Return what it is called to have no value of a field."""
        return {"way": _("By the public form"), "tag": _("Without a tag")}.get(name, _("Not answered"))

    def term(self, name: str, term: Term) -> str:
        """Return what is asked of a field, as a chip says it."""
        said = self._asked(name, term)
        if term.is_negated and term.test is not Test.EMPTY:
            said = _("not %(value)s", value=said)
        if name in _SELF_EVIDENT and term.test is Test.IS:
            return said
        return f"{self.short_title(name)}{formats.colon(self._language)} {said}"

    def _asked(self, name: str, term: Term) -> str:
        if term.test is Test.EMPTY:
            if name in ("way", "tag"):
                return self.none_of(name) if not term.is_negated else _("any")
            return _("answered") if term.is_negated else _("not answered")
        if term.test is Test.CONTAINS:
            return _("contains “%(text)s”", text=term.value)
        if term.test is Test.RANGE:
            return self._range(name, *term.ends)
        return self.value(name, term.value)

    def _range(self, name: str, least: str, most: str) -> str:
        first, last = (self._end(name, end) if end else "" for end in (least, most))
        if not last:
            return _("from %(least)s", least=first)
        if not first:
            return _("up to %(most)s", most=last)
        return first if first == last else _("%(least)s to %(most)s", least=first, most=last)

    def _end(self, name: str, end: str) -> str:
        try:
            return formats.plain_day(date.fromisoformat(end), self._language)
        except ValueError:
            return end

    def _answer(self, offered: OfferedQuestion, value: str) -> str:
        for question in offered.wordings.values():
            if not question.options or any(option.value == value for option in question.options):
                return kinds.get(question.kind).value_text(question, value, self.context, self._language)
        return value

    def _status(self, value: str) -> str:
        return next((status_for_team(status) for status in Status if status.value == value), value)

    def _way(self, value: str) -> str:
        return next((came_by_words(way, None) for way in WayKind if way.value == value), value)

    def _text(self, text: LocalizedText) -> str:
        return pick(text, self._language, self.context.languages).text

    @cached_property
    def _tags(self) -> Mapping[str, str]:
        return {tag.public_id: tag.name for tag in self._shape.tags}

    @cached_property
    def _titles(self) -> Mapping[str, str]:
        return {
            "day": _("Day"),
            "tag": _("Tags"),
            "trouble": _("Marks"),
            "duplicates": _("Marks"),
            "note": _("Marks"),
            "unanswered": _("Not answered yet"),
            "from": _("Received"),
            "to": _("Received"),
            "order": _("Order by"),
        }


#: a chip says these by their value alone
_SELF_EVIDENT = frozenset({"status", "category", "country", "tag", "trouble", "duplicates", "note"})
