"""What every template can use: the reader's language, content in it, dates and countries; and the colours of pages."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, g, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from eventreg.i18n import formats, languages
from eventreg.kernel.links import web_address
from eventreg.kernel.text import Picked, pick
from eventreg.web import access, downloads, instance, markdown


def init_templating(app: Flask) -> None:
    """Give the templates of `app` their filters and variables."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        t=in_reader_language,
        plain=plain_in_reader_language,
        markdown=markdown_in_reader_language,
        day=lambda value, year=True: formats.day(value, languages.current_language(), year=year),
        plain_day=lambda value, year=True: formats.plain_day(value, languages.current_language(), year=year),
        days=_days,
        clock=_clock,
        hours=lambda written: formats.hours(written, languages.current_language()),
        instant=lambda value, zone: formats.instant(value, zone, languages.current_language()),
        short_instant=lambda value, zone: formats.short_instant(value, zone, languages.current_language()),
        country=lambda code: formats.country(code, languages.current_language()),
        joined=lambda parts: formats.joined(list(parts), languages.current_language()),
        size=downloads.size_words,
        web_address=web_address,
    )
    app.context_processor(_variables)


def keep_compiled(app: Flask, folder: Path) -> None:
    """Keep what templates are compiled to: to do it anew was a tenth of a start, and most of a fresh process's first pages."""
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
    app.jinja_env.bytecode_cache = CompiledTemplates(str(folder))


class CompiledTemplates(FileSystemBytecodeCache):
    """Compiled templates in a folder; one that cannot be read or written is compiled as if there were none."""

    _made_by = ", ".join(version(name) for name in ("jinja2", "eventreg"))

    def get_source_checksum(self, source: str) -> str:
        """Return what tells this source, compiled by these versions, from others."""
        return super().get_source_checksum(f"{self._made_by}\n{source}")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read the code of a template, if it is there."""
        try:
            super().load_bytecode(bucket)
        except Exception:  # half a file raises whatever its bytes come to
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write the code of a template."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def in_reader_language(text: Mapping[str, str] | None) -> Markup:
    """Return content in the reader's language, marked with its own language where it is a fallback."""
    picked = _picked(text)
    if picked.language == languages.current_language():
        return escape(picked.text)
    return Markup('<span lang="{}"{} title="{}">{}</span>').format(
        picked.language,
        formats.turned(picked.language, languages.current_language()),
        _("Not available in your language"),
        picked.text,
    )


def plain_in_reader_language(text: Mapping[str, str] | None) -> str:
    """Return content in the reader's language as plain text, for titles and attributes."""
    return _picked(text).text


def quoted_in_reader_language(texts: Iterable[Mapping[str, str]]) -> str:
    """Return contents in the reader's language as a list in words, each in quotation marks."""
    return formats.joined([f"“{plain_in_reader_language(text)}”" for text in texts], languages.current_language())


def markdown_in_reader_language(text: Mapping[str, str] | None, top: int = 2) -> Markup:
    """Return rich content in the reader's language as HTML, a fallback in a block marked with its own language."""
    picked = _picked(text)
    html = markdown.render_markdown(picked.text, top)
    if picked.language == languages.current_language() or not picked.text:
        return html
    return Markup('<div lang="{}"{} title="{}">{}</div>').format(
        picked.language,
        formats.turned(picked.language, languages.current_language()),
        _("Not available in your language"),
        html,
    )


def language_url(language: str) -> str:
    """Return the address of this page in another language."""
    if request.endpoint is None:
        return url_for("site.home", lang=language)
    # What the request brought goes into the query string alone: url_for would take "_scheme" and its like for orders.
    address = url_for(request.endpoint, **(request.view_args or {}))
    # What was done on the way here is not done again.
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in ("lang", "saved")]
    return f"{address}?{urlencode([*kept, ('lang', language)])}"


def language_url_at(address: str) -> Callable[[str], str]:
    """Return a `language_url` for a page that answers a POST, whose own address cannot be opened: it leads to `address`."""
    joint = "&" if "?" in address else "?"
    return lambda language: f"{address}{joint}{urlencode({'lang': language})}"


def _picked(text: Mapping[str, str] | None) -> Picked:
    event = g.get("event")
    fallbacks = event.languages if event is not None else languages.known_languages()
    return pick(text or {}, languages.current_language(), fallbacks)


def _days(values: Sequence[date], weekdays: bool = True) -> str:
    return formats.days(values, languages.current_language(), weekdays=weekdays)


def _clock(value: time | datetime, bare: bool = False) -> str:
    moment = value.time() if isinstance(value, datetime) else value
    return formats.clock(moment, languages.current_language(), bare=bare)


def _current_account() -> Any:
    return current_user if current_user.is_authenticated else None


def _page_languages(*kept: str) -> list[tuple[str, str]]:
    """Return the languages to offer on a public page: of an event those that it speaks, and the one in force, or `kept`."""
    event, offered = g.get("event"), languages.known_languages()
    wanted = offered if event is None else {*event.languages, *(kept or (languages.current_language(),))}
    return [(code, languages.own_name(code)) for code in offered if code in wanted]


def _variables() -> dict[str, Any]:
    return {
        "lang": languages.current_language(),
        "dir": formats.direction(languages.current_language()),
        "languages": [(code, languages.own_name(code)) for code in languages.known_languages()],
        "page_languages": _page_languages,
        "language_url": language_url,
        "site_name": instance.site_name(),
        "site_logo": instance.chosen().logo,
        "site_pages": instance.chosen().pages,
        "palette": palette_class(getattr(g.get("event"), "palette", ""), instance.chosen().palette),
        "current_account": None if g.get("is_database_away") else _current_account(),
        "may": access.may,
    }


#: the colours that an event or the instance can choose, classes of theme.css whose contrasts are checked. A free colour would
#: ask every organizer to be a designer and break the contrast that WCAG 2.2 asks for in one mode or the other; a palette holds
#: in light and dark and costs no request. Keys in the order in which they are offered; the first is what stands where nothing
#: was chosen
PALETTES = ("lagoon", "forest", "clay", "plum", "indigo", "slate")


def palette_class(*wanted: str) -> str:
    """Return the class of the first known palette of `wanted`; empty for the first of all, which needs none."""
    chosen = next((key for key in wanted if key in PALETTES), PALETTES[0])
    return "" if chosen == PALETTES[0] else f"er-palette-{chosen}"


def palette_names() -> list[tuple[str, str]]:
    """Return (key, name in the reader's language) of every palette, in the order in which they are offered."""
    names = {
        "lagoon": _("Lagoon (blue-green)"),
        "forest": _("Forest (green)"),
        "clay": _("Clay (red-brown)"),
        "plum": _("Plum (violet)"),
        "indigo": _("Indigo (blue)"),
        "slate": _("Slate (grey)"),
    }
    return [(key, names[key]) for key in PALETTES]
