"""A message as data, and how it becomes text and HTML: both say the same, since both come from the same words."""

from dataclasses import dataclass
from typing import NamedTuple

from flask import current_app

from eventreg.i18n.formats import direction
from eventreg.mail.rich import RichText


class Fact(str):
    """A paragraph that stays whatever words an event has of its own: it tells what happened, or what is to be done."""

    __slots__ = ()


class Reason(Fact):
    """A reason that somebody gave: it stays where the words do not hold it themselves."""

    __slots__ = ()


@dataclass(frozen=True)
class Change:
    """One answer that changed, in words. For a sensitive answer `old` and `new` are empty."""

    label: str
    old: str = ""
    new: str = ""


class Contact(NamedTuple):
    """Whom the reader can ask."""

    name: str
    office: str
    phone: str
    email: str

    @property
    def phone_href(self) -> str:
        """The number as a `tel:` link has it (RFC 3966)."""
        return "".join(char for char in self.phone if char.isdigit() or char == "+")


@dataclass(frozen=True)
class MailContent:
    """The words of one message in one language."""

    subject: str
    heading: str
    greeting: str
    paragraphs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    #: (text of the button, address or marker)
    action: tuple[str, str] | None = None
    #: whether the address of the action is a personal link, with the advice not to share it
    is_link_personal: bool = True
    #: what happens next, in order
    steps: tuple[str, ...] = ()
    #: a sentence that must not be overlooked
    warning: str = ""
    changes: tuple[Change, ...] = ()
    #: how to take part from afar: a link, and words with line breaks
    joining: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    #: words of the event's own in place of greeting and paragraphs, and such that stand after everything else
    opening: RichText | None = None
    closing: RichText | None = None


def render_content(content: MailContent, *, language: str, kicker: str, contact: Contact | None) -> tuple[str, str]:
    """Return (text, HTML) of a mail. The language in force must be its own: the layout has words of its own."""
    context = {
        "content": content,
        "lang": language,
        "dir": direction(language),
        "kicker": kicker,
        "facts": content.facts,
        "action": content.action,
        "contact": contact,
    }
    environment = current_app.jinja_env
    text = environment.get_template("mail/content.txt").render(context)
    html = environment.get_template("mail/content.html").render(context)
    return tidy_text(text), html


def tidy_text(text: str) -> str:
    """Return text without space at the ends of lines and without more than one empty line in a row."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        # The separator of a signature ends in a blank by convention (RFC 3676).
        bare = line if line == "-- " else line.rstrip()
        if bare or (lines and lines[-1]):
            lines.append(bare)
    return "\n".join(lines) + "\n"
