"""`eventreg migrate`, `deliver`, `doctor` and `demo`: commands on an instance as a whole."""

import sys
from collections.abc import Callable

import click

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command()
def migrate() -> None:
    """Bring the database to what this version needs.

    Makes the tables of a new instance, and changes those of an older version. Does nothing when that was done. Back up
    first: see eventreg backup.

    \b
    Example:
      eventreg backup before-upgrade.tar.gz && eventreg migrate
    """
    from eventreg.cli.application import open_database, read_config
    from eventreg.migrations import runner
    from eventreg.operations.preparing import make_instance_folder

    config = read_config()
    make_instance_folder(config.instance)
    with open_database(config) as engine:
        before = runner.upgrade(engine)
    if before == runner.head():
        click.echo(f"The database is at revision {before} already.")
    else:
        click.echo(f"The database is at revision {runner.head()} now (before: {before or 'empty'}).")


@click.command()
@click.option("--once", is_flag=True, help="Send what is due now, then end.")
def deliver(once: bool) -> None:
    """Send the mail that waits, and do the other work that is due.

    `eventreg serve` does this by itself. Run it apart for more mail at a time (on PostgreSQL), together with
    eventreg serve --no-mail-worker.

    \b
    Example:
      eventreg deliver --once
    """
    from eventreg.cli.application import open_app
    from eventreg.serving.lock import being_served
    from eventreg.web.instance import config
    from eventreg.worker import run_worker

    with open_app() as app, being_served(config().instance, config().base_url):
        run_worker(app, once=once)


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
    from eventreg.operations.doctor import Level
    from eventreg.operations.doctor.examination import examine

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


@click.command(short_help="Load the Tapachula seminar.")
@click.option(
    "--registrations", type=click.IntRange(1, 1_000_000), metavar="N", help="Add so many fictional registrations."
)
def demo(registrations: int | None) -> None:
    """Load the Tapachula seminar, or find it loaded, and print where it is.

    The link that it prints signs in as the demo's organizer, owner of this event only: once, within 60 minutes. No mail
    of the demo leaves the machine.

    \b
    Example:
      eventreg demo --registrations 200
    """
    from eventreg.cli.application import open_app, progress
    from eventreg.demo.services import add_registrations, load_seminar
    from eventreg.kernel.clock import now
    from eventreg.operations.banner import block, demo_lines

    with open_app():
        loaded = load_seminar(now())
        if registrations:
            with progress("Adding registrations", registrations) as done:
                add_registrations(loaded.event_id, registrations, progress=_further(done))
        click.echo(block(demo_lines(loaded)))


def _further(done: Callable[[int], None]) -> Callable[[int], None]:
    """Turn "so many are there" into "so many more are done"."""
    before = 0

    def report(there: int) -> None:
        nonlocal before
        done(there - before)
        before = there

    return report
