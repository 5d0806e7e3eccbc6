"""`eventreg registration list`."""

from __future__ import annotations

import click

from eventreg.cli.registration.opening import EVENT, opened_event


@click.command("list", short_help="Print the registrations of an event.")
@EVENT
@click.option(
    "--status",
    "statuses",
    multiple=True,
    type=click.Choice(["pending", "waitlisted", "confirmed", "declined", "cancelled", "unverified"]),
    help="Only those of this status; can be given several times.",
)
@click.option("--category", "categories", multiple=True, metavar="KEY", help="Only those of this category.")
@click.option("--search", metavar="TEXT", default="", help="Only those that the list's search finds.")
def list_registrations(slug: str, statuses: tuple[str, ...], categories: tuple[str, ...], search: str) -> None:
    """Print reference, status, category, when it arrived (UTC) and name of each registration, separated by tabs.

    The newest first. No address, no telephone, no answer: see eventreg registration export for those.

    \b
    Example:
      eventreg registration list --event seminario-2027 --status pending
    """
    with opened_event(slug) as event:
        from eventreg.events.rules.team import EVERYTHING
        from eventreg.review.listing import RegistrationList, get_shape, read_state
        from eventreg.review.queries.people import list_people

        keys = {category.id: category.key for category in event.categories}
        unknown = sorted(set(categories).difference(keys.values()))
        if unknown:
            raise click.ClickException(f"The event has no category {unknown[0]!r}: {', '.join(keys.values())}.")
        shape = get_shape(event.id, event.categories, EVERYTHING)
        state = read_state({"status": statuses, "category": categories, "q": [search]}, shape)
        ids = RegistrationList(event.id, event.categories, state, EVERYTHING, shape).ids()
        for start in range(0, len(ids), _BATCH):
            for person in list_people(event.id, ids[start : start + _BATCH]):
                name = " ".join(f"{person.columns['given_name']} {person.columns['family_name']}".split())
                at = person.submitted_at.strftime("%Y-%m-%dT%H:%MZ")
                click.echo(f"{person.reference}\t{person.status.value}\t{keys[person.category_id]}\t{at}\t{name}")


_BATCH = 500
