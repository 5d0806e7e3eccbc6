"""The form of all texts of an event: one page, one button, each text beside its translations."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, cast

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import Field, SelectField

from eventreg.events.models import Event
from eventreg.events.rules.practical import NewItem, PracticalEdit, Topic, field_of, keyed, split_field, topic_of
from eventreg.events.rules.texts import FIELDS, PRACTICAL_FIELDS, TextChange, TextId, fingerprint, text_of
from eventreg.i18n.languages import current_language, speaking
from eventreg.kernel.errors import N_
from eventreg.kernel.text import pick
from eventreg.web.forms import choices, errors_in, lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm
from eventreg.web.subjects import Subject

_NO_CSRF = {"csrf": False}  # the page's own form carries the token


def _text(name: str, label: str, **values: Any) -> LocalizedField:
    known = FIELDS.get(name) or PRACTICAL_FIELDS[name]
    return LocalizedField(label, kind=known.kind, limit=known.limit, **values)


class TextsForm(LocalizedForm):
    """The texts of FIELDS."""

    title = _text("title", lazy_gettext("Title"), required="first")
    summary = _text(
        "summary",
        lazy_gettext("Summary"),
        rows=4,
        description=lazy_gettext("Two or three sentences, for lists and mails."),
    )
    description = _text("description", lazy_gettext("Description"))
    audience = _text("audience", lazy_gettext("For whom"), rows=2)
    venue = _text("venue", lazy_gettext("Venue"))
    address = _text("address", lazy_gettext("Address"), rows=2)
    joining = _text(
        "joining",
        lazy_gettext("How to take part online"),
        rows=4,
        description=lazy_gettext("Only confirmed people see it: on their own page and in the mail that confirms."),
    )
    contact_position = _text("contact_position", lazy_gettext("Position of the contact person"))
    contact_office = _text("contact_office", lazy_gettext("Office of the contact person"))
    demonstration_note = _text(
        "demonstration_note",
        lazy_gettext("Note that something is a demonstration"),
        description=lazy_gettext("Shown on the event's page. Leave it empty for a real event."),
    )
    cancellation_note = _text(
        "cancellation_note",
        lazy_gettext("Why the event is cancelled"),
        description=lazy_gettext("Shown on the event's page once it is cancelled."),
    )


class ItemForm(LocalizedForm):
    """An item of practical information."""

    topic = SelectField(lazy_gettext("Topic"))
    label = _text("label", lazy_gettext("Heading"))
    text = _text("text", lazy_gettext("Text"), rows=2)

    def __init__(self, languages: Sequence[str], **values: Any) -> None:
        super().__init__(languages, meta=_NO_CSRF, **values)
        self.topic.choices = choices(Topic)

    @property
    def is_blank(self) -> bool:
        """Whether nothing was written into it."""
        return not self.label.data and not self.text.data

    def validate_new(self) -> bool:
        """Check an item to be added: blank is right, and a topic is its heading where none is written."""
        if self.is_blank:
            return True
        if not self.validate():
            return False
        if not self.label.data and Topic(self.topic.data) is Topic.OTHER:
            self.label.refuse(self.languages[0], _("Write a heading"))
            return False
        return True

    def item(self) -> NewItem:
        """Return the item to be added."""
        topic, label = Topic(self.topic.data), dict(self.label.data)
        for language in self.languages if not label else ():
            with speaking(language) as spoken:
                if spoken == language:
                    label[language] = _(topic.title)
        return NewItem(topic, label, self.text.data)


#: the subjects of the page; each item of practical information is one of its own, between the place and the new one
_ABOUT = Subject("about", N_("About the event"), ("title", "summary", "venue", "description", "audience"))
_PLACE = Subject("place", N_("Address and taking part online"), ("address", "joining"))
_NEW_ITEM = Subject("practical", N_("Add an item"))
_CONTACT = Subject(
    "contact",
    N_("Contact and notes"),
    ("contact_position", "contact_office", "demonstration_note", "cancellation_note"),
)


def subjects_of(event: Event) -> list[Subject]:
    """Return the subjects of an event's texts, in order; an item of practical information goes by its heading."""
    language = current_language()
    items = [
        Subject(
            f"item-{item['key']}",
            pick(item.get("label") or {}, language, event.languages).text or topic_of(item).title,
            [field_of(item["key"], part) for part in PRACTICAL_FIELDS],
        )
        for item in keyed(event.practical)
    ]
    return [_ABOUT, _PLACE, *items, _NEW_ITEM, _CONTACT]


