"""`eventreg audit …`: whether the trail of what happened is whole."""

from pathlib import Path

import click

#: of a line that `check` prints
_COLUMNS = 5


@click.group()
def audit() -> None:
    """See to the trail of who did what.

    \b
    Example:
      eventreg audit check
    """


@audit.command("check")
@click.option("--event", "slug", default=None, help="Only the trail of this event, by its address on the site.")
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="What an earlier check printed: entries that were taken from the end since then show.",
)
def check(slug: str | None, against: Path | None) -> None:
    """Read every trail and say whether each entry follows from the one before.

    Prints a line a trail, separated by tabs: its number, whose it is, the newest entry, that entry's hash, and "whole"
    or where it breaks. Ends with 1 when one is broken. Keep what it prints on another machine: only a comparison with
    it shows that the newest entries were removed.

    \b
    Example:
      eventreg audit check > trails-2027-03.txt
      eventreg audit check --against trails-2027-03.txt
    """
    from eventreg.cli.application import open_app

    with open_app():
        faults = _check_chains(slug) + (_compare(against, slug) if against else 0)
    if faults:
        raise click.ClickException(f"{faults} of the trails {'is' if faults == 1 else 'are'} not as recorded.")


def _check_chains(slug: str | None) -> int:
    from eventreg.audit.queries import find_broken_position, list_heads

    names, faults = _names(), 0
    wanted = _chain_of(slug)
    for head in list_heads():
        if wanted is not None and head.chain != wanted:
            continue
        broken = find_broken_position(head.chain)
        faults += broken is not None
        said = "whole" if broken is None else f"broken at entry {broken}"
        label = names.get(head.chain, "a deleted event")
        click.echo("\t".join((str(head.chain), label, str(head.position), head.hash, said)))
    return faults


def _compare(path: Path, slug: str | None) -> int:
    """Say which trails lack an entry that an earlier check saw, or have another in its place."""
    from eventreg.audit.queries import find_hash

    wanted, faults = _chain_of(slug), 0
    for line in path.read_text(encoding="utf-8").splitlines():
        parts = line.split("\t")
        if len(parts) != _COLUMNS or not (parts[0].isdecimal() and parts[2].isdecimal()):
            raise click.ClickException(f"{path} is not what eventreg audit check prints: {line[:80]!r}")
        chain, position, seen = int(parts[0]), int(parts[2]), parts[3]
        if (wanted is not None and chain != wanted) or find_hash(chain, position) == seen:
            continue
        faults += 1
        click.echo(f"{parts[1]}: entry {position}, which was there, was removed or replaced", err=True)
    return faults


def _names() -> dict[int, str]:
    from sqlalchemy import select

    from eventreg.audit.services import INSTANCE_CHAIN
    from eventreg.db import db
    from eventreg.events.models import Event

    slugs = {row.id: row.slug for row in db.session.execute(select(Event.id, Event.slug))}
    return {INSTANCE_CHAIN: "the instance", **slugs}


def _chain_of(slug: str | None) -> int | None:
    if slug is None:
        return None
    found = next((chain for chain, name in _names().items() if name == slug), None)
    if found is None:
        raise click.ClickException(f"There is no event with the address {slug}.")
    return found
