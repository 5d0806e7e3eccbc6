"""Deny by default: every view carries a stamp that says who may call it.

    @blueprint.get("/events/<slug>")
    @public
    def show_event(slug): ...

A view without a stamp is refused. `@requires(permission)` expects a `slug` in the address: the event is looked up as the
account may see it, stands in `g.event`, and an event the account has nothing to do with is a 404 like one that is not there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol, TypeVar

from flask import Flask, abort, current_app, g, has_request_context, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.wrappers import Response

View = TypeVar("View", bound=Callable[..., Any])
#: what a view returns: a page, with its code where it is not 200, or a response
Answer = ResponseReturnValue


class Audience(Enum):
    """Who may call a view."""

    PUBLIC = "public"
    #: whoever holds a personal link; the view checks the token itself
    PERSONAL = "personal"
    SIGNED_IN = "signed_in"
    ADMINISTRATOR = "administrator"
    MEMBER = "member"


@dataclass(frozen=True)
class Stamp:
    """The access of one view."""

    audience: Audience
    permission: Enum | None = None
    #: answered whatever host is named: it shows no address, and whoever asks knows the machine by its number
    is_probe: bool = False


class Sending(Enum):
    """How an act of the desk that makes emails go says so before it is done."""

    #: it makes none go
    NONE = "-"
    #: the button says so, of one person or address, or words beside it
    NAMED = "named"
    #: the form leaves the choice, and says what each means
    CHOICE = "choice"
    #: its page says who, or how many, and shows what
    LOOKED_AT = "looked_at"
    #: where it would write to anybody, its form is shown again and says who, how many and what: `events.announcing`
    ANNOUNCED = "announced"


class UndeclaredSending(Exception):
    """An act of the desk would make an email go and does not say that it can. A programming error: see `sends`."""


class EventAccess(Protocol):
    """An event as one account may see it."""

    @property
    def event(self) -> Any:
        """The event's row."""

    @property
    def lacks_second_factor(self) -> bool:
        """Whether the event demands a second factor that the account does not have."""

    def may(self, permission: Any) -> bool:
        """Say whether the account has this permission on the event."""


class AccessResolver(Protocol):
    """Plugged in by the assembly: finds an event for an account."""

    def __call__(self, slug: str, account: Any) -> EventAccess | None:
        """Return the event as the account may see it, or None when the account may not know of it."""


def public(view: View) -> View:
    """Stamp: anybody."""
    return _stamped(view, Stamp(Audience.PUBLIC))


def probe(view: View) -> View:
    """Stamp: programs that watch over the machine; under any host, as balancers and orchestrators ask."""
    return _stamped(view, Stamp(Audience.PUBLIC, is_probe=True))


def personal(view: View) -> View:
    """Stamp: holders of a personal link. Answers are never stored by browsers or indexed."""
    return _stamped(view, Stamp(Audience.PERSONAL))


def signed_in(view: View) -> View:
    """Stamp: any account."""
    return _stamped(view, Stamp(Audience.SIGNED_IN))


def administrators_only(view: View) -> View:
    """Stamp: administrators of the instance."""
    return _stamped(view, Stamp(Audience.ADMINISTRATOR))


def requires(permission: Enum) -> Callable[[View], View]:
    """Stamp: accounts with this permission on the event that the address names by `slug`."""

    def stamp(view: View) -> View:
        return _stamped(view, Stamp(Audience.MEMBER, permission))

    return stamp


def sends(how: Sending) -> Callable[[View], View]:
    """Declare, beside the stamp, that a view of the desk can make emails go. Without it nothing goes: `check_sends`."""

    def declare(view: View) -> View:
        view.access_sending = how  # type: ignore[attr-defined]
        return view

    return declare


def sending_of(view: Callable[..., Any]) -> Sending:
    """Return how a view says that it makes emails go."""
    return getattr(view, "access_sending", Sending.NONE)


def check_sends() -> None:
    """Raise UndeclaredSending in a request of the desk whose view does not declare that it can make emails go.

    Asked wherever a message is queued, or a job that will queue some, so that no view can forget it.
    """
    rule = request.url_rule if has_request_context() else None
    if rule is None or not rule.rule.startswith("/manage/"):
        return
    if sending_of(current_app.view_functions[rule.endpoint]) is Sending.NONE:
        raise UndeclaredSending(rule.endpoint)


def stamp_of(view: Callable[..., Any]) -> Stamp | None:
    """Return a view's stamp, or None when it has none."""
    return getattr(view, "access_stamp", None)


def init_access(app: Flask, resolver: AccessResolver, lacks_second_factor: Callable[[Any], bool]) -> None:
    """Guard every request of `app` by the stamp of its view.

    `lacks_second_factor` says whether the instance demands one that an account does not have: then nothing is open to it
    but its own account, where one is set up.
    """

    @app.before_request
    def guard() -> Response | None:
        if request.endpoint is None:
            return None  # no such address: the error page answers
        stamp = stamp_of(app.view_functions[request.endpoint])
        if stamp is None:
            abort(403)
        if stamp.audience in (Audience.PUBLIC, Audience.PERSONAL):
            return None
        if not current_user.is_authenticated:
            return _to_sign_in()
        if stamp.audience is Audience.ADMINISTRATOR and not current_user.is_administrator:
            abort(403)
        if not _is_own_account(stamp) and lacks_second_factor(current_user):
            return _to_second_factor()
        return _enter_event(resolver, stamp.permission) if stamp.permission is not None else None


def may(permission: Enum) -> bool:
    """Say whether the account has this permission on the event of this request; False outside an event."""
    access: EventAccess | None = g.get("event_access")
    return access is not None and access.may(permission)


def _enter_event(resolver: AccessResolver, permission: Enum) -> Response | None:
    access = resolver((request.view_args or {})["slug"], current_user)
    if access is None:
        abort(404)
    if not access.may(permission):
        abort(403)
    if access.lacks_second_factor:
        return _to_second_factor()
    g.event_access = access
    g.event = access.event
    return None


def _is_own_account(stamp: Stamp) -> bool:
    return stamp.audience is Audience.SIGNED_IN and request.blueprint == "accounts"


def _to_second_factor() -> Response:
    """Lead to where a second factor is set up, and from there back to a page that was asked for."""
    wanted = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else None
    return redirect(url_for("accounts.second_factor", next=wanted or url_for("site.manage_events")), 303)


def _to_sign_in() -> Response:
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
    return redirect(url_for("accounts.sign_in"))


def _stamped(view: View, stamp: Stamp) -> View:
    view.access_stamp = stamp  # type: ignore[attr-defined]
    return view
