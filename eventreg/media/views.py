"""The addresses of pictures. `blueprint` is what the assembly registers."""

from flask import Blueprint, Response

from eventreg.media.services import get_picture
from eventreg.web.access import public

blueprint = Blueprint("media", __name__)

_YEAR = 365 * 24 * 3600


@blueprint.get("/pictures/<public_id>")
@public
def show_picture(public_id: str) -> Response:
    """Send a picture. Its address never has another content, so that a browser asks for it once.

    It was encoded by us, so its type is known and it may be shown in a page; everything else a browser could do with it
    is switched off all the same.
    """
    picture = get_picture(public_id)
    response = Response(picture.content, content_type=picture.media_type)
    response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
