"""Reading an event's file: everything of it is a stranger's until it was checked. Nothing is unpacked to the disk.

Writing an event's file: a ZIP whose documents are the same whenever the event is, with bounded memory.

Pictures in an event's file: the bytes as we encoded them, so that nothing is lost by taking them out and in again.
"""

import hashlib
import io
import json
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import IO, Any, Protocol

from eventreg.events.bundles import fields
from eventreg.events.bundles.parts import Entry, Intake, Outlet, Part, TakeOut
from eventreg.kernel.errors import Refused
from eventreg.media.encoding import EncodedPicture
from eventreg.media.models import Picture
from eventreg.media.rules import check_pixels, picture_format
from eventreg.media.services import check_room, keep_picture

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


class Bundle(Protocol):
    """An event as data, wherever it comes from."""

    @property
    def event(self) -> Entry:
        """What every event has: names, place, zone, contact person, windows."""

    @property
    def keys(self) -> frozenset[str]:
        """The parts that are in it."""

    def records(self, key: str) -> Iterator[Entry]:
        """Yield the records of a part. Raises BundleInvalid."""

    def read_file(self, name: Any, place: str) -> bytes:
        """Return the bytes that a record at `place` refers to. Raises BundleInvalid."""


class DocumentBundle:
    """An event of documents in memory: a template, or what a form brings."""

    def __init__(self, event: Entry, parts: Mapping[str, Entry]) -> None:
        self.event = event
        self._parts = parts

    @property
    def keys(self) -> frozenset[str]:
        """See `Bundle.keys`."""
        return frozenset(self._parts)

    def records(self, key: str) -> Iterator[Entry]:
        """See `Bundle.records`."""
        yield self._parts[key]

    def read_file(self, name: Any, place: str) -> bytes:
        """See `Bundle.read_file`: there is none."""
        raise fields.BundleInvalid(f"{place}: there is no file {name!r}")


class ArchiveBundle:
    """An event's file. Sizes are held against what is really read, whatever the file says of itself."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._zip = archive
        self._names = _checked_names(archive)
        self._left = fields.LARGEST_WHOLE
        self.manifest = self._manifest()
        self.event = fields.mapping(self._document(fields.EVENT), fields.EVENT)
        self._long = frozenset(
            name[len(fields.PARTS) : -len(".jsonl")] for name in self._names if name.endswith(".jsonl")
        )
        self.counts = _counts(self.manifest.get("parts"))
        self.keys = frozenset(self.counts)
        found = [fields.NAME.fullmatch(name) for name in self._names]
        held = {match["part"] for match in found if match and match["part"]}
        if held != self.keys:
            raise fields.BundleInvalid("the manifest names other parts than the file holds")

    def records(self, key: str) -> Iterator[Entry]:
        """See `Bundle.records`."""
        if key not in self._long:
            yield fields.mapping(self._document(f"{fields.PARTS}{key}.json"), key)
            return
        name = f"{fields.PARTS}{key}.jsonl"
        with _faults(name), self._zip.open(name) as file:
            number = 0
            while line := file.readline(fields.LARGEST_LINE + 1):
                number += 1
                self._count(len(line), fields.LARGEST_LINE, name)
                yield fields.mapping(_parsed(line, f"{key}, line {number}"), f"{key}, line {number}")

    def read_file(self, name: Any, place: str) -> bytes:
        """See `Bundle.read_file`; the content has to be what its name says."""
        if not isinstance(name, str) or f"{fields.FILES}{name}" not in self._names:
            raise fields.BundleInvalid(f"{place}: there is no file {name!r}")
        content = self._read(f"{fields.FILES}{name}", fields.LARGEST_FILE)
        if hashlib.sha256(content).hexdigest() != name:
            raise fields.BundleInvalid(f"{place}: the file was altered or is damaged")
        return content

    def _manifest(self) -> Entry:
        if fields.MANIFEST not in self._names:
            raise fields.BundleInvalid("it has no manifest")
        manifest = fields.mapping(self._document(fields.MANIFEST), "manifest")
        if manifest.get("format") != fields.FORMAT:
            raise fields.BundleInvalid(
                f"it has the format {str(manifest.get('format'))[:40]!r}, and this eventreg reads {fields.FORMAT!r}"
            )
        return manifest

    def _document(self, name: str) -> Any:
        if name not in self._names:
            raise fields.BundleInvalid(f"it has no {name}")
        return _parsed(self._read(name, fields.LARGEST_DOCUMENT), name)

    def _read(self, name: str, most: int) -> bytes:
        with _faults(name), self._zip.open(name) as file:
            content = file.read(most + 1)
            self._count(len(content), most, name)
            return content

    def _count(self, size: int, most: int, name: str) -> None:
        self._left -= size
        if size > most or self._left < 0:
            raise fields.BundleInvalid(f"{name} is too large")


@contextmanager
def open_bundle(file: IO[bytes]) -> Iterator[ArchiveBundle]:
    """Open an event's file. Raises BundleInvalid for what is none."""
    with _faults("the file"):
        archive = zipfile.ZipFile(file)
    with archive:
        yield ArchiveBundle(archive)


