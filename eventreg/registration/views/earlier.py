"""One's answers from an earlier event, offered for another: asked for by mail, agreed to, then the form filled in."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from eventreg.accounts.rules.refusals import TooManyTries
from eventreg.accounts.wording import too_many_tries
from eventreg.events.models import Category, Event
from eventreg.events.queries.for_registration import get_event_whole, get_published_event, list_credited
from eventreg.i18n.languages import current_language
from eventreg.kernel.errors import NotFound
from eventreg.questionnaires import kinds
from eventreg.questionnaires.kinds import Context
from eventreg.questionnaires.queries import definition_of, get_current_version
from eventreg.registration.emails import EARLIER_ANSWERS, Occasion
from eventreg.registration.forms import AddressForm, new_submission_key
from eventreg.registration.models import Registration
from eventreg.registration.queries.earlier import answers_to_carry, list_open_elsewhere
from eventreg.registration.queries.registrations import get_by_token
from eventreg.registration.services.earlier_answers import request_earlier_answers
from eventreg.registration.views import blueprint
from eventreg.registration.views.filled_form import FilledForm
from eventreg.registration.views.form_pages import form_page
from eventreg.registration.views.framing import page_frame
from eventreg.web.access import Answer, personal, public
from eventreg.web.limits import limited

_CHECK, _TOO_MANY = 422, 429


@blueprint.route("/events/<slug>/register/earlier", methods=["GET", "POST"])
@public
@limited("30 per hour")
def ask_for_earlier(slug: str) -> Answer:
    """Send people the link to their earlier answers. The answer is the same whether or not the address is known."""
    event = get_published_event(slug)
    occasion = Occasion(event, event.days, list_credited(event.id))
    form = AddressForm()
    if form.validate_on_submit():
        try:
            request_earlier_answers(event.id, form.address, current_language(), request.remote_addr)
        except TooManyTries as refused:
            form.email.errors = [too_many_tries(refused.until, event.time_zone)]
            return render_template("registration/ask_for_earlier.html", form=form, **page_frame(occasion)), _TOO_MANY
        return redirect(url_for("registration.earlier_on_its_way", slug=slug), 303)
    page = render_template("registration/ask_for_earlier.html", form=form, **page_frame(occasion))
    return (page, _CHECK) if form.errors else page


@blueprint.get("/events/<slug>/register/earlier/sent")
@public
def earlier_on_its_way(slug: str) -> str:
    """Say that a message is on its way if the address took part before."""
    event = get_published_event(slug)
    return render_template(
        "registration/earlier_on_its_way.html", **page_frame(Occasion(event, event.days, list_credited(event.id)))
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
@limited("60 per 10 minutes")
def offer_earlier_answers(token: str) -> Answer:
    """Show what would be taken over and into which forms; agreed to, the form comes filled in. Nothing is written."""
    registration = get_by_token(token, EARLIER_ANSWERS)
    event = get_event_whole(registration.event_id)
    choices = [
        Choice(found, category)
        for each in list_open_elsewhere(registration)
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
        return _offer(event, registration, token, choices, errors), _CHECK
    version = get_current_version(chosen.event.id)
    context = Context.of(chosen.event)
    found = answers_to_carry(registration, definition_of(version), chosen.category, context)
    form = FilledForm(chosen.event, chosen.category, version, new_submission_key(), is_sent=False, answers=found)
    return form_page(Occasion(chosen.event, chosen.event.days, list_credited(chosen.event.id)), form)


def _offer(
    event: Event, registration: Registration, token: str, choices: list[Choice], errors: dict[str, str] | None = None
) -> str:
    occasion = Occasion(event, event.days, list_credited(event.id))
    return render_template(
        "registration/earlier_answers.html",
        token=token,
        choices=choices,
        carried=_in_words(event, registration, choices),
        errors=errors or {},
        **page_frame(occasion),
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
        context = Context.of(choice.event)
        for key, values in answers_to_carry(registration, definition, choice.category, context).items():
            question = definition.find(key)
            if question is not None:
                lines = kinds.get(question.kind).display(question, values, context, language)
                found.setdefault(key, (context.text(question.label, language), ", ".join(lines)))
    return list(found.values())
