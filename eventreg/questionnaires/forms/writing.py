"""The form by which organizers write a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField

from eventreg.events.forms.settings import DayField
from eventreg.i18n.languages import known_languages
from eventreg.kernel.errors import N_, Refused
from eventreg.kernel.text import merged
from eventreg.questionnaires.draft_wording import column_name, ready_purposes
from eventreg.questionnaires.forms import conditions
from eventreg.questionnaires.forms.options import (
    OptionForm,
    SettingsForm,
    blank_row,
    option_rows,
    pasted_options,
    renumbered,
)
from eventreg.questionnaires.kinds import Kind
from eventreg.questionnaires.kinds.base import speaking
from eventreg.questionnaires.rules.drafts import changes, reading
from eventreg.questionnaires.rules.schema import Question
from eventreg.web.fields import NumberField
from eventreg.web.forms import lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm

_TEXTS = ("label", "help", "purpose")
_LONGEST_RETENTION = 36_525


class QuestionForm(LocalizedForm):
    """A question of one kind. Options, conditions and settings stand beside its fields, as rows of their own."""

    seen = HiddenField()
    label = LocalizedField(lazy_gettext("Question"), limit=500, required="first")
    help = LocalizedField(lazy_gettext("Help below the question"), kind="textarea", limit=1000, rows=2)
    #: one that is gone meanwhile is for the service to refuse
    section = SelectField(lazy_gettext("Section"), validate_choice=False)
    required = RadioField(lazy_gettext("Must it be answered?"), default="no")
    required_for = SelectMultipleField(lazy_gettext("Required of"))
    categories = SelectMultipleField(
        lazy_gettext("Asked of"), description=lazy_gettext("Nothing ticked: of every category.")
    )
    ready_purpose = SelectField(
        lazy_gettext("Why it is asked"), description=lazy_gettext("Whoever answers can read it.")
    )
    purpose = LocalizedField(lazy_gettext("Or in your own words"), limit=500)
    is_sensitive = BooleanField(
        lazy_gettext("Sensitive"),
        description=lazy_gettext(
            "Encrypted, hidden on screens until asked for, never in mails. For health, food, documents."
        ),
    )
    retention_days = NumberField(
        lazy_gettext("Days after the event until the answer is deleted"),
        description=lazy_gettext("Empty: it is kept as long as the registration."),
        most=_LONGEST_RETENTION,
        fault=N_("Write a number of days"),
    )
    frozen_after = DayField(
        lazy_gettext("Last day on which the answer can be changed"),
        description=lazy_gettext("Empty: as long as all others."),
        render_kw={"type": "date"},
    )
    column = SelectField(
        lazy_gettext("The answer is the person’s"),
        description=lazy_gettext("What identifies a person stands in the list, in mails and on the badge."),
    )

    def __init__(
        self,
        languages: Sequence[str],
        kind: Kind,
        stored: Mapping[str, Any],
        offers: Offers,
        sent: Any = None,
        *,
        section: str = "",
    ) -> None:
        self.kind, self.stored, self.offers, self._sent = kind, stored, offers, sent
        self.join, self.rows = "all", list[conditions.Row]()
        given = _given(reading.read_question(stored), section, languages) if stored else _blank(section)
        super().__init__(languages, formdata=sent, **given)
        self.seen.data = self.seen.data if sent is not None else reading.fingerprint(stored)
        self.section.choices = list(offers.sections)
        self.required.choices = [("no", _("No")), ("yes", _("Yes")), ("some", _("Only by some categories"))]
        if len(offers.categories) < 2:
            self.required.choices.pop()
        self.required_for.choices = self.categories.choices = list(offers.categories)
        self.ready_purpose.choices = [("", _("Choose or write one")), *ready_purposes().items()]
        columns = offers.free_columns(kind, str(stored.get("column") or ""))
        self.column.choices = [("", _("none of these")), *((name, column_name(name)) for name in columns)]
        rows = option_rows(languages, self._kept_options(), sent)
        self.options = [row for row in rows if row.stored] if kind.fixed_values else rows
        self.pasted = sent.get("pasted", "") if sent is not None else ""
        self.settings = SettingsForm(kind.offered_settings(), languages, _settings(stored), sent)
        self._read_conditions()

    @property
    def has_options(self) -> bool:
        """Whether answers are offered."""
        return self.kind.has_options

    @property
    def is_plain(self) -> bool:
        """Whether it is something to read, which nobody answers."""
        return not self.kind.is_answerable

    def arrange(self, order: str) -> None:
        """Do what a button beside the rows says: "options" and "conditions" add rows, "up:2" and "down:2" move an answer,
        "paste" turns lines into answers."""
        name, _colon, number = order.partition(":")
        if name == "paste":
            taken = {row.stored["value"] for row in self.options if row.stored}
            kept = [row for row in self.options if row.is_wanted or row.is_removed.data]
            self.options = kept[:]
            for option in pasted_options(self.pasted, self.languages, taken)[: changes.MOST_OPTIONS]:
                row = blank_row(self.languages, len(self.options))
                row.label.data = option["label"]
                self.options.append(row)
            self.pasted = ""
        elif name == "options":
            self.options += [blank_row(self.languages, len(self.options) + more) for more in range(3)]
        elif name == "conditions":
            self.rows = [row for row in self.rows if row.question]
            self.rows.append(conditions.Row())
        elif name in ("up", "down") and number.isascii() and number.isdecimal() and len(number) < 4:
            index, other = int(number), int(number) + (1 if name == "down" else -1)
            if 0 <= index < len(self.options) and 0 <= other < len(self.options):
                rows = self.options
                rows[index], rows[other] = rows[other], rows[index]
        self.options = renumbered(self.languages, self.options)

    def read(self) -> dict[str, Any]:
        """Return the question as data. Raises Refused, with the reasons beside the fields."""
        is_sound = self.validate()
        options, settings = self._options(), self.settings.read()
        condition, is_condition_sound = conditions.condition_from(self.join, self.rows, self.offers.subjects)
        if self.column.data and self.is_sensitive.data:
            self.is_sensitive.errors = [_("What identifies a person is not sealed: choose one of the two")]
            is_sound = False
        if self.required.data == "some" and not self.required_for.data:
            self.required_for.errors = [_("Choose at least one category")]
            is_sound = False
        if not is_sound or options is None or settings is None or not is_condition_sound:
            raise Refused("")
        if self.kept_condition is not None and not self.drops_condition:
            condition = self.kept_condition
        return self._entry(options, self._following(settings), condition)

    def all_errors(self) -> list[tuple[str, str]]:
        """Return (id of the input, sentence) of everything to be checked."""
        bounds = [*self, *self.settings.fields, *(bound for row in self.options for bound in row)]
        found = [
            item
            for bound in bounds
            if bound.errors
            for item in getattr(bound, "error_items", None) or [(bound.id, str(bound.errors[0]))]
        ]
        return found + [(f"condition-{number}", row.error) for number, row in enumerate(self.rows) if row.error]

    def _read_conditions(self) -> None:
        """Take the rows from what was sent, else from what is kept; what rows cannot say stays as it is."""
        raw = self.stored.get("condition")
        split = conditions.rows_of(reading.condition_of(self.stored))
        is_beyond = raw is not None and (split is None or not split[1])
        #: a condition that is kept whole, since rows cannot say it
        self.kept_condition = raw if is_beyond else None
        self.drops_condition = bool(self._sent is not None and self._sent.get("drop_condition"))
        if self._sent is not None:
            join, rows = conditions.rows_sent(self._sent)
        else:
            join, rows = split if split is not None and not is_beyond else ("all", [])
        self.join = join
        self.rows = rows or [conditions.Row()]

    def _kept_options(self) -> list[dict[str, Any]]:
        """Return the options that are kept; of a kind with values of its own, those without words as well."""
        kept = reading.entries(self.stored, "options", "value")
        worded = {option["value"] for option in kept}
        return [*kept, *({"value": value} for value in self.kind.fixed_values if value not in worded)]

    def _options(self) -> list[dict[str, Any]] | None:
        if not self.has_options:
            return []
        if self.kind.fixed_values:
            return self._fixed_options()
        taken = {row.stored["value"] for row in self.options if row.stored}
        read = [row.read(taken) for row in self.options if row.is_wanted]
        if any(option is None for option in read):
            return None
        found = [option for option in read if option is not None]
        return found + pasted_options(self.pasted, self.languages, taken)

    def _fixed_options(self) -> list[dict[str, Any]] | None:
        """Return the words for each of the kind's own values, or for none."""
        rows = list({row.stored["value"]: row for row in self.options}.values())
        if not any(row.is_wanted for row in rows):
            return []
        for row in rows:
            if not row.is_wanted:
                row.label.refuse(self.languages[0], _("Write this answer too, or leave all empty"))
                return None
        read = [row.read(set()) for row in rows]
        return None if None in read else [option for option in read if option is not None]

    def _following(self, settings: dict[str, Any]) -> dict[str, Any]:
        """Return the settings with what follows from the column, where another one was chosen."""
        before, after = str(self.stored.get("column") or ""), self.column.data or ""
        if before == after:
            return settings
        left = {name: value for name, value in settings.items() if name not in self.kind.settings_for(before)}
        return left | dict(self.kind.settings_for(after))

    def _purpose(self) -> dict[str, str]:
        if self.purpose.data or not self.ready_purpose.data:
            return merged(reading.texts(self.stored, "purpose"), self.purpose.data, self.languages)
        return {language: _in(language)[self.ready_purpose.data] for language in _told(self.languages)}

    def _entry(self, options: list[dict[str, Any]], settings: dict[str, Any], condition: Any) -> dict[str, Any]:
        written = {
            "kind": self.kind.name,
            "label": merged(reading.texts(self.stored, "label"), self.label.data, self.languages),
            "help": merged(reading.texts(self.stored, "help"), self.help.data, self.languages),
            "purpose": self._purpose(),
            "is_required": self.required.data == "yes",
            "required_for": sorted(self.required_for.data or ()) if self.required.data == "some" else [],
            "categories": sorted(self.categories.data or ()),
            "condition": condition,
            "is_sensitive": bool(self.is_sensitive.data),
            "frozen_after": self.frozen_after.day and self.frozen_after.day.isoformat(),
            "options": options,
            "column": self.column.data or "",
            "settings": settings,
        }
        entry = {name: value for name, value in self.stored.items() if name not in (*written, "retention_days", "key")}
        entry |= {name: value for name, value in written.items() if value not in (None, "", [], {}, False)}
        retention = self.retention_days.number
        return entry if retention is None else {**entry, "retention_days": retention}


