"""Absolute addresses for mails and calendars: always below the configured base URL, never from a request's Host."""

from __future__ import annotations

from typing import Any

from flask import current_app

from eventreg.web.instance import config


def address_of(endpoint: str, **values: Any) -> str:
    """Return the absolute address of a view. Works in the worker too, where there is no request."""
    adapter = current_app.url_map.bind("")
    return config().base_url.rstrip("/") + adapter.build(endpoint, values, force_external=False)
