"""The categories of an event as rows of a form: those there are, and a blank one to be added."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, RadioField, StringField

from eventreg.events.forms.localized import LocalizedField, LocalizedForm
from eventreg.events.forms.settings import clock_sentence, read_number
from eventreg.events.models import Category, Event
from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.category_entries import MOST_CATEGORIES, CategoryEntry, moved_entries
from eventreg.events.rules.moments import instant_of, read_moment, written_moment
from eventreg.events.wording.settings import approval_name
from eventreg.kernel.typed import showable
from eventreg.web.forms import lazy_gettext

_MOMENTS = ("opens_at", "closes_at")
_MOMENT = {"step": "1", "autocomplete": "off"}


class CategoryForm(LocalizedForm):
    """One category."""

    name = LocalizedField(lazy_gettext("Name"), limit=120, required="first")
    description = LocalizedField(
        lazy_gettext("Who belongs to it"), limit=300, description=lazy_gettext("A line below the name, in the form.")
    )
    places = StringField(lazy_gettext("Places"), description=lazy_gettext("Empty: only the places in all limit it."))
    approval = RadioField(lazy_gettext("A registration is confirmed"), default=ApprovalRule.AT_ONCE.value)
    pending_counts = BooleanField(lazy_gettext("Whoever waits for an answer takes a place"))
    counts_toward_event = BooleanField(
        lazy_gettext("Its people count towards the places of the event"),
        description=lazy_gettext("Leave it out for speakers or staff who need no place."),
        default=True,
    )
    opens_at = StringField(lazy_gettext("Registration opens"), render_kw=_MOMENT)
    closes_at = StringField(lazy_gettext("Registration closes"), render_kw=_MOMENT)
    is_private = BooleanField(
        lazy_gettext("Private: not offered on the public form"),
        description=lazy_gettext("People reach it by its link, an access code or an invitation."),
    )
    is_removed = BooleanField(lazy_gettext("Remove this category"))

    def __init__(self, event: Event, category: Category | None, **values: Any) -> None:
        super().__init__(event.languages, meta={"csrf": False}, **values)
        self._zone, self._category = event.time_zone, category
        category_id = category.id if category is not None else None
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
        moments = {name: self._moment(name) for name in _MOMENTS}
        if not is_sound or not is_number or any(self[name].errors for name in _MOMENTS):
            return None
        approval = ApprovalRule(self.approval.data)
        return CategoryEntry(
            self.category_id,
            self.name.data,
            self.description.data,
            places,
            approval,
            bool(self.pending_counts.data),
            bool(self.counts_toward_event.data),
            is_private=bool(self.is_private.data),
            **moments,
        )

    @property
    def has_rare_ones(self) -> bool:
        """Whether something is set, or to be checked, among what is folded away."""
        rare = (self.opens_at, self.closes_at)
        is_set = self.is_private.data or not self.counts_toward_event.data or any(bound.data for bound in rare)
        return bool(is_set or any(bound.errors for bound in rare))

    def _moment(self, name: str) -> datetime | None:
        bound = self[name]
        text, stored = (bound.data or "").strip(), getattr(self._category, name, None)
        # What was not touched stays as it is, fractions of a second and hours that exist twice included.
        if not text or (stored is not None and text == written_moment(stored, self._zone)):
            return stored if text else None
        local = read_moment(text)
        at = instant_of(local, self._zone) if local is not None else None
        if isinstance(at, datetime):
            return at
        bound.data = showable(text)
        bound.errors = [_("Write a date and a time") if at is None else clock_sentence(at)]
        return None


class CategoriesForm(LocalizedForm):
    """The whole page: a form of its own for each category."""

    def __init__(self, event: Event, sent: MultiDict[str, str] | None = None) -> None:
        super().__init__(event.languages, formdata=sent)
        self.revision = str(event.settings_revision) if sent is None else sent.get("revision", "")
        rows = sorted(event.categories, key=lambda category: (category.position, category.id))
        self.rows = [CategoryForm(event, row, formdata=sent, **_given(row, event.time_zone)) for row in rows]
        if len(rows) < MOST_CATEGORIES:
            self.rows.append(CategoryForm(event, None, formdata=sent, prefix="category+0-"))

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


def _given(category: Category, zone: str) -> dict[str, Any]:
    return {
        "prefix": f"category-{category.id}-",
        "name": category.name,
        "description": category.description,
        "places": "" if category.places is None else str(category.places),
        "approval": category.approval.value,
        "pending_counts": category.pending_counts,
        "counts_toward_event": category.counts_toward_event,
        "is_private": category.is_private,
        **{name: written_moment(at, zone) if (at := getattr(category, name)) else "" for name in _MOMENTS},
    }
