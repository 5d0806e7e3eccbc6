"""What placeholders stand for in one message, and what a placeholder is."""

from __future__ import annotations

from dataclasses import dataclass

from eventreg.registration.emails.occasions import Occasion
from eventreg.registration.models import Registration


@dataclass(frozen=True)
class Facts:
    """What the placeholders of one message stand for, in its language. What a message does not have is empty."""

    occasion: Occasion
    language: str
    #: the marker of the personal link, with what follows it
    link: str = ""
    greeting: str = ""
    given_name: str = ""
    full_name: str = ""
    institution: str = ""
    category: str = ""
    registration: Registration | None = None
    day_ids: frozenset[int] = frozenset()
    reason: str = ""
    section: str = ""
    answer_by: str = ""
    invited_by: str = ""
    register_until: str = ""
    kept_until: str = ""


class Placeholder:
    """A name in braces. One that stands for a block of the message has a line of its own, and says nothing by itself."""

    name = ""
    is_link = False

    def help(self) -> str:
        """Return what it stands for, for whoever writes."""
        raise NotImplementedError

    def render(self, facts: Facts) -> str:
        """Return what stands in the message."""
        value: str = getattr(facts, self.name)
        return value
