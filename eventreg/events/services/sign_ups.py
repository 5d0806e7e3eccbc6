"""Asking upwards how many people signed up for a session: whoever keeps sign-ups stands above events."""

from __future__ import annotations

from typing import Protocol

from flask import Flask, current_app

_KEY = "eventreg_session_sign_ups"


class SignUpCounter(Protocol):
    """Plugged in by the assembly: counts the people of one session."""

    def __call__(self, session_id: int) -> int:
        """Return how many people hold a place in the session, in the caller's transaction."""


def init_sign_ups(app: Flask, counter: SignUpCounter) -> None:
    """Let sessions of `app` know who counts their people."""
    app.extensions[_KEY] = counter


def count_sign_ups(session_id: int) -> int:
    """Return how many people signed up for a session; none where nobody keeps sign-ups."""
    counter: SignUpCounter | None = current_app.extensions.get(_KEY)
    return counter(session_id) if counter is not None else 0
