"""What stands in a message: its words, rendered as text and HTML, and personal links, as markers in whose place they come.

A marker reads `[[<marker>:<purpose>:<public id>:<generation>]]`, the first part being random for each message: what a
person types into a form cannot become a link, because nobody knows that part before the message exists. The generation
is the one the link had when the message was written. So a message that waits while a link is changed carries the dead
link, never the new one: the old address of a person must not learn what opens the page from then on.

A marker stands for the whole absolute address; text may follow it (`{marker}/withdraw`). It holds nothing that HTML
would escape. Lines of a calendar are folded, which would break one: a calendar holds none.
"""

import base64
import html
import re
import secrets
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple, Protocol, Self

from flask import current_app
from jinja2.utils import urlize
from markupsafe import Markup, escape

from eventreg.i18n.formats import direction, sides
from eventreg.mail.rich import LIST, RichText
from eventreg.web.sockets import FunctionSocket


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


class MailTable(NamedTuple):
    """A part of the one table of a message: its heading, and rows of cells, each of some lines."""

    heading: str
    rows: tuple[tuple[tuple[str, ...], ...], ...]


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


class Logo(NamedTuple):
    """A picture that the message brings, with the name that stands where it is not shown, and its size in pixels."""

    public_id: str
    name: str
    width: int
    height: int

    def shown(self, marker: str) -> tuple[str, str, int, int]:
        """Return the address that finds it in the message, its name and the size at which it is shown."""
        scale = min(_LOGO_WIDTH / self.width, _LOGO_HEIGHT / self.height, 1)
        width, height = (max(1, round(side * scale)) for side in (self.width, self.height))
        return f"cid:{marker}.{self.public_id}@{_LOGO}", self.name, width, height


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
    table: tuple[MailTable, ...] = ()
    #: how to take part from afar: a link, and words with line breaks
    joining: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    #: (words of a link, address or marker) at the very end, by which the reader chooses what comes
    choice: tuple[str, str] | None = None
    #: words of the event's own in place of greeting and paragraphs, and such that stand after everything else
    opening: RichText | None = None
    closing: RichText | None = None
    #: the subject of a quiet event's message, where the heading is not words of ours
    quiet_subject: str = ""

    def quietened(self, is_quiet: bool) -> Self:
        """Return it with a subject that says what kind of message it is and nothing of the event, where that `is_quiet`."""
        return replace(self, subject=self.quiet_subject or self.heading) if is_quiet else self


def render_content(
    content: MailContent,
    *,
    language: str,
    kicker: str,
    contact: Contact | None,
    logos: Sequence[Logo] = (),
    marker: str = "",
) -> tuple[str, str]:
    """Return (text, HTML) of a mail. The language in force must be its own: the layout has words of its own.

    `marker`: the message's, which those of `logos` that it brings are found by.
    """
    start, end = sides(language)
    context = {
        "content": content,
        "lang": language,
        "dir": direction(language),
        "start": start,
        "end": end,
        "list_style": LIST.replace("{start}", start),
        "logos": [logo.shown(marker) for logo in logos[:_MOST_LOGOS]],
        "kicker": kicker,
        "facts": content.facts,
        "action": content.action,
        "contact": contact,
        "wrapped": _wrapped,
        "linked": _linked,
        "named": _named,
        "breakable": _breakable,
    }
    environment = current_app.jinja_env
    text = environment.get_template("mail/content.txt").render(context)
    html = environment.get_template("mail/content.html").render(context)
    return tidy_text(text), html


_COLUMNS = 72
#: what begins an item of a list, under which its further lines stand
_ITEM = re.compile(r" *(?:[0-9]+\.|-) ")


def _wrapped(text: str) -> str:
    """Return text in lines of 72 characters; addresses stay whole."""
    return "\n".join(line if len(line) <= _COLUMNS else _folded(line) for line in text.splitlines())


