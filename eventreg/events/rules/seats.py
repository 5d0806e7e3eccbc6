"""How many places are left: reckoned here, and asked by every page, preview and act."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from math import inf


@dataclass(frozen=True)
class Places:
    """Places of one thing: an event, a category, a session, an option. `limit` None: as many as come."""

    limit: int | None
    taken: int = 0

    @property
    def left(self) -> int | None:
        """How many more can come; negative when more is taken than there is. None: no limit."""
        return None if self.limit is None else self.limit - self.taken

    @property
    def free(self) -> int | None:
        """How many more can come; never less than none, whatever is taken. None: no limit."""
        return None if self.left is None else max(self.left, 0)

    @property
    def has_free(self) -> bool:
        """Whether one more can come."""
        return self.left is None or self.left > 0

    @property
    def over(self) -> int:
        """How many more are taken than there are, as after a limit was lowered."""
        return 0 if self.left is None else max(-self.left, 0)

    def take(self) -> Places:
        """Return the places after one more was taken."""
        return replace(self, taken=self.taken + 1)


def gives_more(old: int | None, new: int | None) -> bool:
    """Say whether a changed limit lets more people in than the one before."""
    return old is not None and (new is None or new > old)


@dataclass(frozen=True)
class Seats:
    """The places of an event and of its categories, by their ids, with what is taken. None: no limit of its own.

    People of a category `beside` the event take none of the event's places, and need none. A value: whoever takes a place, or
    gives one up, has another one.
    """

    capacity: int | None
    limits: Mapping[int, int | None]
    taken: Mapping[int, int]
    beside: frozenset[int] = frozenset()

    @property
    def whole(self) -> Places:
        """The places of the event itself."""
        return Places(self.capacity, sum(number for id_, number in self.taken.items() if id_ not in self.beside))

    def in_category(self, category_id: int) -> Places:
        """Return the places of a category itself; without a limit for one that is not known."""
        return Places(self.limits.get(category_id), self.taken.get(category_id, 0))

    def of(self, category_id: int) -> Places:
        """Return the places that somebody of a category needs one of: the category's or the event's, whichever has fewer left."""
        own = self.in_category(category_id)
        if category_id in self.beside or self.whole.left is None:
            return own
        return self.whole if own.left is None or self.whole.left < own.left else own

    def take(self, category_id: int) -> Seats:
        """Return the seats after somebody of a category took a place."""
        return self._with(category_id, 1)

    def without(self, category_id: int) -> Seats:
        """Return the seats after somebody of a category gave a place up."""
        return self._with(category_id, -1)

    def open_to(self, category_ids: Collection[int]) -> int | None:
        """Return how many more can come who choose among these categories; None: no limit."""
        free = self._served(dict.fromkeys(category_ids, inf))
        return None if free == inf else int(free)

    def lacking(self, needed: Mapping[int, int]) -> int:
        """Return how many of so many people of each category would find no place.

        Their order does not change it: a category gives what it has, and the event what it has to those. So it is counted,
        not played through.
        """
        return sum(needed.values()) - int(self._served(needed))

    def _served(self, needed: Mapping[int, float]) -> float:
        served = {id_: min(number, _room(self.in_category(id_))) for id_, number in needed.items()}
        counting = sum(number for id_, number in served.items() if id_ not in self.beside)
        return min(counting, _room(self.whole)) + sum(served[id_] for id_ in served if id_ in self.beside)

    def _with(self, category_id: int, number: int) -> Seats:
        return replace(self, taken={**self.taken, category_id: self.taken.get(category_id, 0) + number})


def _room(places: Places) -> float:
    return inf if places.free is None else places.free
