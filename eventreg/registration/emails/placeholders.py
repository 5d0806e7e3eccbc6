"""Words with placeholders, filled in for one message.

Which may stand where is `rules.message_texts`; how they are found in a text is `rules.placeholders`; what each of them says
is `emails.placeholder_kinds`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from eventreg.mail.rich import RichText, Value, plain, render_rich
from eventreg.registration.emails.facts import Facts, Placeholder
from eventreg.registration.emails.placeholder_kinds import PLACEHOLDERS
from eventreg.registration.rules.message_texts import DETAILS
from eventreg.registration.rules.placeholders import Slot, split_placeholders

__all__ = ["PLACEHOLDERS", "Facts", "Placeholder", "offered", "rendered_line", "rendered_words"]


def offered(names: Collection[str]) -> list[Placeholder]:
    """Return the placeholders of these names, in the order in which they are offered."""
    return [found for name, found in PLACEHOLDERS.items() if name in names]


def rendered_line(text: str, allowed: Collection[str], facts: Facts) -> str:
    """Return a subject with its placeholders filled in."""
    return plain(_filled(split_placeholders(text, allowed), facts))


def rendered_words(text: str, allowed: Collection[str], facts: Facts) -> tuple[RichText | None, RichText | None]:
    """Return the words before and after the details, with their placeholders filled in."""
    parts = split_placeholders(text, allowed)
    at = next((index for index, part in enumerate(parts) if part == Slot(DETAILS)), len(parts))
    before, after = (render_rich(_filled(some, facts)) for some in (parts[:at], parts[at + 1 :]))
    return (before if before.text else None), (after if after.text else None)


def _filled(parts: Sequence[str | Slot], facts: Facts) -> list[str | Value]:
    return [part if isinstance(part, str) else _value(PLACEHOLDERS[part.name], facts) for part in parts]


def _value(placeholder: Placeholder, facts: Facts) -> Value:
    return Value(placeholder.render(facts), placeholder.is_link)
