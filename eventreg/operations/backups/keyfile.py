"""The keys file inside a backup: encrypted by a passphrase; and telling which keys an instance had."""

from __future__ import annotations

import hashlib
import hmac
import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eventreg.kernel.keys import Keys
from eventreg.operations import OperationRefused

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
    return header + nonce + AESGCM(key).encrypt(nonce, content, _PLACE + header)


def open_keys(sealed: bytes, passphrase: str) -> bytes:
    """Return what `seal_keys` was given. Raises OperationRefused when the passphrase does not fit."""
    header, _newline, body = sealed.partition(b"\n")
    try:
        costs = json.loads(header)
        key = _derive(passphrase, bytes.fromhex(costs["salt"]), costs["n"], costs["r"], costs["p"])
        nonce, ciphertext = body[:_NONCE_BYTES], body[_NONCE_BYTES:]
        return AESGCM(key).decrypt(nonce, ciphertext, _PLACE + header + b"\n")
    except InvalidTag:
        raise OperationRefused("The passphrase does not open the keys of this backup.") from None
    except (ValueError, KeyError, TypeError) as error:
        raise OperationRefused(f"The keys of this backup cannot be read: {error}") from error


def fingerprints(keys: Keys) -> dict[str, str]:
    """Return 16 hexadecimal digits for each key, which tell it from others and tell nothing of it."""
    named = {"links": keys.links, "lookup": keys.lookup}
    named |= {f"sealing {name}": key for name, key in keys.sealing.items()}
    return {
        name: hmac.new(key, b"eventreg fingerprint", hashlib.sha256).hexdigest()[:16] for name, key in named.items()
    }


def missing_keys(wanted: dict[str, str], keys: Keys) -> list[str]:
    """Return the names of the keys that an instance had (by their fingerprints) and `keys` do not hold."""
    held = fingerprints(keys)
    return [name for name, fingerprint in wanted.items() if held.get(name) != fingerprint]


def _derive(passphrase: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    if n * r * p > _HIGHEST_COST:
        raise ValueError("its costs are too high")
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=n, r=r, p=p, maxmem=129 * n * r * p + 2**20, dklen=32)
