"""A mail server of the system's packages (Exim), as an instance of its own: its port, spool and mailboxes are the test's.

It takes everything from anybody on loopback, delivers into Maildirs, which the standard library reads, and reports what it
cannot deliver as it does anywhere.
"""

from __future__ import annotations

import mailbox
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from tests.mail.reports import BOUNCES
from tests.support.waiting import patience, until

#: in the order in which they are looked for; the set-up of the tests sees that one is there
NAMES = ("exim4", "exim", "/usr/sbin/exim4", "/usr/sbin/exim")
#: people have their mail here, those apart whose name begins so
HOST, NOBODY = "instituto.example", "nadie"
#: a mailbox that is full; one that takes nothing from us; one at another server
FULL, UNWANTED, ELSEWHERE = "lleno.example", "estricto.example", "lejos.example"
_SETTINGS = """
spool_directory = {folder}/spool
log_file_path = {folder}/spool/%slog
primary_hostname = mx.example
qualify_domain = mx.example
smtp_accept_queue_per_connection = 0
acl_smtp_rcpt = accept
acl_smtp_data = accept
host_lookup =
rfc1413_query_timeout = 0s
tls_advertise_hosts =
keep_environment =
deliver_drop_privilege = true
message_logs = false
begin routers
bounces:
  driver = accept
  domains = desk.example
  local_parts = bounces
  local_part_suffix = +*
  transport = bounces
people:
  driver = accept
  domains = {host}
  condition = ${{if match{{$local_part}}{{^{nobody}}}{{no}}{{yes}}}}
  transport = people
full:
  driver = accept
  domains = {full}
  transport = full
unwanted:
  driver = redirect
  domains = {unwanted}
  allow_fail
  data = :fail: 550 5.7.1 Message rejected as unsolicited
elsewhere:
  driver = manualroute
  domains = {elsewhere}
  transport = smtp
  route_list = * 127.0.0.1
  self = send
begin transports
bounces:
  driver = appendfile
  maildir_format
  directory = {folder}/mail/bounces
  return_path_add
people:
  driver = appendfile
  maildir_format
  directory = {folder}/mail/people
  return_path_add
full:
  driver = appendfile
  maildir_format
  directory = {folder}/mail/full
  quota = 1K
smtp:
  driver = smtp
  port = {port}
  hosts_try_fastopen =
"""


class Mta:
    """The server, while it runs."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder, self.port = folder, port

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Return the settings of an instance that sends through it, and has what comes back in a mailbox."""
        return {
            "mail_server": "127.0.0.1", "mail_port": self.port, "mail_default_sender": "registro@desk.example",
            "mail_bounce_address": BOUNCES, "demo_mail": "send", **changes,
        }  # fmt: skip

    def wait_for(self, name: str, number: int) -> list[bytes]:
        """Return what lies in a mailbox, once so many do, as a second client reads it."""
        box = mailbox.Maildir(self._folder / "mail" / name)
        until(lambda: len(box) >= number, f"{number} messages for {name}\n{self.log()}")
        return [box.get_bytes(key) for key in sorted(box.keys())]

    def log(self) -> str:
        """Return what it says of itself."""
        return (self._folder / "spool" / "mainlog").read_text(errors="replace")


@contextmanager
def running_mta(port_elsewhere: int) -> Iterator[Mta]:
    """Run one until the block is left. As root alone, which gives its rights up to the server's own user."""
    command = next(found for name in NAMES if (found := shutil.which(name)))
    user = next(pwd.getpwnam(name) for name in ("Debian-exim", "exim", "mail") if _is_known(name))
    folder = Path(tempfile.mkdtemp(prefix="eventreg-mta-"))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    try:
        folder.chmod(0o755)
        for name in ("spool", "mail"):
            (folder / name).mkdir()
            os.chown(folder / name, user.pw_uid, user.pw_gid)
        names = {"host": HOST, "nobody": NOBODY, "full": FULL, "unwanted": UNWANTED, "elsewhere": ELSEWHERE}
        written = _SETTINGS.format(folder=folder, port=port_elsewhere, **names)
        (folder / "exim.conf").write_text(written, encoding="ascii")
        (folder / "exim.conf").chmod(0o644)
        arguments = [
            command,
            "-C",
            str(folder / "exim.conf"),
            "-bdf",
            "-oX",
            f"127.0.0.1.{port}",
            "-oP",
            str(folder / "spool" / "pid"),
        ]
        process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until(lambda: _answers(port), f"an answer of {command}")
            yield Mta(folder, port)
        finally:
            process.terminate()
            process.wait(patience())
    finally:
        # Those that deliver end a little after it.
        until(lambda: _is_gone(folder), "the end of the mail server")


def _is_gone(folder: Path) -> bool:
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()


def _is_known(name: str) -> bool:
    with suppress(KeyError):
        return bool(pwd.getpwnam(name))
    return False


def _answers(port: int) -> bool:
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", port)).close()
        return True
    return False


def parsed(raw: bytes) -> EmailMessage:
    """Return a message as the standard library reads it."""
    found = BytesParser(policy=policy.default).parsebytes(raw)
    assert isinstance(found, EmailMessage)
    return found
