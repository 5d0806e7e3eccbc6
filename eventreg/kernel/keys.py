"""The instance's secret keys: made once, kept in one file of mode 0600, apart from the database."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from eventreg.kernel.disk import sync_folder, write_new

KEY_BYTES = 32


class KeysUnusable(Exception):
    """The keys file is missing, unreadable or not of the form that `create_keys` writes."""


@dataclass(frozen=True, repr=False)
class Keys:
    """Every secret of an instance.

    `session` signs cookies and form tokens, `links` makes personal links, `lookup` hashes what is only ever compared
    (submission keys, limits), `sealing` maps key ids to AES-256 keys of which `sealing_id` seals new values.
    """

    session: bytes
    links: bytes
    lookup: bytes
    sealing: dict[str, bytes]
    sealing_id: str


def fingerprint(key: bytes) -> str:
    """Return 16 hexadecimal digits for a key, which tell it from others and tell nothing of it."""
    return hmac.new(key, b"eventreg fingerprint", hashlib.sha256).hexdigest()[:16]


def create_keys(path: Path) -> Keys:
    """Write fresh keys to `path` (0600, its folder 0700) and return them. Refuses to overwrite (FileExistsError)."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.parent.chmod(0o700)
    content = {name: _text(secrets.token_bytes(KEY_BYTES)) for name in ("session", "links", "lookup")}
    sealing = {"active": "k1", "keys": {"k1": _text(secrets.token_bytes(KEY_BYTES))}}
    payload = json.dumps({**content, "sealing": sealing}, indent=1)
    write_new(path, [payload.encode()])
    sync_folder(path.parent)
    return load_keys(path)


def add_sealing_key(path: Path) -> Keys:
    """Put a fresh sealing key into the keys file, to seal with from now on; those that are there stay. Returns the keys.

    The file is replaced whole, so that whoever reads it meanwhile finds either. Raises KeysUnusable.
    """
    held = load_keys(path).sealing
    number = len(held) + 1
    while f"k{number}" in held:
        number += 1
    content = json.loads(path.read_text(encoding="utf-8"))
    content["sealing"]["keys"][f"k{number}"] = _text(secrets.token_bytes(KEY_BYTES))
    content["sealing"]["active"] = f"k{number}"
    _replace(path, content)
    return load_keys(path)


def drop_sealing_key(path: Path, name: str) -> Keys:
    """Take a sealing key that is not the active one out of the keys file. Returns the keys. Raises KeysUnusable, KeyError."""
    keys = load_keys(path)
    if name not in keys.sealing or name == keys.sealing_id:
        raise KeyError(name)
    content = json.loads(path.read_text(encoding="utf-8"))
    del content["sealing"]["keys"][name]
    _replace(path, content)
    return load_keys(path)


def _replace(path: Path, content: dict[str, object]) -> None:
    """Write the keys file anew (0600), on the disk for good when this returns."""
    path = path.resolve()  # a link to keys that are shared stays one
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write_new(partial, [json.dumps(content, indent=1).encode()])
        partial.replace(path)
        sync_folder(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def load_keys(path: Path) -> Keys:
    """Read the keys file. Raises KeysUnusable with a sentence for whoever runs the instance."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        sealing = {name: _bytes(value) for name, value in content["sealing"]["keys"].items()}
        keys = Keys(
            session=_bytes(content["session"]),
            links=_bytes(content["links"]),
            lookup=_bytes(content["lookup"]),
            sealing=sealing,
            sealing_id=content["sealing"]["active"],
        )
    except FileNotFoundError as error:
        raise KeysUnusable(f"There is no keys file at {path}.") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeysUnusable(f"The keys file {path} cannot be read: {error}") from error
    if keys.sealing_id not in keys.sealing:
        raise KeysUnusable(f"The keys file {path} names an active sealing key that it does not hold.")
    return keys


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _bytes(value: str) -> bytes:
    decoded = base64.b64decode(value, validate=True)
    if len(decoded) != KEY_BYTES:
        raise ValueError(f"a key has {len(decoded)} bytes instead of {KEY_BYTES}")
    return decoded
