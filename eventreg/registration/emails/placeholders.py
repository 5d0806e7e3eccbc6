"""The placeholders of messages: each knows its name, what to tell of it, and what it says in a message.

Which may stand where is `rules.message_texts`; how they are found in a text is `rules.placeholders`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from eventreg.mail.rich import RichText, Value, plain, render_rich
from eventreg.registration.emails.occasions import Occasion
from eventreg.registration.models import Registration
from eventreg.registration.rules.message_texts import DETAILS
from eventreg.registration.rules.placeholders import Slot, split_placeholders
from eventreg.registration.wording import status_for_participant


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


class Greeting(Placeholder):
    """The usual salutation."""

    name = "greeting"

    def help(self) -> str:
        """See `Placeholder.help`."""
        return _("the usual greeting, with the name where it is known")


class GivenName(Placeholder):
    """As typed."""

    name = "given_name"

    def help(self) -> str:
        """See `Placeholder.help`."""
        return _("the person's given name")


class FullName(Placeholder):
    """As typed."""

    name = "full_name"

    def help(self) -> str:
        """See `Placeholder.help`."""
        return _("the person's full name")


class Institution(Placeholder):
    """Whom the person works for."""

    name = "institution"

    def help(self) -> str:
        """See `Placeholder.help`."""
        return _("the person's institution")


class CategoryName(Placeholder):
    """How the person takes part."""

    name = "category"

    def help(self) -> str:
        """See `Placeholder.help`."""
        return _("the category in which the person takes part")


class Reference(Placeholder):
    """The short code."""

    name = "reference"

    def help(self) -> str:
        """See `Placeholder.help`."""
        return _("the reference of the registration")

    def render(self, facts: Facts) -> str:
        """See `Placeholder.render`."""
        return facts.registration.reference if facts.registration is not None else ""


class StatusName(Placeholder):
    """Where the registration stands."""

    name = "status"

    def help(self) -> str:
        """See `Placeholder.help`."""
        return _("the status of the registration, as the person reads it")

    def render(self, facts: Facts) -> str:
        """See `Placeholder.render`."""
        return status_for_participant(facts.registration.status) if facts.registration is not None else ""


class Days(Placeholder):
    """The person's own days."""

    name = "days"

    def help(self) -> str:
        """See `Placeholder.help`."""
        return _("the days on which the person comes")

    def render(self, facts: Facts) -> str:
        """See `Placeholder.render`."""
        return facts.occasion.dates(facts.day_ids, facts.language)


class EventTitle(Placeholder):
    """What the event is called."""

    name = "event_title"

    def help(self) -> str:
        """See `Placeholder.help`."""
        return _("the title of the event")

    def render(self, facts: Facts) -> str:
        """See `Placeholder.render`."""
        return facts.occasion.title(facts.language)


class EventDates(Placeholder):
    """All days of the event."""

    name = "event_dates"

    def help(self) -> str:
        """See `Placeholder.help`."""
        return _("the dates of the event")

    def render(self, facts: Facts) -> str:
        """See `Placeholder.render`."""
        return facts.occasion.dates(frozenset(), facts.language)


class Place(Placeholder):
    """Where it is."""

    name = "place"

    def help(self) -> str:
        """See `Placeholder.help`."""
        return _("where the event takes place")

    def render(self, facts: Facts) -> str:
        """See `Placeholder.render`."""
        return facts.occasion.place(facts.language)


class Host(Placeholder):
    """Who invites."""

    name = "host"

    def help(self) -> str:
        """See `Placeholder.help`."""
        return _("the institution that hosts the event")

    def render(self, facts: Facts) -> str:
        """See `Placeholder.render`."""
        return facts.occasion.host_name(facts.language)


class ContactName(Placeholder):
    """Whom the reader can ask."""

    name = "contact_name"

    def help(self) -> str:
        """See `Placeholder.help`."""
        return _("the name of the contact person")

    def render(self, facts: Facts) -> str:
        """See `Placeholder.render`."""
        return facts.occasion.event.contact_name


class GivenReason(Placeholder):
    """Why somebody decided so."""

    name = "reason"

    def help(self) -> str:
        """See `Placeholder.help`."""
        return _("the reason that was given; without this placeholder it follows your words")


class Section(Placeholder):
    """What is asked."""

    name = "section"

    def help(self) -> str:
        """See `Placeholder.help`."""
        return _("what is asked: the heading of the questions")


class AnswerBy(Placeholder):
    """Until when."""

    name = "answer_by"

    def help(self) -> str:
        """See `Placeholder.help`."""
        return _("until when the person can answer")


class InvitedBy(Placeholder):
    """Who invited; the host where that account is gone."""

    name = "invited_by"

    def help(self) -> str:
        """See `Placeholder.help`."""
        return _("the name of whoever invites")


class RegisterUntil(Placeholder):
    """Until when an invitation opens the form."""

    name = "register_until"

    def help(self) -> str:
        """See `Placeholder.help`."""
        return _("until when the person can register")


class KeptUntil(Placeholder):
    """Until when a form is kept."""

    name = "kept_until"

    def help(self) -> str:
        """See `Placeholder.help`."""
        return _("until when the form is kept")


class PersonalLink(Placeholder):
    """The address of the button: each recipient's own, filled in when the message goes."""

    name = "link"
    is_link = True

    def help(self) -> str:
        """See `Placeholder.help`."""
        return _("the address of the button, each person's own; also as [words]({link})")


class Details(Placeholder):
    """Where the facts stand between the words."""

    name = DETAILS

    def help(self) -> str:
        """See `Placeholder.help`."""
        return _(
            "where the details and the button stand, on a line of its own; "
            "without it they follow your words, with it more words can follow them"
        )

    def render(self, facts: Facts) -> str:
        """See `Placeholder.render`."""
        return ""


#: by name, in the order in which they are offered
PLACEHOLDERS: dict[str, Placeholder] = {
    found.name: found
    for found in (
        Greeting(), GivenName(), FullName(), Institution(), CategoryName(), Reference(), StatusName(), Days(),
        EventTitle(), EventDates(), Place(), Host(), ContactName(), GivenReason(), Section(), AnswerBy(), InvitedBy(),
        RegisterUntil(), KeptUntil(), PersonalLink(), Details(),
    )
}  # fmt: skip


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
