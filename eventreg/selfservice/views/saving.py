"""A form kept for later, gone on with by the link that was mailed; and one's answers from an earlier event, asked for by mail,
agreed to, then filled in.
"""

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from eventreg.events.models import Category, Event
from eventreg.events.queries.events import get_event_whole, get_published_event
from eventreg.i18n.languages import current_language
from eventreg.kernel.errors import NotFound
from eventreg.kernel.tokens import new_submission_key, submission_key_or_new
from eventreg.questionnaires import kinds
from eventreg.questionnaires.queries import definition_of, get_current_version
from eventreg.registration.emails import EARLIER_ANSWERS, SAVED_FORM, Occasion
from eventreg.registration.forms import AddressForm, KeepForm
from eventreg.registration.models import Registration
from eventreg.registration.queries import forms, places, registrations
from eventreg.registration.views import form_pages
from eventreg.registration.views.filled_form import FilledForm, crowd_words
from eventreg.selfservice import services
from eventreg.selfservice.views import blueprint
from eventreg.web import limits, refusals
from eventreg.web.access import Answer, personal, public


@blueprint.post("/events/<slug>/register/keep")
@public
@limits.limited("30 per 10 minutes")
def save_form(slug: str) -> Answer:
    """Keep the form and mail the link to it."""
    occasion = form_pages.public_occasion(slug)
    event = occasion.event
    category = form_pages.find_category(event, request.form.get("category", ""), form_pages.sent_way_in(event))
    if category is None:
        return redirect(url_for("registration.register", slug=slug), 303)
    refusal = form_pages.refusal_now(event) or form_pages.refusal_in(event, category)
    if refusal is not None:
        # Nobody is sent a link to a form that nobody can send.
        return form_pages.closed_page(occasion, refusal, category)
    key = submission_key_or_new(request.form.get("submission_key"))
    form = KeepForm()
    values = {name: values for name, values in request.form.lists() if name not in form_pages.NOT_CARRIED}
    with form.refusals(busy=crowd_words()) as outcome:
        form.check()
        services.save_form(
            event.id,
            category.id,
            key,
            values,
            email=form.keep_email.address,
            language=current_language(),
            client=request.remote_addr,
        )
        return redirect(url_for("selfservice.form_kept", slug=slug), 303)
    if outcome.problem:
        refusals.refuse(form.keep_email, outcome.problem)
    return form_pages.keep_page(occasion, category, key, form, outcome.status_code)


@blueprint.get("/events/<slug>/register/kept")
@public
def form_kept(slug: str) -> str:
    """Say that the form is kept and the link on its way."""
    return render_template("selfservice/form_kept.html", **form_pages.page_frame(form_pages.public_occasion(slug)))


@blueprint.get("/my/form/<token>")
@personal
def show_saved_form(token: str) -> Answer:
    """Show a kept form, filled in as it was. Nothing is written."""
    saved = forms.get_saved_form(token, SAVED_FORM)
    occasion = form_pages.occasion_of(get_event_whole(saved.event_id))
    event = occasion.event
    if forms.was_sent(saved):
        return render_template("selfservice/form_was_sent.html", **form_pages.page_frame(occasion))
    typed = MultiDict([(name, value) for name, values in forms.open_form(saved).items() for value in values])
    carried = typed.get("way_in", "")
    kept = next((found for found in event.categories if found.id == saved.category_id), None)
    # A category may have become private meanwhile: it is there for whoever came by a way in.
    way_in = places.find_way_in(event, carried)
    category = form_pages.find_category(event, kept.key, way_in) if kept is not None else None
    if category is None or get_published_event(event.slug) is None:
        raise NotFound
    version = get_current_version(event.id)
    came_by = form_pages.way_kind(category, way_in)
    key = forms.resumed_key(saved)
    form = FilledForm(event, category, version, key, is_sent=False, came_by=came_by, typed=typed)
    return form_pages.form_page(occasion, form, carried=carried)