class Offers:
    """What a question can be given of its event and of the draft: sections, categories, columns, earlier questions."""

    def __init__(
        self,
        sections: Sequence[tuple[str, str]],
        categories: Sequence[tuple[str, str]],
        taken_columns: frozenset[str],
        subjects: Sequence[conditions.Subject],
    ) -> None:
        self.sections, self.categories, self.subjects = sections, categories, subjects
        self._taken = taken_columns

    def free_columns(self, kind: Kind, own: str) -> list[str]:
        """Return the columns that a question of this kind can fill, those of other questions left out."""
        return sorted(column for column in kind.columns if column == own or column not in self._taken)


def _blank(section: str) -> dict[str, Any]:
    return {"section": section, "required": "no", "column": "", "ready_purpose": ""}


def _given(question: Question, section: str, languages: Sequence[str]) -> dict[str, Any]:
    ready = _ready_name(question, languages)
    required = "yes" if question.is_required else "some" if question.required_for else "no"
    return {
        "label": question.label, "help": question.help, "purpose": {} if ready else question.purpose,
        "ready_purpose": ready, "section": section, "required": required,
        "required_for": sorted(question.required_for), "categories": sorted(question.categories),
        "is_sensitive": question.is_sensitive, "column": question.column or "",
        "retention_days": question.retention_days, "frozen_after": question.frozen_after,
    }  # fmt: skip


def _ready_name(question: Question, languages: Sequence[str]) -> str:
    """Return which of the ready-made purposes a question has, in each language; "" for words of one's own."""
    told = _told(languages)
    ready = {language: _in(language) for language in told} if question.purpose else {}
    for name in ready_purposes() if ready else ():
        if dict(question.purpose) == {language: ready[language][name] for language in told}:
            return name
    return ""


def _settings(stored: Mapping[str, Any]) -> Mapping[str, Any]:
    found = stored.get("settings")
    return found if isinstance(found, Mapping) else {}


def _told(languages: Sequence[str]) -> list[str]:
    return [language for language in languages if language in known_languages()]


def _in(language: str) -> Mapping[str, str]:
    with speaking(language):
        return ready_purposes()


__all__ = ["Offers", "OptionForm", "QuestionForm"]
