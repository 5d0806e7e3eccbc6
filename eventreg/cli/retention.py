"""`eventreg retention`: what is held about people goes when its time is over."""

import click


@click.command(short_help="Delete data whose period is over.")
@click.option("--dry-run", is_flag=True, help="Only say what would go, to the number.")
@click.option("--event", "slug", metavar="SLUG", default="", help="Of this event alone.")
def retention(dry_run: bool, slug: str) -> None:
    """Delete what is held about people whose period is over, of every event, and say what went.

    The worker does the same once a day, a little at a time. One line for each event, kind and period in days, with how many.

    \b
    Example:
      eventreg retention --dry-run
    """
    from eventreg.cli.application import event_of, open_rules

    with open_rules():
        from eventreg.db import db
        from eventreg.events.queries.team import find_event, list_slugs
        from eventreg.kernel import clock
        from eventreg.privacy.acts import title_of
        from eventreg.privacy.retention import find_hold, today_of
        from eventreg.privacy.running import due_amounts, let_all_go

        now, total = clock.now(), 0
        for name in [event_of(slug).slug] if slug else sorted(list_slugs()):
            event = find_event(name)
            if event is None:
                continue
            if (hold := find_hold(event.id, today_of(event, now))) is not None:
                click.echo(f"{name}\theld until {hold.until}")
            if dry_run:
                gone = [(each.line.holding.key, each.number, each.line.days) for each in due_amounts(event.id, now)]
            else:
                gone = [(each.holding, each.number, each.days) for each in let_all_go(event.id, now)]
            for key, number, days in gone:
                click.echo(f"{name}\t{title_of(key)}\t{days}\t{number}")
                total += number
            db.session.remove()
        click.echo(f"{total} {'would go' if dry_run else 'went'}." if total else "Nothing is due.")
