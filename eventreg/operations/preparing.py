"""Making an instance ready to serve, from nothing or again."""

from contextlib import suppress
from pathlib import Path

from sqlalchemy import select

from eventreg.accounts.models import Account
from eventreg.config import Config
from eventreg.db import db
from eventreg.events.models import Event
from eventreg.kernel.clock import now
from eventreg.migrations import runner


def make_instance_folder(folder: Path) -> None:
    """Make the instance folder where there is none, readable by its owner alone."""
    folder.mkdir(parents=True, exist_ok=True)
    # Somebody else's folder is left as it is; `eventreg doctor` tells.
    with suppress(PermissionError):
        folder.chmod(0o700)


def check_database_is_there(config: Config) -> None:
    """Raise SchemaUnfit where connecting would make an empty SQLite file in place of the instance that was meant."""
    if config.sqlite_file is not None and not config.sqlite_file.is_file():
        raise runner.SchemaUnfit(f"There is no database {config.sqlite_file}. Run: eventreg migrate")


def is_prepared() -> bool:
    """Say, quickly, whether `prepare` has nothing to do."""
    with db.engine.connect() as connection:
        if runner.current_revision(connection) != runner.head():
            return False
    return not _is_empty()


def prepare() -> None:
    """Bring the database to the head, and load the demo into an empty desk.

    A desk with an account or an event is nobody's first run: its owner may have deleted the demo.
    """
    from eventreg.demo.services import load_seminar

    runner.upgrade(db.engine)
    if _is_empty():
        load_seminar(now())


def _is_empty() -> bool:
    has_rows = [db.session.scalar(select(model.id).limit(1)) is not None for model in (Event, Account)]
    return not any(has_rows)
