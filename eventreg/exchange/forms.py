"""The forms around files of people: what is taken out of the list; which file is put in, its columns, and under which terms."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields import Field

from eventreg.events.models import Event
from eventreg.exchange.incoming.matching import Target
from eventreg.exchange.incoming.words import Word
from eventreg.exchange.rules.exports import LONGEST_REASON, ExportFormat, ExportRequest, Recipient, Titles
from eventreg.exchange.rules.importing import Full, RefusedRows, Terms, WantedStatus
from eventreg.exchange.services.formats import FORMATS
from eventreg.i18n.languages import known_languages, own_name
from eventreg.kernel.text import showable
from eventreg.web.forms import BaseForm, choices, lazy_gettext
from eventreg.web.templating import plain_in_reader_language

ON_SCREEN, EVERY_COLUMN = "screen", "all"


class ExportForm(BaseForm):
    """A file to be made of the list as it stands."""

    recipient = SelectField(
        lazy_gettext("For whom"),
        description=lazy_gettext("For a recipient the file has only the categories and columns that were agreed."),
        validate_choice=False,
    )
    format = RadioField(lazy_gettext("Format"), validate_choice=False)
    columns = RadioField(lazy_gettext("Columns"), validate_choice=False)
    names = SelectMultipleField(lazy_gettext("Which columns"), validate_choice=False)
    with_contact_data = BooleanField(
        lazy_gettext("With email addresses and telephone numbers"),
        description=lazy_gettext("Leave it empty for whoever only needs names, like a hotel or the entrance."),
    )
    with_keys = BooleanField(
        lazy_gettext("Short names of the columns instead of their titles"),
        description=lazy_gettext("For programs: they are the same in every language."),
    )
    with_sensitive = BooleanField(
        lazy_gettext("With sensitive answers, readable"),
        description=lazy_gettext("Otherwise the file says only who answered."),
    )
    reason = TextAreaField(
        lazy_gettext("Why sensitive data is taken"),
        description=lazy_gettext(
            "Needed for sensitive answers and for the files that people sent. It is kept in the event's audit log."
        ),
    )

    def __init__(
        self,
        offered: Sequence[tuple[str, str]],
        recipients: Sequence[Recipient] = (),
        *,
        may_see_contact_data: bool,
        may_see_sensitive: bool,
        **values: Any,
    ) -> None:
        """`offered`: names and titles of the columns there are, those that the list shows first."""
        super().__init__(**values)
        self.recipient.choices = [("", _("The team itself")), *((each.key, each.name) for each in recipients)]
        self.names.choices, self._names = list(offered), [name for name, _title in offered]
        formats = [each for each in ExportFormat if may_see_sensitive or each is not ExportFormat.ZIP]
        self._offered = {each.value: each for each in formats}
        self.format.choices = [(each.value, str(FORMATS[each].title)) for each in formats]
        setattr(self.format, "choice_hints", {each.value: FORMATS[each].hint for each in formats})  # noqa: B010 - read by the template
        self.columns.choices = [
            (ON_SCREEN, _("Those ticked here, in this order")),
            (EVERY_COLUMN, _("All of them: every question is a column")),
        ]
        setattr(self.reason, "limit", LONGEST_REASON)  # noqa: B010 - read by the template
        self._sees_contact_data, self._sees_sensitive = may_see_contact_data, may_see_sensitive
        if not may_see_contact_data:
            del self.with_contact_data
        if not may_see_sensitive:
            del self.with_sensitive
            del self.reason

    def validate_format(self, field: Field) -> None:
        """Refuse what is no format."""
        if field.data not in self._offered:
            raise ValidationError(_("Choose a format"))

    def validate_columns(self, field: Field) -> None:
        """Refuse what is no choice."""
        if field.data not in (ON_SCREEN, EVERY_COLUMN):
            raise ValidationError(_("Choose which columns"))

    def wish(self) -> ExportRequest:
        """Return what was asked for. Raises Refused."""
        self.check()
        return ExportRequest(
            format=self._offered[self.format.data],
            columns=tuple(self._ticked()) if self.columns.data == ON_SCREEN else None,
            with_contact_data=self._sees_contact_data and bool(self.with_contact_data.data),
            with_sensitive=self._sees_sensitive and bool(self.with_sensitive.data),
            reason=self._reason(),
            titles=Titles.KEYS if self.with_keys.data else Titles.LABELS,
            recipient=self.recipient.data or "",
        )

    def _ticked(self) -> list[str]:
        return [name for name in self._names if name in (self.names.data or ())]

    def _reason(self) -> str:
        if not self._sees_sensitive:
            return ""
        self.reason.data = showable((self.reason.data or "").replace("\r\n", "\n").replace("\r", "\n"))
        return str(self.reason.data).strip()


#: what the names of the choices of columns begin with
COLUMN = "column-"


class FileForm(BaseForm):
    """The file."""

    file = FileField(
        lazy_gettext("File"),
        description=lazy_gettext(
            "CSV or Excel (.xlsx), one person a row, titles in the first one. Up to 20 MB and 10,000 rows."
        ),
    )


class TermsForm(BaseForm):
    """How a file is put in."""

    category = SelectField(lazy_gettext("Category of new people"))
    status = RadioField(lazy_gettext("Status of new people"))
    full = RadioField(lazy_gettext("When no place is left"))
    refused = RadioField(lazy_gettext("Rows with mistakes"))
    language = SelectField(lazy_gettext("Language of their emails"))
    empty_clears = BooleanField(
        lazy_gettext("Empty cells take answers away"),
        description=lazy_gettext("Otherwise an empty cell leaves what a registration says as it is."),
    )
    tells = BooleanField(
        lazy_gettext("Tell each new person by email"),
        description=lazy_gettext("Unless you tick it, nobody is written to."),
    )

    def __init__(self, event: Event, terms: Terms, has_categories: bool, **more: Any) -> None:
        """`has_categories`: a column of the file says the category."""
        super().__init__(data=terms.as_data(), **more)
        self._has_categories = has_categories
        nobody = _("As the file says") if has_categories else _("Choose a category")
        self.category.choices = [
            ("", nobody),
            *((row.key, plain_in_reader_language(row.name)) for row in event.categories),
        ]
        self.status.choices = choices(WantedStatus)
        self.full.choices = choices(Full)
        self.refused.choices = choices(RefusedRows)
        self.language.choices = [(code, own_name(code)) for code in known_languages()]

    def validate_category(self, field: Field) -> None:
        """Refuse none where no column of the file says it."""
        if not field.data and not self._has_categories:
            raise ValidationError(_("Choose a category"))

    def terms(self) -> Terms:
        """Return what was chosen, after the form was found valid."""
        return Terms.of_data({each.name: self[each.name].data for each in fields(Terms)})


@dataclass(frozen=True)
class ColumnChoice:
    """One column of the file with what it can be, and the first values in it."""

    name: str
    head: str
    chosen: str
    samples: Sequence[str]
    #: what is to be said beside it
    note: str
    error: str = ""


def chosen_columns(count: int) -> list[str]:
    """Return what this request chooses for each column of a file."""
    return [request.form.get(f"{COLUMN}{number}", "") for number in range(count)]


def column_errors(chosen: Sequence[str], targets: Sequence[Target]) -> dict[int, str]:
    """Return what is wrong with a choice of columns, by their numbers: unknown, or the same twice."""
    known = {target.name: target.fills for target in targets}
    found: dict[int, str] = {}
    used: set[str] = set()
    for number, name in enumerate(chosen):
        if name and name not in known:
            found[number] = _("Choose one of the columns that are offered")
        elif name and used & known[name]:
            found[number] = _("Another column of the file is this one already")
        used |= known.get(name, frozenset())
    return found


#: the choice that a word says nothing: its cells are read as empty ones
NOTHING = "-"


@dataclass(frozen=True)
class WordChoice:
    """A word of the file with what was chosen for it."""

    word: Word
    chosen: Sequence[str]
    #: nobody has said it yet
    is_proposed: bool = False
    error: str = ""

    @property
    def options(self) -> Sequence[tuple[str, str]]:
        """What can be chosen, with words."""
        return [*self.word.accepted.choices, (NOTHING, _("Leave the cell empty"))]

    @property
    def first_id(self) -> str:
        """The id of the field that a summary of errors leads to."""
        return f"{self.word.field}-1" if self.word.accepted.is_many else self.word.field


def word_choices(words: Sequence[Word], form: MultiDict[str, str] | None = None) -> list[WordChoice]:
    """Return what this form chooses for each word; without one what was said before, or is proposed."""
    return [_chosen(word, form) if form is not None else _at_first(word) for word in words]


def _at_first(word: Word) -> WordChoice:
    if word.meaning is None:
        return WordChoice(word, word.proposed, bool(word.proposed))
    return WordChoice(word, word.meaning.split("; ") if word.meaning else [NOTHING])


def _chosen(word: Word, form: MultiDict[str, str]) -> WordChoice:
    chosen = [text for text in form.getlist(word.field) if text]
    known = {NOTHING, *(text for text, _words in word.accepted.choices)}
    error = ""
    if not set(chosen) <= known or (len(chosen) > 1 and not word.accepted.is_many):
        error = _("Choose one of the answers that are offered for “%(word)s”", word=word.text)
    elif NOTHING in chosen and len(chosen) > 1:
        error = _("“%(word)s” cannot both be left empty and mean something", word=word.text)
    return WordChoice(word, chosen, error=error)
