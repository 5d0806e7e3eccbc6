"""Who does which work: the rooms' handlers and duties, plugged in by the assembly."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from eventreg.web.sockets import Socket

#: does a job, inside the transaction that also removes the job: what it writes is written once or not at all. Long work
#: does a step and schedules the same key again
Handler = Callable[[Mapping[str, Any], datetime], object]
#: does some of a long work for about a second, in transactions of its own, and says whether anything is left. It is called
#: again until nothing is, and by another worker when this one dies, so that each of its transactions looks before it acts
WorkHandler = Callable[[Mapping[str, Any], datetime], bool]
#: does a periodic duty, in transactions of its own. It is done again when a worker dies in it, so twice must be as good
#: as once
DutyHandler = Callable[[datetime], object]


@dataclass(frozen=True)
class Duty:
    """Something done once a period, by whichever worker comes first."""

    name: str
    every: timedelta
    run: DutyHandler


@dataclass
class JobRegistry:
    """The handlers by kind of job, short or long, and the duties by name."""

    handlers: dict[str, Handler] = field(default_factory=dict)
    works: dict[str, WorkHandler] = field(default_factory=dict)
    duties: dict[str, Duty] = field(default_factory=dict)

    def add_handler(self, kind: str, handler: Handler) -> None:
        """Have `handler(payload, now)` called for jobs of `kind`. Raises ValueError for a kind that has one."""
        self._check_free(kind)
        self.handlers[kind] = handler

    def add_work(self, kind: str, handler: WorkHandler) -> None:
        """Have `handler(payload, now)` called for jobs of `kind` until it says that nothing is left.

        Other jobs and the mail have their turn in between. Raises ValueError for a kind that has a handler.
        """
        self._check_free(kind)
        self.works[kind] = handler

    def add_duty(self, name: str, every: timedelta, run: DutyHandler) -> None:
        """Have `run(now)` called once in every period. Raises ValueError for a name that is taken."""
        if name in self.duties:
            raise ValueError(f"there is a duty {name} already")
        self.duties[name] = Duty(name, every, run)

    def _check_free(self, kind: str) -> None:
        if kind in self.handlers or kind in self.works:
            raise ValueError(f"there is a handler for {kind} already")


job_registry: Socket[JobRegistry] = Socket("jobs")
