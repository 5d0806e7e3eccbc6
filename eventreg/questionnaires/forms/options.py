"""The answers that a question offers, as rows of a form; many at once as lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, HiddenField

from eventreg.kernel.errors import N_
from eventreg.kernel.naming import key_from
from eventreg.kernel.text import merged
from eventreg.kernel.typed import showable, tidied
from eventreg.questionnaires.rules.drafts.changes import MOST_OPTIONS
from eventreg.questionnaires.rules.drafts.reading import texts
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
