"""Where the processor's time goes in what takes most of it: shares of samples of the Python stack, on SQLite.

Each sample counts for the innermost frame that belongs to a row. Writes docs/performance.md's table with `--keep`.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from types import FrameType

from flask import Flask

from bench.listing import new_crowd
from bench.report import write
from bench.statements import form_of
from bench.visitor import SEND

SIZE, ROUNDS = 10_000, 60
_EVERY = 0.001
#: by a part of the path of the file, the first that fits; the last is whatever of the product is left
AREAS = {
    "SQL, driver, commit": ("/sqlalchemy/engine/default.py", "/sqlalchemy/dialects/", "/sqlite3/"),
    "SQLAlchemy builds statements and cache keys": ("/sqlalchemy/sql/", "/sqlalchemy/util/", "/sqlalchemy/engine/"),
    "ORM loading, flush": ("/sqlalchemy/",),
    "Babel and gettext": ("/babel/", "/flask_babel/", "/gettext.py", "/eventreg/i18n/"),
    "Jinja": ("/jinja2/", "/markupsafe/", "/templates/"),
    "forms and questionnaire": ("/wtforms/", "/flask_wtf/", "/eventreg/questionnaires/"),
    "Flask, Werkzeug": ("/flask/", "/werkzeug/", "/itsdangerous/", "/flask_login/", "/http/"),
    "mail": ("/eventreg/mail/", "/eventreg/registration/emails/", "/email/"),
    "eventreg, else": ("/eventreg/",),
}


class Sampler:
    """Counts where this thread is, a thousand times in a second of the processor."""

    def __init__(self) -> None:
        self.found: Counter[str] = Counter()
        self.spent = 0.0

    def run(self, act: Callable[[], object]) -> None:
        """Do something while counting."""
        signal.signal(signal.SIGPROF, self._sample)
        started = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, _EVERY, _EVERY)
        try:
            act()
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            self.spent += time.process_time() - started

    def share(self, area: str) -> float:
        """Return the part of all samples that an area has."""
        return self.found[area] / max(self.found.total(), 1)

    def _sample(self, _signal: int, frame: FrameType | None) -> None:
        while frame is not None:
            path = frame.f_code.co_filename
            for area, parts in AREAS.items():
                if any(part in path for part in parts):
                    self.found[area] += 1
                    return
            frame = frame.f_back
        self.found["else"] += 1


def profiled(size: int, rounds: int) -> dict[str, tuple[float, Sampler]]:
    """Return what each unit takes in ms, with where it goes."""
    with new_crowd("sqlite", [size]) as crowd:
        desk, page = crowd.signed_in(), crowd.page_of_somebody(size)
        units: dict[str, Callable[[], Callable[[], int]]] = {
            f"list of {size:,}": lambda: lambda: desk.get(page.rpartition("/")[0]).status_code,
            "page of a registration": lambda: lambda: desk.get(page).status_code,
            "registration, without sending": lambda: _registration(crowd.app),
        }
        found = {}
        for name, prepare in units.items():
            sampler = Sampler()
            for number in range(rounds + 5):
                act = prepare()
                if number < 5:
                    act()  # the first ones warm up
                else:
                    sampler.run(act)
            found[name] = (sampler.spent * 1000 / rounds, sampler)
    return found


def _registration(app: Flask) -> Callable[[], int]:
    """Open the form, and return what sends it."""
    client = app.test_client()
    fields = form_of(client)
    return lambda: client.post(SEND, data=fields).status_code


def table(found: dict[str, tuple[float, Sampler]]) -> str:
    """Return it as Markdown, in per cent."""
    lines = ["| % of samples | " + " | ".join(found) + " |", "|---|" + "---|" * len(found)]
    lines.append("| CPU ms | " + " | ".join(f"{spent:.1f}" for spent, _ in found.values()) + " |")
    for area in (*AREAS, "else"):
        lines.append(
            f"| {area} | " + " | ".join(f"{sampler.share(area) * 100:.0f}" for _, sampler in found.values()) + " |"
        )
    return "\n".join(lines)


def main() -> int:
    """Profile, print and, if asked to, write it down."""
    parser = argparse.ArgumentParser(prog="python -m bench.profiles", description=__doc__)
    parser.add_argument("size", nargs="?", type=int, default=SIZE, help="registrations of the event")
    parser.add_argument("--keep", action="store_true", help="write the table to docs/performance.md")
    arguments = parser.parse_args()
    shown = table(profiled(arguments.size, ROUNDS))
    print(shown)
    if arguments.keep:
        write("profile", shown)
    return 0


if __name__ == "__main__":
    sys.exit(main())
