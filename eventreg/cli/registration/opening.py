"""What the commands on registrations share: the application open, the event found by its name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from eventreg.cli.application import event_of, open_rules

if TYPE_CHECKING:
    from eventreg.events.models import Event

#: which event a command is about
EVENT = click.option("--event", "slug", metavar="SLUG", required=True, help="The event's name in addresses.")


@contextmanager
def opened_event(slug: str) -> Iterator[Event]:
    """Open the application and yield the event of this name, whole; what the rules refuse is told in English."""
    from eventreg.events.queries.for_registration import get_event_whole

    with open_rules():
        yield get_event_whole(event_of(slug).id)
