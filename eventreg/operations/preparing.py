"""Making an instance ready to serve, from nothing or again; and what the terminal shows when it is: where to look, a way in."""

from contextlib import suppress
from pathlib import Path

from sqlalchemy import select

from eventreg.accounts.links import sign_in_address
from eventreg.accounts.models import Account
from eventreg.accounts.services.sign_in import make_sign_in_link
from eventreg.config import Config
from eventreg.db import db
from eventreg.demo.services import Loaded, find_seminar
from eventreg.events.models import Event
from eventreg.kernel.clock import now
from eventreg.migrations import runner
from eventreg.web.instance import address_of, config


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


#: how long the demo's organizer's link lasts
LINK_MINUTES = 60


def greeting(*, with_sign_in_link: bool) -> str:
    """Return the addresses of this instance as a short block for a terminal.

    With a link where that is asked for and the demo is there: a new one, for its organizer, that works once. So the
    text must never go to a log.
    """
    lines = [("eventreg", config().base_url)]
    demo = find_seminar()
    if demo is not None:
        lines += demo_lines(demo, with_sign_in_link=with_sign_in_link)
    lines += [("Stop", "Ctrl+C")]
    return block(lines)


def demo_lines(demo: Loaded, *, with_sign_in_link: bool = True) -> list[tuple[str, str]]:
    """Return what is to be said of the demo: (label, address)."""
    lines = [
        ("Demo", address_of("site.show_event", slug=demo.slug)),
        ("Organizers", address_of("attendees.list_registrations", slug=demo.slug)),
    ]
    if with_sign_in_link:
        link = sign_in_address(make_sign_in_link(demo.account_id, minutes=LINK_MINUTES))
        lines.append(("Sign in", f"{link}  (once, within {LINK_MINUTES} minutes)"))
    return lines


def block(lines: list[tuple[str, str]]) -> str:
    """Return labels and texts in two columns, with an empty line above and below."""
    width = max(len(label) for label, _ in lines)
    return "\n" + "".join(f"  {label:{width}}  {text}\n" for label, text in lines)
