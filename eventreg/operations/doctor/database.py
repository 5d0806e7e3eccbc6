"""The database: reachable, at this version's revision, durable, and opened by the keys that are here."""

from collections.abc import Iterator

from sqlalchemy import Connection, select, text

from eventreg.kernel.keys import Keys
from eventreg.kernel.sealing import CannotUnseal, unseal
from eventreg.migrations import runner
from eventreg.operations.doctor import Finding, fail, ok, warn
from eventreg.registration.models import Answer, Registration, Upload
from eventreg.registration.queries.answers import sealed_place

_FULL = 2


def check_revision(connection: Connection) -> Finding:
    """Look at the revision. When it is not OK nothing else in the database can be looked at."""
    revision = runner.current_revision(connection)
    if revision == runner.head():
        return ok(f"The database answers ({connection.dialect.name}, revision {revision}).")
    if revision is not None and revision not in runner.revisions():
        return fail(
            f"The database is at revision {revision}, which this eventreg does not know.",
            "A newer version prepared it: install that one.",
        )
    return fail(f"The database is {f'at revision {revision}' if revision else 'empty'}.", "Run: eventreg migrate")


def check_durability(connection: Connection) -> Iterator[Finding]:
    """Look whether what was acknowledged survives a power cut."""
    if connection.dialect.name == "sqlite":
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
        if (mode, synchronous) == ("wal", _FULL):
            yield ok("SQLite writes durably (WAL, synchronous FULL).")
        else:
            yield fail(
                f"SQLite does not write durably (journal {mode}, synchronous {synchronous}).",
                "Keep the database on a local disk: WAL does not work on network folders.",
            )
        damage = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
        if damage != "ok":
            yield fail(f"The database file is damaged: {damage}", "Stop the server and restore the latest backup.")
        return
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        if connection.execute(text(f"SHOW {name}")).scalar_one() == "off":
            yield fail(f"PostgreSQL runs with {name} off: a crash can lose registrations.", f"Set {name} to on.")
            return
    yield ok("PostgreSQL writes durably.")


def check_keys_fit(connection: Connection, keys: Keys) -> Finding:
    """Open one sealed value of each kind with the keys that are here."""
    opened = 0
    for sealed, place in _sealed_values(connection):
        try:
            unseal(keys, sealed, place)
        except CannotUnseal:
            return fail(
                "The keys do not open the sealed answers in the database.",
                "Put back the keys file that this database was used with (a copy, or from a backup --with-keys).",
            )
        opened += 1
    if not opened:
        return ok("No answer is sealed yet, so any keys fit.")
    return ok("The keys open what is sealed in the database.")


def check_clock(connection: Connection) -> Finding | None:
    """Look whether the clock went back: the newest registration must not be in the future."""
    from eventreg.kernel.clock import now

    newest = connection.execute(select(Registration.submitted_at).order_by(Registration.submitted_at.desc()).limit(1))
    last = newest.scalar_one_or_none()
    if last is not None and last > now():
        return warn(
            f"The newest registration is of {last:%Y-%m-%d %H:%M} UTC, which is in the future.", "Set the clock."
        )
    return None


def _sealed_values(connection: Connection) -> Iterator[tuple[bytes, str]]:
    """Yield the newest sealed answer and the newest name of an upload, with the places that they are bound to."""
    answer = connection.execute(
        select(Answer.sealed, Registration.public_id, Answer.question_key, Answer.position)
        .join(Registration, Registration.id == Answer.registration_id)
        .where(Answer.sealed.is_not(None))
        .order_by(Answer.id.desc())
        .limit(1)
    ).one_or_none()
    if answer is not None and answer.sealed is not None:
        yield answer.sealed, sealed_place(answer.public_id, answer.question_key, answer.position)
    upload = connection.execute(
        select(Upload.sealed_name, Upload.public_id).order_by(Upload.id.desc()).limit(1)
    ).one_or_none()
    if upload is not None:
        yield upload.sealed_name, f"uploads/{upload.public_id}/name"
