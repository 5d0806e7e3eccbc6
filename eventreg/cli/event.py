"""`eventreg event …`: whole events, listed, taken out and put in."""

from pathlib import Path

import click

from eventreg.cli.application import account_of, event_of, open_rules

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def event() -> None:
    """Take whole events out of the instance and put them in.

    \b
    Example:
      eventreg event export seminario-2027 seminario-2027.zip
    """


@event.command("list")
def list_events() -> None:
    """Print every event: its name in addresses, its state, its first day and its title, separated by tabs.

    \b
    Example:
      eventreg event list
    """
    with open_rules():
        from eventreg.events.queries.team import list_whole_events
        from eventreg.kernel.text import pick

        for row in list_whole_events():
            first_day = row.first_day.isoformat() if row.first_day is not None else "-"
            title = " ".join(pick(row.title, row.languages[0], row.languages).text.split())
            click.echo(f"{row.slug}\t{row.publication.value}\t{first_day}\t{title}")


@event.command("export", short_help="Write an event into one file.")
@click.argument("slug")
@click.argument("file", type=_FILE)
@click.option("--with-people", is_flag=True, help="With registrations, decisions and the team.")
@click.option(
    "--with-sensitive", is_flag=True, help="With sensitive answers and files, readable (needs --with-people)."
)
@click.option("--without-files", is_flag=True, help="Leave out what was uploaded as files; pictures stay.")
def export(slug: str, file: Path, with_people: bool, with_sensitive: bool, without_files: bool) -> None:
    """Write the event SLUG into one new FILE: a ZIP that docs/event-format.md describes.

    Without people unless asked for. With --with-sensitive the file holds readable what the instance keeps sealed, and says
    so: keep it encrypted. The event's history says who took what out.

    \b
    Example:
      eventreg event export --with-people seminario-2027 /safe/place/seminario-2027.zip
    """
    if with_sensitive and not with_people:
        raise click.UsageError("--with-sensitive needs --with-people.")
    from eventreg.cli.application import progress

    with open_rules():
        from eventreg.events.bundles.parts import TakeOut
        from eventreg.kernel.clock import now
        from eventreg.kernel.disk import appearing_whole
        from eventreg.making.services.wholes import count_records, record_export, write_event

        options = TakeOut(with_people=with_people, with_sensitive=with_sensitive, with_files=not without_files)
        at, event_id = now(), event_of(slug).id
        with appearing_whole(file) as target:
            record_export(event_id, options)
            records = count_records(event_id, options)
            with progress("Exporting", records) as done:
                write_event(event_id, target, options, at, done)
        click.echo(f"{file}: {slug}, {records} records{', with sensitive answers readable' if with_sensitive else ''}.")


@event.command("import", short_help="Put the event of a file in.")
@click.argument("file", type=_FILE)
@click.option("--slug", "name", metavar="NEW", default="", help="Under this name in addresses instead of its own.")
@click.option("--owner", metavar="EMAIL", default="", help="Make the account with this address its owner.")
@click.option("--hold-mail", is_flag=True, help="Hold its messages until an owner lifts that.")
def import_(file: Path, name: str, owner: str, hold_mail: bool) -> None:
    """Put the event of FILE into the instance as a new one, all or nothing, and print its address.

    It comes in the state that it was in: published stays published. Nobody is written to. Refused when there is an event
    of its name, unless --slug gives another. Institutions that are here already stay as they are.

    \b
    Example:
      eventreg event import --owner ana@instituto.example seminario-2027.zip
    """
    from eventreg.cli.application import progress

    with open_rules():
        from eventreg.events.bundles.reading import open_bundle
        from eventreg.kernel.clock import now
        from eventreg.making.services.wholes import Placing, import_event
        from eventreg.web.instance import config

        owner_id = account_of(owner).id if owner else None
        with file.open("rb") as source, open_bundle(source) as bundle:
            slug = name or str(bundle.event.get("slug"))
            placing = Placing(slug=slug, at=now(), owner_id=owner_id, holds_mail=hold_mail)
            with progress("Importing", sum(bundle.counts.values())) as done:
                import_event(bundle, placing, done)
            has_team = "team" in bundle.keys
        click.echo(f"{config().base_url}/manage/events/{slug}")
        if not has_team and owner_id is None:
            click.echo("Nobody owns it yet: there was no team in the file. See --owner.", err=True)
