"""`python -m bench`: measure everything on both databases, print the table, write `bench/results.json`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.bulk import measure_bulk
from bench.databases import NAMES, assert_durable, database_url, engine_for, lift_limits
from bench.desk import measure_list
from bench.exchange import measure_exchange
from bench.exporting import measure_exports
from bench.importing import measure_importing
from bench.listing import SIZES, measure_large_lists
from bench.opening import TRIES, measure_opening
from bench.pages import measure_public_pages
from bench.questions import measure_long_form
from bench.registering import measure_registering
from bench.results import Figure, figure, keep, show
from bench.servers import eventreg_server, is_compiled
from bench.statements import measure_statements

#: seconds after which a server that has started has nothing left to do, and after which one that worked has forgotten it
_SETTLED, _AT_REST = 15, 120


def main() -> int:
    """Measure and report. `--quick` takes a tenth of the requests: to try the benchmarks, not to quote them."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the requests")
    parser.add_argument("--database", choices=NAMES, action="append", help="only this one")
    parser.add_argument(
        "--million", action="store_true", help="also a list of 1,000,000 of three answers, on PostgreSQL"
    )
    arguments = parser.parse_args()
    share = 10 if arguments.quick else 1
    print("byte code was compiled before" if is_compiled() else "byte code was not compiled: first starts take longer")
    rows: list[Figure] = []
    for name in arguments.database or NAMES:
        for row in measure(name, share):
            print(show([row]).splitlines()[-1], flush=True)
            rows.append(row)
    if arguments.million:
        rows += measure_million()
    print()
    print(show(rows))
    if not arguments.quick and not arguments.database:
        keep(rows)
    return 0


def measure_million() -> Iterator[Figure]:
    """Yield the figures of the largest list that is measured: its people take minutes to be written."""
    with tempfile.TemporaryDirectory() as folder, database_url("postgresql", Path(folder)) as url:
        yield from measure_large_lists(Path(folder), url, "postgresql", (10_000, 1_000_000), rounds=3, answers=3)


def measure(name: str, share: int) -> Iterator[Figure]:
    """Yield every figure on one database."""
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder) / "instance"
        instance.mkdir()
        with database_url(name, instance) as url:
            environment = {"EVENTREG_DATABASE_URL": url}
            with eventreg_server(instance, environment) as server:
                yield figure("first start", name, [server.startup], "s")
                yield figure("memory after start (PSS)", name, [server.memory(after=_SETTLED)], "MB")
            with eventreg_server(instance, environment) as server, engine_for(url) as engine:
                yield figure("second start", name, [server.startup], "s")
                assert_durable(engine)
                lift_limits(engine)
                yield from measure_exchange(server, name)
                yield from measure_public_pages(server, name, 2000 // share)
                yield from measure_registering(server, name, engine, 400 // share)
                yield figure("memory after 1,000 registrations (PSS)", name, [server.memory()], "MB")
                yield from measure_list(server, name, instance, environment, 10_000 // share, 400 // share)
                yield figure("memory after use (PSS)", name, [server.memory()], "MB")
                yield figure("memory at rest after use (PSS)", name, [server.memory(after=_AT_REST)], "MB")
                yield from measure_opening(server, name, engine, TRIES // share)
            yield from measure_statements(instance, url, name)
            yield from measure_importing(instance, url, name, 5_000 // share)
            yield from measure_long_form(instance, url, name)
            sizes = sorted({max(size // share, 100) for size in SIZES})
            yield from measure_large_lists(instance, url, name, sizes)
        exporting = Path(folder) / "exporting"
        exporting.mkdir()
        with database_url(name, exporting) as url:
            yield from measure_exports(exporting, url, name, 10_000 // share)
    yield from measure_bulk(name, 1_000 // share)


if __name__ == "__main__":
    sys.exit(main())
