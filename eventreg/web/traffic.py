"""What comes in and what goes out, whichever page it is for: how much a client may send; which hosts are answered; what every
answer carries.

*Much*: the server asks `judge_head` as soon as it has a head, and takes no body that is refused: the application then answers
by the code that stands under REFUSED. Under any other server the application judges by itself, before it reads. A form is
read once and early, so that a body that cannot be read is one plain refusal wherever it goes.

*Answers*: only public pages are compressed, for phones on poor connections: none of them shows what a request brought next to
a secret. Organizers' pages do (a search beside a form token), and stay as they are (the BREACH attack reads secrets from
compressed lengths).
"""

import gzip
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, request
from flask_wtf.csrf import validate_csrf
from werkzeug.datastructures import Accept
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_accept_header, parse_options_header
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import RequestRedirect
from wtforms import ValidationError

from eventreg.kernel.errors import described
from eventreg.web.access import Audience, stamp_of
from eventreg.web.limits import is_used_up

View = TypeVar("View", bound=Callable[..., Any])
Found = TypeVar("Found")

#: in bytes: with files, and of anything else
LARGEST_UPLOAD = 52 * 1024 * 1024
LARGEST_FORM = 2 * 1024 * 1024
#: how many fields one form may have: the list's act on a thousand people has two thousand
_MOST_FIELDS = 10_000
#: key of the environment: the code that the server found before it took the body, which it then left behind
REFUSED = "eventreg.refused"
_JUDGE = "eventreg_judge"
#: a header longer than this is no browser's, and is not remembered
_LONGEST_HEADER = 200
#: of what a header says of its body's type so much is read
_LONGEST_TYPE = 1000
#: besides those without a number, which the server raises for a body whose chunks are none
_OF_THE_CONNECTION = (ConnectionError, TimeoutError, BlockingIOError)


class Judgement(NamedTuple):
    """What the head of a request tells: the code to refuse it by, or 0; and how many bytes its body may have."""

    refusal: int
    largest: int


def takes_files(view: View) -> View:
    """Say that a view takes files: up to LARGEST_UPLOAD bytes, as `multipart/form-data`. Others take LARGEST_FORM."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def judge_head(app: Flask, environ: dict[str, Any]) -> Judgement:
    """Judge a request by its head alone (a WSGI environment without `wsgi.input`): address, method, limits, size."""
    return cast(Judgement, app.extensions[_JUDGE](environ, None))


def init_bodies(app: Flask, trusted_proxies: int) -> None:
    """Judge every request of `app`, and read its form before anything looks into it: one that broke off or is none is a 400."""

    def judge(environ: dict[str, Any], _start_response: object) -> Judgement:
        return _judge(app, environ)

    count = trusted_proxies
    app.extensions[_JUDGE] = ProxyFix(judge, count, count, count) if count else judge  # type: ignore[arg-type]

    @app.before_request
    def read_form() -> None:
        if request.routing_exception is not None:
            return  # no such address, another method, or a redirect: answered without its body
        refusal = request.environ.get(REFUSED) or _judge_found()
        if refusal:
            abort(refusal)
        try:
            if _has_too_many_fields():
                abort(413)
            names = [*request.form, *request.files]
        except OSError as error:
            if error.errno is None or isinstance(error, _OF_THE_CONNECTION):
                abort(400)
            app.logger.error("A large form cannot be put aside in the folder of temporary files: %s", described(error))
            abort(503)
        if any(not isinstance(name, str) for name in names):
            abort(400)  # a part of a form without a name

    def _judge_found() -> int:
        """Judge the request whose address the application has found already, and see to how much is read of it."""
        view = app.view_functions.get(request.endpoint or "")
        judgement = _judge_size(view, request.mimetype, request.content_length or 0)
        request.max_content_length = judgement.largest
        return judgement.refusal


def _judge(app: Flask, environ: dict[str, Any]) -> Judgement:
    try:
        endpoint, _values = app.url_map.bind_to_environ(environ).match()
    except RequestRedirect as error:
        return Judgement(error.code, 0)
    except HTTPException as error:
        return Judgement(error.code or 400, 0)
    view = app.view_functions[endpoint]
    if is_used_up(app, view, endpoint, environ["REQUEST_METHOD"], environ.get("REMOTE_ADDR")):
        return Judgement(429, 0)
    mimetype = parse_options_header(environ.get("CONTENT_TYPE", "")[:_LONGEST_TYPE])[0]
    return _judge_size(view, mimetype, int(environ.get("CONTENT_LENGTH") or 0))


def _judge_size(view: Callable[..., Any] | None, mimetype: str, length: int) -> Judgement:
    is_upload = getattr(view, "takes_files", False) and mimetype.lower() == "multipart/form-data"
    largest = LARGEST_UPLOAD if is_upload else LARGEST_FORM
    return Judgement(413 if length > largest else 0, largest)


def _has_too_many_fields() -> bool:
    """Say whether a form without files would unfold to far more memory than it has bytes: werkzeug counts only parts."""
    return request.mimetype == "application/x-www-form-urlencoded" and request.get_data().count(b"&") >= _MOST_FIELDS


#: no script or style but our own files; forms go nowhere else; nobody frames us
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; frame-src 'self'; "
    "manifest-src 'self'"
)
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def init_headers(app: Flask, base_url: str, hsts_subdomains: bool = False) -> None:
    """Check the host of every request of `app` and add the headers of safety to every answer.

    With `hsts_subdomains` browsers are told that every host below the one of `base_url` speaks https alone, too.
    """
    own_host = urlsplit(base_url)
    hsts = "max-age=31536000; includeSubDomains" if hsts_subdomains else "max-age=31536000"

    @app.before_request
    def check_host() -> None:
        """Refuse a forged Host: no address in a page or mail is made from it, and no cache keeps it."""
        if not _is_probe(app) and not _is_accepted(request.host, own_host.netloc, own_host.hostname or ""):
            # In plain words: under a host that can be nobody's, a page could not even name its style sheet.
            abort(Response("This host is not served here.\n", 400, mimetype="text/plain"))
        if "\0" in request.path or any("\0" in value for values in request.args.lists() for value in values[1]):
            abort(400)

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        if base_url.startswith("https://"):
            headers.setdefault("Strict-Transport-Security", hsts)
        _guard_privacy(response, app)
        return response


def _is_probe(app: Flask) -> bool:
    stamp = stamp_of(app.view_functions[request.endpoint]) if request.endpoint else None
    return stamp is not None and stamp.is_probe


def _guard_privacy(response: Response, app: Flask) -> None:
    """Keep personal and organizers' pages, and those of a quiet event, out of caches, search engines and referrers."""
    view = app.view_functions.get(request.endpoint or "")
    stamp = stamp_of(view) if view else None
    is_public = stamp is not None and stamp.audience is Audience.PUBLIC
    if is_public:
        response.headers.setdefault("Referrer-Policy", "same-origin")
        if not getattr(g.get("event"), "is_quiet", False):
            response.headers.setdefault("Cache-Control", "no-cache")
            return
    response.headers["Referrer-Policy"] = "no-referrer"
    # An empty form stays in the browser of whoever asked for it: who goes back finds it with its key and what was typed.
    if not response.headers.get("Cache-Control", "").startswith("private") or not is_public:
        response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"


