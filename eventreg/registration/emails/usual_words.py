"""The usual words of a message as a text with placeholders: what an event begins from when it writes words of its own.

They come from the same code that writes the messages, with placeholders where the facts would be, so they cannot differ.
"""

from __future__ import annotations

from datetime import datetime

from eventreg.events.models import Category
from eventreg.i18n.languages import speaking
from eventreg.mail.content import Fact
from eventreg.registration.emails.messages import Message
from eventreg.registration.emails.occasions import Occasion
from eventreg.registration.models import Registration
from eventreg.registration.rules.message_texts import OwnText


class _Slots(Occasion):
    """An event whose facts are the placeholders that stand for them."""

    def title(self, language: str) -> str:
        return "{event_title}"

    def host_name(self, language: str) -> str:
        return "{host}"

    def category_of(self, registration: Registration) -> Category:
        return Category(name=dict.fromkeys(self.event.languages, "{category}"))

    def dates(self, day_ids: frozenset[int], language: str) -> str:
        return "{event_dates}"

    def register_until(self, category: Category, expires_at: datetime | None, language: str) -> str:
        return "{register_until}"

    def kept_until(self, expires_at: datetime, language: str) -> str:
        return "{kept_until}"


def usual_words(occasion: Occasion, message: type[Message], language: str, now: datetime) -> OwnText:
    """Return what a message says in a language when the event has no words of its own, with placeholders."""
    with speaking(language) as spoken:
        slots = _Slots(occasion.event, occasion.days, occasion.partners)
        content = message.in_slots(slots, spoken, now).write()
        said = [paragraph for paragraph in content.paragraphs if not isinstance(paragraph, Fact)]
        return OwnText(content.subject, "\n\n".join(["{greeting}", *said]))
