"""The web server alone, with an application of a few lines, in a process of its own: for its bounds."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.packaging.copies import clean_environment, free_port

_PROGRAM = """
import ctypes, sys, threading, time
from flask import Flask, request
from eventreg.serving.addresses import listen, parse_bind
from eventreg.serving.logs import set_up_logging
from eventreg.serving.web import Bounds, work
from eventreg.web.traffic import init_bodies, takes_files
from eventreg.web.limits import init_limits

app = Flask("bare")
probed = threading.Event()
init_limits(app, are_on=False)
init_bodies(app, 0)

@app.post("/files")
@takes_files
def take_files():
    return f"{sum(len(one.read()) for one in request.files.values())} bytes"

@app.post("/form")
def take_form():
    return "taken"

@app.get("/slow")
def answer_slowly():
    time.sleep(2)
    return "slowly"

@app.get("/waits")
def wait_for_a_probe():
    print("waits", flush=True)
    probed.wait()
    return "waited"

@app.get("/held")
def hold_the_interpreter():
    ctypes.PyDLL(None).sleep(60)
    return "never"

@app.get("/large")
def answer_much():
    return (b"a" * 1_000_000 for _ in range(40))

@app.get("/healthz")
def live():
    probed.set()
    return "lives"

set_up_logging()
listener = listen(parse_bind(sys.argv[1]))
print("listens", flush=True)
work(app, listener, int(sys.argv[2]), Bounds(**eval(sys.argv[3])))
"""


@contextmanager
def bare_server(threads: int = 2, **bounds: float) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Yield the process of a server, with the `Bounds` given, and its port."""
    port = free_port()
    command = [sys.executable, "-c", _PROGRAM, f"127.0.0.1:{port}", str(threads), repr(bounds)]
    with subprocess.Popen(command, env=clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"listens\n"
        try:
            yield process, port
        finally:
            process.kill()
