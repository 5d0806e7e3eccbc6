"""Our static files: kept in memory with their compressed form, under addresses that change with their content."""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from flask import Flask, Response, abort, request

from eventreg.web import access, traffic

_YEAR = 365 * 24 * 3600
_COMPRESSIBLE = {"text/css", "text/javascript", "image/svg+xml", "application/json", "text/plain"}
#: in a style sheet: comments, but for who has a right to be named, and how lines are set in
_FOR_AUTHORS = re.compile(rb"\s*/\*(?![^*]*\(c\)).*?\*/|(?<=\n)\s+", re.DOTALL)


@dataclass(frozen=True)
class Asset:
    """One file. `compressed` is its gzip form, or None where that saves nothing."""

    content: bytes
    compressed: bytes | None
    media_type: str
    version: str


def read_assets(folder: Path) -> dict[str, Asset]:
    """Read every file below `folder`, by its path relative to it."""
    return {
        path.relative_to(folder).as_posix(): _read(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def init_assets(app: Flask, folder: Path) -> None:
    """Serve the files of `folder` below `/static/`, and give templates `asset("css/theme.css")`."""
    assets = read_assets(folder)
    addresses = {name: f"/static/{quote(name)}?v={each.version}" for name, each in assets.items()}

    @app.get("/static/<path:name>", endpoint="static")
    @access.public
    def serve(name: str) -> Response:
        found = assets.get(name)
        if found is None:
            abort(404)
        response = Response(found.content, mimetype=found.media_type)
        if found.compressed is not None and traffic.accepts_gzip():
            response.set_data(found.compressed)
            response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
        response.set_etag(found.version)
        is_versioned = request.args.get("v") == found.version
        response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable" if is_versioned else "no-cache"
        response.make_conditional(request)
        return response

    def asset(name: str) -> str:
        """Return the address of a static file; it changes when the file does. KeyError for a file that is not there."""
        return request.script_root + addresses[name]

    app.jinja_env.globals["asset"] = asset


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if media_type == "text/css":
        content = _FOR_AUTHORS.sub(b"", content)
    compressed = gzip.compress(content, 9, mtime=0) if media_type in _COMPRESSIBLE else None
    if compressed is not None and len(compressed) >= len(content):
        compressed = None
    return Asset(content, compressed, media_type, hashlib.sha256(content).hexdigest()[:12])
