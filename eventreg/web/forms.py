"""The base of our forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask_babel import lazy_gettext as _lazy
from flask_wtf import FlaskForm

View = TypeVar("View", bound=Callable[..., Any])


class BaseForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """A form with a token against forgery. Messages of our own are given by each form, in the reader's language."""


def lazy_gettext(text: str, **values: Any) -> str:
    """Translate `text` when it is shown: for labels that are written once, in the class of a form."""
    return cast(str, _lazy(text, **values))


def checks_token_itself(view: View) -> View:
    """Mark a view that checks the token against forgery itself, to show a filled form again when it is missing."""
    view.checks_token_itself = True  # type: ignore[attr-defined]
    return view
