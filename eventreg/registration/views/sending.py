"""How a form that was sent is answered when it cannot be taken: what is asked of it, and what is said of it."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from flask import g, request
from flask_babel import gettext as _
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

from eventreg.accounts.rules.refusals import TooManyTries
from eventreg.accounts.wording import too_many_tries
from eventreg.i18n.languages import switch_language
from eventreg.kernel.errors import N_, Refused
from eventreg.registration.rules.refusals import OptionsFull
from eventreg.registration.rules.session_choices import SessionReason
from eventreg.web.refusals import Refusals

if TYPE_CHECKING:
    from eventreg.registration.views.filled_form import FilledForm

SEND_AGAIN = N_("Send the form once more. It was open for a long time; nothing you wrote is lost.")


def follow_language() -> None:
    """Go on in the language that a form was sent to be shown in."""
    if "switch_language" in request.form:
        switch_language(request.form["switch_language"])


def has_token() -> bool:
    """Say whether this request brings a valid token against forgery; forms that lose nothing ask themselves."""
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True


def crowd_words() -> str:
    """Return what is said where a lock was not had in time."""
    return _("Many people are sending at this moment. Nothing is lost: send the form once more.")


class VisitorRefusals(Refusals):
    """As `Refusals`, where anybody may try: after too many tries it says from when on the next one is possible, with 429."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, TooManyTries):
            return super().__exit__(kind, error, trace)
        self.refused, self.status_code = error, 429
        self.problem = too_many_tries(error.until, g.event.time_zone)
        return True


class FormRefusals(Refusals):
    """As `Refusals`: what others took meanwhile is said beside the question that it was chosen in, with 409."""

    def __init__(self, filled: FilledForm, *, busy: str = "", to_team: bool = False) -> None:
        super().__init__(busy=busy, to_team=to_team)
        self.filled = filled

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if isinstance(error, OptionsFull):
            self.filled.refuse_full(error.options)
        elif isinstance(error, Refused) and isinstance(error.reason, SessionReason):
            self.filled.refuse_sessions(error)
        else:
            return super().__exit__(kind, error, trace)
        self.refused, self.status_code = error, 409
        return True
