"""What the commands on registrations share: the application open, the event found by its name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from eventreg.events.models import Event

#: which event a command is about
EVENT = click.option("--event", "slug", metavar="SLUG", required=True, help="The event's name in addresses.")


@contextmanager
def opened_event(slug: str) -> Iterator[Event]:
    """Open the application and yield the event of this name, whole; what the rules refuse is told in English."""
    from eventreg.cli.application import open_app
    from eventreg.events.queries.for_registration import get_event_whole
    from eventreg.events.queries.wholes import find_event
    from eventreg.i18n.languages import speaking

    with open_app(), speaking("en"):
        found = find_event(slug)
        if found is None:
            raise click.ClickException(f"There is no event {slug!r}; see eventreg event list.")
        yield get_event_whole(found.id)
