"""Public pages answered from memory, before the application is asked: never another page than it would answer now.

    @blueprint.get("/events/<slug>")
    @access.public
    @kept
    def show_event(slug): ...

Kept is the whole answer to a visitor who has no session: headers and body as they went out, in each language and encoding. It
holds as long as the number that changes renew (`site.kept_pages`) is the one of before it was made, and no moment has come that
its making compared the clock with. Whatever else is asked (other hosts, query strings, who is signed in) goes to the application.

A form has a token of the visitor's session and a key that opens a receipt. It is kept in pieces (`@kept_form`), and such secrets
are made for each answer; also for who has a session with nothing but that token in it.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from threading import Event, Lock
from typing import Any, NamedTuple, TypeVar, cast

from flask import Flask, current_app, g, has_request_context, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import COOKIE_NAME
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.datastructures import Headers
from werkzeug.http import is_resource_modified, parse_cookie, remove_entity_headers

from eventreg.db.transactions import words_of_statements
from eventreg.i18n import languages
from eventreg.kernel import clock
from eventreg.web import traffic
from eventreg.web.pieces import Pieces, Signing, moment

View = TypeVar("View", bound=Callable[..., Any])
Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]
Session = MutableMapping[str, Any]
#: makes a secret; None: it is the token of the visitor's session
Maker = Callable[[], str] | None
#: of a page: address, language, form
Key = tuple[str, str, str]
Host = tuple[str, str | None]

_KEEPING, _SESSION = "eventreg.keeping", "eventreg.session"
#: flask_wtf's, in the session and in `g`
_TOKEN = "csrf_token"  # noqa: S105
_CACHING = "public, no-cache"
#: of each kind, in one process
_MOST_BYTES, _MOST_PAGES = 8 * 1024 * 1024, 2_000
#: names under which this machine was asked for; anybody can think of more of them
_MOST_HOSTS = 50
#: pages that are being made; seconds that others wait for one of them
_MOST_TURNS, _PATIENCE = 200, 5.0
#: of a request that only the application can answer
_OF_OTHERS = (traffic.REFUSED, "HTTP_IF_MATCH", "HTTP_RANGE", "SCRIPT_NAME", "CONTENT_LENGTH", "CONTENT_TYPE")
_QUERY_OF_FORMS = re.compile(r"(?:category=[\w-]{1,64})?", re.ASCII)


@dataclass
class Keeping:
    """What the application notes of a page that may be kept, while it makes it."""

    kind: type["KeptPages"]
    number: int
    unseen: frozenset[str]
    is_kept: bool = False
    #: whether it shows something of which nobody knows whether it holds
    is_spoilt: bool = False
    language: str = ""
    languages: tuple[str, ...] = ()
    holds_until: datetime | None = None
    #: what stands in it for this visitor alone, with what makes another one
    secrets: list[tuple[str, Maker]] = field(default_factory=list)


class Answer(NamedTuple):
    """A page as it went out, but for its secrets."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    holds_until: datetime | None
    #: of a form
    pieces: Pieces | None = None
    makers: tuple[Maker, ...] = ()
    #: what is said of the cookie of a session
    cookie: str = ""

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.body) if self.pieces is None else self.pieces.size


#: what one process hands to another: number, languages, pages, hosts
Kept = tuple[int, tuple[str, ...], dict[Key, Answer], set[Host]]


