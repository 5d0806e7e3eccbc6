"""How the room is plugged into an application: Flask-Mail's settings, and who makes personal links."""

from __future__ import annotations

from email.utils import parseaddr

from flask import Flask, current_app
from flask_mail import Mail

from eventreg.mail.markers import PersonalLinks
from eventreg.mail.rules import own_domain
from eventreg.web import instance

_EXTENSION = "eventreg_mail"


def init_mail(app: Flask, links: PersonalLinks) -> None:
    """Set up sending for `app`, whose instance is known already. Opens no connection.

    Flask-Mail's own defaults are not used where they would print messages (debug) or keep them back (testing).
    """
    with app.app_context():
        config = instance.config()
    app.config.update(
        MAIL_SERVER=config.mail_server,
        MAIL_PORT=config.mail_port,
        MAIL_USERNAME=config.mail_username or None,
        MAIL_PASSWORD=config.mail_password or None,
        MAIL_USE_TLS=config.mail_use_tls,
        MAIL_USE_SSL=config.mail_use_ssl,
        MAIL_DEFAULT_SENDER=config.mail_default_sender or None,
        MAIL_DEBUG=False,
        MAIL_SUPPRESS_SEND=False,
    )
    Mail(app)
    app.extensions[_EXTENSION] = links


def personal_links() -> PersonalLinks:
    """Return what makes the personal links of the running application."""
    links: PersonalLinks = current_app.extensions[_EXTENSION]
    return links


def sender_address() -> str:
    """Return the address that messages come from. Without a server it is one for the files of held messages only."""
    config = instance.config()
    return parseaddr(config.mail_default_sender)[1] or f"noreply@{own_domain(config.base_url)}"
