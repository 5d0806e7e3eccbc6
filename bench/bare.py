"""The bare limit of a page: a Flask view that returns the same bytes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from flask import Flask, Response

from eventreg.serving.addresses import listen, parse_bind
from eventreg.serving.supervisor import Child, Supervisor
from eventreg.serving.web import WebOptions, work


def create_app() -> Flask:
    """Build an application with one view."""
    app = Flask("bare")
    body = Path(os.environ["BENCH_BODY"]).read_bytes()

    @app.get("/")
    def page() -> Response:
        return Response(body, mimetype="text/html", headers={"Content-Encoding": "gzip"})

    return app


def main(bind: str) -> int:
    """Serve it by the same server as eventreg, with as many processes and threads."""
    options = WebOptions(parse_bind(bind))
    app, listener = create_app(), listen(options.bind)
    children = [
        Child(f"Web worker {number}", lambda: work(app, listener, options.threads)) for number in range(options.workers)
    ]
    return Supervisor(children, on_started=lambda: None).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
