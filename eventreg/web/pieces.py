"""A page with secrets in it, in pieces: what stands between them is compressed once, they themselves are put in as they are.

Each piece of a deflate stream here ends at a byte and looks back at nothing before it, so pieces can be joined in any number.
"""

import re
import struct
import zlib
from collections.abc import Sequence
from itertools import chain, zip_longest

from itsdangerous import URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode
from itsdangerous.serializer import Serializer

_LEVEL = 6
#: bytes over which zlib keeps the interpreter
_AT_ONCE = 5 * 1024
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
#: an empty block that says that it is the last
_END = b"\x03\x00"


class Pieces:
    """A page but for its secrets."""

    def __init__(self, page: bytes, secrets: Sequence[bytes]) -> None:
        """`secrets` stand in the page, each as often as it does, and in nothing that is kept."""
        parts = re.split(b"(" + b"|".join(map(re.escape, secrets)) + b")", page) if secrets else [page]
        self._plain = parts[::2]
        self._packed = [_packed(part) for part in self._plain]
        self._holes = [secrets.index(secret) for secret in parts[1::2]]
        #: bytes that are kept
        self.size = sum(map(len, self._plain)) + sum(map(len, self._packed))

    def plain(self, secrets: Sequence[bytes]) -> bytes:
        """Return the page with other secrets."""
        return _joined(self._plain, [secrets[hole] for hole in self._holes])

    def packed(self, secrets: Sequence[bytes]) -> bytes:
        """Return the page with other secrets, compressed by gzip."""
        page = self.plain(secrets)
        stored = [_stored(secret) for secret in secrets]
        body = _joined(self._packed, [stored[hole] for hole in self._holes])
        return _HEAD + body + _END + struct.pack("<II", _checksum(page), len(page) & 0xFFFFFFFF)


def signing_only(serializer: URLSafeTimedSerializer) -> URLSafeTimedSerializer:
    """Return `serializer`, which no longer tries whether compression makes values shorter: that takes longer than signing."""
    serializer.dump_payload = lambda obj: base64_encode(Serializer.dump_payload(serializer, obj))  # type: ignore[method-assign]
    return serializer


def _joined(texts: Sequence[bytes], between: Sequence[bytes]) -> bytes:
    return b"".join(chain.from_iterable(zip_longest(texts, between, fillvalue=b"")))


def _checksum(page: bytes) -> int:
    """Return the CRC-32 of a page, taken in parts: over a long one zlib lets other threads run, and waits to be let on again."""
    value, view = 0, memoryview(page)
    for begin in range(0, len(page), _AT_ONCE):
        value = zlib.crc32(view[begin : begin + _AT_ONCE], value)
    return value


def _packed(text: bytes) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)


def _stored(secret: bytes) -> bytes:
    """Return a block that is not compressed."""
    return struct.pack("<BHH", 0, len(secret), len(secret) ^ 0xFFFF) + secret
