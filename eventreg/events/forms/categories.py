"""The categories of an event as rows of a form: those there are, and a blank one to be added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, RadioField, StringField

from eventreg.events.forms.localized import LocalizedField, LocalizedForm
from eventreg.events.forms.settings import read_number
from eventreg.events.models import Category, Event
from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.category_entries import MOST_CATEGORIES, CategoryEntry, moved_entries
from eventreg.events.wording.settings import approval_name
from eventreg.web.forms import lazy_gettext


class CategoryForm(LocalizedForm):
    """One category."""

    name = LocalizedField(lazy_gettext("Name"), limit=120, required="first")
    description = LocalizedField(
        lazy_gettext("Who belongs to it"), limit=300, description=lazy_gettext("A line below the name, in the form.")
    )
    places = StringField(lazy_gettext("Places"), description=lazy_gettext("Empty: only the places in all limit it."))
    approval = RadioField(lazy_gettext("A registration is confirmed"), default=ApprovalRule.AT_ONCE.value)
    pending_counts = BooleanField(lazy_gettext("Whoever waits for an answer takes a place"))
    is_removed = BooleanField(lazy_gettext("Remove this category"))

    def __init__(self, languages: Sequence[str], category_id: int | None, **values: Any) -> None:
        super().__init__(languages, meta={"csrf": False}, **values)
        #: None: a category to be added
        self.category_id = category_id
        self.approval.choices = [(rule.value, approval_name(rule)) for rule in ApprovalRule]

    @property
    def is_wanted(self) -> bool:
        """Whether the category is to be there: an existing one that is not removed, a new one in which something is written."""
        if self.category_id is not None:
            return not self.is_removed.data
        return bool(self.name.data or self.description.data or (self.places.data or "").strip())

    def read(self) -> CategoryEntry | None:
        """Return the category that was filled in, or None with the reasons beside the fields."""
        is_sound = self.validate()
        places, is_number = read_number(self.places.data or "", may_be_empty=True)
        if not is_number:
            self.places.errors = [_("Write a number, 0 or more")]
        if not is_sound or not is_number:
            return None
        approval = ApprovalRule(self.approval.data)
        return CategoryEntry(
            self.category_id, self.name.data, self.description.data, places, approval, bool(self.pending_counts.data)
        )


class CategoriesForm(LocalizedForm):
    """The whole page: a form of its own for each category."""

    def __init__(self, event: Event, sent: MultiDict[str, str] | None = None) -> None:
        super().__init__(event.languages, formdata=sent)
        self.revision = str(event.settings_revision) if sent is None else sent.get("revision", "")
        rows = sorted(event.categories, key=lambda category: (category.position, category.id))
        self.rows = [CategoryForm(event.languages, row.id, formdata=sent, **_given(row)) for row in rows]
        if len(rows) < MOST_CATEGORIES:
            self.rows.append(CategoryForm(event.languages, None, formdata=sent, prefix="category+0-"))

    def read(self, order: str = "") -> list[CategoryEntry] | None:
        """Return what was filled in, in the order that a button "up:<id>" or "down:<id>" asks for; None when it is not right."""
        is_sound = self.validate()
        entries = [row.read() for row in self.rows if row.is_wanted]
        sound = [entry for entry in entries if entry is not None]
        if not is_sound or len(sound) < len(entries):
            return None
        direction, _colon, number = order.partition(":")
        if direction in ("up", "down") and number.isascii() and number.isdecimal() and len(number) < 12:
            return moved_entries(sound, {int(number): direction})
        return sound

    def all_errors(self) -> list[tuple[str, str]]:
        """Return (id of the input, sentence) of everything to be checked."""
        return [
            item
            for row in self.rows
            for bound in row
            if bound.errors
            for item in getattr(bound, "error_items", [(bound.id, bound.errors[0])])
        ]


def _given(category: Category) -> dict[str, Any]:
    return {
        "prefix": f"category-{category.id}-",
        "name": category.name,
        "description": category.description,
        "places": "" if category.places is None else str(category.places),
        "approval": category.approval.value,
        "pending_counts": category.pending_counts,
    }
