"""The team registers somebody: in which category, then the questions of that category."""

from dataclasses import replace

from flask import flash, g, redirect, request
from flask_babel import gettext as _
from markupsafe import Markup

from eventreg.attendees.views.desk import categories_in_sight, registration_url
from eventreg.events.models import Category, Event
from eventreg.events.organizers import organizer
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.kernel.errors import NotFound
from eventreg.kernel.tokens import new_submission_key, submission_key_or_new
from eventreg.onbehalf.forms import CONFIRMED, AddingForm
from eventreg.onbehalf.rules import relaxed
from eventreg.onbehalf.services.registering import OnBehalf, register_on_behalf
from eventreg.onbehalf.views import blueprint
from eventreg.onbehalf.views.acting import link_to, taken_words
from eventreg.questionnaires.queries import definition_of, get_current_version
from eventreg.registration.emails import Occasion
from eventreg.registration.rules.states import AddressTaken, FormSentBefore, RegisteringReason
from eventreg.registration.rules.ways_in import WayKind
from eventreg.registration.services.answers import CONSENT_KIND
from eventreg.registration.services.registering import Submission
from eventreg.registration.views.filled_form import FilledForm
from eventreg.registration.views.form_pages import refusal_in
from eventreg.web import templating, traffic
from eventreg.web.access import Answer, Sending, requires, sends
from eventreg.web.forms import errors_in


@blueprint.get("/manage/events/<slug>/registrations/new")
@requires(Permission.ADD_PEOPLE)
def add_person(slug: str) -> Answer:
    """Show the choice of a category, or the questions of the one that `?category=` names."""
    event = _event_to_add_to()
    if event is None:
        return _cannot_add()
    category = _category(event, request.args.get("category", ""))
    if category is None:
        return _choice(event)
    return _page(event, _filled(event, category, is_sent=False), _terms(event, category, is_sent=False))


@blueprint.post("/manage/events/<slug>/registrations/new")
@requires(Permission.ADD_PEOPLE)
@traffic.takes_files
@sends(Sending.CHOICE)
def send_person(slug: str) -> Answer:
    """Register the person, or show the form again with what is to be checked."""
    event = _event_to_add_to()
    if event is None:
        return _cannot_add()
    category = _category(event, request.form.get("category", ""))
    if category is None:
        return _choice(event, _("Choose in which capacity the person takes part")), 422
    terms = _terms(event, category, is_sent=True)
    form = _filled(event, category, is_sent=True, is_relaxed=bool(terms.leaves_open.data))
    form.take_files()
    if not (form.is_valid() & terms.validate()) or form.misses_files():
        return _page(event, form, terms), 422
    return _register(event, form, terms)


def _register(event: Event, form: FilledForm, terms: AddingForm) -> Answer:
    submission = Submission(
        submission_key=form.submission_key,
        category_key=form.category.key,
        questionnaire_id=form.questionnaire_id,
        definition=definition_of(get_current_version(event.id)),
        privacy_notice_id=None,
        language=str(terms.language.data),
        answers=form.answers(),
        files=form.new_files,
        kept_files=form.counts_on,
    )
    wanted = OnBehalf(
        who=organizer(),
        is_approved=terms.status.data == CONFIRMED,
        tells=bool(terms.tells.data),
        asks=bool(terms.asks.data),
    )
    with form.refusals(busy=_("The desk is busy. Nothing is lost: send it once more.")) as outcome:
        registration = register_on_behalf(event.id, submission, Occasion.load(event), wanted)
        status = _(registration.status.title)
        flash(_("%(name)s is registered: %(status)s.", name=registration.full_name, status=status))
        return redirect(registration_url(event.slug, registration.reference), 303)
    refused = outcome.refused
    if isinstance(refused, AddressTaken):
        form.refuse_address(taken_words(refused.reference))
        return _page(event, form, terms), 409
    if isinstance(refused, FormSentBefore):
        _say_sent_before(form, refused.reference)
        return _page(event, form, terms), 409
    more = [("send", outcome.problem)] if outcome.problem else []
    code = 409 if outcome.is_for(RegisteringReason.TOO_MANY_FILES) else outcome.status_code
    return _page(event, form, terms, *more), code


def _say_sent_before(form: FilledForm, reference: str) -> None:
    """Say beside the address whom the form has registered. Sent again it registers one more: it goes on under another key."""
    form.go_on_under(new_submission_key())
    form.refuse_address(
        Markup("{} {}. {}").format(
            _("This form has registered somebody already:"),
            link_to(reference) or reference,
            _("To correct what was sent, change it there. Send the form once more to register one more person."),
        )
    )


def _event_to_add_to() -> Event | None:
    """Return the event with its days; None where it does not take place, or asks nothing yet."""
    event = get_event_whole(g.event.id)
    try:
        get_current_version(event.id)
    except NotFound:
        return None
    return None if event.is_called_off else event


def _cannot_add() -> Answer:
    return render_desk("onbehalf/add_impossible.html", "registrations"), 409


def _category(event: Event, key: str) -> Category | None:
    keys = {category.key for category in categories_in_sight()}
    return next((row for row in event.categories if row.key == key and key in keys), None)


def _choice(event: Event, complaint: str = "") -> str:
    keys = {category.key for category in categories_in_sight()}
    return render_desk(
        "onbehalf/add_category.html",
        "registrations",
        choices=[
            {"text": templating.plain_in_reader_language(row.name), "notes": category_notes(event, row), "key": row.key}
            for row in event.categories
            if row.key in keys
        ],
        complaint=complaint,
    )


def category_notes(event: Event, category: Category) -> list[str]:
    """Say what keeps the public from a category, which does not keep the team."""
    notes = [_("Private: by link, code or invitation alone")] if category.is_private else []
    reason = refusal_in(event, category)
    if reason is RegisteringReason.NOT_OPEN_YET:
        notes.append(_("Not open to the public yet"))
    elif reason is not None:
        notes.append(_("Closed to the public"))
    return notes


def _terms(event: Event, category: Category, *, is_sent: bool) -> AddingForm:
    if category.approval is ApprovalRule.AT_ONCE:
        rule = _("As the category has it: confirmed at once, while there is a place")
    else:
        rule = _("As the category has it: to review")
    return AddingForm(request.form if is_sent else None, event.languages[0], rule)


def _filled(event: Event, category: Category, *, is_sent: bool, is_relaxed: bool = False) -> FilledForm:
    version = get_current_version(event.id)
    definition = replace(definition_of(version), is_stepwise=False, has_summary=False)
    key = submission_key_or_new(request.form.get("submission_key")) if is_sent else new_submission_key()
    return FilledForm(
        event,
        category,
        version,
        key,
        is_sent=is_sent,
        came_by=WayKind.TEAM,
        definition=relaxed(definition) if is_relaxed else definition,
        leave_out={question.key for question in definition.questions() if question.kind == CONSENT_KIND},
    )


def _page(event: Event, form: FilledForm, terms: AddingForm, *problems: tuple[str, str]) -> str:
    faults = [*form.kept().errors(), *errors_in(terms), *problems]
    return render_desk(
        "onbehalf/add_person.html",
        "registrations",
        answers=form,
        terms=terms,
        faults=faults,
        notes=category_notes(event, form.category),
    )
