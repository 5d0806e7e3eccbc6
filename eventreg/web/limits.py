"""Limits on requests per client, counted in memory that all processes of a server share, or in Redis for several machines.

They hold back floods. What guards against guessing (sign-in, links asked for) is counted in the database instead, so that
it holds over processes and restarts, and over a Redis that is away.
"""

from __future__ import annotations

import fcntl
import logging
import struct
import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from hashlib import blake2b
from mmap import mmap
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from flask import Flask, abort, current_app, request

from eventreg.kernel import clients, clock, tokens
from eventreg.web.instance import keys

if TYPE_CHECKING:
    from limits.storage import Storage

View = TypeVar("View", bound=Callable[..., Any])
IN_MEMORY = "memory"
_EXTENSION = "eventreg_limits"
#: seconds that a request waits for Redis, and that nobody asks it again once it did not answer
_PATIENCE, _LEFT_ALONE = 0.5, timedelta(seconds=30)


class Rule(NamedTuple):
    """So many requests in so many seconds, whenever these begin."""

    amount: int
    seconds: int
    #: as it was written
    text: str


_SECONDS = {"minute": 60, "hour": 3600}


def parse(text: str) -> Rule:
    """Read `30 per 10 minutes`."""
    amount, _per, *times, unit = text.split()
    return Rule(int(amount), int(times[0] if times else 1) * _SECONDS[unit.removesuffix("s")], text)


class SharedCounter:
    """Counts requests in memory that this process shares with those forked from it, so that none's end loses a count.

    The memory holds the last requests in their order, each as whom it counts for and when. Every process reads on from
    where it was before it judges.
    """

    _KEPT = 65_536
    _COUNT, _HIT = struct.Struct("Q"), struct.Struct("8sd")
    _LONGEST_SECONDS, _SWEPT_EVERY = max(_SECONDS.values()), 1024

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - open as long as the process lives
        self._file.truncate(self._COUNT.size + self._KEPT * self._HIT.size)
        self._memory = mmap(self._file.fileno(), 0)
        self._lock = threading.Lock()
        self._seen = 0
        self._times: dict[bytes, deque[float]] = {}

    def hit(self, rule: Rule, *subject: str, counts: bool = True) -> bool:
        """Say whether one more request is within the rule, and count it then."""
        whom = blake2b("\0".join((rule.text, *subject)).encode(), digest_size=8).digest()
        now = clock.now().timestamp()
        with self._lock:
            # Ends with the process, however that ends.
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                self._read_on(now)
                times = self._times.get(whom, ())
                is_within = sum(at >= now - rule.seconds for at in times) < rule.amount
                if is_within and counts:
                    self._HIT.pack_into(self._memory, self._place(self._seen), whom, now)
                    self._COUNT.pack_into(self._memory, 0, self._seen + 1)
                return is_within
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)

    def _place(self, number: int) -> int:
        return self._COUNT.size + number % self._KEPT * self._HIT.size

    def _read_on(self, now: float) -> None:
        (count,) = self._COUNT.unpack_from(self._memory)
        oldest = now - self._LONGEST_SECONDS
        for number in range(max(self._seen, count - self._KEPT), count):
            whom, at = self._HIT.unpack_from(self._memory, self._place(number))
            times = self._times.setdefault(whom, deque())
            times.append(at)
            while len(times) > 1 and times[0] < oldest:
                times.popleft()
            if number % self._SWEPT_EVERY == 0:
                self._times = {one: times for one, times in self._times.items() if times[-1] >= oldest}
        self._seen = count


class Counters:
    """Counts requests where it was told to; in the memory of this server as long as that does not answer."""

    def __init__(self, storage: str, logger: logging.Logger) -> None:
        self._here = SharedCounter()
        self._shared = None if storage == IN_MEMORY else _counted_in_redis(storage)
        self._logger = logger
        self._away_until: datetime | None = None
        self._lock = threading.Lock()

    def hit(self, rule: Rule, *subject: str) -> bool:
        """Count one request and say whether it is within the limit."""
        if self._shared is not None and (self._away_until is None or clock.now() >= self._away_until):
            is_within, fault = self._shared(rule, *subject)
            self._note(clock.now() + _LEFT_ALONE if fault else None, fault)
            if not fault:
                return is_within
        return self._here.hit(rule, *subject)

    def is_used_up(self, rule: Rule, *subject: str) -> bool:
        """Say whether the next request would be beyond the limit, as far as this server knows: Redis is not asked."""
        return not self._here.hit(rule, *subject, counts=False)

    def _note(self, away_until: datetime | None, why: str = "") -> None:
        """Keep whether Redis is away, and say it in the log once, as well as that it is back."""
        with self._lock:
            was_away, self._away_until = self._away_until is not None, away_until
        if away_until is not None and not was_away:
            self._logger.warning("EVENTREG_LIMITS_STORAGE does not answer (%s): each server counts for itself.", why)
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
    read = parse(rule)

    def decorate(view: View) -> View:
        @wraps(view)
        def counted(*args: Any, **kwargs: Any) -> Any:
            counters: Counters | None = current_app.extensions[_EXTENSION]
            if counters is None or request.method not in methods:
                return view(*args, **kwargs)
            if not counters.hit(read, request.endpoint or "", _counted_as(request.remote_addr)):
                abort(429)
            return view(*args, **kwargs)

        counted.limit = read, methods  # type: ignore[attr-defined]
        return counted  # type: ignore[return-value]

    return decorate


def is_used_up(app: Flask, view: Callable[..., Any], endpoint: str, method: str, address: str | None) -> bool:
    """Say whether a client has used up what `limited` allows for a view, without counting this try.

    For the server, before it takes a body: so it asks only what is counted in memory, and waits for nobody.
    """
    counters: Counters | None = app.extensions[_EXTENSION]
    rule: tuple[Rule, tuple[str, ...]] | None = getattr(view, "limit", None)
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


def _counted_in_redis(address: str) -> Callable[..., tuple[bool, str]]:
    """Return what counts one request: whether it is within the rule, and the fault that kept that from being known."""
    import limits
    from limits.errors import StorageError
    from limits.strategies import MovingWindowRateLimiter

    counter = MovingWindowRateLimiter(_redis(address))

    def count(rule: Rule, *subject: str) -> tuple[bool, str]:
        try:
            return counter.hit(limits.parse(rule.text), *subject), ""
        except StorageError as error:
            return False, type(error.storage_error).__name__

    return count


def _redis(address: str) -> Storage:
    # Only who sets it has it, and loads it: `config` sees to that.
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
