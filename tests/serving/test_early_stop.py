"""A server that is told to stop while its workers are starting stops at once, not when its grace is over."""

from __future__ import annotations

import subprocess
import sys

from tests.packaging.copies import clean_environment, free_port
from tests.support.waiting import patience

#: The server with a grace of hours, on a machine so busy that a worker takes two seconds from the fork to its first step.
SLOW_TO_START = """
import sys, time
from flask import Flask
from eventreg.serving.addresses import listen, parse_bind
from eventreg.serving import supervisor
from eventreg.serving.supervisor import Child, Supervisor
from eventreg.serving.web import work

supervisor.GRACE_SECONDS = 10_000
app, listener = Flask("slow"), listen(parse_bind(sys.argv[1]))

def start_slowly():
    print("forked", flush=True)
    time.sleep(2)
    work(app, listener, 8)

sys.exit(Supervisor([Child("Web worker 1", start_slowly)], on_started=lambda: None).run())
"""


def test_server_told_to_stop_while_its_workers_start_ends_at_once() -> None:
    server = subprocess.Popen(
        [sys.executable, "-c", SLOW_TO_START, f"127.0.0.1:{free_port()}"],
        env=clean_environment(),
        stdout=subprocess.PIPE,
    )
    try:
        assert server.stdout
        assert server.stdout.readline() == b"forked\n"
        server.terminate()
        assert server.wait(timeout=patience()) == 0
    finally:
        server.kill()
        server.communicate()
