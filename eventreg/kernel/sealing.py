"""Values that only the running product can read: AES-256-GCM with a key id and bound to where they stand.

A sealed value is `0x01, length of key id, key id, 12 bytes nonce, ciphertext with tag`. The place (table, row, column)
is associated data: a value copied to another row does not open.
"""

import os
from typing import Any

from eventreg.kernel.keys import Keys

_FORMAT = 1
_NONCE_BYTES = 12


class CannotUnseal(Exception):
    """The value was sealed under a key that is not here, for another place, or was altered."""


def cipher(key: bytes) -> Any:
    """Return what encrypts by a key. Few processes need it, and where it may be needed it is loaded ahead, see `web.instance`."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


def seal(keys: Keys, value: bytes, place: str) -> bytes:
    """Encrypt `value` for `place` under the active key."""
    name = keys.sealing_id.encode("ascii")
    nonce = os.urandom(_NONCE_BYTES)
    body: bytes = cipher(keys.sealing[keys.sealing_id]).encrypt(nonce, value, place.encode("utf-8"))
    return bytes([_FORMAT, len(name)]) + name + nonce + body


def key_of(sealed: bytes) -> str:
    """Return the name of the key that a value was sealed under. Raises CannotUnseal for what is no sealed value."""
    try:
        return sealed[2 : 2 + sealed[1]].decode("ascii")
    except (IndexError, UnicodeDecodeError) as error:
        raise CannotUnseal("unknown format") from error


def reseal(keys: Keys, sealed: bytes, place: str) -> bytes:
    """Return a value sealed under the active key: itself where it is already. Raises CannotUnseal."""
    return sealed if key_of(sealed) == keys.sealing_id else seal(keys, unseal(keys, sealed, place), place)


def unseal(keys: Keys, sealed: bytes, place: str) -> bytes:
    """Return what `seal` was given. Raises CannotUnseal."""
    from cryptography.exceptions import InvalidTag

    try:
        if sealed[0] != _FORMAT:
            raise CannotUnseal("unknown format")
        end = 2 + sealed[1]
        key = keys.sealing[sealed[2:end].decode("ascii")]
        nonce, body = sealed[end : end + _NONCE_BYTES], sealed[end + _NONCE_BYTES :]
        opened: bytes = cipher(key).decrypt(nonce, body, place.encode("utf-8"))
        return opened
    except (IndexError, KeyError, UnicodeDecodeError, ValueError, InvalidTag) as error:
        raise CannotUnseal("the value does not open with the keys of this instance") from error
