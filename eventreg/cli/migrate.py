"""`eventreg migrate`."""

import click


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
