"""A fresh proof of who is there, before an act that cannot be taken back.

    @blueprint.post("/manage/events/<slug>/hand-over")
    @requires(Permission.OWN)
    @requires_fresh_sign_in(back="team.show_team")
    def hand_over(slug): ...

Stands below the access stamp in the source, so that the stamp stays on the outermost function.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar

from flask import current_app, g, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from eventreg.kernel.clock import now

View = TypeVar("View", bound=Callable[..., Any])

#: this long after proving who one is, dangerous acts are open
FRESH_FOR = timedelta(minutes=15)


def is_sign_in_fresh() -> bool:
    """Say whether whoever is signed in proved who they are within the last 15 minutes."""
    proved_at: datetime | None = g.get("proved_at")
    return proved_at is not None and now() - proved_at < FRESH_FOR


def requires_fresh_sign_in(back: str = "") -> Callable[[View], View]:
    """Have a view called only by who proved lately who they are; others are led to do so first.

    A GET is come back to. A POST is never sent again by us: it leads back to the page where the act is confirmed, which
    is the endpoint `back` with the parts of this address that it takes, or this same address where that can be read.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if is_sign_in_fresh():
                return view(*args, **kwargs)
            return lead_to_proof(back)

        return guarded  # type: ignore[return-value]

    return decorate


def lead_to_proof(back: str = "") -> Response:
    """Return the way to the page that asks who is there, and from it to where the act is confirmed."""
    return redirect(url_for("accounts.sign_in_again", next=_confirming_page(back)), 303)


def _confirming_page(back: str) -> str:
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    if back:
        # Parts of the address that the page does not have would stand in its query string.
        parts = request.view_args or {}
        return url_for(back, **{name: parts[name] for name in parts if name in _parts_of(back)})
    return request.path if _can_be_read(request.path) else ""


def _parts_of(endpoint: str) -> set[str]:
    return {name for rule in current_app.url_map.iter_rules(endpoint) for name in rule.arguments}


def _can_be_read(path: str) -> bool:
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    return True