def _is_accepted(host: str, own_netloc: str, own_hostname: str) -> bool:
    try:
        parsed = urlsplit(f"//{host}")
        hostname = parsed.hostname or ""
        _ = parsed.port
    except ValueError:
        return False
    if hostname in _LOOPBACK:
        return True
    return host.lower() == own_netloc.lower() and hostname == own_hostname


_SMALLEST = 1_000
_LEVEL = 5


def init_compression(app: Flask) -> None:
    """Compress the public pages of `app` for clients that accept gzip."""

    @app.after_request
    def compress(response: Response) -> Response:
        view = app.view_functions.get(request.endpoint or "")
        stamp = stamp_of(view) if view else None
        is_public_page = (
            request.method == "GET"
            and stamp is not None
            and stamp.audience is Audience.PUBLIC
            and response.mimetype in ("text/html", "text/calendar")
        )
        if not is_public_page or response.direct_passthrough or "Content-Encoding" in response.headers:
            return response
        response.vary.add("Accept-Encoding")
        if accepts_gzip() and len(body := response.get_data()) >= _SMALLEST:
            response.set_data(gzip.compress(body, _LEVEL))
            response.headers["Content-Encoding"] = "gzip"
        return response


def accepts_gzip() -> bool:
    """Say whether the client of this request takes gzip."""
    return takes_gzip(request.headers.get("Accept-Encoding", ""))


def wants_gzip(environ: dict[str, Any]) -> bool:
    """Say whether who asks can read gzip."""
    return remembered(takes_gzip, environ.get("HTTP_ACCEPT_ENCODING", ""))


def remembered(read: Callable[..., Found], header: str, *more: Any) -> Found:
    """Return what `read` makes of a header, as it was remembered where the header is no longer than a browser's."""
    return _read(read, header, *more) if len(header) <= _LONGEST_HEADER else read(header, *more)


@lru_cache(maxsize=500)
def _read(read: Callable[..., Found], header: str, *more: Any) -> Found:
    return read(header, *more)


def takes_gzip(header: str) -> bool:
    """Say whether a client that sends this header takes gzip: named or by `*`, and not with quality 0."""
    return parse_accept_header(header, Accept).quality("gzip") > 0


def has_token() -> bool:
    """Say whether this request brings a valid token against forgery; forms that lose nothing ask themselves."""
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True
