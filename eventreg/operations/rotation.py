"""Rotating the keys that seal: a new key, everything sealed anew under it, the old key taken out in the end.

Other processes go on working: they take the new key over from the keys file, see `web.instance.refresh_keys`. Whatever a
request was sealing under the old key meanwhile is met by the next pass; the old key stays until nothing needs it.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import InstrumentedAttribute

from eventreg.accounts.models import Account
from eventreg.accounts.services.second_factor import secret_place
from eventreg.config import Config
from eventreg.db import db, transaction
from eventreg.events.models import Material
from eventreg.exchange.models import Export
from eventreg.exchange.rules.exports import ExportState
from eventreg.exchange.services import files
from eventreg.kernel.errors import NotFound
from eventreg.kernel.keys import Keys, add_sealing_key, drop_sealing_key, load_keys
from eventreg.kernel.sealing import key_of, reseal
from eventreg.media.store import SealedFile, path_of, replace_file, sealed_parts
from eventreg.operations import OperationRefused
from eventreg.programme.services import materials
from eventreg.registration.models import Answer, Registration, SavedForm, Upload
from eventreg.registration.queries.answers import sealed_place
from eventreg.registration.queries.forms import sealed_form_place
from eventreg.registration.services import answers

_BATCH = 200
#: a pass meets what was sealed under the old key since the one before; a third finds nothing any more
_PASSES = 5

Progress = Callable[[int], None]


@dataclass(frozen=True)
class SealedColumn:
    """A column of sealed values, and what each of them is bound to."""

    column: InstrumentedAttribute[Any]
    #: a select of rows (id, sealed, whatever the place is made of)
    rows: Any
    place: Callable[[Any], str]

    @property
    def model(self) -> Any:
        """The table's class."""
        return self.column.class_


COLUMNS = (
    SealedColumn(
        Answer.sealed,
        select(Answer.id, Answer.sealed, Registration.public_id, Answer.question_key, Answer.position).join(
            Registration, Registration.id == Answer.registration_id
        ),
        lambda row: sealed_place(row.public_id, row.question_key, row.position),
    ),
    SealedColumn(
        Upload.sealed_name,
        select(Upload.id, Upload.sealed_name, Upload.public_id),
        lambda row: answers.name_place(row.public_id),
    ),
    SealedColumn(
        SavedForm.sealed,
        select(SavedForm.id, SavedForm.sealed, SavedForm.public_id),
        lambda row: sealed_form_place(row.public_id),
    ),
    SealedColumn(Account.totp_sealed, select(Account.id, Account.totp_sealed), lambda row: secret_place(row.id)),
)


def rotate(config: Config, progress: Progress, settling: float = 0) -> Keys:
    """Seal with a new key from now on, and everything that is there anew. Returns the keys; the old ones are still there.

    `settling` seconds are waited in between, for requests under way that do not know the new key yet. Cut off in the
    middle, nothing is lost: `reseal_all` goes on. Raises KeysUnusable, CannotUnseal.
    """
    keys = add_sealing_key(config.keys)
    time.sleep(settling)
    reseal_all(config, progress)
    return keys


def reseal_all(config: Config, progress: Progress) -> int:
    """Seal what is not under the active key anew, until a pass finds nothing. Returns how many values and files it were."""
    keys, total = load_keys(config.keys), 0
    for _pass in range(_PASSES):
        found = sum(_reseal_column(keys, column, progress) for column in COLUMNS) + _reseal_files(
            config, keys, progress
        )
        total += found
        if not found:
            break
    return total


def count_sealed(config: Config) -> Counter[str]:
    """Return how many values and files are sealed under each key, by the key's name."""
    found: Counter[str] = Counter()
    for column in COLUMNS:
        for rows in _batches(column):
            found.update(key_of(row[1]) for row in rows)
    found.update(key_of(head) for head in _heads(config))
    return found


