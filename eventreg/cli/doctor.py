"""`eventreg doctor`."""

import sys

import click

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command(short_help="Look whether all is in order.")
def doctor() -> None:
    """Look whether the instance is in order, and say how to mend what is not.

    Looks at settings, files and keys, the database, the mail server (connects, sends nothing), and work that waits. Ends
    with exit code 1 when something fails.

    \b
    Example:
      eventreg doctor
    """
    from eventreg.cli.application import read_config
    from eventreg.operations.doctor import Level, examine

    config = read_config()
    click.echo(f"eventreg in {config.instance}\n")
    failed = False
    for finding in examine(config):
        mark = click.style(f"{finding.level.value:4}", fg=_COLOURS[finding.level.value])
        click.echo(f"{mark}  {finding.what}")
        if finding.mend:
            click.echo(f"      {finding.mend}")
        failed = failed or finding.level is Level.FAIL
    if failed:
        click.echo("\neventreg: something is broken, see above.", err=True)
        sys.exit(1)
