"""The form: category first, then the questions that fit it. Whatever goes wrong, what was typed is shown again."""

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from eventreg.events.models import Category, Event
from eventreg.i18n.languages import current_language
from eventreg.kernel.errors import NotFound, Refused
from eventreg.kernel.tokens import new_submission_key
from eventreg.registration.emails import Occasion
from eventreg.registration.queries import places, registrations
from eventreg.registration.rules.ways_in import refusal_of_link
from eventreg.registration.services import registering
from eventreg.registration.services.registering import Outcome, Receipt, Submission
from eventreg.registration.views import blueprint, form_pages
from eventreg.registration.views.filled_form import SEND_AGAIN, FilledForm, follow_language
from eventreg.web import limits, refusals, traffic
from eventreg.web.access import Answer, personal, public
from eventreg.web.forms import checks_token_itself
from eventreg.web.instance import config
from eventreg.web.kept import keep_not, kept_form, made_anew

#: whoever presses these means them, whatever stands in the field of the code
_LEAVES_CODE = frozenset({"switch_language", "keep_form", "change_category"})


@blueprint.get("/events/<slug>/register")
@public
@kept_form
def register(slug: str) -> Answer:
    """Show the choice of a category, or the questions of the one that `?category=` names."""
    occasion = form_pages.public_occasion(slug)
    event = occasion.event
    refusal = form_pages.refusal_now(event)
    if refusal is not None:
        return form_pages.closed_page(occasion, refusal)
    category = form_pages.find_category(event, request.args.get("category", ""))
    if category is None:
        if request.args:
            keep_not()  # of addresses that somebody thought of there is no end
        if len(event.public_categories) != 1:
            return form_pages.category_page(occasion)
        category = event.public_categories[0]
    refusal = form_pages.refusal_in(event, category)
    if refusal is not None:
        return form_pages.closed_page(occasion, refusal, category)
    return form_pages.form_page(occasion, FilledForm.fresh(event, category, made_anew(new_submission_key)))


@blueprint.get("/events/<slug>/join/<token>")
@personal
def register_by_link(slug: str, token: str) -> Answer:
    """Show the questions of a category to whoever has its link; of one that was replaced, say so."""
    occasion, carried = form_pages.public_occasion(slug), f"link:{token}"
    event = occasion.event
    way_in = places.find_way_in(event, carried)
    category = form_pages.find_category(event, way_in.category_key, way_in) if way_in is not None else None
    if way_in is None or category is None:
        raise NotFound
    refusal = form_pages.refusal_now(event) or form_pages.refusal_in(event, category)
    if refusal is not None:
        return form_pages.closed_page(occasion, refusal, category)
    over = refusal_of_link(way_in.generation, category.link_generation, category.is_private)
    if over is not None:
        return form_pages.closed_page(occasion, over, category), 410
    return form_pages.form_page(
        occasion, FilledForm.fresh(event, category, new_submission_key(), way_in.kind), carried=carried
    )


@blueprint.post("/events/<slug>/register")
@public
@checks_token_itself
@limits.limited("120 per 10 minutes")
@traffic.takes_files
def send_form(slug: str) -> Answer:
    """Take the form: register, or show it again with what is to be checked."""
    occasion = form_pages.public_occasion(slug)
    event = occasion.event
    sent = request.form
    follow_language()
    if sent.get("access_code", "").strip() and not _LEAVES_CODE.intersection(sent):
        # The Enter key in the field of the code sends the form. It goes on where the button beside the field leads.
        return redirect(url_for("invitations.use_code", slug=slug), 307)
    is_own = traffic.has_token()
    key = form_pages.submission_key_of(event, is_own)
    way_in = form_pages.sent_way_in(event)
    category = form_pages.find_category(event, sent.get("category", ""), way_in)
    if category is None:
        return _choose_category(occasion, key)
    if "choose_category" in sent and "switch_language" in sent:
        return form_pages.category_page(occasion, key, chosen=category.key)
    led = form_pages.way_into(category, way_in)
    form = FilledForm.sent(event, category, key, led.kind if led is not None else None)
    form.bind(led.email if led is not None else "")
    if "choose_category" in sent and not form.has_values() and way_in is None:
        return redirect(url_for("registration.register", slug=slug, category=category.key), 303)
    form.take_files()
    if "keep_form" in sent:
        form.kept()
        return form_pages.ask_where_to(occasion, form)
    if "change_category" in sent:
        form.kept()
        return form_pages.category_page(occasion, key, chosen=category.key)
    if "choose_category" in sent or "switch_language" in sent:
        return _show_again(occasion, form)
    if not is_own:
        return form_pages.form_page(occasion, form, refusals.said(Refused(SEND_AGAIN)), 400)
    return _take(occasion, form)


