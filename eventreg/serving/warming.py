"""Asking for the public pages once before the fork, so that all processes share what that makes and nobody waits for it."""

from __future__ import annotations

import logging

from flask import Flask

from eventreg.events.queries.public import list_public_events
from eventreg.web.addresses import address_of
from eventreg.web.instance import config

#: as many events as people look at
_EVENTS = 2

log = logging.getLogger(__name__)


def warm_up(app: Flask) -> None:
    """Fetch home, sign-in, and the newest events with their forms, in every language. Call it in an app context.

    Templates get compiled, tables mapped, catalogs read. A page that fails is logged and stops nothing.
    """
    addresses = [address_of("site.home"), address_of("accounts.sign_in")]
    for event in list_public_events()[:_EVENTS]:
        addresses.append(address_of("site.show_event", slug=event.slug))
        addresses.append(address_of("registration.register", slug=event.slug))
    for language in config().languages:
        client = app.test_client()
        for address in addresses:
            answer = client.get(address, headers={"Accept-Language": language, "Accept-Encoding": "gzip"})
            if answer.status_code >= 500:
                log.warning("%s answered %d", address, answer.status_code)
