"""Personal links, derived and never stored; random codes; keyed hashes of what is only compared.

A personal token is `base64url(9 bytes public id, 18 bytes MAC)`, the MAC being HMAC-SHA256 over purpose, public id and
generation, cut to 144 bits. Nothing in the database alone makes one, and raising the record's generation kills it.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets

from eventreg.kernel.keys import Keys

PUBLIC_ID_BYTES = 9
_MAC_BYTES = 18
#: letters and digits that are not taken for one another when read aloud or copied by hand
_REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_SUBMISSION_KEY = re.compile(r"[A-Za-z0-9_-]{22,64}")


def new_public_id() -> str:
    """Return a random public id: 12 characters of base64url, 72 bits."""
    return base64.urlsafe_b64encode(secrets.token_bytes(PUBLIC_ID_BYTES)).decode("ascii")


def new_reference(prefix: str) -> str:
    """Return a short human code like `TAP-7K4M2Q`, random; the caller's unique constraint settles a clash."""
    code = "".join(secrets.choice(_REFERENCE_ALPHABET) for _ in range(6))
    return f"{prefix}-{code}"


def new_submission_key() -> str:
    """Return the random key of a fresh form: 128 bits."""
    return secrets.token_urlsafe(16)


def submission_key_or_new(sent: str | None) -> str:
    """Return the key that a form carries, or a fresh one when it carries none of ours."""
    return sent if sent and _SUBMISSION_KEY.fullmatch(sent) else new_submission_key()


def personal_token(keys: Keys, purpose: str, public_id: str, generation: int) -> str:
    """Derive the token that opens the record `public_id` for `purpose` while its generation stands."""
    raw = base64.urlsafe_b64decode(public_id)
    return base64.urlsafe_b64encode(raw + _mac(keys, purpose, public_id, generation)).decode("ascii")


def public_id_of(token: str) -> str | None:
    """Return the public id that `token` claims, to look the record up by; None when it is no token at all."""
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii"))
    except (UnicodeEncodeError, binascii.Error, ValueError):
        return None
    if len(raw) != PUBLIC_ID_BYTES + _MAC_BYTES:
        return None
    return base64.urlsafe_b64encode(raw[:PUBLIC_ID_BYTES]).decode("ascii")


def token_fits(keys: Keys, token: str, purpose: str, public_id: str, generation: int) -> bool:
    """Say in constant time whether `token` is the one for this record, purpose and generation."""
    expected = personal_token(keys, purpose, public_id, generation)
    return hmac.compare_digest(expected.encode("ascii"), token.encode("ascii", "replace"))


def lookup_hash(keys: Keys, purpose: str, value: str) -> str:
    """Return a keyed hash (64 hex digits) of a value that is only ever compared, useless without the key."""
    return hmac.new(keys.lookup, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()


def _mac(keys: Keys, purpose: str, public_id: str, generation: int) -> bytes:
    message = f"{purpose}\0{public_id}\0{generation}".encode()
    return hmac.new(keys.links, message, hashlib.sha256).digest()[:_MAC_BYTES]
