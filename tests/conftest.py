"""What every test can use: see `docs/testing.md`."""

from __future__ import annotations

import gc

# Until all is loaded (`tests.support.runs`): what is looked through again and again meanwhile stays, half of the time it takes.
gc.disable()

pytest_plugins = [
    "tests.support.reused",
    "tests.support.acts",
    "tests.support.databases",
    "tests.support.runs",
    "tests.support.costs",
    "tests.support.apps",
    "tests.support.pages",
    "tests.support.mailserver",
    "tests.support.warm",
    "tests.support.killed",
    "tests.support.clocks",
]