def forget(config: Config, name: str) -> None:
    """Take an old key out of the keys file. Raises OperationRefused while anything here is sealed under it."""
    if needed := count_sealed(config)[name]:
        raise OperationRefused(f"{needed} values are still sealed under {name}. Run: eventreg keys reseal")
    try:
        drop_sealing_key(config.keys, name)
    except KeyError:
        raise OperationRefused(f"{name} is the key in use, or there is no key of that name.") from None


def _batches(column: SealedColumn) -> Iterator[list[Any]]:
    last = 0
    while True:
        rows = db.session.execute(
            column.rows.where(column.model.id > last, column.column.is_not(None))
            .order_by(column.model.id)
            .limit(_BATCH)
        ).all()
        db.session.rollback()
        if not rows:
            return
        yield list(rows)
        last = rows[-1].id


def _reseal_column(keys: Keys, column: SealedColumn, progress: Progress) -> int:
    total = 0
    for rows in _batches(column):
        old = [row for row in rows if key_of(row[1]) != keys.sealing_id]
        if old:
            with transaction() as session:
                for row in old:
                    # Only where it still is what was read: what somebody wrote meanwhile counts.
                    session.execute(
                        update(column.model)
                        .where(column.model.id == row.id, column.column == row[1])
                        .values({column.column: reseal(keys, row[1], column.place(row))})
                        .execution_options(synchronize_session=False)
                    )
        progress(len(rows))
        total += len(old)
    return total


def _reseal_files(config: Config, keys: Keys, progress: Progress) -> int:
    total = 0
    for public_id in _known(select(Upload.public_id)):
        path = path_of(config.uploads, public_id)
        if _is_old(path, keys, starts_at=0):
            sealed = reseal(keys, path.read_bytes(), answers.content_place(public_id))
            replace_file(config.uploads, public_id, [sealed], leaves_room=False)
            total += 1
        progress(1)
    for folder, file_id, place in _in_parts(config):
        path = path_of(folder, file_id)
        if _is_old(path, keys, starts_at=_LENGTH):
            try:
                content = b"".join(SealedFile(keys, path, place))
            except NotFound:
                continue  # taken off meanwhile
            replace_file(folder, file_id, sealed_parts(keys, content, place), leaves_room=False)
            total += 1
        progress(1)
    return total


def _in_parts(config: Config) -> Iterator[tuple[Path, str, str]]:
    """Yield the files that are sealed in parts: their folder, name and place."""
    for file_id in (*_known(select(Material.file_id).where(Material.file_id != "")), *materials.other_files()):
        yield config.materials, file_id, materials.content_place(file_id)
    # What a worker is still making is sealed under either key, and forgotten with its steps.
    for public_id in _known(select(Export.public_id).where(Export.state == ExportState.READY)):
        yield config.exports, public_id, files.content_place(public_id)


#: a file in parts begins with the length of its first one
_LENGTH = 4
#: of a sealed value, what tells its key
_HEAD = 64


def _known(statement: Select[Any]) -> list[str]:
    found = list(db.session.scalars(statement))
    db.session.rollback()
    return found


def _is_old(path: Path, keys: Keys, starts_at: int) -> bool:
    head = _head(path, starts_at)
    return head is not None and key_of(head) != keys.sealing_id


def _head(path: Path, starts_at: int) -> bytes | None:
    """Return the beginning of a file's first sealed value, None where the file is gone."""
    try:
        with path.open("rb") as file:
            file.seek(starts_at)
            return file.read(_HEAD)
    except FileNotFoundError:
        return None


def _heads(config: Config) -> Iterator[bytes]:
    places = [(config.uploads, public_id, 0) for public_id in _known(select(Upload.public_id))]
    places += [(folder, file_id, _LENGTH) for folder, file_id, _place in _in_parts(config)]
    for folder, file_id, starts_at in places:
        head = _head(path_of(folder, file_id), starts_at)
        if head is not None:
            yield head
