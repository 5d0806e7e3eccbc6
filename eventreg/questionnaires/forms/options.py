"""The answers that a question offers, as rows of a form; many at once as lines.

The settings of a kind as fields of a form, from what the kind says of them.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, Field, HiddenField, SelectField, SelectMultipleField, StringField

from eventreg.kernel.errors import N_
from eventreg.kernel.text import key_from, merged, showable, tidied
from eventreg.questionnaires.kinds.base import Setting, Shape
from eventreg.questionnaires.rules.drafts.changes import MOST_OPTIONS
from eventreg.questionnaires.rules.drafts.reading import texts
from eventreg.questionnaires.rules.schema import FIRST_YEAR, LAST_YEAR
from eventreg.web.fields import NumberField, whole_number
from eventreg.web.forms import lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm

_LONGEST = 300
_BLANK_ROWS = 3


class OptionForm(LocalizedForm):
    """One answer. Its value is made from its label and never changes."""

    value = HiddenField()
    label = LocalizedField(lazy_gettext("Answer"), limit=_LONGEST)
    hint = LocalizedField(lazy_gettext("Line below it"), limit=_LONGEST)
    places = NumberField(
        lazy_gettext("Places"),
        description=lazy_gettext("How many people can choose it. Empty: any number."),
        most=999_999,
        fault=N_("Write a number, 0 or more"),
    )
    is_removed = BooleanField(lazy_gettext("Remove this answer"))

    def __init__(self, languages: Sequence[str], stored: Mapping[str, Any], **values: Any) -> None:
        super().__init__(languages, meta={"csrf": False}, **values)
        #: the option as it is kept; {} for one to be added
        self.stored = stored

    @property
    def is_wanted(self) -> bool:
        """Whether something is written in it, and it is not to go."""
        return not self.is_removed.data and bool(self.label.data)

    def read(self, taken: set[str]) -> dict[str, Any] | None:
        """Return the option as data, or None with the reasons beside the fields."""
        if not self.validate():
            return None
        value = self.stored.get("value") or key_from(self.label.data, self.languages, taken, "option")
        taken.add(value)
        option = {name: kept for name, kept in self.stored.items() if name not in ("label", "hint", "places")}
        option |= {"value": value, "label": merged(texts(self.stored, "label"), self.label.data, self.languages)}
        if hint := merged(texts(self.stored, "hint"), self.hint.data, self.languages):
            option["hint"] = hint
        return option if self.places.number is None else {**option, "places": self.places.number}


def option_rows(
    languages: Sequence[str], options: Sequence[Mapping[str, Any]], sent: Any, blank: int = _BLANK_ROWS
) -> list[OptionForm]:
    """Return a row for each option and some blank ones; of what was sent as many as were sent."""
    if sent is None:
        kept: list[Mapping[str, Any]] = [*options, *({} for _number in range(0 if options else blank))]
        return [_row(languages, option, number, None) for number, option in enumerate(kept[:MOST_OPTIONS])]
    by_value = {option.get("value"): option for option in options}
    number = min(whole_number(sent.get("options")) or 0, MOST_OPTIONS + blank)
    return [
        _row(languages, by_value.get(sent.get(f"option-{index}-value", ""), {}), index, sent) for index in range(number)
    ]


def blank_row(languages: Sequence[str], number: int) -> OptionForm:
    """Return an empty row."""
    return _row(languages, {}, number, None)


def renumbered(languages: Sequence[str], rows: Sequence[OptionForm]) -> list[OptionForm]:
    """Return the same rows under new numbers, in this order: what is sent with a number belongs to one row alone."""
    found = []
    for number, old in enumerate(rows):
        row = _row(languages, old.stored, number, None)
        for name in ("label", "hint", "places", "is_removed"):
            row[name].data = old[name].data
        found.append(row)
    return found


def pasted_options(lines: str, languages: Sequence[str], taken: set[str]) -> list[dict[str, Any]]:
    """Return an option for each line: its label by language, separated by "|", in the order of the event's languages."""
    found: list[dict[str, Any]] = []
    for line in tidied(lines).split("\n"):
        parts = [showable(part).strip()[:_LONGEST] for part in line.split("|")]
        label = {language: text for language, text in zip(languages, parts, strict=False) if text}
        if len(found) == MOST_OPTIONS:
            # The more lines say the same, the longer a free name for the next is looked for.
            break
        if label:
            value = key_from(label, languages, taken, "option")
            taken.add(value)
            found.append({"value": value, "label": label})
    return found


def _row(languages: Sequence[str], option: Mapping[str, Any], number: int, sent: Any) -> OptionForm:
    given = {
        "value": option.get("value", ""), "label": texts(option, "label"), "hint": texts(option, "hint"),
        "places": option.get("places"),
    }  # fmt: skip
    return OptionForm(languages, option, formdata=sent, prefix=f"option-{number}-", **given)


