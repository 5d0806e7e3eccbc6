"""`eventreg deliver`."""

import click


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
