"""Putting a backup into an instance: all of it, or nothing."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, bindparam, text

from eventreg.config import Config
from eventreg.db import UtcDateTime
from eventreg.kernel import clock, disk
from eventreg.kernel.keys import KeysUnusable, load_keys
from eventreg.migrations import runner
from eventreg.operations import OperationRefused
from eventreg.operations.backups.manifest import (
    ERASED,
    KEYS,
    Manifest,
    file_folders,
    kept_files,
    missing_keys,
    open_keys,
)
from eventreg.operations.backups.placing import Laid, derived_folders, finish_restores, settle
from eventreg.operations.backups.reading import Backup
from eventreg.operations.backups.rows import holds_rows, insert_rows, mark_restore
from eventreg.privacy import ledger


@dataclass(frozen=True)
class RestoreOptions:
    """What was asked for."""

    #: whether what the instance holds now may go
    replaces: bool = False
    #: whether messages that waited to be sent are held instead, scheduled ones off, and acts on many stopped: for a copy beside
    #: the instance that still runs
    holds_mail: bool = False
    #: the content of the backup's keys file, which is put in place then; see `keys_in`
    keys: bytes | None = None
    #: a ledger of what was erased, from beside the instance whose backup it is
    erasures: Path | None = None


@dataclass(frozen=True)
class Restored:
    """What was put in."""

    manifest: Manifest
    #: names of keys that the backup's instance had and this one has not
    missing_keys: list[str]
    #: messages that the mail worker will send
    waiting_mail: int
    #: no ledger that is there knows who was erased after the backup: whoever was is back, and mail is held
    has_unknown_erasures: bool


def keys_in(backup: Backup, ask_passphrase: Callable[[], str]) -> bytes | None:
    """Return the content of the keys file of a backup, or None when it has none. Raises OperationRefused."""
    return open_keys(b"".join(backup.blocks(KEYS)), ask_passphrase()) if backup.names(KEYS) else None


def restore(
    config: Config, engine: Engine, backup: Backup, options: RestoreOptions, progress: Callable[[int], None]
) -> Restored:
    """Put a backup into the instance, bringing it to this version's revision. To be called while nobody else restores.

    Raises OperationRefused, having changed nothing, when the instance holds something and `options` do not replace it,
    or when the backup is of a newer version.
    """
    manifest = backup.manifest
    if manifest.revision not in runner.revisions():
        raise OperationRefused(
            f"The backup is of a newer eventreg ({manifest.version}, revision {manifest.revision}). Install that version."
        )
    finish_restores(config)
    erased, known_since = _erased_since(config, backup, options.erasures)
    if not known_since:
        options = replace(options, holds_mail=True)
    with _laying(engine) as lay, runner.alone(engine) as connection:
        _make_room(connection, config, options)
        runner.upgrade_on(connection, manifest.revision)
        insert_rows(connection, backup, progress)
        runner.upgrade_on(connection)
        waiting_mail = _see_to_what_was_under_way(connection, options)
        mark_restore(connection, lay(_files(config, backup, options.keys)))
        # Cut to its second, the moment would say that what was erased earlier in it was known here.
        since = known_since or ledger.moment(clock.now() + timedelta(seconds=1))
        # Before the rows are there: the next start erases them, whatever happens in between.
        ledger.record(config.erased, manifest.fingerprints["links"], erased, clock.now(), since=since)
    return Restored(manifest, _missing_keys(config, manifest), waiting_mail, not known_since)


def _erased_since(config: Config, backup: Backup, given: Path | None) -> tuple[frozenset[str], str]:
    """Return whom the backup's ledger and the given one name beside the instance's own, and from when on either of these
    two knows all, if that was before the backup. What names nobody of the backup does no harm."""
    manifest = backup.manifest
    of_backup = ledger.parse(b"".join(backup.blocks(ERASED)).splitlines()) if backup.names(ERASED) else ledger.Ledger()
    beside = ledger.read(config.erased)
    if given is not None and not given.is_file():
        raise OperationRefused(f"There is no ledger {given}. Nothing was changed.")
    other = ledger.read(given) if given is not None else ledger.Ledger()
    instance = manifest.fingerprints["links"]
    since = [each.known_since(instance, manifest.made_at) for each in (beside, other)]
    return (of_backup.ids | other.ids) - beside.ids, since[0] or since[1]


#: a folder, the files that come into it, and the names of those that are there
_Files = tuple[Path, list[tuple[str, Iterable[bytes]]], list[str]]


@contextmanager
def _laying(engine: Engine) -> Iterator[Callable[[Iterable[_Files]], str]]:
    """Yield what lays files beside those that are there; when the block has committed the rows, they are put in place."""
    restore_id = f"{clock.now():%Y%m%d%H%M%S}-{secrets.token_hex(4)}"
    laid: list[Laid] = []

    with ExitStack() as stack:

        def lay(folders: Iterable[_Files]) -> str:
            for folder, new, old in folders:
                if new or old:
                    with _refused_of(folder):
                        if not folder.is_dir():
                            folder.mkdir(mode=0o700, parents=True)
                            disk.sync_folder(folder.parent)
                        laid.append(Laid(folder, restore_id))
                        stack.callback(laid[-1].close)
                        laid[-1].lay(new, old)
            return restore_id

        try:
            yield lay
        except BaseException:
            # Whether the rows were committed is not known here: the connection may have broken at that very moment.
            with suppress(Exception):
                settle(engine, laid)
            raise
        settle(engine, laid)


@contextmanager
def _refused_of(folder: Path) -> Iterator[None]:
    """Say of which folder it is that files cannot be laid there, and why. The rows are not committed yet."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise  # of the backup, not of the disk: gzip has errors of this kind too
        reason = error.strerror
        if folder.is_symlink() and not folder.exists():
            reason = f"It is a link to {folder.readlink()}, which is not there"
        elif folder.exists() and not folder.is_dir():
            reason = "It is not a folder"
        raise OperationRefused(f"Files cannot be put into {folder}: {reason}. Nothing was changed.") from error


