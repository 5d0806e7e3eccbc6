"""The pages of the form, and what a form that was sent says around the answers: its key, its category, the way in.

What stands around every page of this room: the event's institutions in head and foot.

The question to whoever sends a form that was sent before with another address: somebody else, or a correction?

The page that asks where the link to a form that is kept goes; what was typed comes along in hidden fields.
"""

from contextlib import suppress
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventreg.db.transactions import from_shelf
from eventreg.events.models import Category, Event
from eventreg.events.queries.events import find_current_notice, get_published_event, list_credited
from eventreg.i18n.languages import current_language
from eventreg.kernel import clock, text
from eventreg.kernel.errors import Busy, Refused
from eventreg.kernel.text import email_key
from eventreg.kernel.tokens import new_submission_key, submission_key_or_new
from eventreg.registration.emails import Occasion
from eventreg.registration.forms import FRAME_FIELDS, KeepForm
from eventreg.registration.models import Registration
from eventreg.registration.queries import places, registrations
from eventreg.registration.rules import availability
from eventreg.registration.rules.states import RegisteringReason
from eventreg.registration.rules.ways_in import WayIn, WayKind
from eventreg.registration.services import answers, links
from eventreg.registration.views.filled_form import FilledForm
from eventreg.web import instance
from eventreg.web.access import Answer
from eventreg.web.refusals import REFUSAL, Refusals, said

#: a page that shows what somebody typed is kept by no cache
_NOT_STORED = {"Cache-Control": "no-store"}
#: a form that was asked for holds a key that opens a receipt: it is kept by no cache but the browser's own, which shows it with
#: what was typed in it when somebody goes back
_FRESH = {"Cache-Control": "private, no-cache"}


def caching() -> dict[str, str]:
    """Return what the form, or a part of it, says to caches."""
    return _NOT_STORED if request.method == "POST" else _FRESH


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
            answers.move_held(event.id, sent, key)
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
        canonical=_canonical(occasion.event, None, sent_way_in(occasion.event)),
        shut=_shut(occasion.event),
        waiting=_waiting(occasion.event, sent_way_in(occasion.event)),
        code=_asked_code(occasion.event, carried_way_in, code_error),
        chosen=chosen,
        error=error,
        carried=carried,
        **page_frame(occasion),
    )
    return page, code, caching()


def _asked_code(event: Event, carried: str, error: str) -> dict[str, str] | None:
    """Return what the page asks for a code with; None where there are none, or somebody has come by a way in already."""
    if carried or not (error or places.has_codes(event.id)):
        return None
    return {"typed": text.showable(request.form.get("access_code", ""))[: places.LONGEST_TYPED], "error": error}


def _shut(event: Event) -> dict[str, str]:
    """Return why categories cannot be chosen now, by their keys: those with dates of their own."""
    refusals = {category: refusal_in(event, category) for category in event.categories}
    return {
        category.key: said(Refused(reason, moment=event.window_of(category).opens_at))
        for category, reason in refusals.items()
        if reason is not None
    }


def _waiting(event: Event, way_in: WayIn | None) -> frozenset[str]:
    """Return the keys of the categories whose next person goes to the waiting list, for whoever holds this way in."""
    seats = places.get_told_seats(event)
    skips = way_in.category_key if way_in is not None and way_in.skips_approval else ""
    return frozenset(
        each.key
        for each in event.categories
        if availability.waits(
            availability.OfferedCategory(each.id, each.approval, each.pending_counts), seats, each.key == skips
        )
    )


def _canonical(event: Event, category: Category | None, way_in: WayIn | None) -> str:
    """Return the address of a form for search engines; "" for a form that somebody came to by a way in, or of a quiet event."""
    if way_in is not None or event.is_quiet:
        return ""
    chosen = {"category": category.key} if category is not None and len(event.public_categories) > 1 else {}
    return instance.address_of("registration.register", slug=event.slug, **chosen)


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
    way_in = places.find_way_in(occasion.event, carried)
    carried = carried if way_in is not None else ""
    errors = [*([("access_code", code_error)] if code_error else []), *form.kept().errors()]
    is_only = len(occasion.event.public_categories) == 1
    page = render_template(
        "registration/form.html",
        form=form,
        unanswered=unanswered_key(),
        carried_way_in=carried,
        code=_asked_code(occasion.event, carried, code_error) if is_only or code_error else None,
        categories=_offered(occasion.event, carried),
        canonical=_canonical(occasion.event, form.category, way_in),
        is_waiting=form.category.key in _waiting(occasion.event, way_in),
        # What is said beside an answer is not said once more of the whole.
        errors=[*errors, ("send", message)] if message and message not in dict(errors).values() else errors,
        notice=find_current_notice(occasion.event.id),
        **page_frame(occasion),
    )
    return page, code, caching()


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
    return availability.refusal_to_register(
        clock.now(), event.registration_opens_at, event.registration_closes_at, event.publication
    )


def refusal_in(event: Event, category: Category) -> RegisteringReason | None:
    """Say why nobody can register in a category now, by its own dates."""
    window = event.window_of(category)
    return availability.refusal_to_register(clock.now(), window.opens_at, window.closes_at, event.publication)


def find_category(event: Event, key: str, way_in: WayIn | None = None) -> Category | None:
    """Return a category that the sender may know: a public one, or that of their way in."""
    known = way_in.category_key if way_in is not None else ""
    return next((row for row in event.categories if row.key == key and (not row.is_private or row.key == known)), None)


def way_into(category: Category, way_in: WayIn | None) -> WayIn | None:
    """Return the way in that somebody comes by, if it leads into this category."""
    return way_in if way_in is not None and way_in.category_key == category.key else None


