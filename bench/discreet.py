"""Discreet: can whoever sends forms tell by the time of the answers whose addresses are registered (case 74)?

Forms with addresses that are registered and with new ones come in turn by chance, each a second time with its key. What is
reported is how often a known address took longer than a new one: 0.5 where the times tell nothing. All else of an answer is
compared whole.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import product

from flask.testing import FlaskClient
from sqlalchemy import text

from bench.databases import engine_for
from bench.listing import Crowd, new_crowd
from bench.report import alone
from bench.results import Figure, figure
from bench.statements import form_of
from bench.visitor import SEND

#: half of them with addresses that are registered: of 400, chance alone tells one run in ten apart
POSTS = 1_200
_WARM_UP = 10
#: of the processor, of the clock on the wall
Times = tuple[float, float]


def measure_discreet(database: str, posts: int = POSTS) -> Iterator[Figure]:
    """Yield, for the first and the second form, by either clock, how well known addresses are told from new ones."""
    with new_crowd(database, [1]) as crowd:
        with engine_for(crowd.url) as engine, engine.begin() as connection:
            connection.execute(text("UPDATE events SET is_discreet = TRUE"))
        known, new = _Forms(crowd).sent(posts)
    for which, clock in product((0, 1), (0, 1)):
        name = f"discreet: known from new, {('first', 'second')[which]} form, by {('CPU', 'time')[clock]}"
        yield figure(name, database, [_told_apart(known, new, which, clock)], "of 1")


class _Forms:
    """Somebody who sends forms, and what the answer was to the first of them: every other is the same."""

    def __init__(self, crowd: Crowd) -> None:
        self.client: FlaskClient = crowd.app.test_client()
        self.fields = form_of(self.client)
        self.answer: tuple[object, ...] = ()
        self.number = 0

    def sent(self, posts: int) -> tuple[list[Sequence[Times]], list[Sequence[Times]]]:
        """Return the times of the first and the second form of known addresses, and of new ones."""
        known = [self._address() for _ in range(posts // 2)]
        plan = [(address, True) for address in known] + [(self._address(), False) for _ in range(posts // 2)]
        random.Random(posts).shuffle(plan)
        for address in known + known[:_WARM_UP]:
            self._post(address, self._key())
        times: dict[bool, list[Sequence[Times]]] = {True: [], False: []}
        for address, is_known in plan:
            key = self._key()
            times[is_known].append([self._post(address, key) for _ in range(2)])
        return times[True], times[False]

    def _address(self) -> str:
        self.number += 1
        return f"persona{self.number:06d}@instituto.example"

    def _key(self) -> str:
        self.number += 1
        return f"{self.number:022d}"

    def _post(self, address: str, key: str) -> Times:
        fields = {**self.fields, "email": [address], "submission_key": [key]}
        wall, spent = time.perf_counter(), time.process_time()
        answer = self.client.post(SEND, data=fields)
        times = time.process_time() - spent, time.perf_counter() - wall
        seen = answer.status_code, answer.data, tuple(answer.headers.items())
        self.answer = self.answer or seen
        if seen != self.answer or answer.status_code != 303:
            raise RuntimeError(f"a form was answered otherwise: {seen}")
        return times


def _told_apart(known: Sequence[Sequence[Times]], new: Sequence[Sequence[Times]], which: int, clock: int) -> float:
    """Return how often a known address took longer than a new one: the area under the curve of a threshold."""
    pairs = [(one[which][clock], other[which][clock]) for one, other in product(known, new)]
    return sum(1 if one > other else 0.5 if one == other else 0 for one, other in pairs) / len(pairs)


if __name__ == "__main__":
    sys.exit(alone(__doc__, measure_discreet, POSTS))
