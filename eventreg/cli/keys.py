"""`eventreg keys …`: the keys that seal sensitive answers and files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from eventreg.config import Config


#: longer than a request takes
_SETTLING_SECONDS = 2


@click.group()
def keys() -> None:
    """See to the keys that seal sensitive answers, files and second factors.

    \b
    Example:
      eventreg keys rotate
    """


@keys.command("list")
def list_keys() -> None:
    """Print each sealing key by its name, how much is sealed under it, and which one is in use.

    \b
    Example:
      eventreg keys list
    """
    from eventreg.cli.application import open_app
    from eventreg.operations.rotation import count_sealed
    from eventreg.web.instance import config, keys as held

    with open_app():
        counts = count_sealed(config())
        for name in held().sealing:
            click.echo("\t".join((name, str(counts[name]), "in use" if name == held().sealing_id else "old")))
        for name in sorted(counts.keys() - held().sealing.keys()):
            click.echo("\t".join((name, str(counts[name]), "missing")))


@keys.command()
def rotate() -> None:
    """Seal with a new key from now on, and everything that is there anew.

    The server may go on working. Backups made before need the old key: keep a copy of the keys file with them. When no
    such backup is needed any more, take the old key out with `eventreg keys forget`. Personal links stay as they are.

    \b
    Example:
      eventreg keys rotate
    """
    from eventreg.operations.rotation import rotate as rotate_keys

    with _working("Sealing anew") as (config, done):
        held = rotate_keys(config, done, settling=_SETTLING_SECONDS)
    old = ", ".join(name for name in held.sealing if name != held.sealing_id)
    click.echo(f"Everything is sealed under {held.sealing_id}. Old keys, for backups: {old}.")
    click.echo(f"Keep a fresh copy of {config.keys}.")


@keys.command()
def reseal() -> None:
    """Seal anew what is not under the key in use: after a rotation that was cut off, or a restored backup.

    \b
    Example:
      eventreg keys reseal
    """
    from eventreg.operations.rotation import reseal_all

    with _working("Sealing anew") as (config, done):
        total = reseal_all(config, done)
    click.echo(f"{total} values and files were sealed anew.")


@keys.command()
@click.argument("name")
def forget(name: str) -> None:
    """Take the old key NAME out of the keys file, when nothing here is sealed under it.

    Backups that were made while it was in use then open only with an older copy of the keys file.

    \b
    Example:
      eventreg keys forget k1
    """
    from eventreg.cli.application import open_app
    from eventreg.operations.rotation import forget as forget_key
    from eventreg.web.instance import config

    with open_app():
        forget_key(config(), name)
    click.echo(f"{name} is gone.")


@contextmanager
def _working(label: str) -> Iterator[tuple[Config, Callable[[int], None]]]:
    """Yield the settings and what to call with work that is done, for a progress bar."""
    from eventreg.cli.application import open_app, progress
    from eventreg.operations.rotation import count_sealed
    from eventreg.web.instance import config

    # Two passes over everything, of which the second finds nothing.
    with open_app(), progress(label, 2 * count_sealed(config()).total()) as done:
        yield config(), done