def way_kind(category: Category, way_in: WayIn | None) -> WayKind | None:
    """Return how somebody comes into a category; None: by the public form alone."""
    found = way_into(category, way_in)
    return found.kind if found is not None else None


def sent_way_in(event: Event) -> WayIn | None:
    """Return the way in that this form carries. It goes along over errors, languages and a change of category."""
    return places.find_way_in(event, request.form.get("way_in", ""))


def _carried(event: Event) -> str:
    return request.form.get("way_in", "") if sent_way_in(event) is not None else ""


def _offered(event: Event, carried: str) -> list[Category]:
    way_in = places.find_way_in(event, carried)
    if way_in is not None and way_in.kind is WayKind.INVITATION:
        # Whoever is invited is invited as somebody.
        return [row for row in event.categories if row.key == way_in.category_key]
    return [row for row in event.categories if find_category(event, row.key, way_in) is not None]


def public_occasion(slug: str) -> Occasion:
    """Return the published event that a page is about. Raises NotFound."""
    occasion = from_shelf(("occasion", slug), lambda: occasion_of(get_published_event(slug)))
    g.event = occasion.event
    return occasion


def occasion_of(event: Event) -> Occasion:
    """Return the event that a page is about, whose days are loaded."""
    # From here on texts are said in the event's order of languages, moments in its zone.
    g.event = event
    return Occasion(event, event.days, list_credited(event.id))


def page_frame(occasion: Occasion) -> dict[str, Any]:
    """Return the template variables that name the event and who stands behind it."""
    event = occasion.event
    # Templates fall back in the event's order of languages.
    g.event = event
    language = current_language()
    address = url_for("site.show_event", slug=event.slug)
    return {
        "event": event,
        "days": [day.held_on for day in occasion.days],
        "dates": occasion.dates(frozenset(), language),
        "place": occasion.place(language),
        "host_name": occasion.host_name(language),
        "brand_url": address,
        "footer_line": occasion.credits(language),
        "footer_links": [
            (_("The event"), address),
            (_("Privacy notice"), url_for("site.show_privacy", slug=event.slug)),
        ],
    }


#: the key that was used; a hyphen stands in no question's key
EARLIER = "form-earlier"
CORRECTS = "form-corrects"
#: the same key, in a form to which somebody went back without an answer
UNANSWERED = "form-unanswered"
#: of the frame around the questions, what the form that goes on brings along as it came
_CARRIED = ("category", "notice", "way_in", "step")
_ASKED = 409


def ask_whose(occasion: Occasion, form: FilledForm, earlier: str = "") -> tuple[str, int, dict[str, str]]:
    """Ask, with everything typed and uploaded kept under a key that was not used.

    To send the page is to register one more person: pressed twice it is one. It is the same page whatever became of the form
    before, `earlier`, so that it tells nothing of the address that was sent with it.
    """
    if not earlier:
        earlier = form.submission_key
        form.go_on_under(new_submission_key())
    form.kept()
    carried = [
        (name, value)
        for name, values in request.form.lists()
        if name in _CARRIED or name not in FRAME_FIELDS
        for value in values
    ]
    page = render_template(
        "registration/sent_before.html",
        email=form.typed_address(),
        carried=[*carried, ("submission_key", form.submission_key), (EARLIER, earlier)],
        corrects=CORRECTS,
        **page_frame(occasion),
    )
    return page, _ASKED, _NOT_STORED


def unanswered_key() -> str:
    """Return the key with which the form that is shown was sent before, where nobody has answered whose this one is."""
    return request.form.get(EARLIER, "") or request.form.get(UNANSWERED, "")


def asked_in_vain(event: Event, form: FilledForm) -> str:
    """Return that key where the form is sent now with another address than the first one, so that it is asked again."""
    earlier = request.form.get(UNANSWERED, "")
    first = registrations.find_first(event, submission_key_or_new(earlier)) if earlier else None
    return earlier if first is not None and first.email_key != email_key(form.typed_address()) else ""


def first_to_correct(event: Event) -> Registration | None:
    """Return whose address the sender wants corrected; None where there is nobody: then the form is one more registration.

    That nothing was made of the first form is told by nothing but by what becomes of this one.
    """
    if CORRECTS not in request.form:
        return None
    return registrations.find_first(event, submission_key_or_new(request.form.get(EARLIER)))


def correct_address(event: Event, first: Registration, email: str) -> Response:
    """Ask for the change as its holder does: the new address confirms it, the old one is told. Shows one's own page."""
    with Refusals() as outcome:
        links.request_address_change(event.id, first.id, email)
        flash(_("We have sent a message to %(email)s. Confirm the address there.", email=email))
    if outcome.problem:
        flash(outcome.problem, REFUSAL)
    return redirect(url_for("selfservice.show_own", token=registrations.own_token(first, "my")), 303)


#: what each page of the form makes anew, and what only says which button was pressed
NOT_CARRIED = KeepForm.own_fields | {
    "access_code", "category", "change_category", "choose_category", "csrf_token", "keep_form", "submission_key",
    "switch_language",
}  # fmt: skip


def ask_where_to(occasion: Occasion, form: FilledForm) -> tuple[str, int, dict[str, str]]:
    """Show the page, with the address that stands in the form."""
    return keep_page(occasion, form.category, form.submission_key, KeepForm(None, email=form.typed_address()))


def keep_page(
    occasion: Occasion, category: Category, submission_key: str, form: KeepForm, code: int = 200
) -> tuple[str, int, dict[str, str]]:
    """Show the page as it stands."""
    carried = [(name, value) for name, values in request.form.lists() if name not in NOT_CARRIED for value in values]
    page = render_template(
        "registration/keep_form.html",
        form=form,
        carried=[*carried, ("submission_key", submission_key), ("category", category.key)],
        **page_frame(occasion),
    )
    return page, code, caching()
