"""The committed table `table.txt`: what every address answers to everybody.

One line an address and verb; one column an actor, in the order of `tests.world.ACTORS`. 303 after a POST and 302 before
signing in are redirects; 404 is also the answer to what one may not know of; 422 answers a form that lacks something;
409 what is not possible now. Behind the codes of everything but a GET stands how it says that it makes emails go, before it
does: a `web.access.Sending`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from eventreg.web.access import Sending
from tests.world import ACTORS

_TABLE = Path(__file__).with_name("table.txt")


def read_table() -> dict[tuple[str, str], dict[str, int]]:
    """Return (verb, address) to actor to code."""
    table = {}
    for verb, address, codes in _lines():
        assert len(codes) == len(ACTORS) + (verb != "GET"), f"{verb} {address} has {len(codes)} codes"
        assert (verb, address) not in table, f"{verb} {address} is there twice"
        table[verb, address] = dict(zip(ACTORS, map(int, codes[: len(ACTORS)]), strict=True))
    return table


def read_sending() -> dict[str, Sending]:
    """Return the address of everything but a GET to how it says that it makes emails go."""
    return {address: Sending(codes[-1]) for verb, address, codes in _lines() if verb != "GET"}


def _lines() -> Iterator[tuple[str, str, list[str]]]:
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            verb, address, *codes = line.split()
            yield verb, address, codes