def _show_again(occasion: Occasion, form: FilledForm) -> Answer:
    """Show the form as it came, or the question that it came from in another language."""
    earlier = request.form.get(form_pages.EARLIER, "") if "switch_language" in request.form else ""
    return form_pages.ask_whose(occasion, form, earlier) if earlier else form_pages.form_page(occasion, form)


def _take(occasion: Occasion, form: FilledForm) -> Answer:
    """Take a form that is a page of ours: go to the step that is wanted, or register."""
    form.ask_about_address()
    is_valid, wish = form.is_valid(), request.form.get("step_to")
    if wish is not None and form.steps.has_pages:
        return form_pages.form_page(occasion, form, code=200 if form.steps.go(wish) else 422)
    if not is_valid:
        form.steps.go_to_trouble()
        return form_pages.form_page(occasion, form, code=422)
    if earlier := form_pages.asked_in_vain(occasion.event, form):
        return form_pages.ask_whose(occasion, form, earlier)
    return _register(occasion, form)


@blueprint.get("/events/<slug>/register/already")
@public
def already_live(slug: str) -> Answer:
    """Say that the address has a registration, and nothing of it; its holder has been sent the link."""
    return render_template("registration/already_live.html", **form_pages.page_frame(form_pages.public_occasion(slug)))


@blueprint.get("/events/<slug>/register/check-your-mail")
@public
def check_mail(slug: str) -> Answer:
    """Say to everybody alike what was asked for, and that a message is on its way to the address, or held."""
    occasion = form_pages.public_occasion(slug)
    return render_template(
        "registration/check_mail.html",
        category=form_pages.find_category(occasion.event, request.args.get("category", "")),
        is_held=occasion.event.holds_mail or not config().sends_mail,
        **form_pages.page_frame(occasion),
    )


def _register(occasion: Occasion, form: FilledForm) -> Answer:
    event = occasion.event
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
        way_in=form_pages.way_into(form.category, form_pages.sent_way_in(event)),
    )
    with form.refusals() as outcome:
        first = form_pages.first_to_correct(event)
        if first is not None:
            return form_pages.correct_address(event, first, form.typed_address())
        receipt = registering.register(event.id, submission, occasion)
        if receipt.outcome is Outcome.SENT_BEFORE:
            return form_pages.ask_whose(occasion, form)
        return redirect(_next_page(event, receipt, form.category), 303)
    return form_pages.form_page(occasion, form, outcome.problem, outcome.status_code)


def _next_page(event: Event, receipt: Receipt, category: Category) -> str:
    if receipt.outcome is Outcome.RECEIPT and receipt.registration is not None:
        token = registrations.own_token(receipt.registration, "my")
        return url_for("selfservice.show_receipt", token=token)
    if receipt.outcome is Outcome.CHECK_MAIL:
        asked = category.key if event.is_discreet and not category.is_private else None
        return url_for("registration.check_mail", slug=event.slug, category=asked)
    return url_for("registration.already_live", slug=event.slug)


def _choose_category(occasion: Occasion, key: str) -> Answer:
    if "switch_language" in request.form:
        return form_pages.category_page(occasion, key)
    return form_pages.category_page(occasion, key, error=_("Choose in which capacity you take part"), code=422)
