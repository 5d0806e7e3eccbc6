"""`eventreg serve`, `migrate`, `deliver`, `doctor` and `demo`: commands on an instance as a whole."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from eventreg.cli.application import reason_of

if TYPE_CHECKING:
    from eventreg.serving.addresses import AnyBind

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


class BindType(click.ParamType[Any]):
    """An address with a port, or a path."""

    name = "host:port|unix:path"

    def convert(self, value: str | AnyBind, param: click.Parameter | None, ctx: click.Context | None) -> AnyBind:
        from eventreg.serving.addresses import parse_bind

        try:
            return parse_bind(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command()
@click.option("--bind", type=BindType(), default="127.0.0.1:8000", show_default=True, help="Where to listen.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Web processes at most.")
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True, help="Threads in each of them.")
@click.option("--no-mail-worker", is_flag=True, help="Leave mail and other due work to eventreg deliver.")
@click.option("--prepare", is_flag=True, help="First make the instance ready: keys, tables, and the demo when empty.")
@click.option("--check", is_flag=True, hidden=True)
def serve(bind: AnyBind, workers: int, threads: int, no_mail_worker: bool, prepare: bool, check: bool) -> None:
    """Serve the pages, and send the mail, until stopped.

    The web server and the mail worker are processes of their own, which end with this one. Without EVENTREG_BASE_URL
    addresses in pages and mails are those of --bind. A socket that systemd hands over goes before --bind. SIGHUP, unless
    from a terminal, has new settings and a new version take over while requests under way are answered by the old.

    \b
    Example:
      eventreg serve --bind 127.0.0.1:8000 --workers 4
    """
    # Loading makes next to no garbage, and looking for it takes a sixth of the start; the server switches it on again.
    gc.disable()
    from eventreg.serving import start
    from eventreg.serving.web import WebOptions

    if check:
        start.check()
        return
    options = start.ServeOptions(
        web=WebOptions(bind=bind, workers=workers, threads=threads),
        has_mail_worker=not no_mail_worker,
        prepares=prepare,
    )
    sys.exit(start.run(options))


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


#: what a mail server does with a message by the exit code (sysexits): it has gone, or is brought again later
_EX_OK, _EX_TEMPFAIL = 0, 75


@click.command(short_help="Take in a message that came back.")
def bounce() -> None:
    """Take in one message that came back, from standard input: for a pipe of the mail server.

    Exit code 0 when it was noted, and when it says nothing of a message of ours; 75 when it is to be brought again later.

    \b
    Example:
      eventreg bounce < report.eml
    As a line of /etc/aliases:
      bounces: "|/opt/eventreg/.venv/bin/eventreg bounce"
    """
    try:
        from eventreg.cli.application import open_app
        from eventreg.kernel.clock import now
        from eventreg.mail.bounces import LARGEST, Taken, take_in

        with open_app():
            taken = take_in(sys.stdin.buffer.read(LARGEST), now())
    except Exception as error:
        # Whatever it is, a bounce must neither be lost nor come back itself.
        click.echo(f"eventreg: {reason_of(error) or type(error).__name__}", err=True)
        sys.exit(_EX_TEMPFAIL)
    sys.exit(_EX_TEMPFAIL if taken is Taken.TOO_EARLY else _EX_OK)


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
    from eventreg.db import db
    from eventreg.db.engines import take_stock
    from eventreg.demo.services import add_registrations, load_seminar
    from eventreg.kernel.clock import now
    from eventreg.operations.preparing import block, demo_lines

    with open_app():
        loaded = load_seminar(now())
        if registrations:
            with progress("Adding registrations", registrations) as done:
                add_registrations(loaded.event_id, registrations, progress=_further(done))
            take_stock(db.engine)
        click.echo(block(demo_lines(loaded)))


def _further(done: Callable[[int], None]) -> Callable[[int], None]:
    """Turn "so many are there" into "so many more are done"."""
    before = 0

    def report(there: int) -> None:
        nonlocal before
        done(there - before)
        before = there

    return report