_SETTINGS_LONGEST = 500


class SettingsForm:
    """The fields of one kind's settings, filled with what is kept or with what was sent."""

    def __init__(
        self, offered: Sequence[Setting], languages: Sequence[str], kept: Mapping[str, Any], sent: Any
    ) -> None:
        self._offered, self._kept, self._languages = offered, kept, languages
        made = type("MadeSettingsForm", (LocalizedForm,), {setting.name: _field(setting) for setting in offered})
        given = {setting.name: _given(setting, kept.get(setting.name)) for setting in offered}
        self._form: Any = made(languages, meta={"csrf": False}, formdata=sent, prefix="setting-", **given)
        for setting in offered:
            # Set afterwards, as everywhere: given to the constructor, pairs are on their way out in WTForms.
            if setting.shape in (Shape.CHOICE, Shape.CHOICES):
                self._form[setting.name].choices = list(setting.choices()) if setting.choices else []
        self.has_errors = False

    @property
    def fields(self) -> list[Field]:
        """The fields in the order of the kind."""
        return [self._form[setting.name] for setting in self._offered]

    def read(self) -> dict[str, Any] | None:
        """Return the settings as data, or None with the reasons beside the fields. What is not offered is kept."""
        names = {setting.name for setting in self._offered}
        found = {name: value for name, value in self._kept.items() if name not in names}
        is_sound = bool(self._form.validate())
        for setting in self._offered:
            bound = self._form[setting.name]
            value, sentence = self._read(setting, bound)
            if sentence:
                bound.errors = [sentence]
                is_sound = False
            elif value not in (None, "", [], {}, False):
                found[setting.name] = value
        return found if is_sound else None

    def _read(self, setting: Setting, bound: Field) -> tuple[Any, str]:
        if setting.shape is Shape.LOCALIZED:
            return merged(texts(self._kept, setting.name), bound.data, self._languages), ""
        if setting.shape in (Shape.FLAG, Shape.CHOICES, Shape.CHOICE):
            default = setting.choices()[0][0] if setting.shape is Shape.CHOICE and setting.choices else None
            return (None if bound.data == default and setting.name not in self._kept else bound.data), ""
        text = tidied(bound.data or "")
        if not text:
            return None, ""
        return _date(text) if setting.shape is Shape.DATE else _number(text, setting)


def _field(setting: Setting) -> Any:
    label, hint = setting.label(), setting.help() if setting.help else ""
    if setting.shape is Shape.FLAG:
        return BooleanField(label, description=hint)
    if setting.shape is Shape.CHOICE:
        return SelectField(label, description=hint, validate_choice=True)
    if setting.shape is Shape.CHOICES:
        return SelectMultipleField(label, description=hint)
    if setting.shape is Shape.LOCALIZED:
        return LocalizedField(label, limit=_SETTINGS_LONGEST, description=hint)
    if setting.shape is Shape.DATE:
        return StringField(label, description=hint, render_kw={"type": "date"})
    return StringField(label, description=hint, render_kw={"inputmode": "numeric"})


def _given(setting: Setting, value: Any) -> Any:
    if setting.shape is Shape.LOCALIZED:
        return value if isinstance(value, Mapping) else {}
    if setting.shape is Shape.FLAG:
        return value is True
    if setting.shape is Shape.CHOICES:
        return list(value) if isinstance(value, list | tuple) else []
    if setting.shape is Shape.CHOICE:
        return value if isinstance(value, str) else (setting.choices()[0][0] if setting.choices else "")
    if setting.unit > 1 and isinstance(value, int):
        return _in_units(value, setting)
    return "" if value is None else str(value)


def _number(text: str, setting: Setting) -> tuple[int | None, str]:
    number = _parts_of_unit(text, setting.unit) if setting.unit > 1 else _whole(text)
    if number is None or number < setting.least or (setting.most is not None and number > setting.most):
        if setting.most is None:
            return None, _("Write a number from %(least)s on", least=_in_units(setting.least, setting))
        least, most = (_in_units(bound, setting) for bound in (setting.least, setting.most))
        return None, _("Write a number from %(least)s to %(most)s", least=least, most=most)
    return number, ""


def _whole(text: str) -> int | None:
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdecimal() and len(digits) < 12 else None


def _parts_of_unit(text: str, unit: int) -> int | None:
    """Return what a number like "2.5" or "2,5" makes of a unit."""
    written = text.replace(",", ".")
    return int(Decimal(written) * unit) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", written) else None


def _in_units(value: int, setting: Setting) -> str:
    return f"{Decimal(value) / setting.unit:f}"


def _date(text: str) -> tuple[str | None, str]:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None, _("Write a date")
    return (day.isoformat(), "") if FIRST_YEAR <= day.year <= LAST_YEAR else (None, _("Write a date"))
