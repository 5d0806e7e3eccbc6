"""`eventreg backup` and `eventreg restore`."""

import os
from pathlib import Path

import click

#: not a setting: read by these two commands alone
PASSPHRASE_VARIABLE = "EVENTREG_BACKUP_PASSPHRASE"  # noqa: S105 - its name, not its value
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(short_help="Write the whole instance into one file.")
@click.argument("file", type=_FILE)
@click.option("--with-keys", is_flag=True, help="Put the keys in too, encrypted by a passphrase.")
def backup(file: Path, with_keys: bool) -> None:
    """Write everything that the instance holds into one FILE, while it goes on working.

    The file fits SQLite and PostgreSQL, whichever it was made on. It holds people's data: keep it like the instance.
    Settings (config.toml) are not in it. The keys are only with --with-keys, encrypted by a passphrase that is asked for
    or read from EVENTREG_BACKUP_PASSPHRASE; without them keep a copy of the keys file apart, since sealed answers cannot
    be read and personal links do not work without it.

    \b
    Example:
      eventreg backup --with-keys /safe/place/eventreg-2027-03-01.tar.gz
    """
    from eventreg.app import import_models
    from eventreg.cli.application import open_database, progress, read_config
    from eventreg.operations.backups.placing import finish_restores
    from eventreg.operations.backups.writing import count_work, write_backup
    from eventreg.operations.preparing import check_database_is_there
    from eventreg.serving.lock import not_restored

    config = read_config()
    check_database_is_there(config)
    passphrase = _new_passphrase() if with_keys else None
    import_models()
    with not_restored(config.instance), open_database(config) as engine:
        finish_restores(config)
        with progress("Backing up", count_work(config, engine)) as done:
            manifest = write_backup(config, engine, file, passphrase, done)
    click.echo(f"{file}: {manifest.rows} rows, {manifest.files} files.")
    if passphrase is None:
        click.echo(f"The keys are not in it. Keep a copy of {config.keys} apart, or use --with-keys.")


@click.command(short_help="Put a backup into the instance.")
@click.argument("file", type=_FILE)
@click.option("--replace", is_flag=True, help="Throw away what the instance holds now.")
@click.option("--without-keys", is_flag=True, help="Leave the keys of the backup alone.")
@click.option(
    "--erasures", metavar="FILE", type=_FILE, help="The ledger of erasures from beside the instance it was made of."
)
@click.option("--hold-mail", is_flag=True, help="Hold the messages that waited to be sent: for trying a backup out.")
def restore(file: Path, replace: bool, without_keys: bool, erasures: Path | None, hold_mail: bool) -> None:
    """Put the backup FILE into the instance, all or nothing.

    Onto an empty instance, unless --replace is given. A backup of an older version is brought up to date. The server must
    be stopped. Keys in the backup need their passphrase (asked for, or EVENTREG_BACKUP_PASSPHRASE).

    Whoever was erased since is erased again before anything is served, as the ledger says: the one among the instance's
    uploads, in the backup, or FILE of --erasures. Where none goes on to now, that is said, and mail is held.

    \b
    Example:
      EVENTREG_INSTANCE=/srv/eventreg eventreg restore /safe/place/eventreg-2027-03-01.tar.gz
    """
    from eventreg.cli.application import open_database, progress, read_config
    from eventreg.operations.backups.reading import opened
    from eventreg.operations.backups.restoring import RestoreOptions, keys_in, restore
    from eventreg.operations.preparing import make_instance_folder
    from eventreg.serving.lock import not_served

    config = read_config()
    make_instance_folder(config.instance)
    with not_served(config.instance), opened(file) as content, open_database(config) as engine:
        keys = None if without_keys else keys_in(content, _known_passphrase)
        options = RestoreOptions(replaces=replace, holds_mail=hold_mail, keys=keys, erasures=erasures)
        with progress("Restoring", content.manifest.rows) as done:
            restored = restore(config, engine, content, options, done)
    manifest = restored.manifest
    if config.keys.exists():
        _erase_again()
    click.echo(f"{manifest.rows} rows and {manifest.files} files of {manifest.made_at} are here.")
    if restored.waiting_mail:
        click.echo(f"{restored.waiting_mail} messages wait and will be sent by eventreg serve (see --hold-mail).")
    if restored.has_unknown_erasures:
        click.echo(
            f"Who was erased after {manifest.made_at} is not known here, and is back: mail is held. Restore again with the "
            "ledger (.erased.jsonl among the uploads of the instance that was backed up) by --erasures, or erase them anew.",
            err=True,
        )
    if restored.missing_keys:
        click.echo(
            f"The keys of the backup's instance are not here ({', '.join(restored.missing_keys)}): sealed answers cannot "
            f"be read, and links in mails do not work. Put its keys file at {config.keys} before serving.",
            err=True,
        )


def _erase_again() -> None:
    """Erase whoever the ledger names. Without the keys, which come later, the next start does."""
    from eventreg.cli.application import open_app

    with open_app():
        pass


def _new_passphrase() -> str:
    from eventreg.operations.backups.manifest import SHORTEST_PASSPHRASE

    given = os.environ.get(PASSPHRASE_VARIABLE)
    passphrase = given or click.prompt("Passphrase for the keys", hide_input=True, confirmation_prompt=True, err=True)
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise click.ClickException(f"The passphrase needs {SHORTEST_PASSPHRASE} characters or more.")
    return str(passphrase)


def _known_passphrase() -> str:
    given = os.environ.get(PASSPHRASE_VARIABLE)
    return given or str(click.prompt("Passphrase of the keys", hide_input=True, err=True))
