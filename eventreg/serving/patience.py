"""How long a thread waits for a client that has begun a request and sends nothing more.

Without an end to it, as many silent connections as there are threads stop a server. Who sends a byte now and then still
holds one: a server that everybody can reach stands behind a proxy that takes requests in whole (docs/operating.md).
"""

from __future__ import annotations

import socket
import struct
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

#: seconds without a byte, in either direction: longer than a phone needs to find its network again
SILENCE_SECONDS = 20


class PatientWorker(ThreadWorker):
    """Gunicorn's threads, with an end to their patience."""

    def handle(self, conn: Any) -> Any:
        """Handle one request of a connection, in a thread."""
        end_silence(conn.sock)
        return super().handle(conn)  # type: ignore[no-untyped-call]  # gunicorn ships no types


def end_silence(connection: socket.socket) -> None:
    """Have reading and writing fail with BlockingIOError after SILENCE_SECONDS in which nothing moved.

    Set in the kernel: gunicorn takes back a time-out of Python's own before it reads.
    """
    span = struct.pack("ll", SILENCE_SECONDS, 0)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, span)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, span)
