"""One's own registration: read, as page, receipt, calendar and files; its answers changed; permissions, language, address and
withdrawal.
"""

from flask import Response, abort, g, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from eventreg.audit.services import Actor
from eventreg.i18n.languages import current_language, known_languages, own_name, switch_language
from eventreg.kernel.clock import now
from eventreg.kernel.tokens import new_submission_key, submission_key_or_new
from eventreg.programme.calendars import CalendarPerson, personal_calendar
from eventreg.questionnaires.queries import get_version
from eventreg.registration.emails import OWN_PAGE, sequence_of
from eventreg.registration.forms import NewAddressForm
from eventreg.registration.queries import answers, registrations
from eventreg.registration.rules.states import STANDING, Status
from eventreg.registration.services import answer_changes, links
from eventreg.registration.services.answers import list_of_registration, open_upload
from eventreg.registration.views.filled_form import FilledForm, follow_language
from eventreg.selfservice import copies, services
from eventreg.selfservice.views import blueprint, requests, sessions
from eventreg.selfservice.views.page import OwnRegistration, is_over, own_sections, yes_or_no
from eventreg.web import downloads, instance, limits, traffic
from eventreg.web.access import Answer, personal
from eventreg.web.forms import checks_token_itself
from eventreg.web.refusals import REFUSAL, Refusals, refuse


@blueprint.get("/my/<token>/received")
@personal
def show_receipt(token: str) -> str | BaseResponse:
    """Show what came of the form: the reference, the status, what happens next. Later on, one's own page says more."""
    own = OwnRegistration.open(token)
    if own.status not in STANDING or own.event.is_called_off:
        return own.back(code=302)
    return render_template(
        "selfservice/receipt.html",
        **own.frame(),
    )


@blueprint.get("/my/<token>")
@personal
def show_own(token: str) -> str:
    """Show one's own registration with everything that can be done about it."""
    own = OwnRegistration.open(token)
    return render_template(
        "selfservice/own.html",
        merged_into=registrations.find_merged_into(own.registration.id) if own.status is Status.CANCELLED else None,
        answers=own.answer_rows(),
        consents=own.consent_rows(),
        new_address=registrations.find_waiting_address(own.registration.id, now()),
        requests=requests.requests_shown(own),
        yes_or_no=yes_or_no,
        sections=[section(own) for section in own_sections()],
        **sessions.belongings(own),
        **own.frame(),
    )


@blueprint.get("/my/<token>/calendar.ics")
@personal
def download_calendar(token: str) -> Response:
    """Return the days the person comes as a calendar file. Only a confirmed place goes into a calendar."""
    own = OwnRegistration.open(token)
    if own.status is not Status.CONFIRMED:
        abort(404)
    g.event = own.event
    registration = own.registration
    content = personal_calendar(
        own.event,
        own.occasion.days_attended(answers.find_day_ids(registration)),
        CalendarPerson(registration.full_name, registration.email),
        public_id=registration.public_id,
        method="PUBLISH",
        language=current_language(),
        url=instance.address_of("site.show_event", slug=own.event.slug),
        sequence=sequence_of(own.event, registration),
        stamp=registration.status_changed_at,
    )
    return downloads.as_attachment(content.encode("utf-8"), f"{own.event.slug}.ics", "text/calendar; charset=utf-8")


@blueprint.get("/my/<token>/files/<public_id>")
@personal
def download_file(token: str, public_id: str) -> Response:
    """Return a file that the person uploaded."""
    registration = registrations.get_by_token(token, OWN_PAGE)
    file = open_upload(registration.event_id, registration.id, public_id)
    return downloads.as_attachment(file.content, file.name, file.media_type)


@blueprint.get("/my/<token>/answers")
@personal
def edit_answers(token: str) -> Answer:
    """Show one's answers as a form."""
    own = OwnRegistration.open(token)
    if not own.may_change:
        return own.back(code=302)
    return _page(own, _form(own, new_submission_key(), is_sent=False))


@blueprint.post("/my/<token>/answers")
@personal
@checks_token_itself
@limits.limited("60 per 10 minutes")
@traffic.takes_files
def save_answers(token: str) -> Answer:
    """Keep changed answers, or show the form again with what is to be checked."""
    own = OwnRegistration.open(token)
    follow_language()
    form = _form(own, submission_key_or_new(request.form.get("submission_key")), is_sent=True)
    form.take_files()
    with form.refusals() as outcome:
        form.check()
        files = form.changed_files()
        if answer_changes.change_answers(own.event.id, own.registration.id, form.answers(), files):
            return own.back(_("Your changes are saved. We have sent you a message about them."))
        return own.back(_("Nothing was changed."))
    if is_over(outcome):
        return own.back(outcome.problem, tone=REFUSAL)
    return _page(own, form, outcome.problem), outcome.status_code


