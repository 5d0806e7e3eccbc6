"""The bare limit of a page: a Flask view that returns the same bytes."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask, Response


def create_app() -> Flask:
    """Build an application with one view."""
    app = Flask("bare")
    body = Path(os.environ["BENCH_BODY"]).read_bytes()

    @app.get("/")
    def page() -> Response:
        return Response(body, mimetype="text/html", headers={"Content-Encoding": "gzip"})

    return app
