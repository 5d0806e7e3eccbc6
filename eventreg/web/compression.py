"""Compressed pages for phones on poor connections, where nothing secret can leak by their length.

Only public pages are compressed: none of them shows what a request brought next to a secret. Organizers' pages do (a
search beside a form token), and stay as they are (the BREACH attack reads secrets from compressed lengths).
"""

import gzip

from flask import Flask, Response, request

from eventreg.web.access import Audience, stamp_of
from eventreg.web.bodies import accepts_gzip

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