@blueprint.route("/events/<slug>/register/earlier", methods=["GET", "POST"])
@public
@limits.limited("30 per hour")
def ask_for_earlier(slug: str) -> Answer:
    """Send people the link to their earlier answers. The answer is the same whether or not the address is known.

    Into a quiet event none are carried: it is not among those that the link offers.
    """
    occasion = form_pages.public_occasion(slug)
    if occasion.event.is_quiet:
        raise NotFound
    form = AddressForm()
    if request.method != "POST":  # HEAD asks for the page too
        return _asking_page(occasion, form)
    with form.refusals() as outcome:
        form.check()
        services.request_earlier_answers(occasion.event.id, form.email.address, current_language(), request.remote_addr)
        return redirect(url_for("selfservice.earlier_on_its_way", slug=slug), 303)
    if outcome.problem:
        refusals.refuse(form.email, outcome.problem)
    return _asking_page(occasion, form), outcome.status_code


@blueprint.get("/events/<slug>/register/earlier/sent")
@public
def earlier_on_its_way(slug: str) -> str:
    """Say that a message is on its way if the address took part before."""
    return render_template(
        "selfservice/earlier_on_its_way.html", **form_pages.page_frame(form_pages.public_occasion(slug))
    )


@dataclass(frozen=True)
class Choice:
    """One event and category whose form can be filled in."""

    event: Event
    category: Category

    @property
    def value(self) -> str:
        """What its radio posts."""
        return f"{self.event.slug}/{self.category.key}"


@blueprint.route("/my/earlier/<token>", methods=["GET", "POST"])
@personal
@limits.limited("60 per 10 minutes")
def offer_earlier_answers(token: str) -> Answer:
    """Show what would be taken over and into which forms; agreed to, the form comes filled in. Nothing is written."""
    registration = registrations.get_by_token(token, EARLIER_ANSWERS)
    event = get_event_whole(registration.event_id)
    choices = [
        Choice(found, category)
        for each in forms.list_open_elsewhere(registration)
        for found in [get_event_whole(each.id)]
        for category in found.categories
        if not category.is_private
    ]
    if request.method != "POST":  # HEAD asks for the page too
        return _offer(event, registration, token, choices)
    chosen = next((choice for choice in choices if choice.value == request.form.get("into")), None)
    errors = {}
    if chosen is None:
        errors["into"] = _("Choose the event you register for")
    if "agrees" not in request.form:
        errors["agrees"] = _("Tick that your earlier answers may be taken over")
    if chosen is None or errors:
        return _offer(event, registration, token, choices, errors), 422
    version = get_current_version(chosen.event.id)
    context = kinds.Context.of(chosen.event)
    found = forms.answers_to_carry(registration, definition_of(version), chosen.category, context)
    key = new_submission_key()
    form = FilledForm(chosen.event, chosen.category, version, key, is_sent=False, came_by=None, answers=found)
    return form_pages.form_page(form_pages.occasion_of(chosen.event), form)


def _asking_page(occasion: Occasion, form: AddressForm) -> str:
    return render_template("selfservice/ask_for_earlier.html", form=form, **form_pages.page_frame(occasion))


def _offer(
    event: Event, registration: Registration, token: str, choices: list[Choice], errors: dict[str, str] | None = None
) -> str:
    return render_template(
        "selfservice/earlier_answers.html",
        token=token,
        choices=choices,
        carried=_in_words(event, registration, choices),
        errors=errors or {},
        **form_pages.page_frame(form_pages.occasion_of(event)),
    )


def _in_words(event: Event, registration: Registration, choices: list[Choice]) -> list[tuple[str, str]]:
    """Return label and answer of everything that at least one of the forms takes over."""
    language = current_language()
    found: dict[str, tuple[str, str]] = {}
    for choice in choices:
        try:
            definition = definition_of(get_current_version(choice.event.id))
        except NotFound:
            continue
        context = kinds.Context.of(choice.event)
        for key, values in forms.answers_to_carry(registration, definition, choice.category, context).items():
            question = definition.find(key)
            if question is not None:
                lines = kinds.get(question.kind).display(question, values, context, language)
                found.setdefault(key, (context.text(question.label, language), ", ".join(lines)))
    return list(found.values())
