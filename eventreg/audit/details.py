"""What a detail of the audit trail holds, read in one place: any shape, of any release, and it never raises."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from eventreg.audit.trail import Holds, holds

_PAIR = 2


class Part(NamedTuple):
    """A part of a record with what it is, and what it was where that is told too."""

    #: "" of the record as a whole
    name: str
    new: Any
    old: Any = None
    has_old: bool = False
    #: the numbers of the versions in whose words `old` and `new` are; None: the registration's
    under: tuple[int | None, int | None] = (None, None)


def parts_of(action: str, detail: Any) -> list[Part]:
    """Return what a detail says, part by part. What it is not known to mean stands under its own name."""
    if not isinstance(detail, Mapping):
        return [Part("", detail)] if detail else []
    if holds(action) is Holds.ANSWERS:
        return [_part(str(name), value) for name, value in detail.items()]
    return list(_parts(detail))


def _parts(detail: Mapping[str, Any]) -> Iterator[Part]:
    is_change = "old" in detail and "new" in detail
    if is_change:
        yield Part("", detail["new"], detail["old"], has_old=True)
    for name, value in detail.items():
        if name == "changed" and isinstance(value, Mapping):
            yield from (_changed(str(part), both) for part, both in value.items())
        elif not (is_change and name in ("old", "new")):
            yield _part(str(name), value)


def _part(name: str, value: Any) -> Part:
    if isinstance(value, Mapping) and {"old", "new"} <= value.keys():
        return Part(name, value["new"], value["old"], has_old=True, under=_under(value.get("under")))
    if isinstance(value, Mapping) and value.keys() == {"new"}:
        return Part(name, value["new"])
    return Part(name, value)


def _changed(name: str, value: Any) -> Part:
    """Read {part: [old, new]}, or {part: "changed"} where the values are not kept."""
    if isinstance(value, list) and len(value) == _PAIR:
        return Part(name, value[1], value[0], has_old=True)
    return _part(name, value)


def _under(value: Any) -> tuple[int | None, int | None]:
    if not isinstance(value, list) or len(value) != _PAIR:
        return (None, None)
    old, new = (number if isinstance(number, int) else None for number in value)
    return (old, new)
