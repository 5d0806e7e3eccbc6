"""The categories of an event as rows of a form: those there are, and a blank one to be added."""

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField

from eventreg.events.forms.settings import MomentField
from eventreg.events.models import Category, Event
from eventreg.events.rules import categories, settings
from eventreg.kernel.errors import N_, Refused
from eventreg.web.fields import EnumField, NumberField, whole_number
from eventreg.web.forms import errors_in, lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm
from eventreg.web.refusals import said


class CategoryForm(LocalizedForm):
    """One category."""

    name = LocalizedField(lazy_gettext("Name"), limit=120, required="first")
    description = LocalizedField(
        lazy_gettext("Description of the category"),
        limit=300,
        description=lazy_gettext("A line below the name, in the form."),
    )
    places = NumberField(
        lazy_gettext("Places"),
        most=settings.LARGEST_NUMBER,
        fault=N_("Write a number, 0 or more"),
        description=lazy_gettext("Empty: only the places in all limit it."),
    )
    approval = EnumField(
        lazy_gettext("A registration is confirmed"), of=categories.ApprovalRule, default=categories.ApprovalRule.AT_ONCE
    )
    pending_counts = BooleanField(lazy_gettext("Whoever waits for an answer takes a place"))
    counts_toward_event = BooleanField(
        lazy_gettext("Its people count towards the places of the event"),
        description=lazy_gettext("Leave it out for speakers or staff who need no place."),
        default=True,
    )
    opens_at = MomentField(lazy_gettext("Registration opens"), may_lack=True)
    closes_at = MomentField(lazy_gettext("Registration closes"), may_lack=True)
    is_private = BooleanField(
        lazy_gettext("Private: not offered on the public form"),
        description=lazy_gettext("People reach it by its link, an access code or an invitation."),
    )
    is_removed = BooleanField(lazy_gettext("Remove this category"))

    def __init__(self, event: Event, category: Category | None, sent: MultiDict[str, str] | None) -> None:
        self.zone, self._category = event.time_zone, category
        #: None: a category to be added
        self.category_id = category.id if category is not None else None
        prefix = f"category-{category.id}-" if category is not None else "category+0-"
        super().__init__(event.languages, meta={"csrf": False}, formdata=sent, prefix=prefix, obj=category)

    @property
    def is_wanted(self) -> bool:
        """Whether the category is to be there: an existing one that is not removed, a new one in which something is written."""
        if self.category_id is not None:
            return not self.is_removed.data
        return bool(self.name.data or self.description.data or (self.places.data or "").strip())

    def read(self) -> categories.CategoryEntry | None:
        """Return the category that was filled in, or None with the reasons beside the fields."""
        if not self.validate():
            return None
        return categories.CategoryEntry(self.category_id, self.values_for(self._category or Category()))

    @property
    def has_rare_ones(self) -> bool:
        """Whether something is set, or to be checked, among what is folded away."""
        rare = (self.opens_at, self.closes_at)
        is_set = self.is_private.data or not self.counts_toward_event.data or any(bound.data for bound in rare)
        return bool(is_set or any(bound.errors for bound in rare))


class CategoriesForm(LocalizedForm):
    """The whole page: a form of its own for each category."""

    def __init__(self, event: Event, sent: MultiDict[str, str] | None = None) -> None:
        super().__init__(event.languages, formdata=sent)
        self.revision = str(event.settings_revision) if sent is None else sent.get("revision", "")
        rows = sorted(event.categories, key=lambda category: (category.position, category.id))
        self.rows = [CategoryForm(event, row, sent) for row in rows]
        if len(rows) < categories.MOST_CATEGORIES:
            self.rows.append(CategoryForm(event, None, sent))

    def read(self, order: str = "") -> list[categories.CategoryEntry]:
        """Return what was filled in, in the order that a button "up:<id>" or "down:<id>" asks for. Raises Refused."""
        is_sound = self.validate()
        entries = [row.read() for row in self.rows if row.is_wanted]
        sound = [entry for entry in entries if entry is not None]
        if not is_sound or len(sound) < len(entries):
            raise Refused("")
        direction, _colon, number = order.partition(":")
        category_id = whole_number(number)
        return (
            categories.moved_entries(sound, {category_id: direction})
            if category_id and direction in ("up", "down")
            else sound
        )

    def refuse(self, refused: categories.CategoriesRefused) -> None:
        """Put what the service said beside the field of the category it is about."""
        rows = {row.category_id: row for row in self.rows}
        row = rows.get(refused.category_id, self.rows[0 if refused.category_id else -1])
        row[refused.field].errors = [said(refused)]

    def all_errors(self) -> list[tuple[str, str]]:
        """Return (id of the input, sentence) of everything to be checked."""
        return errors_in(*self.rows)
