"""`python -m bench`: measure everything on both databases, print what was found beside the bounds, write both down.

`--quick` takes a tenth of everything: to try the benchmarks, not to quote them. It judges nothing. `--million` measures, on
PostgreSQL and after all else, what takes minutes to be written.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Iterator
from functools import partial

from bench.bulk import PEOPLE as OF_A_RUN, measure_bulk
from bench.databases import NAMES
from bench.desk import REGISTRATIONS, measure_list
from bench.discreet import POSTS, measure_discreet
from bench.exchange import REQUESTS as OF_A_BURST, measure_exchange
from bench.exporting import SIZE, measure_exports
from bench.importing import PEOPLE as OF_A_FILE, measure_importing
from bench.listing import SIZES, measure_large_lists
from bench.mailing import MESSAGES, measure_mailing
from bench.memory import REQUESTS as IN_AN_HOUR, measure_memory
from bench.opening import TRIES, measure_opening
from bench.pages import REQUESTS, measure_pages
from bench.questions import TRIES as FORMS, measure_long_form
from bench.registering import PEOPLE, measure_registering
from bench.report import Part, gathered, report, write_down
from bench.results import Figure
from bench.retention import PEOPLE as LET_GO, measure_retention
from bench.servers import is_compiled
from bench.statements import PEOPLE as LISTED, measure_statements

_QUICK = 10


def _memory(database: str, requests: int) -> Iterator[Figure]:
    """Measure memory on SQLite, where it is bound: what PostgreSQL holds is not ours."""
    if database == "sqlite":
        yield from measure_memory(database, requests)


#: each with how much of it is measured
PARTS: tuple[tuple[Part, int], ...] = (
    (measure_exchange, OF_A_BURST),
    (measure_pages, REQUESTS),
    (measure_registering, PEOPLE),
    (measure_opening, TRIES),
    (measure_discreet, POSTS),
    (_memory, IN_AN_HOUR),
    (measure_list, REGISTRATIONS),
    (measure_statements, LISTED),
    (measure_large_lists, SIZES[-1]),
    (measure_exports, SIZE),
    (measure_importing, OF_A_FILE),
    (measure_long_form, FORMS),
    (measure_bulk, OF_A_RUN),
    (measure_mailing, MESSAGES),
    (measure_retention, LET_GO),
)

_broken: list[Part] = []


def _timed(part: Part, database: str, size: int) -> list[Figure]:
    """Measure a part and say how long it took: all of them have a quarter of an hour."""
    started = time.perf_counter()
    try:
        rows = gathered(part(database, size))
    except Exception:
        # What the others found, in a quarter of an hour, is not thrown away.
        traceback.print_exc()
        rows = []
        _broken.append(part)
    print(f"-- {time.perf_counter() - started:.0f} s", flush=True)
    return rows


def main() -> int:
    """Measure and report; 1 where a firm bound is missed."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    parser.add_argument("--database", choices=NAMES, action="append", help="only this one")
    parser.add_argument(
        "--million", action="store_true", help="also a list of 1,000,000 of three answers, on PostgreSQL"
    )
    arguments = parser.parse_args()
    share, databases = _QUICK if arguments.quick else 1, arguments.database or NAMES
    print("byte code was compiled before" if is_compiled() else "byte code was not compiled: first starts take longer")
    started = time.perf_counter()
    rows = [row for name in databases for part, size in PARTS for row in _timed(part, name, size // share)]
    if arguments.million:
        rows += _timed(partial(measure_large_lists, answers=3), "postgresql", 1_000_000 // share)
    print(f"in {time.perf_counter() - started:.0f} s")
    failed = report(rows, databases, is_whole=not arguments.quick) or len(_broken) > 0
    if arguments.quick:
        return 0
    if not arguments.database:
        write_down(rows)
    return failed


if __name__ == "__main__":
    sys.exit(main())
