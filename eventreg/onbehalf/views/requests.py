"""What one person is asked to answer: seen, reminded, taken back, put off; and asking to check answers."""

from contextlib import suppress
from datetime import date

from flask import abort, flash, g, request
from flask_babel import gettext as _

from eventreg.attendees.views import desk, person
from eventreg.events.organizers import organizer
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.kernel.errors import N_, Refused
from eventreg.onbehalf.services import care
from eventreg.onbehalf.views import blueprint
from eventreg.registration.queries.answers import find_asked
from eventreg.registration.services import answers, requests
from eventreg.web.access import Answer, Sending, requires, sends
from eventreg.web.refusals import Refusals
from eventreg.web.templating import plain_in_reader_language


@blueprint.get("/manage/events/<slug>/registrations/<reference>/correction")
@requires(Permission.DECIDE)
def choose_answers(slug: str, reference: str) -> Answer:
    """Show which answers the person can be asked to check."""
    return _page(reference)


@blueprint.post("/manage/events/<slug>/registrations/<reference>/correction")
@requires(Permission.DECIDE)
@sends(Sending.NAMED)
def ask_correction(slug: str, reference: str) -> Answer:
    """Ask the person to check some answers, with the reason that the person reads."""
    keys, reason = request.form.getlist("question"), request.form.get("reason", "")
    with Refusals() as outcome:
        day = _read_day(request.form.get("until", ""))
        requests.ask_for_correction(g.event.id, reference, keys, reason, organizer(), day)
        flash(_("The person is asked and gets an email."))
        return desk.back_to(reference)
    return _page(reference, outcome), outcome.status_code


@blueprint.post("/manage/events/<slug>/registrations/<reference>/requests/<int(max=2147483647):request_id>")
@requires(Permission.DECIDE)
@sends(Sending.NAMED)
def see_to_request(slug: str, reference: str, request_id: int) -> Answer:
    """Remind the person now, take the request back, or let it be answered until another day."""
    with Refusals() as outcome:
        flash(_act(reference, request_id))
        return desk.back_to(reference)
    return person.dossier_page(reference, problem=outcome.problem), 409


def _act(reference: str, request_id: int) -> str:
    wish, which = request.form.get("do"), (g.event.id, reference, request_id)
    if wish == "remind":
        care.remind_now(*which, organizer())
        return _("The reminder is written.")
    if wish == "take_back":
        care.take_back(*which, organizer())
        return _("The request is taken back.")
    day = _read_day(request.form.get("until", ""))
    if wish != "put_off" or day is None:
        abort(400)
    care.put_off(*which, day, organizer())
    return _("The deadline is put off.")


def _page(reference: str, outcome: Refusals | None = None) -> str:
    registration = desk.the_registration(reference)
    asked = find_asked(registration).definition.questions_for(registration.category.key)
    offered = [
        (question.key, plain_in_reader_language(question.label))
        for question in asked
        if question.kind != answers.CONSENT_KIND and question.column != "email"
    ]
    return render_desk(
        "onbehalf/correction.html",
        "registrations",
        registration=registration,
        offered=offered,
        chosen=set(request.form.getlist("question")),
        reason=request.form.get("reason", ""),
        until=request.form.get("until", ""),
        faults=[(outcome.refused.field, outcome.problem)] if outcome and outcome.refused else [],
        longest_reason=requests.LONGEST_REASON,
        back_url=desk.url_of(reference),
    )


def _read_day(text: str) -> date | None:
    """Return the day that was typed; nothing typed is no day, and in order. Raises Refused."""
    if not text.strip():
        return None
    with suppress(ValueError):
        day = date.fromisoformat(text.strip())
        # Beyond it the end of the day could not be told in every zone.
        if 1 < day.year < 9999:
            return day
    raise Refused(N_("Write the day as in 2027-03-05"), field="until")
