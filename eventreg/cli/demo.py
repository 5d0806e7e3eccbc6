"""`eventreg demo`."""

from collections.abc import Callable

import click


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
