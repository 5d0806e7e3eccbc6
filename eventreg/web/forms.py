"""The base of our forms."""

from __future__ import annotations

from flask_wtf import FlaskForm


class BaseForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """A form with a token against forgery. Messages of our own are given by each form, in the reader's language."""

    def errors_in_order(self) -> list[tuple[str, str]]:
        """Return (id of the input, message) for every error, in the order of the page."""
        return [
            (field.id, str(message)) for field in self if field.name != "csrf_token" for message in field.errors
        ]
