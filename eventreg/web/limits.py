"""Limits on requests per client, counted in the memory of each process.

They hold back floods. What guards against guessing (sign-in, links asked for) is counted in the database instead, so that
it holds over processes and restarts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, abort, current_app, request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from eventreg.kernel.clients import client_network

View = TypeVar("View", bound=Callable[..., Any])
_EXTENSION = "eventreg_limits"


def init_limits(app: Flask, are_on: bool) -> None:
    """Give `app` its counters; without limits a warning is logged at every start."""
    app.extensions[_EXTENSION] = MovingWindowRateLimiter(MemoryStorage()) if are_on else None
    if not are_on:
        app.logger.warning("EVENTREG_LIMITS is off: requests are not limited. Only for load tests on loopback.")


def limited(rule: str, methods: tuple[str, ...] = ("POST",)) -> Callable[[View], View]:
    """Limit a view per client: `@limited("30 per 10 minutes")`. Answers 429 beyond it.

    Stands below the access stamp in the source, so that the stamp stays on the outermost function.
    """
    item = parse(rule)

    def decorate(view: View) -> View:
        @wraps(view)
        def counted(*args: Any, **kwargs: Any) -> Any:
            limiter: MovingWindowRateLimiter | None = current_app.extensions[_EXTENSION]
            if limiter is not None and request.method in methods:
                client = client_network(request.remote_addr)
                if not limiter.hit(item, request.endpoint or "", client):
                    abort(429)
            return view(*args, **kwargs)

        counted.limit = item, methods  # type: ignore[attr-defined]
        return counted  # type: ignore[return-value]

    return decorate


def is_used_up(app: Flask, view: Callable[..., Any], endpoint: str, method: str, address: str | None) -> bool:
    """Say whether a client has used up what `limited` allows for a view, without counting this try.

    For the server, before it takes a body: so it asks only what is counted in memory, and waits for nobody.
    """
    limiter: MovingWindowRateLimiter | None = app.extensions[_EXTENSION]
    rule: tuple[RateLimitItem, tuple[str, ...]] | None = getattr(view, "limit", None)
    if limiter is None or rule is None or not isinstance(limiter.storage, MemoryStorage):
        return False
    item, methods = rule
    return method in methods and not limiter.test(item, endpoint, client_network(address))


def are_limits_on() -> bool:
    """Say whether limits are in force; the counters in the database follow the same switch."""
    return current_app.extensions[_EXTENSION] is not None
