"""Coming in by an access code: typed on the form or where one chooses a category, it leads into its own category."""

from __future__ import annotations

from flask import request

from eventreg.kernel.errors import N_, Refused
from eventreg.registration.emails import Occasion
from eventreg.registration.services.access_codes import try_code
from eventreg.registration.views import blueprint
from eventreg.registration.views.filled_form import FilledForm
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
from eventreg.registration.views.framing import public_occasion
from eventreg.registration.views.sending import VisitorRefusals, crowd_words, has_token
from eventreg.web.access import Answer, public
from eventreg.web.forms import checks_token_itself
from eventreg.web.limits import limited


@blueprint.post("/events/<slug>/register/code")
@public
@checks_token_itself
@limited("30 per 10 minutes")
def use_code(slug: str) -> Answer:
    """Lead into the category of a code, with what was typed so far; or say beside the code why it leads nowhere."""
    occasion = public_occasion(slug)
    event = occasion.event
    refusal = refusal_now(event)
    if refusal is not None:
        return closed_page(occasion, refusal)
    is_own = has_token()
    key = submission_key_of(event, is_own)
    found = None
    with VisitorRefusals(busy=crowd_words()) as outcome:
        found = try_code(event, _typed_code(is_own), request.remote_addr)
    if found is None:
        return _again(occasion, key, outcome.problem, outcome.status_code)
    carried, category = found
    refusal = refusal_in(event, category)
    if refusal is not None:
        return closed_page(occasion, refusal, category)
    form = FilledForm.sent(event, category, key)
    form.take_files()
    return form_page(occasion, form, carried=carried)


def _typed_code(is_own: bool) -> str:
    typed = request.form.get("access_code", "").strip()
    if not is_own:
        sentence = N_("Send the code once more. The page was open for a long time; nothing you wrote is lost.")
        raise Refused(sentence, status_code=400)
    if not typed:
        raise Refused(N_("Enter the code"))
    return typed


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