@dataclass
class _Edition:
    """What is kept under one number."""

    number: int
    #: those that the instance speaks, once a page was made
    languages: tuple[str, ...] = ()
    pages: dict[Key, Answer] = field(default_factory=dict)
    size: int = 0
    turns: dict[Key, Event] = field(default_factory=dict)

    @contextmanager
    def turn(self, key: Key) -> Iterator[None]:
        """Let one make a page, and others wait: after a change many ask. For what turns out not to be kept only those wait."""
        if len(self.turns) >= _MOST_TURNS:
            self.turns.clear()
        mine = Event()
        if (other := self.turns.setdefault(key, mine)) is not mine:
            other.wait(_PATIENCE)
        try:
            yield
        finally:
            mine.set()

    def keep(self, key: Key, answer: Answer) -> None:
        """Keep an answer; the oldest make room for it."""
        old = self.pages.pop(key, None)
        self.size += answer.size - (old.size if old is not None else 0)
        self.pages[key] = answer
        while self.size > _MOST_BYTES or len(self.pages) > _MOST_PAGES:
            self.size -= self.pages.pop(next(iter(self.pages))).size


def kept(view: View) -> View:
    """Say that the answers of a view may be kept, and see what its words come from.

    Stands below the access stamp in the source, so that the stamp stays on the outermost function.
    """
    return _seen(view, KeptPages)


def kept_form(view: View) -> View:
    """Say that the answers of a view may be kept in pieces. Stands where `kept` would."""
    return _seen(view, KeptForms)


def made_anew(make: Callable[[], str]) -> str:
    """Return a secret for the form that is being made; where that is kept, `make` makes another one for each answer."""
    secret, keeping = make(), page_to_keep()
    if keeping is not None:
        keeping.secrets.append((secret, make))
    return secret


def page_to_keep() -> Keeping | None:
    """Return what is noted of the page that is being made; None where it will not be kept."""
    keeping: Keeping | None = request.environ.get(_KEEPING) if has_request_context() else None
    if keeping is None:
        return None
    view = current_app.view_functions.get(request.endpoint or "")
    return keeping if getattr(view, "kept_as", None) is keeping.kind else None


def keep_not() -> None:
    """Say of the page that is being made that it is not to be kept."""
    if (keeping := page_to_keep()) is not None:
        keeping.is_spoilt = True


def _seen(view: View, kind: type["KeptPages"]) -> View:
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
        is_known = watch.is_certain and not words & keeping.unseen and not keeping.is_spoilt
        keeping.is_kept = is_known and set(session) <= {_TOKEN}
        if token := g.get(_TOKEN):
            keeping.secrets.append((token, None))
        return answer

    seen.kept_as = kind  # type: ignore[attr-defined]
    return seen  # type: ignore[return-value]


