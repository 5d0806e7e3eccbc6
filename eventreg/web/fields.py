"""Fields of a form that check themselves: a text of one language, a whole number. Several languages: `web.localized`.

name = TextField(lazy_gettext("Name"), limit=80, missing=N_("Write a name"))
places = NumberField(lazy_gettext("Places"), least=1, most=100_000, fault=N_("Write a number of places"))
"""

from typing import Any, Final

from flask_babel import gettext as _
from wtforms import RadioField, StringField
from wtforms.widgets import TextArea

from eventreg.kernel.errors import Titled
from eventreg.kernel.text import TypedFault, fault_of, showable, tidied

#: the largest number that a column of every database takes
LARGEST: Final = 2**31 - 1


def whole_number(value: str | None, least: int = 0, most: int = LARGEST) -> int | None:
    """Return the whole number that a form or an address holds, in plain digits, or None for anything else."""
    value = (value or "").strip()
    if not (value.isascii() and value.isdecimal()) or len(value) > len(str(LARGEST)):
        return None
    return number if least <= (number := int(value)) <= most else None


def text_fault(text: str, limit: int, *, is_line: bool) -> str:
    """Return what is wrong with a tidied text, in the reader's language; "" for nothing."""
    fault = fault_of(text, limit, is_line=is_line)
    if fault is TypedFault.TOO_LONG:
        return _(
            "Write at most %(limit)s characters: these are %(excess)s too many", limit=limit, excess=len(text) - limit
        )
    if fault is TypedFault.LINE_BREAK:
        return _("Write this in one line")
    if fault is TypedFault.UNKEEPABLE_CHARACTERS:
        return _("Take out the characters that cannot be shown")
    return ""


class TextField(StringField):
    """One text. `data` is tidied by validating; `missing`: the sentence, marked with `N_`, where it must not lack."""

    def __init__(
        self, label: str = "", *, limit: int = 200, missing: str = "", is_area: bool = False, **values: Any
    ) -> None:
        super().__init__(label, **values)
        self.limit, self.missing, self.is_area = limit, missing, is_area
        if is_area:
            self.widget = TextArea()

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Refuse what cannot be kept, is too long, or lacks where it must not. What was typed stays."""
        text = tidied(self.data or "")
        fault = text_fault(text, self.limit, is_line=not self.is_area) if text else self.missing and _(self.missing)
        self.data = showable(text)
        self.errors = [fault] if fault else []
        return not self.errors and super().validate(form, extra_validators)


class NumberField(StringField):
    """A whole number from `least` to `most`, shown again as it was typed; `number` is None where nothing or none is typed.

    `fault`: the sentence, marked with `N_`, for what is none, which may name %(least)s and %(most)s; `missing`: the same where
    it must not lack.
    """

    def __init__(
        self, label: str = "", *, least: int = 0, most: int = LARGEST, fault: str = "", missing: str = "", **values: Any
    ) -> None:
        super().__init__(label, **values)
        self.least, self.most, self.fault, self.missing = least, most, fault, missing

    def process_data(self, value: Any) -> None:
        """Show a number that is kept."""
        self.data = "" if value is None else str(value)

    def populate_obj(self, obj: Any, name: str) -> None:
        """Give the number, not what was typed."""
        setattr(obj, name, self.number)

    @property
    def number(self) -> int | None:
        """The number that was typed."""
        return whole_number(self.data, self.least, self.most)

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Refuse what is no such number."""
        is_there = bool((self.data or "").strip())
        fault = self.fault if is_there and self.number is None else "" if is_there else self.missing
        self.errors = [_(fault, least=self.least, most=self.most)] if fault else []
        return not self.errors and super().validate(form, extra_validators)


class EnumField(RadioField):
    """One of the members of an enum, all of which are offered. `data` is its value; a column is given the member."""

    kind = "radios"

    def __init__(self, label: str = "", *, of: type[Titled], **values: Any) -> None:
        super().__init__(label, coerce=lambda member: getattr(member, "value", member), **values)
        self.of = of
        self.choices = [(member.value, _(member.title)) for member in of]

    def populate_obj(self, obj: Any, name: str) -> None:
        """Give the member."""
        setattr(obj, name, self.of(self.data))
