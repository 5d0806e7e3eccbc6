"""A page with secrets in it, in pieces: what stands between them is compressed once, they themselves are put in as they are.

Each piece of a deflate stream here ends at a byte and looks back at nothing before it, so pieces can be joined in any number.
The checksum goes on over a piece by a table, without a look at its bytes. What is signed is signed by a key derived once.
"""

import hmac
import json
import re
import struct
import zlib
from array import array
from binascii import b2a_base64
from collections.abc import Sequence
from functools import lru_cache
from time import time
from typing import Any

from itsdangerous import URLSafeTimedSerializer
from itsdangerous.encoding import base64_decode, base64_encode, bytes_to_int, int_to_bytes
from werkzeug.http import http_date

_LEVEL = 6
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
#: an empty block that says that it is the last
_END = b"\x03\x00"
#: of how a checksum goes on over one piece
_TABLE_BYTES = 4 * 256 * 4
_as_json = json.JSONEncoder(separators=(",", ":")).encode
_IN_ADDRESSES = bytes.maketrans(b"+/", b"-_")


class Pieces:
    """A page but for its secrets."""

    def __init__(self, page: bytes, secrets: Sequence[bytes]) -> None:
        """`secrets` stand in the page, each as often as it does, and in nothing that is kept."""
        parts = re.split(b"(" + b"|".join(map(re.escape, secrets)) + b")", page) if secrets else [page]
        plain = parts[::2]
        self._holes = [secrets.index(secret) for secret in parts[1::2]]
        self._plain, self._packed = _with_holes(plain), _with_holes([_packed(part) for part in plain])
        self._begun, self._length = zlib.crc32(plain[0]), sum(map(len, plain))
        self._going_on = [_going_on(part) for part in plain[1:]]
        #: bytes that are kept
        self.size = sum(map(len, (*self._plain, *self._packed))) + _TABLE_BYTES * len(self._going_on)

    def plain(self, secrets: Sequence[bytes]) -> bytes:
        """Return the page with other secrets."""
        return self._filled(self._plain, secrets)

    def packed(self, secrets: Sequence[bytes]) -> bytes:
        """Return the page with other secrets, compressed by gzip."""
        checksum, length = self._begun, self._length
        for hole, (table, own) in zip(self._holes, self._going_on, strict=True):
            checksum = zlib.crc32(secrets[hole], checksum)
            # All that the part before says to this one is in four bytes.
            first, second, third, fourth = checksum.to_bytes(4, "little")
            checksum = own ^ table[first] ^ table[256 + second] ^ table[512 + third] ^ table[768 + fourth]
            length += len(secrets[hole])
        body = self._filled(self._packed, [_stored(secret) for secret in secrets])
        return _HEAD + body + _END + struct.pack("<II", checksum, length & 0xFFFFFFFF)

    def _filled(self, parts: Sequence[bytes], values: Sequence[bytes]) -> bytes:
        filled = list(parts)
        for number, hole in enumerate(self._holes):
            filled[2 * number + 1] = values[hole]
        return b"".join(filled)


class Signing:
    """Signs as `serializer` does, and reads what that signs: with a key that is derived once, not for each value."""

    def __init__(self, serializer: URLSafeTimedSerializer) -> None:
        signer = serializer.make_signer(serializer.salt)
        self._keyed, self._separator = hmac.new(signer.derive_key(), None, signer.digest_method().name), signer.sep
        self._serializer = serializer

    def sign(self, value: object) -> str:
        """Return what the serializer makes of texts.

        But for compression: whether it makes a value shorter takes longer to try than to sign it, and of a token it does not.
        """
        stamped = _letters(_as_json(value).encode()) + self._separator + moment()[1]
        return (stamped + self._separator + self._signature(stamped)).decode()

    def read(self, signed: str, lasts: int) -> Any:
        """Return the object that was signed, not longer ago than `lasts` seconds. Raises BadSignature."""
        value, _, signature = signed.encode().rpartition(self._separator)
        if hmac.compare_digest(signature, self._signature(value)):
            written, _, stamp = value.rpartition(self._separator)
            if 0 <= int(time()) - bytes_to_int(base64_decode(stamp)) <= lasts:
                return self._serializer.load_payload(written)
        # Old, forged, or by a key of before: the serializer knows.
        return self._serializer.loads(signed, max_age=lasts)

    def _signature(self, value: bytes) -> bytes:
        keyed = self._keyed.copy()
        keyed.update(value)
        return _letters(keyed.digest())


def moment() -> tuple[str, bytes]:
    """Return the present second as a header tells it, and as a signature does."""
    return _moment(int(time()))


@lru_cache(maxsize=2)
def _moment(second: int) -> tuple[str, bytes]:
    return http_date(second), base64_encode(int_to_bytes(second))


def _letters(value: bytes) -> bytes:
    """Return what stands for bytes in an address."""
    return b2a_base64(value, newline=False).translate(_IN_ADDRESSES, b"=")


def _with_holes(parts: Sequence[bytes]) -> list[bytes]:
    """Return the parts with an empty one between each two."""
    return [part for pair in zip(parts, [b""] * len(parts), strict=True) for part in pair][:-1]


def _going_on(part: bytes) -> tuple[Sequence[int], int]:
    """Return how a CRC-32 goes on over a part: what becomes of each byte of it, and what the part adds by itself.

    It is linear: the sum of A xor B is that of A xor that of B, each carried on over as many zeros.
    """
    own, table = zlib.crc32(part), array("I")
    for lowest in range(0, 32, 8):
        carried = [0]
        for bit in range(lowest, lowest + 8):
            alone = zlib.crc32(part, 1 << bit) ^ own
            carried += [each ^ alone for each in carried]
        table.extend(carried)
    return table, own


def _packed(text: bytes) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)


def _stored(secret: bytes) -> bytes:
    """Return a block that is not compressed."""
    return struct.pack("<BHH", 0, len(secret), len(secret) ^ 0xFFFF) + secret
