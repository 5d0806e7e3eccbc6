"""A page with secrets in it, in pieces: what stands between them is compressed once, they themselves are put in as they are.

Each piece of a deflate stream here ends at a byte and looks back at nothing before it, so pieces can be joined in any number.
"""

import re
import struct
import zlib
from collections.abc import Sequence
from itertools import chain, zip_longest

_LEVEL = 6
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
        return _HEAD + body + _END + struct.pack("<II", zlib.crc32(page), len(page) & 0xFFFFFFFF)


def _joined(texts: Sequence[bytes], between: Sequence[bytes]) -> bytes:
    return b"".join(chain.from_iterable(zip_longest(texts, between, fillvalue=b"")))


def _packed(text: bytes) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)


def _stored(secret: bytes) -> bytes:
    """Return a block that is not compressed."""
    return struct.pack("<BHH", 0, len(secret), len(secret) ^ 0xFFFF) + secret
