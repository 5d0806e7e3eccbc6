"""The guides, in the product: one page each, with pictures."""

from __future__ import annotations

from flask import Response, abort, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from eventreg.site.views import blueprint
from eventreg.site.views.presenting import cacheable
from eventreg.site.views.sharing import sharing
from eventreg.web.access import public
from eventreg.web.guides import guides


@blueprint.get("/help/<topic>")
@public
def show_help(topic: str) -> BaseResponse:
    """Show a guide in the reader's language."""
    guide = guides().find(topic)
    if guide is None:
        abort(404)
    others = [found for other in guides().topics if other != topic and (found := guides().find(other))]
    return cacheable(
        render_template("site/help.html", guide=guide, others=others, sharing=sharing("site.show_help", topic=topic))
    )


@blueprint.get("/help/pictures/<path:path>")
@public
def show_help_picture(path: str) -> Response:
    """Give a picture of a guide."""
    content = guides().pictures.get(path)
    if content is None:
        abort(404)
    response = Response(content, mimetype="image/png")
    response.add_etag()
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.make_conditional(request)
    return response