class KeptPages:
    """Pages that are kept, in front of `further`, which gets whatever else is asked; `made_by` makes them."""

    def __init__(
        self,
        app: Flask,
        made_by: Application,
        further: Application,
        read_number: Callable[[], int | None],
        unseen: frozenset[str],
    ) -> None:
        self._made_by, self._further = made_by, further
        self._read_number, self._unseen = read_number, unseen
        views = app.view_functions
        self._parts = {
            self._part(rule.rule)
            for rule in app.url_map.iter_rules()
            if getattr(views[rule.endpoint], "kept_as", None) is type(self)
        }
        self._language_cookie: str = app.config["EVENTREG_LANGUAGE_COOKIE"]
        self._session_cookie: str = app.config["SESSION_COOKIE_NAME"]
        self._tokens = Signing(URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token"))
        cookies = cast(URLSafeTimedSerializer, SecureCookieSessionInterface().get_signing_serializer(app))
        self._cookies = Signing(cookies)
        self._lasts = int(app.permanent_session_lifetime.total_seconds())
        self._edition, self._hosts = _Edition(-1), set[Host]()
        self._spoken: tuple[str, ...] = ()
        self._lock = Lock()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        number = self._read_number() if self._may_be_kept(environ) else None
        if number is None:
            return self._further(environ, start_response)
        edition = self._edition
        if edition.number != number:
            edition = self._edition = _Edition(number)
        if (answer := self._find(environ, edition)) is None:
            with edition.turn(self._key(environ, self._language(environ, self._spoken))):
                # It may be there by now, made under the number that this one found as well.
                if (answer := self._find(environ, edition)) is None:
                    return self._make(environ, start_response, edition)
        return self._send(answer, environ, start_response)

    def hand_over(self) -> Kept:
        """Return what is kept, for another process."""
        edition = self._edition
        with self._lock:
            return edition.number, edition.languages, dict(edition.pages), set(self._hosts)

    def take_over(self, kept: Kept) -> None:
        """Keep what another process has kept."""
        number, self._spoken, pages, self._hosts = kept
        self._edition = _Edition(number, self._spoken, pages, sum(answer.size for answer in pages.values()))

    def _find(self, environ: Environ, edition: _Edition) -> Answer | None:
        """Return the answer that is kept, if it holds."""
        answer = edition.pages.get(self._key(environ, self._language(environ, edition.languages)))
        is_over = answer is not None and answer.holds_until is not None and clock.now() >= answer.holds_until
        return answer if _host(environ) in self._hosts and not is_over else None

    @staticmethod
    def _part(path: str) -> str:
        """Return the part of an address that is looked at, to leave others alone."""
        return path[1:].partition("/")[0]

    def _may_be_kept(self, environ: Environ) -> bool:
        return (
            environ["REQUEST_METHOD"] in ("GET", "HEAD")
            and self._part(environ["PATH_INFO"]) in self._parts
            and not environ.get("QUERY_STRING")
            and not any(map(environ.get, _OF_OTHERS))
            and not self._has_session(environ)
        )

    def _has_session(self, environ: Environ) -> bool:
        cookies = environ.get("HTTP_COOKIE", "")
        return bool(cookies) and (self._session_cookie in cookies or COOKIE_NAME in cookies)

    def _language(self, environ: Environ, known: tuple[str, ...]) -> str:
        """Return the language that the application would choose, of those it spoke when it made the first page."""
        if not known:
            return ""
        cookies = environ.get("HTTP_COOKIE", "")
        if self._language_cookie in cookies:
            remembered = parse_cookie(cookies).get(self._language_cookie)
            if remembered in known:
                return str(remembered)
        return traffic.remembered(languages.preferred, environ.get("HTTP_ACCEPT_LANGUAGE", ""), known)

    def _key(self, environ: Environ, language: str) -> Key:
        form = "head" if environ["REQUEST_METHOD"] == "HEAD" else "gzip" if traffic.wants_gzip(environ) else "plain"
        return environ["PATH_INFO"], language, form

    def _make(self, environ: Environ, start_response: Any, edition: _Edition) -> Iterable[bytes]:
        """Let the application answer, and keep the answer if it is a page to keep: none that search engines are not to."""
        keeping = Keeping(type(self), edition.number, self._unseen)
        said: list[Any] = []
        asked = {**self._asked(environ), _KEEPING: keeping}
        chunks = self._made_by(asked, cast(Any, lambda *given: said.extend(given)))
        is_page, headers = said[0].startswith("200 "), Headers(said[1])
        if not (keeping.is_kept and is_page and self._is_nobodys(headers)) or "X-Robots-Tag" in headers:
            start_response(*said)
            return chunks
        body = b"".join(chunks)
        if (close := getattr(chunks, "close", None)) is not None:
            close()
        headers.remove("Date")
        answer = self._answer(headers, body, keeping)
        with self._lock:
            self._spoken = edition.languages = keeping.languages
            edition.keep(self._key(environ, keeping.language), answer)
            if len(self._hosts) >= _MOST_HOSTS:
                self._hosts.clear()
            self._hosts.add(_host(environ))
        return self._send(answer, environ, start_response)

    def _asked(self, environ: Environ) -> Environ:
        """Return the request that the page to keep answers."""
        return environ

    def _is_nobodys(self, headers: Headers) -> bool:
        """Say whether an answer gives the visitor nothing to keep."""
        return "Set-Cookie" not in headers

    def _answer(self, headers: Headers, body: bytes, keeping: Keeping) -> Answer:
        headers["Cache-Control"] = _CACHING
        return Answer(tuple(headers), body, keeping.holds_until)

    def _send(self, answer: Answer, environ: Environ, start_response: Any) -> list[bytes]:
        headers = [*answer.headers, ("Date", moment()[0])]
        if "HTTP_IF_NONE_MATCH" in environ and not is_resource_modified(environ, dict(headers).get("ETag")):
            remove_entity_headers(headers)
            start_response("304 NOT MODIFIED", headers)
            return []
        start_response("200 OK", headers)
        return [answer.body]


class KeptForms(KeptPages):
    """Forms that are kept in pieces."""

    @staticmethod
    def _part(path: str) -> str:
        return path.rpartition("/")[2]

    def _may_be_kept(self, environ: Environ) -> bool:
        return (
            environ["REQUEST_METHOD"] == "GET"
            and self._part(environ["PATH_INFO"]) in self._parts
            and _QUERY_OF_FORMS.fullmatch(environ.get("QUERY_STRING", "")) is not None
            and not any(map(environ.get, _OF_OTHERS))
            and self._find_session(environ)
        )

    def _find_session(self, environ: Environ) -> bool:
        """Put the visitor's session beside the request. False where it holds more than a token."""
        found: Session = {}
        if self._has_session(environ):
            cookies = parse_cookie(environ["HTTP_COOKIE"])
            with suppress(BadSignature):
                found = self._cookies.read(cookies.get(self._session_cookie, ""), self._lasts)
            if COOKIE_NAME in cookies or set(found) - {_TOKEN}:
                return False
        environ[_SESSION] = found
        return True

    def _key(self, environ: Environ, language: str) -> Key:
        return environ["PATH_INFO"], language, environ.get("QUERY_STRING", "")

    def _asked(self, environ: Environ) -> Environ:
        # In plain, so that it can be cut; for somebody new, so that its cookie is there to be seen.
        plain = {name: value for name, value in environ.items() if name != "HTTP_ACCEPT_ENCODING"}
        cookies = environ.get("HTTP_COOKIE", "").replace(f"{self._session_cookie}=", "none=")
        return {**plain, "HTTP_COOKIE": cookies}

    def _is_nobodys(self, headers: Headers) -> bool:
        return all(cookie.startswith(f"{self._session_cookie}=") for cookie in headers.getlist("Set-Cookie"))

    def _answer(self, headers: Headers, body: bytes, keeping: Keeping) -> Answer:
        cookie = headers.get("Set-Cookie", "").partition(";")[2]
        for name in ("Set-Cookie", "Content-Length"):
            headers.remove(name)
        pieces = Pieces(body, [secret.encode() for secret, _make in keeping.secrets])
        makers = tuple(make for _secret, make in keeping.secrets)
        return Answer(tuple(headers), b"", keeping.holds_until, pieces, makers, cookie)

    def _send(self, answer: Answer, environ: Environ, start_response: Any) -> list[bytes]:
        found, headers = environ[_SESSION], [*answer.headers, ("Date", moment()[0])]
        if None in answer.makers and _TOKEN not in found:
            found = {_TOKEN: secrets.token_hex(20)}
            headers.append(("Set-Cookie", f"{self._session_cookie}={self._cookies.sign(found)};{answer.cookie}"))
        values = [(self._tokens.sign(found[_TOKEN]) if make is None else make()).encode() for make in answer.makers]
        pieces = cast(Pieces, answer.pieces)
        if traffic.wants_gzip(environ):
            body = pieces.packed(values)
            headers.append(("Content-Encoding", "gzip"))
        else:
            body = pieces.plain(values)
        start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
        return [body]


def _host(environ: Environ) -> Host:
    """Return what a request says of its host: the application, who judges it, has answered under the names that are known."""
    return environ["wsgi.url_scheme"], environ.get("HTTP_HOST")
