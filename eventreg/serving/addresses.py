"""Where the server listens: at a port, on a path, or on a socket that whoever started it listens on already."""

from __future__ import annotations

import errno
import ipaddress
import os
import re
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_BIND = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<host>[\w.-]+)):(?P<port>\d{1,5})")
#: how long a server that is just ending may take to let the port go, in seconds
_PATIENCE = 2.0
#: connections that wait in the kernel to be taken
_BACKLOG = 1024
_UNIX = "unix:"
#: the first of the sockets that are handed over as systemd does, by the environment
_HANDED = 3


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


@dataclass(frozen=True)
class UnixBind:
    """A path, for a proxy on the same machine. No address follows from it."""

    path: Path
    is_every_address = False
    base_url = None

    def __str__(self) -> str:
        return f"{_UNIX}{self.path}"


AnyBind = Bind | UnixBind


def parse_bind(text: str) -> AnyBind:
    """Read `127.0.0.1:8000`, `[::1]:8000` or `unix:/run/eventreg.sock`. Raises ValueError."""
    if text.startswith(_UNIX) and text != _UNIX:
        return UnixBind(Path(text.removeprefix(_UNIX)).absolute())
    found = _BIND.fullmatch(text.strip())
    if found is None or not 1 <= int(found["port"]) <= 65535:
        raise ValueError(f"{text!r} is no address with a port, like 127.0.0.1:8000 or [::1]:8000")
    return Bind(found["six"] or found["host"], int(found["port"]))


def handed_over() -> tuple[socket.socket, AnyBind] | None:
    """Return the socket that whoever started this process listens on for it, and where. Raises CannotListen for several.

    As systemd tells it (sd_listen_fds); a server that starts anew tells itself.
    """
    for_us = os.environ.pop("LISTEN_PID", "") == str(os.getpid())
    count = os.environ.pop("LISTEN_FDS", "0")
    if not for_us or count == "0":
        return None
    if count != "1":
        raise CannotListen(f"One socket can be handed over, not {count}.")
    listener = socket.socket(fileno=_HANDED)
    os.set_inheritable(_HANDED, False)
    if listener.family == socket.AF_UNIX:
        return listener, UnixBind(Path(str(listener.getsockname())))
    return listener, Bind(*listener.getsockname()[:2])


def hand_over(listener: socket.socket) -> None:
    """Have the program that this process becomes listen on the socket. Nothing else is done with it afterwards."""
    os.dup2(listener.fileno(), _HANDED)
    os.set_inheritable(_HANDED, True)
    os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}


def check_free(bind: AnyBind) -> None:
    """Raise CannotListen unless the address can be listened on now."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            _listening(bind).close()
        except OSError as error:
            if error.errno == errno.EADDRINUSE and time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            raise CannotListen(_reason(bind, error)) from None
        return


def listen(bind: AnyBind) -> socket.socket:
    """Return a socket that listens on the address, for all workers to share. Raises CannotListen."""
    try:
        return _listening(bind)
    except OSError as error:
        raise CannotListen(_reason(bind, error)) from None


def _listening(bind: AnyBind) -> socket.socket:
    if isinstance(bind, UnixBind):
        return _listening_on(bind.path)
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


def _listening_on(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    try:
        with suppress(FileNotFoundError), socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(path))
                raise OSError(errno.EADDRINUSE, "a server answers there")
            except ConnectionRefusedError:
                if path.is_socket():  # left by one that is gone
                    path.unlink()
        listener.bind(str(path))
        # Like a port of this machine: for every user. Whom it is for, the rights of its folder say.
        path.chmod(0o666)
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _reason(bind: AnyBind, error: OSError) -> str:
    if isinstance(bind, UnixBind):
        return f"{bind} cannot be listened on: {error.strerror}."
    if isinstance(error, socket.gaierror):
        return f"There is no host {bind.host} to listen on."
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
