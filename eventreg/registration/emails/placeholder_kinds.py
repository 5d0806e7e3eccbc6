"""Each placeholder: its name, what to tell of it, and what it says in a message."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.registration.emails.facts import Facts, Placeholder
from eventreg.registration.rules.message_texts import DETAILS
from eventreg.registration.wording import status_for_participant


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
