"""The committed table `table.txt`: what every address answers to everybody.

One line an address and verb; one column an actor, in the order of `tests.world.ACTORS`. 303 after a POST and 302 before
signing in are redirects; 404 is also the answer to what one may not know of; 422 answers a form that lacks something;
409 what is not possible now.
"""

from __future__ import annotations

from pathlib import Path

from tests.world import ACTORS

_TABLE = Path(__file__).with_name("table.txt")


def read_table() -> dict[tuple[str, str], dict[str, int]]:
    """Return (verb, address) to actor to code."""
    table = {}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        verb, address, *codes = line.split()
        assert len(codes) == len(ACTORS), f"{verb} {address} has {len(codes)} codes"
        assert (verb, address) not in table, f"{verb} {address} is there twice"
        table[verb, address] = dict(zip(ACTORS, map(int, codes), strict=True))
    return table
