"""What a request may send: decided by its head, before any of its body is taken; then read once and early, so that a body
that cannot be read is one plain refusal wherever it goes.

The server asks `judge_head` as soon as it has a head, and takes no body that is refused: the application then answers by
the code that stands under REFUSED. Under any other server the application judges by itself, before it reads.

What the client can unpack.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

from flask import Flask, abort, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_options_header
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import RequestRedirect

from eventreg.kernel.errors import described
from eventreg.web.limits import is_used_up

View = TypeVar("View", bound=Callable[..., Any])
#: in bytes: with files, and of anything else
LARGEST_UPLOAD = 52 * 1024 * 1024
LARGEST_FORM = 2 * 1024 * 1024
#: how many fields one form may have: the list's act on a thousand people has two thousand
_MOST_FIELDS = 10_000
#: key of the environment: the code that the server found before it took the body, which it then left behind
REFUSED = "eventreg.refused"
_JUDGE = "eventreg_judge"
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


def accepts_gzip() -> bool:
    """Say whether the client takes gzip: named or by `*`, and not with quality 0."""
    return request.accept_encodings.quality("gzip") > 0
