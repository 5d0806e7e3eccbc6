"""Coming in by an access code: typed on the form or where one chooses a category, it leads into its own category."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _

from eventreg.accounts.rules.refusals import TooManyTries
from eventreg.accounts.wording import too_many_tries
from eventreg.events.models import Event
from eventreg.events.queries.for_registration import get_published_event, list_credited
from eventreg.kernel.errors import Busy
from eventreg.registration.emails import Occasion
from eventreg.registration.rules.refusals import RegistrationRefused
from eventreg.registration.services.access_codes import TriedCode, try_code
from eventreg.registration.views import blueprint
from eventreg.registration.views.filled_form import FilledForm, has_token
from eventreg.registration.views.form_pages import (
    category_page,
    closed_page,
    find_category,
    form_page,
    refusal_in,
    refusal_now,
    sent_way_in,
    submission_key_of,
)
from eventreg.registration.wording import registering_refused
from eventreg.web.access import Answer, public
from eventreg.web.forms import checks_token_itself
from eventreg.web.limits import limited

_CHECK, _SEND_AGAIN, _TOO_LATE, _TOO_MANY, _TRY_AGAIN = 422, 400, 409, 429, 503


@blueprint.post("/events/<slug>/register/code")
@public
@checks_token_itself
@limited("30 per 10 minutes")
def use_code(slug: str) -> Answer:
    """Lead into the category of a code, with what was typed so far; or say beside the code why it leads nowhere."""
    event = get_published_event(slug)
    occasion = Occasion(event, event.days, list_credited(event.id))
    refusal = refusal_now(event)
    if refusal is not None:
        return closed_page(occasion, refusal)
    is_own = has_token()
    key = submission_key_of(event, is_own)
    if not is_own:
        message = _("Send the code once more. The page was open for a long time; nothing you wrote is lost.")
        return _again(occasion, key, message, _SEND_AGAIN)
    typed = request.form.get("access_code", "").strip()
    if not typed:
        return _again(occasion, key, _("Write the code"), _CHECK)
    try:
        tried = try_code(event, typed, request.remote_addr)
    except TooManyTries as refused:
        return _again(occasion, key, too_many_tries(refused.until, event.time_zone), _TOO_MANY)
    except Busy:
        message = _("Many people are sending at this moment. Nothing is lost: send the form once more.")
        return _again(occasion, key, message, _TRY_AGAIN)
    if not tried.carried:
        return _again(occasion, key, *_why_not(event, tried))
    category = next(row for row in event.categories if row.key == tried.category_key)
    refusal = refusal_in(event, category)
    if refusal is not None:
        return closed_page(occasion, refusal, category)
    form = FilledForm.sent(event, category, key)
    form.take_files()
    return form_page(occasion, form, carried=tried.carried)


def _why_not(event: Event, tried: TriedCode) -> tuple[str, int]:
    if tried.refusal is not None:
        return registering_refused(RegistrationRefused(tried.refusal), event.time_zone), _TOO_LATE
    return _("This is no code of this event. Look whether you wrote it as you received it."), _CHECK


def _again(occasion: Occasion, key: str, message: str, code: int) -> Answer:
    """Show the page that the code was typed on, with everything else that stood there."""
    event = occasion.event
    category = find_category(event, request.form.get("category", ""), sent_way_in(event))
    if category is None or "choose_category" in request.form:
        chosen = category.key if category is not None else ""
        return category_page(occasion, key, chosen, code=code, code_error=message)
    form = FilledForm.sent(event, category, key)
    form.take_files()
    return form_page(occasion, form, code=code, code_error=message)
