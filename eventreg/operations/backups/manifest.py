"""What a backup says of itself.

The keys file inside a backup: encrypted by a passphrase; and telling which keys an instance had.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eventreg.config import Config
from eventreg.kernel.keys import Keys, fingerprint
from eventreg.kernel.sealing import cipher
from eventreg.operations import OperationRefused

FORMAT = 1
MANIFEST, KEYS, ERASED = "manifest.json", "keys.sealed", "erased.jsonl"
TABLES, UPLOADS, MATERIALS = "tables/", "uploads/", "materials/"


def file_folders(config: Config) -> dict[str, Path]:
    """Return the folders whose sealed files a backup carries, by the beginning of their names in it."""
    return {UPLOADS: config.uploads, MATERIALS: config.materials}


def kept_files(folder: Path) -> Iterator[Path]:
    """Yield every file of a folder. What is only half written, or laid beside, is below a name that begins with a dot."""
    for path in sorted(folder.rglob("[!.]*")) if folder.is_dir() else ():
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path


@dataclass(frozen=True)
class TablePart:
    """One table: its columns by name with their kinds, in the order of the rows' values."""

    name: str
    columns: dict[str, str]
    rows: int


@dataclass(frozen=True)
class Manifest:
    """The whole. `tables` are in an order in which each only points to those before it."""

    format: int
    version: str
    revision: str
    #: "sqlite" or "postgresql": for the reader, nothing depends on it
    database: str
    made_at: str
    #: tells whether keys are the ones that this instance had; see `keyfile.fingerprints`
    fingerprints: dict[str, str]
    tables: tuple[TablePart, ...]
    #: SHA-256 in hexadecimal of every other part of the file
    hashes: dict[str, str]

    def to_json(self) -> str:
        """Return the manifest as it stands in the file."""
        return json.dumps(asdict(self), indent=1)

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(table.rows for table in self.tables)

    @property
    def files(self) -> int:
        """How many files there are: what people uploaded, and materials."""
        return sum(name.startswith((UPLOADS, MATERIALS)) for name in self.hashes)


def parse_manifest(text: bytes) -> Manifest:
    """Read a manifest. Raises OperationRefused for one that this program does not understand."""
    try:
        content: dict[str, Any] = json.loads(text)
        if content["format"] != FORMAT:
            raise OperationRefused(
                f"The backup has format {content['format']}, and this eventreg reads {FORMAT}. Use a newer version."
            )
        tables = tuple(TablePart(**table) for table in content.pop("tables"))
        return Manifest(**content, tables=tables)
    except (ValueError, KeyError, TypeError) as error:
        raise OperationRefused(f"The file is no backup of eventreg: {error}") from error


SHORTEST_PASSPHRASE = 12
_SALT_BYTES, _NONCE_BYTES = 16, 12
#: scrypt as RFC 7914 names its costs: 128 MiB, about half a second
_COST = {"n": 2**17, "r": 8, "p": 1}
#: what a file may ask for at most, so that one made by somebody else cannot eat the memory
_HIGHEST_COST = 2**20 * 8
_PLACE = b"eventreg backup keys"


def seal_keys(content: bytes, passphrase: str) -> bytes:
    """Encrypt the keys file: JSON of the costs and the salt in one line, then nonce and ciphertext (AES-256-GCM)."""
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    header = json.dumps({"kdf": "scrypt", **_COST, "salt": salt.hex()}).encode() + b"\n"
    key = _derive(passphrase, salt, **_COST)
    body: bytes = cipher(key).encrypt(nonce, content, _PLACE + header)
    return header + nonce + body


def open_keys(sealed: bytes, passphrase: str) -> bytes:
    """Return what `seal_keys` was given. Raises OperationRefused when the passphrase does not fit."""
    from cryptography.exceptions import InvalidTag

    header, _newline, body = sealed.partition(b"\n")
    try:
        costs = json.loads(header)
        key = _derive(passphrase, bytes.fromhex(costs["salt"]), costs["n"], costs["r"], costs["p"])
        nonce, ciphertext = body[:_NONCE_BYTES], body[_NONCE_BYTES:]
        opened: bytes = cipher(key).decrypt(nonce, ciphertext, _PLACE + header + b"\n")
    except InvalidTag:
        raise OperationRefused("The passphrase does not open the keys of this backup.") from None
    except (ValueError, KeyError, TypeError) as error:
        raise OperationRefused(f"The keys of this backup cannot be read: {error}") from error
    return opened


def fingerprints(keys: Keys) -> dict[str, str]:
    """Return the fingerprint of each key by its name."""
    named = {"links": keys.links, "lookup": keys.lookup}
    named |= {f"sealing {name}": key for name, key in keys.sealing.items()}
    return {name: fingerprint(key) for name, key in named.items()}


def missing_keys(wanted: dict[str, str], keys: Keys) -> list[str]:
    """Return the names of the keys that an instance had (by their fingerprints) and `keys` do not hold."""
    held = fingerprints(keys)
    return [name for name, fingerprint in wanted.items() if held.get(name) != fingerprint]


def _derive(passphrase: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    if n * r * p > _HIGHEST_COST:
        raise ValueError("its costs are too high")
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=n, r=r, p=p, maxmem=129 * n * r * p + 2**20, dklen=32)
