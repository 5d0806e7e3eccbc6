"""`eventreg registration …`: the people of an event, listed, taken out and put in. One file a command."""

from __future__ import annotations

import click

from eventreg.cli.registration.exporting import export_registrations
from eventreg.cli.registration.importing import import_registrations
from eventreg.cli.registration.listing import list_registrations


@click.group()
def registration() -> None:
    """List the registrations of an event, take them out, put them in.

    \b
    Example:
      eventreg registration list --event seminario-2027
    """


for command in (list_registrations, export_registrations, import_registrations):
    registration.add_command(command)
