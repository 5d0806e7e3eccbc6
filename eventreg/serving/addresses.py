"""Where the server listens."""

import errno
import ipaddress
import re
import socket
import time
from dataclasses import dataclass

_BIND = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<host>[\w.-]+)):(?P<port>\d{1,5})")
#: how long a server that is just ending may take to let the port go, in seconds
_PATIENCE = 2.0
#: connections that wait in the kernel to be taken
_BACKLOG = 1024


class CannotListen(Exception):
    """The address cannot be listened on; the message says why, and what to do."""


@dataclass(frozen=True)
class Bind:
    """A host (a name or an address, IPv6 without brackets) and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_every_address(self) -> bool:
        """Whether the server listens on all addresses of the machine."""
        try:
            return ipaddress.ip_address(self.host).is_unspecified
        except ValueError:
            return False

    @property
    def base_url(self) -> str:
        """The address to open in a browser on this machine."""
        host = "127.0.0.1" if self.is_every_address else self.host
        return f"http://{Bind(host, self.port)}" if self.port != 80 else f"http://{host}"


def parse_bind(text: str) -> Bind:
    """Read `127.0.0.1:8000` or `[::1]:8000`. Raises ValueError."""
    found = _BIND.fullmatch(text.strip())
    if found is None or not 1 <= int(found["port"]) <= 65535:
        raise ValueError(f"{text!r} is no address with a port, like 127.0.0.1:8000 or [::1]:8000")
    return Bind(found["six"] or found["host"], int(found["port"]))


def check_free(bind: Bind) -> None:
    """Raise CannotListen unless the address can be listened on now."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            _listening(bind).close()
        except socket.gaierror:
            raise CannotListen(f"There is no host {bind.host} to listen on.") from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE and time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            raise CannotListen(_reason(bind, error)) from None
        return


def listen(bind: Bind) -> socket.socket:
    """Return a socket that listens on the address, for all workers to share. Raises CannotListen."""
    try:
        return _listening(bind)
    except OSError as error:
        raise CannotListen(_reason(bind, error)) from None


def _listening(bind: Bind) -> socket.socket:
    family, kind, protocol, _name, address = socket.getaddrinfo(bind.host, bind.port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _reason(bind: Bind, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Something else listens on {bind} already. Stop it, or choose another port: "
            f"make run PORT={bind.port + 1}, or eventreg serve --bind {Bind(bind.host, bind.port + 1)}"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return f"This machine has no address {bind.host} to listen on."
    if error.errno == errno.EACCES:
        return f"This user may not listen on port {bind.port}. Choose one above 1023, behind a proxy."
    return f"{bind} cannot be listened on: {error.strerror}."
