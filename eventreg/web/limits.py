"""Limits on requests per client, counted in the memory of each process, or in Redis for all of them together.

They hold back floods. What guards against guessing (sign-in, links asked for) is counted in the database instead, so that
it holds over processes and restarts, and over a Redis that is away.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, abort, current_app, request
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, Storage
from limits.strategies import MovingWindowRateLimiter

from eventreg.kernel import clients, clock, tokens
from eventreg.web.instance import keys

View = TypeVar("View", bound=Callable[..., Any])
IN_MEMORY = "memory"
_EXTENSION = "eventreg_limits"
#: seconds that a request waits for Redis, and that nobody asks it again once it did not answer
_PATIENCE, _LEFT_ALONE = 0.5, timedelta(seconds=30)


class Counters:
    """Counts requests where it was told to; in the memory of this process as long as that does not answer."""

    def __init__(self, storage: str, logger: logging.Logger) -> None:
        self._here = MovingWindowRateLimiter(MemoryStorage())
        self._shared = None if storage == IN_MEMORY else MovingWindowRateLimiter(_redis(storage))
        self._logger = logger
        self._away_until: datetime | None = None
        self._lock = threading.Lock()

    def hit(self, item: RateLimitItem, *subject: str) -> bool:
        """Count one request and say whether it is within the limit."""
        if self._shared is not None and (self._away_until is None or clock.now() >= self._away_until):
            try:
                is_within = self._shared.hit(item, *subject)
            except StorageError as error:
                self._note(clock.now() + _LEFT_ALONE, type(error.storage_error).__name__)
            else:
                self._note(None)
                return is_within
        return self._here.hit(item, *subject)

    def is_used_up(self, item: RateLimitItem, *subject: str) -> bool:
        """Say whether the next request would be beyond the limit, as far as this process knows: Redis is not asked."""
        return not self._here.test(item, *subject)

    def _note(self, away_until: datetime | None, why: str = "") -> None:
        """Keep whether Redis is away, and say it in the log once, as well as that it is back."""
        with self._lock:
            was_away, self._away_until = self._away_until is not None, away_until
        if away_until is not None and not was_away:
            self._logger.warning("EVENTREG_LIMITS_STORAGE does not answer (%s): each process counts for itself.", why)
        elif away_until is None and was_away:
            self._logger.warning("EVENTREG_LIMITS_STORAGE answers again.")


def init_limits(app: Flask, are_on: bool, storage: str = IN_MEMORY) -> None:
    """Give `app` its counters; without limits a warning is logged at every start."""
    app.extensions[_EXTENSION] = Counters(storage, app.logger) if are_on else None
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
            counters: Counters | None = current_app.extensions[_EXTENSION]
            if counters is None or request.method not in methods:
                return view(*args, **kwargs)
            if not counters.hit(item, request.endpoint or "", _counted_as(request.remote_addr)):
                abort(429)
            return view(*args, **kwargs)

        counted.limit = item, methods  # type: ignore[attr-defined]
        return counted  # type: ignore[return-value]

    return decorate


def is_used_up(app: Flask, view: Callable[..., Any], endpoint: str, method: str, address: str | None) -> bool:
    """Say whether a client has used up what `limited` allows for a view, without counting this try.

    For the server, before it takes a body: so it asks only what is counted in memory, and waits for nobody.
    """
    counters: Counters | None = app.extensions[_EXTENSION]
    rule: tuple[RateLimitItem, tuple[str, ...]] | None = getattr(view, "limit", None)
    if counters is None or rule is None or method not in rule[1]:
        return False
    with app.app_context():
        return counters.is_used_up(rule[0], endpoint, _counted_as(address))


def are_limits_on() -> bool:
    """Say whether limits are in force; the counters in the database follow the same switch."""
    return current_app.extensions[_EXTENSION] is not None


def storage_answers(storage: str) -> bool:
    """Say whether what counts requests can be reached now."""
    return storage == IN_MEMORY or _redis(storage).check()


def _counted_as(address: str | None) -> str:
    """Return a client as counted: hashed, so that Redis holds nobody's address, and instances that share one count apart."""
    return tokens.lookup_hash(keys(), "limits", clients.client_network(address))


def _redis(address: str) -> Storage:
    # Only who sets it has it: `config` sees to that.
    from limits.storage import RedisStorage
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return RedisStorage(
        address,
        wrap_exceptions=True,
        socket_timeout=_PATIENCE,
        socket_connect_timeout=_PATIENCE,
        retry=Retry(NoBackoff(), 0),  # type: ignore[arg-type]  # handed on to redis, which takes it
    )