class TextsPage:
    """All forms of the page, made from an event, and from what was sent of one subject where something was.

    What was not sent is as the event has it, and no change.
    """

    def __init__(self, event: Event, sent: MultiDict[str, str] | None = None) -> None:
        self.event, self._sent = event, sent
        self._values: Mapping[str, str] = sent if sent is not None else {}
        given = {name: text_of(event, name) for name in FIELDS}
        self.form = TextsForm(event.languages, formdata=sent, **given)
        self.items = {item["key"]: self._item_form(item) for item in keyed(event.practical)}
        self._add_forms_of_removed_items()
        self.new = [self._new_form(number) for number in range(self._count_new())]
        #: what the form carries of each text: fingerprints, as they were sent or as the texts are
        self.seen = {text_id: self._seen(text_id, bound) for text_id, bound in self.inputs()}

    def fields(self) -> Iterator[tuple[str, LocalizedField]]:
        """Yield every text of the event with its field."""
        for name in FIELDS:
            yield name, self.form[name]
        for key, form in self.items.items():
            for part in PRACTICAL_FIELDS:
                yield field_of(key, part), form[part]

    def inputs(self) -> Iterator[tuple[TextId, Field]]:
        """Yield every text and language with its input."""
        for name, bound in self.fields():
            for language, one in bound.inputs.items():
                yield TextId(name, language), one

    def field_named(self, name: str) -> LocalizedField | None:
        """Return the field of a text."""
        return dict(self.fields()).get(name)

    def validate(self) -> bool:
        """Check everything, so that all errors are told at once."""
        checked = [self.form.validate(), *(form.validate() for form in self.items.values())]
        return all([*checked, *(form.validate_new() for form in self.new)])

    def errors(self) -> list[tuple[str, str]]:
        """Return (id of the input, sentence) of everything to be checked."""
        return errors_in(self.form, *self.items.values(), *self.new)

    def changes(self, confirmed: str = "") -> list[TextChange]:
        """Return what is wanted of each text. `confirmed`: "<field>:<language>" of one that was said to fit as it is.

        After a conflict a choice was made: what somebody else wrote is not touched, or it was seen and is replaced.
        """
        found = []
        for text_id, bound in self.inputs():
            if self._sent is not None and f"{bound.name}-seen" not in self._sent:
                continue
            choice = self._values.get(f"{bound.name}-choice", "")
            if choice == "theirs":
                continue
            field = self.field_named(text_id.field)
            text = field.data.get(text_id.language, "") if field else ""
            seen = choice.removeprefix("mine:") if choice.startswith("mine:") else self.seen[text_id]
            is_confirmed = confirmed == f"{text_id.field}:{text_id.language}"
            found.append(TextChange(*text_id, seen, text, is_confirmed))
        return found

    def edit(self, order: str) -> PracticalEdit:
        """Return what is done to the items. `order`: the value of the button, "up:k3f9", "down:k3f9" or "remove:k3f9"."""
        verb, _colon, key = order.partition(":")
        topics = {
            key: Topic(form.topic.data)
            for key, form in self.items.items()
            if form.topic.data != self._values.get(f"{form.topic.name}-seen", form.topic.data)
        }
        return PracticalEdit(
            added=[form.item() for form in self.new if not form.is_blank],
            topics=topics,
            moved=(key, cast(Literal["up", "down"], verb)) if verb in ("up", "down") else None,
            removed=key if verb == "remove" else "",
        )

    def offer_again(self, items: Sequence[NewItem]) -> None:
        """Show items as ones to be added: there was no room for them, or somebody removed them meanwhile."""
        first = len(self.new) - 1
        for number, item in enumerate(items, first):
            given: Mapping[str, Any] = {"topic": item.topic.value, "label": item.label, "text": item.text}
            self.new.insert(number, ItemForm(self.event.languages, formdata=None, prefix=_new_prefix(number), **given))
        self.new[-1] = ItemForm(self.event.languages, formdata=None, prefix=_new_prefix(len(self.new) - 1))

    def hidden(self, names: Sequence[str]) -> list[tuple[str, str]]:
        """Return the hidden inputs: what was seen of the texts of these names, and of the topics of their items."""
        seen = [
            (f"{bound.name}-seen", self.seen[text_id]) for text_id, bound in self.inputs() if text_id.field in names
        ]
        topics = {item["key"]: topic_of(item).value for item in keyed(self.event.practical)}
        items = [(key, form) for key, form in self.items.items() if field_of(key, "label") in names]
        return [*seen, *((f"{form.topic.name}-seen", topics.get(key, "")) for key, form in items)]

    def _item_form(self, item: Mapping[str, Any]) -> ItemForm:
        given = {"topic": topic_of(item).value, "label": item.get("label"), "text": item.get("text")}
        return ItemForm(self.event.languages, formdata=self._sent, prefix=_prefix(item["key"]), **given)

    def _add_forms_of_removed_items(self) -> None:
        """Read what was sent about items that are not there any more, so that nothing typed is lost."""
        ending = "-topic-seen"
        for name in self._values:
            key = name.removeprefix("practical-").removesuffix(ending)
            is_one = name.startswith("practical-") and name.endswith(ending) and split_field(field_of(key, "label"))
            if is_one and key not in self.items and len(key) <= 40 and len(self.items) < 100:
                self.items[key] = ItemForm(self.event.languages, formdata=self._sent, prefix=_prefix(key))

    def _new_form(self, number: int) -> ItemForm:
        return ItemForm(self.event.languages, formdata=self._sent, prefix=_new_prefix(number))

    def _count_new(self) -> int:
        return next((number for number in range(30) if f"{_new_prefix(number)}topic" not in self._values), 30) or 1

    def _seen(self, text_id: TextId, bound: Field) -> str:
        if self._sent is not None:
            return self._values.get(f"{bound.name}-seen", "")
        return fingerprint(text_of(self.event, text_id.field).get(text_id.language, ""))


def _prefix(key: str) -> str:
    return f"practical-{key}-"


def _new_prefix(number: int) -> str:
    return f"practical+{number}-"
