"""Public pages answered from memory, before the application is asked: never another page than it would answer now.

    @blueprint.get("/events/<slug>")
    @access.public
    @kept
    def show_event(slug): ...

Kept is the whole answer to a visitor who has no session: headers and body as they went out, in each language and encoding. It
holds as long as the number that changes renew (`site.kept_pages`) is the one of before it was made, and no moment has come that
its making compared the clock with. Whatever else is asked (other hosts, query strings, who is signed in) goes to the application.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, wraps
from threading import Lock
from typing import Any, NamedTuple, TypeVar, cast

from flask import Flask, has_request_context, request
from flask_login import COOKIE_NAME
from werkzeug.datastructures import Headers
from werkzeug.http import http_date, is_resource_modified, parse_cookie, remove_entity_headers

from eventreg.db.changes import words_of_statements
from eventreg.i18n import languages
from eventreg.kernel import clock
from eventreg.web import traffic

View = TypeVar("View", bound=Callable[..., Any])
Environ = dict[str, Any]
Found = TypeVar("Found")
#: of a page: path, language, form
Key = tuple[str, str, str]
Host = tuple[str, str | None]

_KEEPING = "eventreg.keeping"
_CACHING = "public, no-cache"
#: in one process
_MOST_BYTES, _MOST_PAGES = 8 * 1024 * 1024, 2_000
#: names under which this machine was asked for; anybody can think of more of them
_MOST_HOSTS = 50
#: a header longer than this is no browser's, and is not remembered
_LONGEST_HEADER = 200
#: of a request that only the application can answer
_OF_OTHERS = (
    traffic.REFUSED,
    "HTTP_IF_MATCH",
    "HTTP_RANGE",
    "SCRIPT_NAME",
    "QUERY_STRING",
    "CONTENT_LENGTH",
    "CONTENT_TYPE",
)


@dataclass
class Keeping:
    """What the application notes of a page that may be kept, while it makes it."""

    number: int
    unseen: frozenset[str]
    is_kept: bool = False
    #: whether it shows something of which nobody knows whether it holds
    is_spoilt: bool = False
    language: str = ""
    languages: tuple[str, ...] = ()
    holds_until: datetime | None = None


class Answer(NamedTuple):
    """A page as it went out."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    etag: str
    holds_until: datetime | None


@dataclass
class _Edition:
    """What is kept under one number."""

    number: int
    #: those that the instance speaks, once a page was made
    languages: tuple[str, ...] = ()
    pages: dict[Key, Answer] = field(default_factory=dict)
    size: int = 0

    def keep(self, key: Key, answer: Answer) -> None:
        """Keep an answer; the oldest make room for it."""
        old = self.pages.pop(key, None)
        self.size += len(answer.body) - (len(old.body) if old is not None else 0)
        self.pages[key] = answer
        while self.size > _MOST_BYTES or len(self.pages) > _MOST_PAGES:
            self.size -= len(self.pages.pop(next(iter(self.pages))).body)


def kept(view: View) -> View:
    """Say that the answers of a view may be kept, and see what its words come from.

    Stands below the access stamp in the source, so that the stamp stays on the outermost function.
    """

    @wraps(view)
    def seen(*args: Any, **kwargs: Any) -> Any:
        keeping = page_to_keep()
        if keeping is None:
            return view(*args, **kwargs)
        # It is kept whole, whatever this visitor has of it.
        request.environ.pop("HTTP_IF_NONE_MATCH", None)
        with clock.watched() as watch, words_of_statements() as words:
            answer = view(*args, **kwargs)
        keeping.language, keeping.languages = languages.current_language(), languages.known_languages()
        keeping.holds_until = watch.holds_until
        keeping.is_kept = watch.is_certain and not words & keeping.unseen and not keeping.is_spoilt
        return answer

    seen.is_kept = True  # type: ignore[attr-defined]
    return seen  # type: ignore[return-value]


def page_to_keep() -> Keeping | None:
    """Return what is noted of the page that is being made; None where it will not be kept."""
    return request.environ.get(_KEEPING) if has_request_context() else None


