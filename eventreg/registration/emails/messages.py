"""A message to participants is one class: all that there is of it stands in it, and nothing of it anywhere else.

Its key, its place in the list, when it goes, its words and those for the contact person, what an event's own words may name,
and whether it may go again. Classes are found by being imported; one that leaves something unsaid is refused.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, Self

from flask_babel import gettext as _, lazy_gettext as _l
from flask_babel.speaklater import LazyString

from eventreg.i18n.languages import speaking
from eventreg.kernel.errors import N_, Titled
from eventreg.mail.content import Change, MailContent, link_marker, new_marker
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails.occasions import Occasion, outgoing
from eventreg.registration.emails.placeholders import Facts, in_words
from eventreg.registration.models import Registration
from eventreg.registration.rules.messages import DETAILS, OF_EVENT
from eventreg.registration.rules.states import Status


class Group(Titled):
    """The parts of the list of messages, in its order."""

    REGISTERING = "registering", N_("After registering")
    DECIDING = "deciding", N_("Decisions and places")
    ASKING = "asking", N_("Questions to people")
    CHANGING = "changing", N_("Changes by the person")
    TEAM = "team", N_("Changes by the team")
    INVITING = "inviting", N_("Invitations")
    EVENT = "event", N_("The whole event")
    ADDRESSES = "addresses", N_("Links and addresses")
    CONTACT = "contact", N_("To contact persons and colleagues")


class Again(enum.Enum):
    """Whether a message that was sent can go once more."""

    #: as long as the registration lives
    ALWAYS = "always"
    #: it tells of a status: as long as the registration has it
    IN_ITS_STATUS = "in_its_status"
    #: it takes entries out of calendars, goes to an address that was left, or told its news once
    NEVER = "never"


_FOUND: dict[str, type[Message]] = {}


class Message:
    """A message to one person: the class says what it is, the object what it says to this person in a language.

    A class names its `key`, `group`, `title`, `trigger` and `goes_again` and has `write`. What tells of two different things
    is two classes, the second inheriting from the first: in the outbox both have its name.
    """

    #: of its words (`message_texts`); never changed, since rows hold it
    key: ClassVar[str]
    group: ClassVar[Group]
    title: ClassVar[LazyString]
    #: when it goes, as a sentence
    trigger: ClassVar[LazyString]
    goes_again: ClassVar[Again]
    #: its name in the outbox, after "registration/"
    name: ClassVar[str]
    #: in which somebody gets it
    status: ClassVar[Status] = Status.CONFIRMED
    #: the facts that its words may name
    names: ClassVar[frozenset[str]] = OF_EVENT
    #: whether it has a button
    has_link: ClassVar[bool] = True
    #: why the reader gets it
    why: ClassVar[LazyString] = _l("You receive this message because this address was given when somebody registered.")
    #: the registration needs it: nobody can refuse it
    is_essential: ClassVar[bool] = True
    #: whether it says the reason that somebody gave
    holds_reason: ClassVar[bool] = False

    def __init_subclass__(cls, *, is_base: bool = False) -> None:
        super().__init_subclass__()
        if is_base:
            return
        lacking = [part for part in ("key", "title", "trigger") if part not in vars(cls)]
        lacking += [part for part in ("group", "goes_again") if not hasattr(cls, part)]
        lacking += ["write"] if cls.write is Message.write else []
        if lacking:
            raise TypeError(f"{cls.__name__} is no message yet: it does not say {', '.join(lacking)}")
        if cls.key in _FOUND:
            raise TypeError(f"{cls.__name__} is no message: {_FOUND[cls.key].__name__} has the key {cls.key!r}")
        cls.name = getattr(cls, "name", cls.key)
        _FOUND[cls.key] = cls

    def __init__(self, occasion: Occasion, language: str, link: str) -> None:
        """Begin in the language that is in force; `link`: the address of the button, or its marker."""
        self.occasion, self.language, self.link = occasion, language, link
        self.event_title = occasion.title(language)

    @classmethod
    def in_slots(cls, slots: Occasion, language: str, now: datetime) -> Self:
        """Return it with placeholders where facts of a person would be; `slots` is such an occasion."""
        raise NotImplementedError

    @classmethod
    def template(cls) -> str:
        """Return what it is called in the outbox."""
        return f"registration/{cls.name}"

    @classmethod
    def in_subject(cls) -> frozenset[str]:
        """Return the placeholders that its subject may hold."""
        return cls.names - {"greeting"}

    @classmethod
    def in_body(cls) -> frozenset[str]:
        """Return the placeholders that its words may hold."""
        more = (("link", cls.has_link), ("reason", cls.holds_reason), (DETAILS, True))
        return cls.names | {name for name, is_there in more if is_there}

    def write(self) -> MailContent:
        """Return its usual words. Paragraphs that tell what happened are `Fact`: they stay in an event's own words."""
        raise NotImplementedError

    def facts(self) -> Facts:
        """Return what placeholders stand for in it."""
        return Facts(self.occasion, self.language, link=self.link)

    def greeting(self) -> str:
        """Return the salutation; by default that of an address that may be anybody's."""
        return _("Hello,")

    def details(self) -> tuple[tuple[str, str], ...]:
        """Return the facts, each with its label; by default nothing of a person."""
        occasion, language = self.occasion, self.language
        return (_("Dates"), occasion.dates(frozenset(), language)), (_("Place"), occasion.place(language))

    def content(
        self,
        heading: str,
        *paragraphs: str,
        button: tuple[str, str],
        subject: str = "",
        steps: tuple[str, ...] = (),
        warning: str = "",
        changes: tuple[Change, ...] = (),
        joining: tuple[str, ...] = (),
    ) -> MailContent:
        """Return words in the form that all messages have. `button`: its text and what follows the link."""
        return MailContent(
            subject=subject or _("%(heading)s: %(title)s", heading=heading, title=self.event_title),
            heading=heading,
            greeting=self.greeting(),
            paragraphs=tuple(paragraph for paragraph in paragraphs if paragraph),
            facts=self.details(),
            action=(button[0], self.link + button[1]) if self.has_link else None,
            steps=tuple(step for step in steps if step),
            warning=warning,
            changes=changes,
            joining=joining,
            footer=self.occasion.foot(self.language, str(self.why)),
        )

    def worded(self) -> MailContent:
        """Return its words: the event's own, where it has some in this language."""
        content = self.write()
        own = self.occasion.own_text(self.key, self.language)
        if not own:
            return content
        facts = replace(self.facts(), greeting=content.greeting)
        return in_words(content, own, (self.in_subject(), self.in_body()), facts)

    @classmethod
    def as_mail(
        cls,
        occasion: Occasion,
        language: str,
        link: tuple[str, str, int],
        begin: Callable[[str, str], Self],
        now: datetime,
        **fields: Any,
    ) -> OutgoingMessage:
        """Return the message that `begin` makes of the language and the link (purpose, public id, generation)."""
        marker = new_marker()
        with speaking(language) as spoken:
            content = begin(spoken, link_marker(marker, *link)).worded()
            return outgoing(
                occasion, content, spoken, **{"template": cls.template(), **fields}, marker=marker, due_at=now
            )


class ToAddress(Message, is_base=True):
    """What is written to an address that has no registration at the event, or does not need one."""

    @classmethod
    def example(cls, occasion: Occasion, person: Registration, now: datetime) -> OutgoingMessage:
        """Return it as `person`, who is in no table, would get it."""
        raise NotImplementedError


def every_message() -> Sequence[type[Message]]:
    """Return all messages, in the order of the list."""
    return [message for group in Group for message in _FOUND.values() if message.group is group]


def find_message(key: str) -> type[Message] | None:
    """Return the message that has this key."""
    return _FOUND.get(key)


def find_by_template(template: str) -> type[Message] | None:
    """Return the message that the outbox calls so; of two of one name the first."""
    return next((message for message in _FOUND.values() if message.template() == template), None)