# Most lines that are long are the same in the messages to many people.
@lru_cache(maxsize=256)
def _folded(line: str) -> str:
    item = _ITEM.match(line)
    wrapped = textwrap.wrap(
        line, _COLUMNS, subsequent_indent=" " * len(item[0]) if item else "",
        expand_tabs=False, replace_whitespace=False, break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return "\n".join(wrapped)


@lru_cache(maxsize=256)
def _linked(line: str) -> Markup:
    """Return lines as HTML; an address in them is a link, in the colour that links have in messages."""
    html = urlize(line, rel="noopener").replace("\n", "<br>")
    return Markup(html.replace("<a ", '<a style="color:#0b5a73;" '))  # noqa: S704 - it escapes


_WORDS_AND_ADDRESS = re.compile(r"(.+?)\s*: (https?://\S+)")


@lru_cache(maxsize=256)
def _named(line: str) -> Markup:
    """Return a line as HTML whose words are the link where it says what its address is of."""
    found = _WORDS_AND_ADDRESS.fullmatch(line)
    return Markup('<a href="{1}" style="color:#0b5a73;">{0}</a>').format(*found.groups()) if found else _linked(line)


def _breakable(line: str) -> Markup:
    """Return a line as HTML in which an email address can go on in the next one, before its sign."""
    return escape(line).replace("@", Markup("<wbr>@"))


def tidy_text(text: str) -> str:
    """Return text without space at the ends of lines and without more than one empty line in a row."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        # The separator of a signature ends in a blank by convention (RFC 3676).
        bare = line if line == "-- " else line.rstrip()
        if bare or (lines and lines[-1]):
            lines.append(bare)
    return "\n".join(lines) + "\n"


_MARKER_BYTES = 12
_FORM = (
    r"\[\[(?P<marker>[0-9a-f]{24}):(?P<purpose>[a-z_]{1,32})"
    r":(?P<public_id>[A-Za-z0-9_-]{1,64}):(?P<generation>[0-9]{1,9})\]\]"
)
_MARKER = re.compile(_FORM)
_MARKER_WITH_PATH = re.compile(rf"{_FORM}(?:/[\w/-]*)?")
_MARKER_AS_TARGET = re.compile(rf'href="\s*{_FORM}[^"]*"')


class PersonalLinks(Protocol):
    """Makes the address that a marker stands for. The assembly plugs it in (`mail.connection.init_mail`)."""

    def __call__(self, purpose: str, public_id: str, generation: int) -> str:
        """Return the absolute address of the record `public_id` for `purpose`, like "my" for one's own page.

        Derived from the keys alone, without a look into the database: whether it still opens the page is the page's to
        say. Raises LookupError for a purpose that it does not know.
        """
        ...  # pragma: no cover


def new_marker() -> str:
    """Return the random part of one message's markers."""
    return secrets.token_hex(_MARKER_BYTES)


def link_marker(marker: str, purpose: str, public_id: str, generation: int) -> str:
    """Return what stands in a body for a personal link. Raises ValueError when it would not be found again."""
    written = f"[[{marker}:{purpose}:{public_id}:{generation}]]"
    if not _MARKER.fullmatch(written):
        raise ValueError("a purpose is of a-z and _, a public id of base64url, a generation a number")
    return written


def fill(text: str, marker: str, links: PersonalLinks) -> str:
    """Return a text body with its markers replaced by the links."""
    return _replaced(_MARKER, text, marker, lambda found: _link(found, links))


def fill_html(body: str, marker: str, links: PersonalLinks) -> str:
    """Return an HTML body with its markers replaced by the links."""
    return _replaced(_MARKER, body, marker, lambda found: html.escape(_link(found, links)))


def mask(text: str, marker: str, shown: str) -> str:
    """Return a text body as organizers may see it: `shown`, like "[personal link]", instead of every link."""
    return _replaced(_MARKER_WITH_PATH, text, marker, lambda _found: shown)


def mask_html(body: str, marker: str, shown: str) -> str:
    """Return an HTML body as organizers may see it, pictures in it: links lead nowhere, `shown` stands where one was written
    out."""
    without_targets = _replaced(_MARKER_AS_TARGET, body, marker, lambda _found: 'href="#"')
    whole = with_pictures(without_targets, marker, lambda _name, kind, content: f"data:{kind};base64,{content}")
    return mask(whole, marker, html.escape(shown))


_LOGO, _MOST_LOGOS, _LOGO_WIDTH, _LOGO_HEIGHT = "logo", 3, 140, 56
_PICTURE = re.compile(
    rf'<img src="cid:(?P<name>(?P<marker>[0-9a-f]{{24}})\.(?P<id>[\w-]{{1,40}})@{_LOGO})" alt="(?P<alt>[^"]*)"[^>]*>'
)
#: brings a picture, PNG or JPEG, small as messages carry it; None for one that is gone
mail_picture: FunctionSocket[[str], bytes | None] = FunctionSocket("mail_picture")


def with_pictures(body: str, marker: str, address: Callable[[str, str, str], str]) -> str:
    """Return an HTML body with the address of each picture that it brings as `address` says of its name in the message, its
    type and its content in base64. One that is gone leaves its words."""

    def shown(found: re.Match[str]) -> str:
        if (content := mail_picture(found["id"])) is None:
            return found["alt"]
        kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
        source = address(found["name"], kind, base64.b64encode(content).decode("ascii"))
        return found[0].replace(f"cid:{found['name']}", source)

    return _replaced(_PICTURE, body, marker, shown)


def _replaced(pattern: re.Pattern[str], text: str, marker: str, new: Callable[[re.Match[str]], str]) -> str:
    return pattern.sub(lambda found: new(found) if found["marker"] == marker else found[0], text)


def _link(found: re.Match[str], links: PersonalLinks) -> str:
    return links(found["purpose"], found["public_id"], int(found["generation"]))