def _form(own: OwnRegistration, submission_key: str, *, is_sent: bool) -> FilledForm:
    registration = own.registration
    return FilledForm(
        own.event,
        registration.category,
        get_version(registration.questionnaire_id),
        submission_key,
        is_sent=is_sent,
        came_by=registration.came_by,
        definition=own.asked.definition,
        answers={**own.given_consents(), **answers.load_answers(registration, own.asked.definition)},
        standing=list_of_registration(registration.id),
        leave_out=own.kept_apart(),
        frozen=own.frozen_keys(),
    )


def _page(own: OwnRegistration, form: FilledForm, message: str = "") -> str:
    return render_template("selfservice/answers.html", form=form, errors=form.faults(message), **own.frame())


@blueprint.post("/my/<token>/consents")
@personal
@limits.limited("60 per 10 minutes")
def save_consents(token: str) -> Answer:
    """Record what the person agrees to from now on."""
    own = OwnRegistration.open(token)
    given = {question.key: question.key in request.form for question in own.consent_questions()}
    services.record_consent_changes(own.event.id, own.registration.id, given, current_language())
    return own.back(_("Your permissions are saved."))


@blueprint.post("/my/<token>/language")
@personal
@limits.limited("60 per 10 minutes")
def save_language(token: str) -> Answer:
    """Write the person's messages in another language from now on."""
    own = OwnRegistration.open(token)
    language = request.form.get("language", "")
    if language in known_languages():
        services.change_language(own.event.id, own.registration.id, language)
        switch_language(language)
        return own.back(_("From now on we write to you in this language."))
    return own.back()


@blueprint.route("/my/<token>/address", methods=["GET", "POST"])
@personal
@limits.limited("10 per hour")
def change_address(token: str) -> Answer:
    """Ask for another mail address; its holder confirms it by mail."""
    own = OwnRegistration.open(token)
    form = NewAddressForm()
    if request.method != "POST":  # HEAD asks for the page too
        return _address_page(own, form)
    with form.refusals() as outcome:
        form.check()
        links.request_address_change(own.event.id, own.registration.id, form.email.address)
        return own.back(_("We have sent a message to %(email)s. Confirm the address there.", email=form.email.address))
    if outcome.problem:
        refuse(form.email, outcome.problem)
    return _address_page(own, form), 422


@blueprint.route("/my/<token>/copies", methods=["GET", "POST"])
@personal
@limits.limited("30 per hour")
def name_own_copy(token: str) -> Answer:
    """Name who gets copies, or end them."""
    own = OwnRegistration.open(token)
    person, asks_form = own.registration, request.form.get("do") != "end"
    form = copies.CopyForm(data={"language": person.copy_language or person.language})
    form.language.choices = [(code, own_name(code)) for code in known_languages()]
    if request.method != "POST":
        return render_template("selfservice/copies.html", form=form, **own.frame())
    with form.refusals(beside="email") as outcome:
        if not asks_form:
            copies.end_copies(own.event.id, person.id, Actor.participant(person.id))
            return own.back(_("Nobody gets copies any more."))
        form.check()
        copies.name_copy(own.event.id, person.id, form.email.address, form.language.data)
        return own.back(_("Copies go to %(email)s from now on.", email=form.email.address))
    return render_template("selfservice/copies.html", form=form, **own.frame()), outcome.status_code


@blueprint.route("/my/<token>/withdraw", methods=["GET", "POST"])
@personal
@limits.limited("30 per 10 minutes")
def withdraw_own(token: str) -> Answer:
    """Ask once more, then withdraw."""
    own = OwnRegistration.open(token)
    if request.method == "POST":
        with Refusals() as outcome:
            services.withdraw(own.event.id, own.registration.id)
        return own.back(outcome.problem, tone=REFUSAL)
    if not own.may_withdraw:
        return own.back(code=302)
    return render_template("selfservice/withdraw.html", **own.frame())


def _address_page(own: OwnRegistration, form: NewAddressForm) -> str:
    return render_template("selfservice/address.html", form=form, **own.frame())
