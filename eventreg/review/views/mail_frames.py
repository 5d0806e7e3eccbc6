"""A mail that nobody has got yet, shown in a frame: styled by itself, with nothing in it that runs or leads anywhere."""

from __future__ import annotations

from flask import Response, make_response
from flask_babel import gettext as _

from eventreg.mail.markers import mask_html
from eventreg.mail.services import OutgoingMessage
from eventreg.review.views.messages import MAIL_POLICY


def mail_in_frame(message: OutgoingMessage) -> Response:
    """Return the HTML part alone, personal links left out."""
    response = make_response(mask_html(message.html, message.marker, _("[personal link]")))
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
