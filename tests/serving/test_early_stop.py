"""A web server that is told to stop while its workers are starting stops at once, not when its grace is over."""

from __future__ import annotations

import subprocess
import sys

from eventreg.serving.web import GRACE_SECONDS
from tests.packaging.copies import clean_environment, free_port

#: The web server as it is, on a machine so busy that a worker takes two seconds from the fork to its first step.
SLOW_TO_START = """
import sys, time
from flask import Flask
from eventreg.serving.addresses import Bind
from eventreg.serving.web import WebOptions, WebServer

class SlowToStart(WebServer):
    def _enter_worker(self, arbiter):
        print("forked", flush=True)
        time.sleep(2)

SlowToStart(Flask("slow"), WebOptions(Bind("127.0.0.1", int(sys.argv[1]))), lambda: None).run()
"""


def test_web_server_told_to_stop_while_its_workers_start_ends_at_once() -> None:
    server = subprocess.Popen(
        [sys.executable, "-c", SLOW_TO_START, str(free_port())], env=clean_environment(), stdout=subprocess.PIPE
    )
    try:
        assert server.stdout
        assert server.stdout.readline() == b"forked\n"
        server.terminate()
        assert server.wait(timeout=GRACE_SECONDS / 2) == 0
    finally:
        server.kill()
        server.communicate()
