"""The committed table: what every address answers to everybody.

One line an address and verb; one column an actor, in the order of `tests.world.ACTORS`. 303 after a POST and 302 before
signing in are redirects; 404 is also the answer to what one may not know of; 400 and 422 answer a form that lacks something.
"""

from __future__ import annotations

from tests.world import ACTORS

_TABLE = """
"""


def read_table() -> dict[tuple[str, str], dict[str, int]]:
    """Return (verb, address) to actor to code."""
    table = {}
    for line in filter(str.strip, _TABLE.splitlines()):
        verb, address, *codes = line.split()
        assert len(codes) == len(ACTORS), f"{verb} {address} has {len(codes)} codes"
        assert (verb, address) not in table, f"{verb} {address} is there twice"
        table[verb, address] = dict(zip(ACTORS, map(int, codes), strict=True))
    return table
