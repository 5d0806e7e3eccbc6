"""What people were asked beside the form, as filters name it."""

from __future__ import annotations

from typing import NamedTuple

from eventreg.registration.rules.requests import RequestKind

#: names of sections are no longer
_LONGEST_SECTION = 64


class Unanswered(NamedTuple):
    """What somebody was asked beside the form and has not answered: a follow-up by its section, or any of the other kinds."""

    kind: RequestKind
    #: of a follow-up; empty for the others
    section_key: str = ""

    @property
    def value(self) -> str:
        """How an address names it."""
        return f"{self.kind.value}.{self.section_key}" if self.section_key else self.kind.value

    @classmethod
    def read(cls, text: str) -> Unanswered | None:
        """Return what an address names. A section is not looked up: nobody was asked one that there is not."""
        name, _, section_key = text.partition(".")
        kind = next((kind for kind in RequestKind if kind.value == name), None)
        is_name = section_key.isidentifier() and section_key.isascii() and len(section_key) <= _LONGEST_SECTION
        fits = is_name if kind is RequestKind.FOLLOW_UP else not section_key
        return cls(kind, section_key) if kind is not None and fits else None
