"""A mail shown in a frame: styled by itself, it fetches nothing; nothing in it runs or leads anywhere."""

from __future__ import annotations

from flask import Response, make_response
from flask_babel import gettext as _

from eventreg.mail.markers import mask_html
from eventreg.mail.models import MailMessage
from eventreg.mail.services import OutgoingMessage

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"


def mail_in_frame(message: OutgoingMessage | MailMessage) -> Response:
    """Return the HTML part alone, personal links left out."""
    response = make_response(mask_html(message.html, message.marker, _("[personal link]")))
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
