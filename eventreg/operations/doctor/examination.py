"""The examination: every check that makes sense given what was found before."""

from collections.abc import Iterator

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from eventreg.app import create_app
from eventreg.config import Config
from eventreg.db.engines import open_engine
from eventreg.kernel.keys import Keys, KeysUnusable, load_keys
from eventreg.operations.doctor import Finding, Level, database, fail, files, settings
from eventreg.operations.doctor.work import check_jobs, check_mail_server, check_outbox


def examine(config: Config) -> Iterator[Finding]:
    """Yield what is found, in order; stops early where what follows could not be looked at."""
    yield from settings.check_settings(config)
    yield from files.check_files(config)
    if not config.instance.is_dir():
        return
    yield from settings.check_restores(config)
    yield from files.check_keys(config)
    try:
        keys = load_keys(config.keys)
    except KeysUnusable:
        keys = None
    goes = False
    if keys is not None:
        server = check_mail_server(create_app(config), config)
        yield server
        goes = config.sends_mail and server.level is Level.OK
    if config.sends_mail:
        from eventreg.operations.doctor import sender  # the DNS is asked by nothing else

        yield from sender.check_mailbox(config)
        yield from sender.check_sender(config)
    yield from _database(config, keys, goes=goes)


def _database(config: Config, keys: Keys | None, *, goes: bool) -> Iterator[Finding]:
    if config.sqlite_file is not None and not config.sqlite_file.is_file():
        # Connecting would make it.
        yield fail("There is no database yet.", "Run: eventreg migrate")
        return
    engine = open_engine(config.database)
    try:
        with engine.connect() as connection:
            yield from _inside(connection, config, keys, goes=goes)
    except DBAPIError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        yield fail(f"The database cannot be used: {reason}", "Check EVENTREG_DATABASE_URL, and that it runs.")
    finally:
        engine.dispose()


def _inside(connection: Connection, config: Config, keys: Keys | None, *, goes: bool) -> Iterator[Finding]:
    revision = database.check_revision(connection)
    yield revision
    yield from database.check_durability(connection)
    if revision.level is not Level.OK:
        return
    if keys is not None:
        yield database.check_keys_fit(connection, keys)
    yield files.check_uploads(connection, config)
    yield files.check_materials(connection, config)
    yield files.check_exports(connection, config)
    clock = database.check_clock(connection)
    if clock is not None:
        yield clock
    yield from check_outbox(connection, goes=goes)
    yield from check_jobs(connection)
