"""Pictures are kept, found, and forgotten when nothing shows them."""

from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import Column, exists, select
from sqlalchemy.orm import undefer

from eventreg.db import Base, db, delete_rows, found, transaction
from eventreg.kernel import disk, tokens
from eventreg.kernel.errors import NotFound, Refused
from eventreg.media.encoding import EncodedPicture, encode_for_mail, encode_picture
from eventreg.media.models import Picture
from eventreg.media.rules import PictureReason
from eventreg.web.instance import config

#: a picture that is not referred to yet may belong to a form that is being saved
_SPARED = timedelta(days=1)


def store_picture(data: bytes, most: tuple[int, int], at: datetime) -> int:
    """Keep the picture of a file, sized down to `most` (width and height in pixels), and return the id of its row.

    In the caller's transaction. Whoever can does the work before the lock: `take_picture`, then `keep_picture`.
    Raises Refused for what is no picture, or one that is too large.
    """
    return keep_picture(take_picture(data, most), at)


def take_picture(data: bytes, most: tuple[int, int]) -> EncodedPicture:
    """Encode the picture of a file that somebody sent, if there is room to keep it. Raises Refused."""
    check_room()
    return encode_picture(data, most)


def check_room() -> None:
    """Pictures lie in the database. Raises Refused(CANNOT_BE_KEPT) where its disk is ours and almost full."""
    file = config().sqlite_file
    if file is not None and not disk.has_room_for_files(file.parent):
        raise Refused(PictureReason.CANNOT_BE_KEPT)


def keep_picture(picture: EncodedPicture, at: datetime) -> int:
    """Keep an encoded picture, in the caller's transaction, and return the id of its row."""
    with transaction() as session:
        row = Picture(
            public_id=tokens.new_public_id(),
            media_type=picture.media_type,
            width=picture.width,
            height=picture.height,
            content=picture.content,
            created_at=at,
        )
        session.add(row)
        session.flush()
        return row.id


def hold_picture(picture: EncodedPicture, at: datetime) -> str:
    """Keep a picture for a form that may have to be shown again; return its public id.

    In a transaction of its own; what no form refers to in the end, the sweep removes.
    """
    with transaction() as session:
        return session.get_one(Picture, keep_picture(picture, at)).public_id


def sweep_pictures(now: datetime) -> int:
    """Forget pictures older than a day that no table refers to. Returns how many went. Doing it twice is as good."""
    is_unused = [~exists().where(column == Picture.id) for column in referring_columns()]
    unused = (Picture.created_at < now - _SPARED, *is_unused)
    # Nothing is written where none goes: with it all public pages would be made anew.
    if db.session.scalar(select(Picture.id).where(*unused).limit(1)) is None:
        return 0
    with transaction():
        return delete_rows(Picture, *unused)


def referring_columns() -> list[Column[object]]:
    """Return the columns of all rooms that refer to a picture: a foreign key is what declares it."""
    pictures = Picture.__table__
    return [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table is pictures for key in column.foreign_keys)
    ]


def get_picture(public_id: str) -> Picture:
    """Return a picture with its content. Raises NotFound."""
    statement = select(Picture).where(Picture.public_id == public_id).options(undefer(Picture.content))
    return found(db.session.scalar(statement))


def find_for_mail(public_id: str) -> bytes | None:
    """Return a picture as messages carry it, PNG or JPEG, made once; None when it is gone."""
    try:
        return _for_mail(public_id)
    except NotFound:
        return None


# A batch of messages brings the same ones.
@lru_cache(maxsize=16)
def _for_mail(public_id: str) -> bytes:
    with transaction():
        picture = get_picture(public_id)
        if picture.in_mail is None:
            picture.in_mail = encode_for_mail(picture.content)
        return picture.in_mail


def find_picture(public_id: str) -> Picture | None:
    """Return a picture without its content; None for what cannot be the id of one, whatever a form brought."""
    if not public_id.isascii() or not public_id.isprintable():
        return None
    return db.session.scalar(select(Picture).where(Picture.public_id == public_id))