@contextmanager
def _faults(name: str) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeError) as error:
        raise fields.BundleInvalid(f"{name} is damaged, or no ZIP file of an event") from error


def _checked_names(archive: zipfile.ZipFile) -> frozenset[str]:
    entries = archive.infolist()
    if len(entries) > fields.MOST_NAMES:
        raise fields.BundleInvalid(f"it holds more than {fields.MOST_NAMES} files")
    for entry in entries:
        if not fields.NAME.fullmatch(entry.orig_filename):
            raise fields.BundleInvalid(f"it holds {entry.orig_filename[:80]!r}, which no file of an event does")
        if entry.flag_bits & _ENCRYPTED or entry.compress_type not in _METHODS:
            raise fields.BundleInvalid(f"{entry.filename} is encrypted, or packed in a way that is not read")
    names = frozenset(entry.filename for entry in entries)
    if len(names) != len(entries):
        raise fields.BundleInvalid("it holds two files of one name")
    return names


def _counts(parts: Any) -> dict[str, int]:
    """Return how many records each part says it has. For a progress bar: nothing depends on it."""
    counts = {}
    for key, count in fields.mapping(parts, "manifest.parts").items():
        if not fields.PART_KEY.fullmatch(key) or type(count) is not int or count < 0:
            raise fields.BundleInvalid("manifest.parts: is no list of parts with their numbers of records")
        counts[key] = count
    return counts


def _parsed(content: bytes, name: str) -> Any:
    try:
        return json.loads(content.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise fields.BundleInvalid(f"{name}: is no JSON") from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


#: ZIP knows no time before it; the same event gives the same bytes
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_BLOCK = 1 << 20


class BundleWriter:
    """An event's file that is being written. An `Outlet` for the parts."""

    def __init__(self, target: IO[bytes], options: TakeOut, manifest: dict[str, Any]) -> None:
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)
        self.options = options
        self._kept: set[str] = set()
        # First in the file, so that whoever looks into it knows at once what it holds.
        self.document(fields.MANIFEST, manifest)

    def document(self, name: str, content: Any) -> None:
        """Write one document."""
        self._zip.writestr(_named(name), f"{_json(content, indent=1)}\n")

    def part(self, part: Part, records: Iterable[Entry]) -> None:
        """Write the records of a part."""
        if not part.is_long:
            (record,) = records
            self.document(f"{fields.PARTS}{part.key}.json", record)
            return
        # While one name of a ZIP is written no other can be, and records keep files as they come.
        with tempfile.TemporaryFile() as lines:
            for record in records:
                lines.write(f"{_json(record)}\n".encode())
            lines.seek(0)
            self._copy(f"{fields.PARTS}{part.key}.jsonl", lines)

    def keep(self, content: bytes) -> str:
        """See `Outlet.keep`: a file is named by its content, so that one that is used twice is kept once."""
        digest = hashlib.sha256(content).hexdigest()
        if digest not in self._kept:
            self._kept.add(digest)
            self._copy(f"{fields.FILES}{digest}", io.BytesIO(content))
        return digest

    def close(self) -> None:
        """Write the end: before it, the file is none."""
        self._zip.close()

    def _copy(self, name: str, content: IO[bytes]) -> None:
        with self._zip.open(_named(name), "w", force_zip64=True) as target:
            shutil.copyfileobj(content, target, _BLOCK)


def _named(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _NO_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def _json(content: Any, indent: int | None = None) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=indent, allow_nan=False)


#: what we encode as; the largest that we make is well below
_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_MOST_BYTES = 1_000_000


def taken_picture(picture: Picture | None, outlet: Outlet) -> dict[str, Any] | None:
    """Return what a record says of its picture."""
    return None if picture is None else {"file": outlet.keep(picture.content), "media_type": picture.media_type}


def given_picture(data: Any, place: str, intake: Intake) -> int | None:
    """Keep the picture that a record has and return the id of its row. Raises BundleInvalid for what is none."""
    if data is None:
        return None
    content = intake.read_file(fields.mapping(data, place).get("file"), place)
    picture = _checked(content, place)
    try:
        check_room()
    except Refused as refused:
        raise fields.BundleInvalid(f"{place}: the disk takes no more") from refused
    return keep_picture(picture, intake.at)


def _checked(content: bytes, place: str) -> EncodedPicture:
    """Look whether the bytes are a picture from beginning to end; they are kept as they are."""
    from PIL import Image

    try:
        format_name = picture_format(content)
        if format_name not in _TYPES or len(content) > _MOST_BYTES:
            raise fields.BundleInvalid(f"{place}: is no picture that is kept (PNG, JPEG, WebP; 1 MB at most)")
        with Image.open(BytesIO(content), formats=(format_name,)) as picture:
            check_pixels(*picture.size)
            picture.load()
            return EncodedPicture(_TYPES[format_name], *picture.size, content)
    except (Refused, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise fields.BundleInvalid(f"{place}: is no picture that can be read") from error
