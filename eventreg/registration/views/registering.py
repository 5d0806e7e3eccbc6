"""The form: category first, then the questions that fit it. Whatever goes wrong, what was typed is shown again."""

from __future__ import annotations

from contextlib import suppress

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventreg.events.models import Category, Event
from eventreg.events.queries.for_registration import find_current_notice, get_published_event, list_credited
from eventreg.i18n.languages import current_language, switch_language
from eventreg.kernel import clock
from eventreg.kernel.errors import Busy, NotFound
from eventreg.registration.emails import Occasion
from eventreg.registration.forms import FRAME_FIELDS, new_submission_key, submission_key_or_new
from eventreg.registration.queries.registrations import own_token
from eventreg.registration.queries.ways_in import find_way_in
from eventreg.registration.rules.deadlines import refusal_to_register
from eventreg.registration.rules.refusals import OptionsFull, RegisteringReason, RegistrationRefused
from eventreg.registration.rules.session_choices import SessionsRefused
from eventreg.registration.rules.ways_in import WayIn, WayKind, refusal_of_link
from eventreg.registration.services.registering import Outcome, Receipt, Submission
from eventreg.registration.services.registering import register as register_person
from eventreg.registration.services.uploads import move_held
from eventreg.registration.views import blueprint
from eventreg.registration.views.filled_form import FilledForm, has_token
from eventreg.registration.views.framing import page_frame
from eventreg.registration.views.keep_page import ask_where_to
from eventreg.registration.wording import registering_refused
from eventreg.web.access import personal, public
from eventreg.web.forms import checks_token_itself
from eventreg.web.limits import limited

Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]

#: a page that shows what somebody typed is kept by no cache
_NOT_STORED = {"Cache-Control": "no-store"}
_FORM_MOST_CHECK, _SEND_AGAIN, _TRY_AGAIN, _TOO_LATE = 422, 400, 503, 409


@blueprint.get("/events/<slug>/register")
@public
def register(slug: str) -> Answer:
    """Show the choice of a category, or the questions of the one that `?category=` names."""
    event = get_published_event(slug)
    occasion = Occasion(event, event.days, list_credited(event.id))
    refusal = refusal_now(event)
    if refusal is not None:
        return closed_page(occasion, refusal)
    category = _find_category(event, request.args.get("category", ""))
    if category is None:
        if len(event.public_categories) != 1:
            return _category_page(occasion)
        category = event.public_categories[0]
    refusal = refusal_in(event, category)
    if refusal is not None:
        return closed_page(occasion, refusal, category)
    return form_page(occasion, FilledForm.fresh(event, category, new_submission_key()))


@blueprint.get("/events/<slug>/join/<token>")
@personal
def register_by_link(slug: str, token: str) -> Answer:
    """Show the questions of a category to whoever has its link; of one that was replaced, say so."""
    event = get_published_event(slug)
    occasion, carried = Occasion(event, event.days, list_credited(event.id)), f"link:{token}"
    way_in = find_way_in(event, carried)
    category = _find_category(event, way_in.category_key, way_in) if way_in is not None else None
    if way_in is None or category is None:
        raise NotFound
    refusal = refusal_now(event) or refusal_in(event, category)
    if refusal is not None:
        return closed_page(occasion, refusal, category)
    over = refusal_of_link(way_in.generation, category.link_generation, category.is_private)
    if over is not None:
        return closed_page(occasion, over, category), 410
    return form_page(occasion, FilledForm.fresh(event, category, new_submission_key()), carried=carried)


