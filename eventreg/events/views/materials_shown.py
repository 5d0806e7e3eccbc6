"""Materials as `components/documents.html` takes them, for every page that lists some."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from eventreg.events.models import Material
from eventreg.events.rules.materials import type_name
from eventreg.i18n.languages import own_name
from eventreg.kernel.links import shown_host, web_address
from eventreg.kernel.text import LocalizedText
from eventreg.web.sizes import size_words
from eventreg.web.templating import in_reader_language, plain_in_reader_language


def materials_shown(
    materials: Iterable[Material],
    address_of: Callable[[Material], str],
    titles: Mapping[int, LocalizedText] | None = None,
) -> list[dict[str, Any]]:
    """Return one item a material: its title, where it is, and what it is: "PDF, 1.2 MB, Español".

    `address_of` names the address of a file for this reader; `titles` of sessions are said where they are given.
    """
    return [
        {
            "text": in_reader_language(material.title),
            "href": web_address(material.url) or address_of(material),
            "is_away": bool(material.url),
            "hreflang": material.language,
            "detail": ", ".join(_facts(material, titles or {})),
        }
        for material in materials
    ]


def _facts(material: Material, titles: Mapping[int, LocalizedText]) -> Iterable[str]:
    if material.url:
        yield shown_host(urlsplit(material.url).hostname or "")
    else:
        yield f"{type_name(material.media_type)}, {size_words(material.size)}"
    if material.language:
        yield own_name(material.language)
    title = titles.get(material.session_id or 0)
    if title is not None:
        yield plain_in_reader_language(title)
