"""The fields and columns of one event's list, and their values, in the reader's language."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from eventreg.i18n import formats
from eventreg.review.listing.fields import ListField, short, term_text
from eventreg.review.listing.offer import Words
from eventreg.review.listing.shape import ListShape
from eventreg.review.rules.columns import ANSWER
from eventreg.review.rules.listing import Term, Test

#: what stands in their place where nobody sees it in full
_LONGEST_TITLE = 60


class ListWords(Words):
    """Says them, by the names that addresses have for them."""

    def __init__(self, shape: ListShape, *about: Any) -> None:
        super().__init__(*about)
        self.shape = shape

    def title(self, name: str) -> str:
        """Return what a field or a column is called, whether or not the list offers it."""
        field = self._named(name)
        if field is not None:
            is_filter_alone = name == field.name != field.column and field.filter_title
            return str(field.filter_title) if is_filter_alone else field.titled(self)
        return {"from": _("Received"), "to": _("Received"), "order": _("Order by")}.get(name, name.removeprefix(ANSWER))

    def short_title(self, name: str) -> str:
        """Return what it is called as the head of a column, where there is little room."""
        return short(self.title(name), _LONGEST_TITLE)

    def value(self, name: str, value: str) -> str:
        """Return one value of a field in words."""
        field = self.shape.fields.get(name)
        return field.value_text(value, self) if field is not None else value

    def term(self, name: str, term: Term) -> str:
        """Return what is asked of a field, as a chip says it."""
        field = self.shape.fields[name]
        said = term_text(field, term, self)
        if field.is_self_evident and term.test is Test.IS:
            return said
        return f"{self.short_title(name)}{formats.colon(self.language)} {said}"

    def _named(self, name: str) -> ListField | None:
        found = self.shape.by_column.get(name) or self.shape.fields.get(name)
        return found or next((each for each in self.shape.every_fixed if each.column == name), None)
