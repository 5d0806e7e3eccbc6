"""DKIM signatures, where whoever runs the instance signs here and not in the mail server, and the record that proves them.

The library is loaded with the first message that is signed.
"""

import base64
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

#: what the signature holds together; one that is not there must not be added either
_HEADERS = (
    "from", "from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type", "content-language",
    "auto-submitted", "list-unsubscribe", "list-unsubscribe-post",
)  # fmt: skip


class CannotSign(Exception):
    """The key cannot be used; the message says why, and how to mend it."""


class Record(NamedTuple):
    """What the DNS has to say: a TXT record."""

    name: str
    value: str


def signed(content: bytes, sender: str, key_file: Path, selector: str) -> bytes:
    """Return a message as its sender's domain signs it. Raises CannotSign."""
    import dkim

    domain, how = sender.rpartition("@")[2], (b"relaxed", b"relaxed")
    key = _pem(_key(key_file))
    header: bytes = dkim.sign(
        content, selector.encode("ascii"), domain.encode("ascii"), key, canonicalize=how, include_headers=_HEADERS
    )
    return header + content


def record(domain: str, key_file: Path, selector: str) -> Record:
    """Return the record by which receivers check what is signed. Raises CannotSign."""
    public = _key(key_file).public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )  # fmt: skip
    value = f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode('ascii')}"
    return Record(f"{selector}._domainkey.{domain}", value)


def _key(key_file: Path) -> RSAPrivateKey:
    try:
        return _read(key_file.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise CannotSign(
            f"EVENTREG_MAIL_DKIM_KEY {key_file} cannot be used ({error}). Make one: openssl genrsa -out dkim.pem 2048"
        ) from error


@lru_cache(1)
def _read(content: bytes) -> RSAPrivateKey:
    key = serialization.load_pem_private_key(content, None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("it is no RSA key")
    return key


@lru_cache(1)
def _pem(key: RSAPrivateKey) -> bytes:
    # The older of the two forms: the library reads no other.
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
