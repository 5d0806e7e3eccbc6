"""The pages of the form, and what a form that was sent says around the answers: its key, its category, the way in."""

from __future__ import annotations

from contextlib import suppress

from flask import render_template, request

from eventreg.events.models import Category, Event
from eventreg.events.queries.for_registration import find_current_notice
from eventreg.kernel import clock
from eventreg.kernel.errors import Busy, Refused
from eventreg.kernel.typed import showable
from eventreg.registration.emails import Occasion
from eventreg.registration.forms import FRAME_FIELDS, submission_key_or_new
from eventreg.registration.queries.ways_in import LONGEST_TYPED, find_way_in, has_codes
from eventreg.registration.rules.deadlines import refusal_to_register
from eventreg.registration.rules.refusals import RegisteringReason
from eventreg.registration.rules.ways_in import WayIn, WayKind
from eventreg.registration.services.uploads import move_held
from eventreg.registration.views.filled_form import FilledForm
from eventreg.registration.views.framing import page_frame
from eventreg.registration.views.sent_before import unanswered_key
from eventreg.web.access import Answer
from eventreg.web.refusals import said

#: a page that shows what somebody typed is kept by no cache
_NOT_STORED = {"Cache-Control": "no-store"}


def submission_key_of(event: Event, is_own: bool) -> str:
    """Return the key under which a form that was sent goes on.

    The key opens the receipt, so nobody may choose one for somebody else: it counts only with a token that shows that
    the form is a page of ours, in this very browser. Without one the form gets a fresh key, and its files come along.
    """
    sent = request.form.get("submission_key")
    key = submission_key_or_new(sent if is_own else None)
    if sent and key != sent:
        # Where the files cannot be moved now, the form says that they are missed.
        with suppress(Busy):
            move_held(event.id, sent, key)
    return key


def category_page(
    occasion: Occasion, key: str = "", chosen: str = "", error: str = "", code: int = 200, *, code_error: str = ""
) -> Answer:
    """Show the choice of a category, with everything that was typed in hidden fields."""
    carried = [(name, value) for name, values in request.form.lists() if name not in FRAME_FIELDS for value in values]
    carried_way_in = _carried(occasion.event)
    if key:
        carried.append(("submission_key", key))
    page = render_template(
        "registration/category.html",
        categories=_offered(occasion.event, carried_way_in),
        carried_way_in=carried_way_in,
        shut=_shut(occasion.event),
        code=_asked_code(occasion.event, carried_way_in, code_error),
        chosen=chosen,
        error=error,
        carried=carried,
        **page_frame(occasion),
    )
    return (page, code, _NOT_STORED) if request.method == "POST" else page


def _asked_code(event: Event, carried: str, error: str) -> dict[str, str] | None:
    """Return what the page asks for a code with; None where there are none, or somebody has come by a way in already."""
    if carried or not (error or has_codes(event.id)):
        return None
    return {"typed": showable(request.form.get("access_code", ""))[:LONGEST_TYPED], "error": error}


def _shut(event: Event) -> dict[str, str]:
    """Return why categories cannot be chosen now, by their keys: those with dates of their own."""
    refusals = {category: refusal_in(event, category) for category in event.categories}
    return {
        category.key: said(Refused(reason, moment=event.window_of(category).opens_at))
        for category, reason in refusals.items()
        if reason is not None
    }


def form_page(
    occasion: Occasion,
    form: FilledForm,
    message: str = "",
    code: int = 200,
    *,
    carried: str = "",
    code_error: str = "",
) -> Answer:
    """Show the form with its files kept. `message` is about the form as a whole, and leads to its button.

    `carried` is the way in that goes along, where the request is no form that carries one itself.
    """
    carried = carried or request.form.get("way_in", "")
    carried = carried if find_way_in(occasion.event, carried) is not None else ""
    errors = [*([("access_code", code_error)] if code_error else []), *form.kept().errors()]
    is_only = len(occasion.event.public_categories) == 1
    page = render_template(
        "registration/form.html",
        form=form,
        unanswered=unanswered_key(),
        carried_way_in=carried,
        code=_asked_code(occasion.event, carried, code_error) if is_only or code_error else None,
        categories=_offered(occasion.event, carried),
        # What is said beside an answer is not said once more of the whole.
        errors=[*errors, ("send", message)] if message and message not in dict(errors).values() else errors,
        notice=find_current_notice(occasion.event.id),
        **page_frame(occasion),
    )
    return (page, code, _NOT_STORED) if request.method == "POST" else page


def closed_page(occasion: Occasion, refusal: RegisteringReason, category: Category | None = None) -> str:
    """Say that nobody can register, and why."""
    event = occasion.event
    opens_at = event.window_of(category).opens_at if category is not None else event.registration_opens_at
    sentence = said(Refused(refusal, moment=opens_at))
    return render_template("registration/closed.html", sentence=sentence, **page_frame(occasion))


def refusal_now(event: Event) -> RegisteringReason | None:
    """Say why nobody can register for an event now."""
    if event.is_called_off:
        return RegisteringReason.CALLED_OFF
    return refusal_to_register(
        clock.now(), event.registration_opens_at, event.registration_closes_at, event.publication
    )


def refusal_in(event: Event, category: Category) -> RegisteringReason | None:
    """Say why nobody can register in a category now, by its own dates."""
    window = event.window_of(category)
    return refusal_to_register(clock.now(), window.opens_at, window.closes_at, event.publication)


def find_category(event: Event, key: str, way_in: WayIn | None = None) -> Category | None:
    """Return a category that the sender may know: a public one, or that of their way in."""
    known = way_in.category_key if way_in is not None else ""
    return next((row for row in event.categories if row.key == key and (not row.is_private or row.key == known)), None)


def sent_way_in(event: Event) -> WayIn | None:
    """Return the way in that this form carries. It goes along over errors, languages and a change of category."""
    return find_way_in(event, request.form.get("way_in", ""))


def _carried(event: Event) -> str:
    return request.form.get("way_in", "") if sent_way_in(event) is not None else ""


def _offered(event: Event, carried: str) -> list[Category]:
    way_in = find_way_in(event, carried)
    if way_in is not None and way_in.kind is WayKind.INVITATION:
        # Whoever is invited is invited as somebody.
        return [row for row in event.categories if row.key == way_in.category_key]
    return [row for row in event.categories if find_category(event, row.key, way_in) is not None]
