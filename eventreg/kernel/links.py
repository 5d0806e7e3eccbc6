"""Where a link leads, said so that nobody is misled: look-alike hosts in ASCII, and no name before an "@".

A host is shown in its own letters where they belong together (Unicode TR39, "highly restrictive"), counted over the whole
host with its last label; otherwise as it stands in the DNS: "xn--im-fmc.int" for one whose "о" is Cyrillic. So a host that is
Cyrillic throughout ("президент.рф") stays, and one that only looks Latin below ".int" does not.
"""

import re
import unicodedata
from collections.abc import Sequence
from ipaddress import AddressValueError, IPv6Address
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

import idna
from markdown_it import MarkdownIt
from markdown_it.token import Token

#: scripts that are written together (TR39, 5.2); by the first word of a letter's name
_TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
#: letters of Latin that are no accented form of a to z, and look like none: "ı" and "ɡ" are not among them
_OWN_LATIN = frozenset("ßæœøłđðþ")
_ASCII_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?", re.IGNORECASE)
_LONGEST_HOST = 253
_WEB = re.compile(r"(?:https?:|//)", re.IGNORECASE)
#: an address in words, or words that are a host and nothing else
_NAMED = re.compile(r"(?:https?://|\bwww\.)[^\s<>()\[\]]+", re.IGNORECASE)
_ALONE = re.compile(r"[\w-]+(?:\.[\w-]+)*\.([^\W\d_]{2,})")


def shown_host(host: str) -> str:
    """Return a host as it is shown; "" for what can be none."""
    host = unquote(host).lower()
    if ":" in host:
        return _ipv6(host)
    if host.isascii():
        return host if _ASCII_HOST.fullmatch(host) else ""
    if len(host) > _LONGEST_HOST:
        return ""
    try:
        ascii_form = idna.encode(host, uts46=True).decode()
        own = idna.decode(ascii_form)
    except (idna.IDNAError, UnicodeError):
        return ""
    return own if _belongs_together(own) else ascii_form


def web_address(address: str) -> str:
    """Return the address of a link of http or https as it is shown and led to; "" for one that is none.

    What stands before an "@" is left out: "https://iom.int@evil.example" leads to evil.example.
    """
    parts = _split(address)
    if parts is None or parts.scheme not in ("http", "https"):
        return ""
    return _rebuilt(parts)


def is_plain_web_address(address: str) -> bool:
    """Say whether an address is one of http or https with a host that can be, and with nothing before it."""
    parts = _split(address)
    return bool(web_address(address)) and parts is not None and "@" not in parts.netloc and parts.port != 0


def tells_hosts(markdown: MarkdownIt) -> MarkdownIt:
    """Make a reader of Markdown say where links lead: what is no address is no link, and the host stands in brackets
    behind words that name another one or hide a look-alike. Returns the reader."""
    normalize, validate = markdown.normalizeLink, markdown.validateLink

    def normalized(url: str) -> str:
        found = _rebuilt(parts) if _WEB.match(url) and (parts := _split(url)) is not None else ""
        return normalize(found or url)

    def is_valid(url: str) -> bool:
        parts = _split(url) if _WEB.match(url) else None
        return validate(url) and (not _WEB.match(url) or (parts is not None and bool(_rebuilt(parts))))

    # MarkdownIt offers no other way to say what a link may be.
    markdown.normalizeLink, markdown.validateLink = normalized, is_valid  # type: ignore[method-assign]
    markdown.core.ruler.push("hosts", _tell)
    return markdown


def _tell(state: Any) -> None:
    for token in state.tokens:
        if token.type == "inline" and any(child.type == "link_open" for child in token.children or ()):
            token.children = _told(token.children)


def _told(tokens: Sequence[Token]) -> list[Token]:
    told: list[Token] = []
    href, words, is_auto = "", "", False
    for token in tokens:
        if token.type == "link_open":
            href, words, is_auto = str(token.attrGet("href")), "", token.info == "auto"
        elif token.type == "link_close":
            if not is_auto and (host := _host_to_tell(href, words)):
                told.append(Token("text", "", 0, content=f" ({host})"))
            href = ""
        elif href:
            if is_auto and _WEB.match(token.content):
                token.content = web_address(token.content) or href
            words += token.content
        told.append(token)
    return told


def _host_to_tell(href: str, words: str) -> str:
    """Return the host of a link where its words mislead; "" where they do not."""
    parts = _split(href) if _WEB.match(href) else None
    if parts is None or not (host := _ascii_host(parts.hostname or "")):
        return ""
    if "xn--" in host and shown_host(_own_letters(host)) == host and host not in words:
        return host
    named = [_ascii_host(urlsplit(f"//{found.split('://')[-1]}").hostname or "") for found in _named(words, parts.path)]
    bare = host.removeprefix("www.")
    is_said = all(not each or f".{bare}".endswith(f".{each.removeprefix('www.')}") for each in named)
    return "" if is_said else shown_host(_own_letters(host))


def _named(words: str, path: str) -> list[str]:
    """Return the addresses that words name. "informe.pdf" is a file where the link leads to one that ends so."""
    alone = _ALONE.fullmatch(words.strip())
    if alone:
        return [] if path.lower().endswith(f".{alone[1].lower()}") else [words.strip()]
    found = [each[0] for each in _NAMED.finditer(words)]
    return [each for each in found if _split(f"//{each.split('://')[-1]}") is not None]


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.port
        return parts
    except ValueError:
        return None


def _rebuilt(parts: SplitResult) -> str:
    """Return an address with its host as it is shown and nothing before it; "" when it has none."""
    host = shown_host(parts.hostname or "")
    if not host:
        return ""
    port = f":{parts.port}" if parts.port is not None else ""
    netloc = f"[{host}]{port}" if ":" in host else f"{host}{port}"
    if netloc == parts.netloc:
        return parts.geturl()
    return urlunsplit(parts._replace(netloc=netloc))


def _belongs_together(host: str) -> bool:
    letters = [char for char in host if unicodedata.category(char)[0] == "L"]
    scripts = frozenset(unicodedata.name(char, "?").partition(" ")[0] for char in letters)
    if not all(_is_plain(char) for char in letters if unicodedata.name(char, "").startswith("LATIN")):
        return False
    return len(scripts) <= 1 or any(scripts <= together for together in _TOGETHER)


def _is_plain(letter: str) -> bool:
    return letter in _OWN_LATIN or unicodedata.normalize("NFD", letter)[0].isascii()


def _ascii_host(host: str) -> str:
    shown = shown_host(host)
    return shown if shown.isascii() else idna.encode(shown).decode()


def _own_letters(host: str) -> str:
    try:
        return idna.decode(host)
    except (idna.IDNAError, UnicodeError):
        return host


def _ipv6(host: str) -> str:
    try:
        return str(IPv6Address(host))
    except AddressValueError:
        return ""