@blueprint.post("/events/<slug>/register")
@public
@checks_token_itself
@limited("120 per 10 minutes")
def send_form(slug: str) -> Answer:
    """Take the form: register, or show it again with what is to be checked."""
    event = get_published_event(slug)
    occasion = Occasion(event, event.days, list_credited(event.id))
    sent = request.form
    if "switch_language" in sent:
        switch_language(sent["switch_language"])
    is_own = has_token()
    key = _submission_key(event, is_own)
    category = _find_category(event, sent.get("category", ""), _way_in(event))
    if category is None:
        return _choose_category(occasion, key)
    if "choose_category" in sent and "switch_language" in sent:
        return _category_page(occasion, key, chosen=category.key)
    form = FilledForm.sent(event, category, key).bind(_address_of(event, category))
    if "choose_category" in sent and not form.has_values() and _way_in(event) is None:
        return redirect(url_for("registration.register", slug=slug, category=category.key), 303)
    form.take_files()
    if "keep_form" in sent:
        form.kept()
        return ask_where_to(occasion, form)
    if "change_category" in sent:
        form.kept()
        return _category_page(occasion, key, chosen=category.key)
    if "choose_category" in sent or "switch_language" in sent:
        return form_page(occasion, form)
    if not is_own:
        message = _("Send the form once more. It was open for a long time; nothing you wrote is lost.")
        return form_page(occasion, form, message, _SEND_AGAIN)
    return _take(occasion, form)


def _take(occasion: Occasion, form: FilledForm) -> Answer:
    """Take a form that is a page of ours: go to the step that is wanted, or register."""
    is_valid, wish = form.is_valid(), request.form.get("step_to")
    if wish is not None and form.steps.has_pages:
        return form_page(occasion, form, code=200 if form.steps.go(wish) else _FORM_MOST_CHECK)
    if not is_valid:
        form.steps.go_to_trouble()
        return form_page(occasion, form, code=_FORM_MOST_CHECK)
    return _register(occasion, form)


@blueprint.get("/events/<slug>/register/already")
@public
def already_live(slug: str) -> Answer:
    """Say that the address has a registration, and nothing of it; its holder has been sent the link."""
    event = get_published_event(slug)
    occasion = Occasion(event, event.days, list_credited(event.id))
    return render_template("registration/already_live.html", **page_frame(occasion))


@blueprint.get("/events/<slug>/register/check-your-mail")
@public
def check_mail(slug: str) -> Answer:
    """Say to everybody alike that a message is on its way to the address."""
    event = get_published_event(slug)
    occasion = Occasion(event, event.days, list_credited(event.id))
    return render_template("registration/check_mail.html", **page_frame(occasion))


def _register(occasion: Occasion, form: FilledForm) -> Answer:
    event = occasion.event
    way_in = _way_in(event)
    submission = Submission(
        submission_key=form.submission_key,
        category_key=form.category.key,
        questionnaire_id=form.questionnaire_id,
        definition=form.definition,
        privacy_notice_id=form.notice_id,
        language=current_language(),
        answers=form.answers(),
        files=form.new_files,
        kept_files=form.counts_on,
        way_in=way_in if way_in is not None and way_in.category_key == form.category.key else None,
    )
    try:
        receipt = register_person(event.id, submission, occasion)
    except RegistrationRefused as refused:
        if refused.reason is RegisteringReason.FILE_GONE:
            return form_page(occasion, form, code=_FORM_MOST_CHECK)
        code = _TRY_AGAIN if refused.reason is RegisteringReason.TOO_MANY_FILES else _TOO_LATE
        return form_page(occasion, form, registering_refused(refused, event.time_zone), code)
    except OptionsFull as full:
        form.refuse_full(full.options)
        return form_page(occasion, form, code=_TOO_LATE)
    except SessionsRefused as refused_sessions:
        form.refuse_sessions(refused_sessions)
        return form_page(occasion, form, code=_TOO_LATE)
    except Busy:
        message = _("Many people are sending at this moment. Nothing is lost: send the form once more.")
        return form_page(occasion, form, message, _TRY_AGAIN)
    return redirect(_next_page(event, receipt), 303)


