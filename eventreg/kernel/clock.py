"""The one place where the time is read, so that a test can set it.

The names of time zones that this machine knows.
"""

import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any


@dataclass
class Watch:
    """What a block made of the clock: until when it would come to the same, as far as that can be told."""

    #: the first later moment that the present one was compared with; None: with none
    holds_until: datetime | None = None
    #: whether the present moment was only compared: neither shown, nor reckoned with, nor sent to the database
    is_certain: bool = True

    def note(self, moment: "_Watched", other: datetime) -> None:
        """Note that the present moment was compared with another one."""
        if datetime.__gt__(other, moment) and (self.holds_until is None or other < self.holds_until):
            self.holds_until = other


_watch: ContextVar[Watch | None] = ContextVar("eventreg_watch", default=None)


def now() -> datetime:
    """Return the present instant as an aware datetime in UTC."""
    moment = datetime.now(UTC)
    return moment if _watch.get() is None else _watched(moment)


@contextmanager
def watched() -> Iterator[Watch]:
    """See what a block makes of `now()`: nobody has to say when its words change by the clock."""
    watch = Watch()
    token = _watch.set(watch)
    try:
        yield watch
    finally:
        _watch.reset(token)


def _compared(name: str) -> Any:
    def compare(self: "_Watched", other: Any) -> Any:
        watch = _watch.get()
        if watch is not None and isinstance(other, datetime):
            watch.note(self, other)
        return getattr(datetime, name)(self, other)

    return compare


def _used(name: str) -> Any:
    def use(self: "_Watched", *arguments: Any, **named: Any) -> Any:
        watch = _watch.get()
        if watch is not None:
            watch.is_certain = False
        return getattr(datetime, name)(self, *arguments, **named)

    return use


class _Watched(datetime):
    """The present instant in a block that is watched. Whatever is asked of it but a comparison makes the watch uncertain."""

    __lt__, __le__, __gt__, __ge__ = map(_compared, ("__lt__", "__le__", "__gt__", "__ge__"))
    __eq__, __hash__, __add__, __radd__, __sub__, __rsub__, __str__, __format__, __repr__, __getattribute__ = map(
        _used,
        ("__eq__", "__hash__", "__add__", "__radd__", "__sub__", "__rsub__", "__str__", "__format__", "__repr__",
         "__getattribute__"),
    )  # fmt: skip


def _watched(moment: datetime) -> datetime:
    return _Watched.combine(moment.date(), moment.timetz())


@cache
def time_zones() -> frozenset[str]:
    """Return the names of all zones: looked for once a process, since it reads a folder of hundreds of files."""
    return frozenset(zoneinfo.available_timezones())