class KeptPages:
    """The application, with what is kept in front of it."""

    def __init__(self, app: Flask, read_number: Callable[[], int | None], unseen: frozenset[str]) -> None:
        self._app, self._read_number, self._unseen = app.wsgi_app, read_number, unseen
        rules = (rule for rule in app.url_map.iter_rules() if hasattr(app.view_functions[rule.endpoint], "is_kept"))
        self._first_parts = {rule.rule.split("/", 2)[1] for rule in rules}
        self._language_cookie: str = app.config["EVENTREG_LANGUAGE_COOKIE"]
        self._personal_cookies = (app.config["SESSION_COOKIE_NAME"], COOKIE_NAME)
        self._edition = _Edition(-1)
        self._hosts: set[Host] = set()
        self._lock = Lock()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        number = self._read_number() if self._may_be_kept(environ) else None
        if number is None:
            return self._app(environ, start_response)
        edition = self._edition
        if edition.number != number:
            edition = self._edition = _Edition(number)
        if _host(environ) in self._hosts:
            answer = edition.pages.get(self._key(environ, self._language(environ, edition.languages)))
            if answer is not None and (answer.holds_until is None or clock.now() < answer.holds_until):
                return _send(answer, environ, start_response)
        return self._make(environ, start_response, edition)

    def _may_be_kept(self, environ: Environ) -> bool:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or any(map(environ.get, _OF_OTHERS)):
            return False
        cookies = environ.get("HTTP_COOKIE", "")
        if cookies and any(name in cookies for name in self._personal_cookies):
            return False
        return environ["PATH_INFO"][1:].partition("/")[0] in self._first_parts

    def _language(self, environ: Environ, known: tuple[str, ...]) -> str:
        """Return the language that the application would choose, of those it spoke when it made the first page."""
        if not known:
            return ""
        cookies = environ.get("HTTP_COOKIE", "")
        if self._language_cookie in cookies:
            remembered = parse_cookie(cookies).get(self._language_cookie)
            if remembered in known:
                return str(remembered)
        return _remembered(languages.preferred, environ.get("HTTP_ACCEPT_LANGUAGE", ""), known)

    def _key(self, environ: Environ, language: str) -> Key:
        takes_gzip = _remembered(traffic.takes_gzip, environ.get("HTTP_ACCEPT_ENCODING", ""))
        form = "head" if environ["REQUEST_METHOD"] == "HEAD" else "gzip" if takes_gzip else "plain"
        return environ["PATH_INFO"], language, form

    def _make(self, environ: Environ, start_response: Any, edition: _Edition) -> Iterable[bytes]:
        """Let the application answer, and keep the answer if it is a page to keep."""
        keeping = Keeping(edition.number, self._unseen)
        said: list[Any] = []
        chunks = self._app({**environ, _KEEPING: keeping}, cast(Any, lambda *given: said.extend(given)))
        status, headers = said[0], Headers(said[1])
        if not keeping.is_kept or not status.startswith("200 ") or "Set-Cookie" in headers:
            start_response(*said)
            return chunks
        body = b"".join(chunks)
        if (close := getattr(chunks, "close", None)) is not None:
            close()
        headers["Cache-Control"] = _CACHING
        headers.remove("Date")
        answer = Answer(tuple(headers), body, headers["ETag"], keeping.holds_until)
        with self._lock:
            edition.languages = keeping.languages
            edition.keep(self._key(environ, keeping.language), answer)
            if len(self._hosts) >= _MOST_HOSTS:
                self._hosts.clear()
            self._hosts.add(_host(environ))
        return _send(answer, environ, start_response)


def _send(answer: Answer, environ: Environ, start_response: Any) -> list[bytes]:
    headers = [*answer.headers, ("Date", http_date())]
    if "HTTP_IF_NONE_MATCH" in environ and not is_resource_modified(environ, answer.etag):
        remove_entity_headers(headers)
        start_response("304 NOT MODIFIED", headers)
        return []
    start_response("200 OK", headers)
    return [answer.body]


def _host(environ: Environ) -> Host:
    """Return what a request says of its host: the application, who judges it, has answered under the names that are known."""
    return environ["wsgi.url_scheme"], environ.get("HTTP_HOST")


def _remembered(read: Callable[..., Found], header: str, *more: Any) -> Found:
    return _read(read, header, *more) if len(header) <= _LONGEST_HEADER else read(header, *more)


@lru_cache(maxsize=500)
def _read(read: Callable[..., Found], header: str, *more: Any) -> Found:
    return read(header, *more)
