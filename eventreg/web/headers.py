"""What every answer carries, and which hosts are answered at all; compressed pages for phones on poor connections.

Only public pages are compressed: none of them shows what a request brought next to a secret. Organizers' pages do (a
search beside a form token), and stay as they are (the BREACH attack reads secrets from compressed lengths).
"""

import gzip
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

from eventreg.web.access import Audience, stamp_of

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
    """Keep personal and organizers' pages out of caches, search engines and referrers."""
    view = app.view_functions.get(request.endpoint or "")
    stamp = stamp_of(view) if view else None
    if stamp is not None and stamp.audience is Audience.PUBLIC:
        response.headers.setdefault("Referrer-Policy", "same-origin")
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-cache"
        return
    response.headers["Referrer-Policy"] = "no-referrer"
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
    """Say whether the client takes gzip: named or by `*`, and not with quality 0."""
    return request.accept_encodings.quality("gzip") > 0