def _next_page(event: Event, receipt: Receipt) -> str:
    if receipt.outcome is Outcome.RECEIPT and receipt.registration is not None:
        token = own_token(receipt.registration, "my")
        return url_for("registration.show_receipt", token=token)
    page = "registration.check_mail" if receipt.outcome is Outcome.CHECK_MAIL else "registration.already_live"
    return url_for(page, slug=event.slug)


def _submission_key(event: Event, is_own: bool) -> str:
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


def _choose_category(occasion: Occasion, key: str) -> Answer:
    if "switch_language" in request.form:
        return _category_page(occasion, key)
    return _category_page(occasion, key, error=_("Choose in which capacity you take part"), code=_FORM_MOST_CHECK)


def _category_page(occasion: Occasion, key: str = "", chosen: str = "", error: str = "", code: int = 200) -> Answer:
    carried = [(name, value) for name, values in request.form.lists() if name not in FRAME_FIELDS for value in values]
    if key:
        carried.append(("submission_key", key))
    page = render_template(
        "registration/category.html",
        categories=_offered(occasion.event, _carried(occasion.event)),
        carried_way_in=_carried(occasion.event),
        shut=_shut(occasion.event),
        chosen=chosen,
        error=error,
        carried=carried,
        **page_frame(occasion),
    )
    return (page, code, _NOT_STORED) if request.method == "POST" else page


def _shut(event: Event) -> dict[str, str]:
    """Return why categories cannot be chosen now, by their keys: those with dates of their own."""
    refusals = {category: refusal_in(event, category) for category in event.categories}
    return {
        category.key: registering_refused(
            RegistrationRefused(reason, opens_at=event.window_of(category).opens_at), event.time_zone
        )
        for category, reason in refusals.items()
        if reason is not None
    }


def form_page(occasion: Occasion, form: FilledForm, message: str = "", code: int = 200, *, carried: str = "") -> Answer:
    """Show the form with its files kept. `message` is about the form as a whole, and leads to its button.

    `carried` is the way in that goes along, where the request is no form that carries one itself.
    """
    carried = carried or request.form.get("way_in", "")
    errors = form.kept().errors()
    page = render_template(
        "registration/form.html",
        form=form,
        carried_way_in=carried if find_way_in(occasion.event, carried) is not None else "",
        categories=_offered(occasion.event, carried),
        errors=[*errors, ("send", message)] if message else errors,
        notice=find_current_notice(occasion.event.id),
        **page_frame(occasion),
    )
    return (page, code, _NOT_STORED) if request.method == "POST" else page


def closed_page(occasion: Occasion, refusal: RegisteringReason, category: Category | None = None) -> str:
    """Say that nobody can register, and why."""
    event = occasion.event
    opens_at = event.window_of(category).opens_at if category is not None else event.registration_opens_at
    sentence = registering_refused(RegistrationRefused(refusal, opens_at=opens_at), event.time_zone)
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


def _find_category(event: Event, key: str, way_in: WayIn | None = None) -> Category | None:
    """Return a category that the sender may know: a public one, or that of their way in."""
    known = way_in.category_key if way_in is not None else ""
    return next((row for row in event.categories if row.key == key and (not row.is_private or row.key == known)), None)


def _way_in(event: Event) -> WayIn | None:
    """Return the way in that this form carries. It goes along over errors, languages and a change of category."""
    return find_way_in(event, request.form.get("way_in", ""))


def _carried(event: Event) -> str:
    return request.form.get("way_in", "") if _way_in(event) is not None else ""


def _address_of(event: Event, category: Category) -> str:
    """Return the address that alone can register by the way in that this form carries; "" where any can."""
    way_in = _way_in(event)
    return way_in.email if way_in is not None and way_in.category_key == category.key else ""


def _offered(event: Event, carried: str) -> list[Category]:
    way_in = find_way_in(event, carried)
    if way_in is not None and way_in.kind is WayKind.INVITATION:
        # Whoever is invited is invited as somebody.
        return [row for row in event.categories if row.key == way_in.category_key]
    return [row for row in event.categories if _find_category(event, row.key, way_in) is not None]
