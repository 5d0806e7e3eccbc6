"""The guides that the product carries: the Markdown of `docs/guides/`, shown at `/help/…` and, by sections, on the desk.

One folder a language, in each the same documents with the same headings in the same order. A section of the English
document may begin with the addresses that it helps with: `<!-- events.edit_texts events.show_text_history -->`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from flask import Flask, request, url_for
from markupsafe import Markup

from eventreg.i18n.languages import current_language, known_languages
from eventreg.web.markdown import render_document
from eventreg.web.sockets import Socket

#: the language whose headings name the sections in addresses, and that stands in for one without guides
SOURCE: Final = "en"
#: where "Help" leads from a page that no section names
PUBLIC_TOPIC, DESK_TOPIC = "participating", "organizing"
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_PAGES = re.compile(r"<!--(.*?)-->\s*", re.DOTALL)
_PICTURE = re.compile(r"^!\[.*\]\(.*\)\n?", re.MULTILINE)
_LINK_TO_GUIDE = re.compile(r"(?P<topic>[a-z-]+)\.md(?:#.*)?")
_LINK_TO_PICTURE = re.compile(r"\.\./pictures/(?P<path>[a-z]+/[a-z-]+\.png)")


@dataclass(frozen=True)
class Section:
    """What stands below one heading of the second level."""

    #: names it in addresses, the same in all languages
    key: str
    title: str
    source: str

    @property
    def html(self) -> Markup:
        """The section as HTML, its own heading left out."""
        return render_document(self.source, 3, _address, _size)

    @cached_property
    def short_html(self) -> Markup:
        """The same without pictures. Made once: each page of the desk has one."""
        return render_document(_PICTURE.sub("", self.source), 3, _address, _size)


@dataclass(frozen=True)
class Guide:
    """One document in one language."""

    topic: str
    language: str
    title: str
    lead: str
    sections: tuple[Section, ...]

    @property
    def lead_html(self) -> Markup:
        """What stands before the first section."""
        return render_document(self.lead, 2, _address, _size)

    @cached_property
    def by_key(self) -> Mapping[str, Section]:
        """Its sections by their keys."""
        return {section.key: section for section in self.sections}


class Guides:
    """Every guide in every language, read once."""

    def __init__(self, folder: Path) -> None:
        self._guides: dict[tuple[str, str], Guide] = {}
        #: endpoint to (topic, key of the section)
        self.pages: dict[str, tuple[str, str]] = {}
        for path in sorted((folder / SOURCE).glob("*.md")):
            keys = self._read_source(path.stem, path.read_text(encoding="utf-8"))
            for other in sorted(folder.glob(f"*/{path.name}")):
                guide = _parse(path.stem, other.parent.name, other.read_text(encoding="utf-8"), keys)
                self._guides[guide.language, guide.topic] = guide
        pictures = folder / "pictures"
        self.pictures = {file.relative_to(pictures).as_posix(): file.read_bytes() for file in pictures.glob("*/*.png")}

    def __iter__(self) -> Iterator[Guide]:
        return iter(self._guides.values())

    @property
    def topics(self) -> list[str]:
        """What there is a guide for, in the order of the alphabet."""
        return sorted({guide.topic for guide in self})

    def find(self, topic: str) -> Guide | None:
        """Return the guide in the reader's language, else in the instance's first that has one, else in English."""
        for language in (current_language(), *known_languages(), SOURCE):
            if guide := self._guides.get((language, topic)):
                return guide
        return None

    def _read_source(self, topic: str, text: str) -> list[str]:
        """Return the keys of the sections of a source document, and remember which pages they help with."""
        keys = []
        for heading, body in _sections(text)[1]:
            keys.append(re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-"))
            for named in _PAGES.findall(body):
                self.pages.update(dict.fromkeys(named.split(), (topic, keys[-1])))
        return keys


guides: Socket[Guides] = Socket("guides")


def init_guides(app: Flask, folder: Path) -> None:
    """Read the guides in `folder`, and give templates `page_help()` and `help_address()`."""
    guides.plug(app, Guides(folder))
    app.jinja_env.globals.update(page_help=page_help, help_address=help_address)


def page_help() -> tuple[Guide, Section] | None:
    """Return the section that helps with the page that is asked for, with its guide."""
    topic, key = guides().pages.get(request.endpoint or "", ("", ""))
    guide = guides().find(topic)
    section = guide.by_key.get(key) if guide else None
    return (guide, section) if guide and section else None


def help_address() -> str:
    """Return where "Help" leads from the page that is asked for."""
    is_desk = request.path.startswith(("/manage/", "/account"))
    topic, key = guides().pages.get(request.endpoint or "", (DESK_TOPIC if is_desk else PUBLIC_TOPIC, ""))
    return url_for("site.show_help", topic=topic, _anchor=key or None)


def _parse(topic: str, language: str, text: str, keys: list[str]) -> Guide:
    """Read one document. ValueError when its sections are not those of the source."""
    head, sections = _sections(text)
    if len(sections) != len(keys):
        raise ValueError(f"{language}/{topic}.md has {len(sections)} sections, and the English one {len(keys)}")
    title, _, lead = head.partition("\n")
    return Guide(
        topic,
        language,
        title.removeprefix("# ").strip(),
        lead.strip(),
        tuple(
            Section(key, heading, _PAGES.sub("", body).strip())
            for key, (heading, body) in zip(keys, sections, strict=True)
        ),
    )


def _sections(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Split a document into what stands before its first section, and (heading, body) of each."""
    head, *rest = _HEADING.split(text)
    return head, list(zip(rest[::2], rest[1::2], strict=True))


def _address(written: str) -> str | None:
    """Return where a link or a picture of a document leads in the product; None for what the product does not carry."""
    if written.startswith(("https://", "#")):
        return written
    if found := _LINK_TO_PICTURE.fullmatch(written):
        return url_for("site.show_help_picture", path=found["path"])
    if found := _LINK_TO_GUIDE.fullmatch(written):
        return url_for("site.show_help", topic=found["topic"])
    return None


def _size(written: str) -> tuple[int, int]:
    """Return width and height of a picture, as its PNG says them."""
    found = _LINK_TO_PICTURE.fullmatch(written)
    content = guides().pictures.get(found["path"], b"") if found else b""
    return (int.from_bytes(content[16:20]), int.from_bytes(content[20:24]))