def _files(config: Config, backup: Backup, keys: bytes | None) -> Iterator[_Files]:
    for beginning, folder in file_folders(config).items():
        names = backup.names(beginning)
        yield folder, [(name.removeprefix(beginning), backup.blocks(name)) for name in names], _names(folder)
    for folder in derived_folders(config):
        yield folder, [], _names(folder)
    place = config.keys.resolve()
    held = place.read_bytes() if place.exists() else None
    if keys is not None and keys != held:
        # Other keys that are there are kept beside them: something may still be sealed by them.
        kept = [] if held is None else [(f"{place.name}.before-{clock.now():%Y%m%d%H%M%S}", [held])]
        yield place.parent, [*kept, (place.name, [keys])], []


def _names(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in kept_files(folder)]


def _make_room(connection: Connection, config: Config, options: RestoreOptions) -> None:
    has_files = any(_names(folder) for folder in file_folders(config).values())
    if not options.replaces and (has_files or holds_rows(connection)):
        raise OperationRefused("This instance holds data already. To throw that away: eventreg restore --replace")
    if runner.current_revision(connection) is not None:
        runner.downgrade_on(connection, "base")


def _see_to_what_was_under_way(connection: Connection, options: RestoreOptions) -> int:
    """Let rows say what became of files that no backup has, and return the number of messages that will be sent."""
    now = bindparam("now", clock.now(), UtcDateTime())
    # Files that were taken out of lists are in no backup: their rows stay as the record of who took what.
    connection.execute(text("UPDATE exports SET state = 'expired' WHERE state IN ('making', 'ready')"))
    if options.holds_mail:
        connection.execute(text("UPDATE mail_messages SET state = 'held' WHERE state IN ('queued', 'sending')"))
        connection.execute(text("UPDATE schedules SET state = 'off' WHERE state = 'on'"))
        under_way = text(
            "UPDATE runs SET stopped_at = :now WHERE finished_at IS NULL AND stopped_at IS NULL AND begun_at < :now"
        )
        connection.execute(under_way.bindparams(now))
    # The files of held messages, which were written once, are written anew.
    due = text("UPDATE mail_messages SET due_at = :now WHERE state = 'held' AND due_at IS NULL")
    connection.execute(due.bindparams(now))
    waiting = connection.execute(text("SELECT count(*) FROM mail_messages WHERE state IN ('queued', 'sending')"))
    return int(waiting.scalar_one())


def _missing_keys(config: Config, manifest: Manifest) -> list[str]:
    try:
        return missing_keys(manifest.fingerprints, load_keys(config.keys))
    except KeysUnusable:
        return list(manifest.fingerprints)
