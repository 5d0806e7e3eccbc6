"""Each placeholder, what it stands for, and words with placeholders filled in for one message.

Which may stand where is said by each message; how they are found in a text is `rules.placeholders`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from flask_babel import gettext as _, lazy_gettext as _l
from flask_babel.speaklater import LazyString

from eventreg.mail.content import Fact, MailContent, Reason
from eventreg.mail.rich import RichText, Value, plain, render_rich
from eventreg.registration.emails.occasions import Occasion
from eventreg.registration.models import Registration
from eventreg.registration.rules.messages import DETAILS, OwnText, PlaceholderInText, names_in, split_placeholders


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
    #: what the person answered, by placeholder
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Placeholder:
    """A name in braces. One that stands for a block of the message has a line of its own, and says nothing by itself."""

    name: str
    #: what it stands for, for whoever writes
    help: LazyString
    #: what stands in the message; by default the fact of that name
    said: Callable[[Facts], str] | None = None
    is_link: bool = False

    def value(self, facts: Facts) -> Value:
        """Return what stands in one message."""
        text: str = self.said(facts) if self.said is not None else getattr(facts, self.name)
        return Value(text, self.is_link)


def _status(facts: Facts) -> str:
    return _(facts.registration.status.own_title) if facts.registration is not None else ""


#: by name, in the order in which they are offered
PLACEHOLDERS: dict[str, Placeholder] = {
    found.name: found
    for found in (
        Placeholder("greeting", _l("the usual greeting, with the name where it is known")),
        Placeholder("given_name", _l("the person's given name")),
        Placeholder("full_name", _l("the person's full name")),
        Placeholder("institution", _l("the person's institution")),
        Placeholder("category", _l("the category in which the person takes part")),
        Placeholder(
            "reference",
            _l("the reference of the registration"),
            lambda facts: facts.registration.reference if facts.registration is not None else "",
        ),
        Placeholder("status", _l("the status of the registration, as the person reads it"), _status),
        Placeholder(
            "days",
            _l("the days on which the person comes"),
            lambda facts: facts.occasion.dates(facts.day_ids, facts.language),
        ),
        Placeholder("event_title", _l("the title of the event"), lambda facts: facts.occasion.title(facts.language)),
        Placeholder(
            "event_dates",
            _l("the dates of the event"),
            lambda facts: facts.occasion.dates(frozenset(), facts.language),
        ),
        Placeholder("place", _l("where the event takes place"), lambda facts: facts.occasion.place(facts.language)),
        Placeholder(
            "host", _l("the institution that hosts the event"), lambda facts: facts.occasion.host_name(facts.language)
        ),
        Placeholder(
            "contact_name", _l("the name of the contact person"), lambda facts: facts.occasion.event.contact_name
        ),
        Placeholder("reason", _l("the reason that was given; without this placeholder it follows your words")),
        Placeholder("section", _l("what is asked: the heading of the questions")),
        Placeholder("answer_by", _l("until when the person can answer")),
        Placeholder("invited_by", _l("the name of whoever invites")),
        Placeholder("register_until", _l("until when the person can register")),
        Placeholder("kept_until", _l("until when the form is kept")),
        Placeholder("link", _l("the address of the button, each person's own; also as [words]({link})"), is_link=True),
        Placeholder(
            DETAILS,
            _l(
                "where the details and the button stand, on a line of its own; "
                "without it they follow your words, with it more words can follow them"
            ),
            lambda _facts: "",
        ),
    )
}


def offered(names: Collection[str]) -> list[Placeholder]:
    """Return the placeholders of these names, in the order in which they are offered."""
    return [found for name, found in PLACEHOLDERS.items() if name in names]


def in_words(
    content: MailContent, own: OwnText, allowed: tuple[Collection[str], Collection[str]], facts: Facts
) -> MailContent:
    """Return a message in these words, with the placeholders that are allowed in the subject and in the body filled in.

    What is empty in them is said as usual, or not at all where nothing is usual. The facts of the message stay.
    """
    if own.subject:
        line = plain(_filled(split_placeholders(own.subject, allowed[0]), facts))
        content = replace(content, subject=line or content.subject)
    if not own.body:
        return content
    opening, closing = _rendered(own.body, allowed[1], facts)
    holds_reason = "reason" in names_in(own.body)
    stays = tuple(
        paragraph
        for paragraph in content.paragraphs
        if isinstance(paragraph, Fact) and not (holds_reason and isinstance(paragraph, Reason))
    )
    return replace(content, opening=opening, paragraphs=stays, closing=closing)


def _rendered(text: str, allowed: Collection[str], facts: Facts) -> tuple[RichText | None, RichText | None]:
    """Return the words before and after the details, with their placeholders filled in."""
    parts = split_placeholders(text, allowed)
    at = next((index for index, part in enumerate(parts) if part == PlaceholderInText(DETAILS)), len(parts))
    before, after = (render_rich(_filled(some, facts), facts.language) for some in (parts[:at], parts[at + 1 :]))
    return (before if before.text else None), (after if after.text else None)


def _filled(parts: Sequence[str | PlaceholderInText], facts: Facts) -> list[str | Value]:
    return [part if isinstance(part, str) else _value(part.name, facts) for part in parts]


def _value(name: str, facts: Facts) -> Value:
    return Value(facts.answers[name]) if name in facts.answers else PLACEHOLDERS[name].value(facts)
