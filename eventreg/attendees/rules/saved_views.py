"""What the forms beside the list bring, as the list's addresses write it.

A form without script sends boxes, texts and ends of ranges as they stand; an address holds terms.
"""

from collections.abc import Mapping, Sequence

from eventreg.attendees.rules.listing import IS_ANSWERED, IS_EMPTY, between, contains

#: which form it was
APPLY, COLUMNS = "apply", "columns"
#: names a field of which everybody is wanted but those chosen
BUT = "but"
#: names a field whose filter is shown, though nothing is chosen yet
OPEN = "open"
HAS, LEAST, MOST = "has.", "least.", "most."
COLUMN, MOVE, ORDER, TURNED = "column", "move", "order", "turned"
#: how high the rows are: no part of the list's state, but its reader's wish
ROWS = "rows"
_OWN = frozenset({APPLY, BUT, OPEN, COLUMN, MOVE, TURNED, ROWS})
_UP, _DOWN = "up.", "down."
_WHOLE = frozenset({IS_EMPTY.text, IS_ANSWERED.text})

Arguments = Mapping[str, Sequence[str]]


def as_address(arguments: Arguments) -> dict[str, list[str]]:
    """Return the names and values that an address of the list has for what its forms brought."""
    found: dict[str, list[str]] = {}
    turned_round = set(arguments.get(BUT, ()))
    for name, values in arguments.items():
        given = [value for value in values if value.strip()]
        if name.startswith(HAS):
            found.setdefault(name.removeprefix(HAS), []).extend(contains(value.strip()).text for value in given)
        elif not name.startswith((LEAST, MOST)) and name not in _OWN:
            is_turned = name in turned_round
            found.setdefault(name, []).extend(_negated(value) if is_turned else value for value in given)
    _add_ranges(found, arguments)
    if arguments.get(APPLY) == [COLUMNS]:
        _add_columns(found, arguments)
    return {name: values for name, values in found.items() if values}


def moved(names: Sequence[str], move: str) -> list[str]:
    """Return names with one of them a place further up or down, as `up.x` or `down.x` says; else as they were."""
    found = list(names)
    name = move.removeprefix(_UP).removeprefix(_DOWN)
    if name not in found or not move.startswith((_UP, _DOWN)):
        return found
    place = found.index(name)
    other = place - 1 if move.startswith(_UP) else place + 1
    if 0 <= other < len(found):
        found[place], found[other] = found[other], found[place]
    return found


def _negated(value: str) -> str:
    return value if value in _WHOLE or value.startswith("!") else f"!{value}"


def _add_ranges(found: dict[str, list[str]], arguments: Arguments) -> None:
    fields = {name.removeprefix(LEAST).removeprefix(MOST) for name in arguments if name.startswith((LEAST, MOST))}
    for field in sorted(fields):
        ends = [(arguments.get(f"{side}{field}") or [""])[0].strip() for side in (LEAST, MOST)]
        if any(ends):
            found.setdefault(field, []).append(between(*ends).text)


def _add_columns(found: dict[str, list[str]], arguments: Arguments) -> None:
    names = moved(arguments.get(COLUMN, ()), (arguments.get(MOVE) or [""])[0])
    found["columns"] = [",".join(names)] if names else []
    order = (found.get(ORDER) or [""])[0]
    if order:
        found[ORDER] = [("-" if arguments.get(TURNED) else "") + order.removeprefix("-")]
