"""The team acts on one registration for the person: moves, hands on, withdraws, sets the language, sends again.

What the pages of such acts have in common stands here too.
"""

from dataclasses import replace
from typing import Any

from flask import abort, flash, g, request
from flask_babel import gettext as _, ngettext
from markupsafe import Markup

from eventreg.attendees.queries.person import get_dossier, holds_place
from eventreg.attendees.services.team_acts import TeamAct
from eventreg.attendees.views import desk, history, person
from eventreg.audit.queries import TrailFilter, list_trail
from eventreg.events import checks, organizers
from eventreg.events.announcing import Announcing, announced
from eventreg.events.models import Category, Event
from eventreg.events.queries.events import get_event_whole, list_days
from eventreg.events.rules.seats import Seats
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.i18n.languages import known_languages
from eventreg.kernel.errors import NotFound
from eventreg.onbehalf.forms import ActForm, HandOnForm, MoveForm, WordedForm
from eventreg.onbehalf.rules import action_of_move
from eventreg.onbehalf.services import care
from eventreg.onbehalf.services.moving import CategoryMove, hand_on, list_unanswered, move_to_category
from eventreg.onbehalf.views import blueprint
from eventreg.questionnaires.kinds import Context
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import AddressTaken, ChangeReason, next_status
from eventreg.selfservice.copies import end_copies
from eventreg.web.access import Answer, Sending, may, requires, sends
from eventreg.web.refusals import Refusals
from eventreg.web.templating import plain_in_reader_language


def check_may(*permissions: Permission) -> None:
    """Refuse whoever lacks one of these, beside what the view asks for."""
    if not all(may(permission) for permission in permissions):
        abort(403)


def newest_entry(registration: Registration) -> int:
    """Return the position of the newest entry of a registration's history."""
    about = TrailFilter(record_kind="registration", record_id=registration.id)
    return max((trace.entry.position for trace in list_trail(registration.event_id, about, 1)), default=0)


def act_of(form: ActForm) -> TeamAct:
    """Return the act that a form was sent for, or end the request."""
    act = form.act(organizers.organizer())
    if act is None:
        abort(400)
    return replace(act, announcing=Announcing(act.who, request.form.get("announced", "")))


def act_page(
    template: str, registration: Registration, form: Any, outcome: Refusals | None = None, **values: Any
) -> str:
    """Return the page of an act. Was it refused since something happened meanwhile, what happened stands on it.

    The form then holds the state of now, so that sending it again is an answer to what is shown.
    """
    happened = []
    if outcome is not None and outcome.is_for(ChangeReason.CHANGED_MEANWHILE):
        happened = _since(g.event, registration, form.entry)
        form.seen_revision.data = str(desk.the_registration(registration.reference).revision)
    state = desk.read_list_state(desk.categories_in_sight())
    return render_desk(
        template,
        "registrations",
        registration=registration,
        form=form,
        problem=outcome.problem if outcome is not None else "",
        announcement=announced(outcome) if outcome is not None else None,
        happened=happened,
        back_url=desk.url_of(registration.reference),
        here=lambda address: desk.with_query(address, state),
        **values,
    )


def _since(event: Event, registration: Registration, entry: int) -> list[dict[str, Any]]:
    """Return what happened to a registration after an entry of its history, as `components/timeline.html` shows it."""
    dossier = get_dossier(event, registration.reference, g.event_access.scope)
    dossier = replace(dossier, traces=[trace for trace in dossier.traces if trace.entry.position > entry])
    context = Context.of(event, list_days(event.id))
    return history.history_shown(dossier, event, context, g.event_access.sight.has_contact_data)


def taken_words(reference: str) -> str:
    """Say that an address is registered, with the way to that registration for whoever may see it."""
    link = link_to(reference)
    if link is None:
        return _("There is already a registration with this address.")
    return Markup("{} {}").format(_("There is already a registration with this address:"), link)


def link_to(reference: str) -> Markup | None:
    """Return the way to a registration for whoever may see it."""
    try:
        there = desk.the_registration(reference)
    except NotFound:
        return None
    address = desk.registration_url(g.event.slug, reference)
    return Markup('<a class="govuk-link" href="{}">{}, {}</a>').format(address, there.full_name, reference)


_ONE = "/manage/events/<slug>/registrations/<reference>"


@blueprint.get(f"{_ONE}/category")
@requires(Permission.DECIDE)
def choose_category(slug: str, reference: str) -> Answer:
    """Show the other categories, each with what would come of the status, and what is asked there and not answered."""
    return _move_page(desk.the_registration(reference), _move_form(desk.the_registration(reference), None))


@blueprint.post(f"{_ONE}/category")
@requires(Permission.DECIDE)
@sends(Sending.ANNOUNCED)
def move_person(slug: str, reference: str) -> Answer:
    """Move the person."""
    registration = desk.the_registration(reference)
    form = _move_form(registration, request.form)
    with form.refusals(to_team=True) as outcome:
        form.check()
        wish = CategoryMove(form.category.data, form.words.data or "", form.asks.data)
        status = move_to_category(g.event.id, reference, wish, act_of(form))
        flash(_("Moved. The registration is now: %(status)s.", status=_(status.title)))
        return desk.back_to(reference)
    return _move_page(registration, form, outcome), outcome.status_code


@blueprint.get(f"{_ONE}/hand-on")
@requires(Permission.ADD_PEOPLE)
def ask_to_hand_on(slug: str, reference: str) -> Answer:
    """Ask who takes the place."""
    registration = desk.the_registration(reference)
    return act_page("onbehalf/hand_on.html", registration, _hand_on_form(registration, None))


@blueprint.post(f"{_ONE}/hand-on")
@requires(Permission.ADD_PEOPLE)
@sends(Sending.NAMED)
def hand_person_on(slug: str, reference: str) -> Answer:
    """Give the registration to the person who was named."""
    registration = desk.the_registration(reference)
    form = _hand_on_form(registration, request.form)
    with form.refusals(to_team=True) as outcome:
        form.check()
        hand_on(g.event.id, reference, form.person, act_of(form))
        flash(_("Transferred. The new person is asked by email to complete the registration."))
        return desk.back_to(reference)
    if isinstance(outcome.refused, AddressTaken):
        form.email.errors = [taken_words(outcome.refused.reference)]
    return act_page("onbehalf/hand_on.html", registration, form, outcome), outcome.status_code


@blueprint.get(f"{_ONE}/withdraw")
@requires(Permission.DECIDE)
def ask_to_withdraw(slug: str, reference: str) -> Answer:
    """Ask once more before somebody is withdrawn."""
    registration = desk.the_registration(reference)
    return act_page("onbehalf/withdraw.html", registration, WordedForm(None, registration, newest_entry(registration)))


@blueprint.post(f"{_ONE}/withdraw")
@requires(Permission.DECIDE)
@sends(Sending.ANNOUNCED)
def withdraw_person(slug: str, reference: str) -> Answer:
    """Withdraw for the person."""
    registration = desk.the_registration(reference)
    form = WordedForm(request.form, registration, newest_entry(registration))
    with form.refusals(to_team=True) as outcome:
        form.check()
        care.withdraw_for(g.event.id, reference, form.words.data or "", act_of(form))
        flash(_("Withdrawn. The place goes to the waiting list."))
        return desk.back_to(reference)
    return act_page("onbehalf/withdraw.html", registration, form, outcome), outcome.status_code


@blueprint.post(f"{_ONE}/language")
@requires(Permission.DECIDE)
def choose_language(slug: str, reference: str) -> Answer:
    """Have the person's mails written in another language from now on."""
    language = request.form.get("language", "")
    if language not in known_languages():
        desk.the_registration(reference)
        abort(400)
    care.set_language(g.event.id, reference, language, organizers.organizer())
    flash(_("Saved. From now on the emails are written in this language."))
    return desk.back_to(reference, "messages")


@blueprint.post(f"{_ONE}/copies/end")
@requires(Permission.DECIDE)
def end_copies_of(slug: str, reference: str) -> Answer:
    """Send no more copies to whom the person named."""
    registration = desk.the_registration(reference)
    end_copies(g.event.id, registration.id, organizers.organizer(), is_refused=True)
    flash(_("Nobody gets copies any more."))
    return desk.back_to(reference, "messages")


@blueprint.post(f"{_ONE}/send-again")
@requires(Permission.SEND_MESSAGES)
@sends(Sending.NAMED)
def send_again_to(slug: str, reference: str) -> Answer:
    """Send the personal link, or the message of the present status again."""
    only_link = request.form.get("do") == "link"
    with Refusals(to_team=True, busy=_("The desk is busy. Nothing is lost: send it once more.")) as outcome:
        send = care.send_link_to if only_link else care.send_where_it_stands
        send(g.event.id, reference, organizers.organizer())
        flash(_("The personal link is on its way.") if only_link else _("The email is on its way."))
        return desk.back_to(reference, "messages")
    return person.dossier_page(reference, problem=outcome.problem), outcome.status_code


def _hand_on_form(registration: Registration, sent: Any) -> HandOnForm:
    return HandOnForm(sent, registration, newest_entry(registration), language=registration.language)


def _move_page(registration: Registration, form: MoveForm, outcome: Refusals | None = None) -> str:
    return act_page("onbehalf/move.html", registration, form, outcome, category=registration.category)


def _move_form(registration: Registration, sent: Any) -> MoveForm:
    form = MoveForm(sent, registration, newest_entry(registration))
    seats = checks.occupancy().seats_of(get_event_whole(g.event.id))
    if holds_place(registration.id):
        seats = seats.without(registration.category_id)
    others = [each for each in desk.categories_in_sight() if each.id != registration.category_id]
    form.offer([(each.key, plain_in_reader_language(each.name), _hint(seats, registration, each)) for each in others])
    return form


def _hint(seats: Seats, registration: Registration, category: Category) -> str:
    """Say what would come of the status, in `seats` without the person's place, and what is asked and not answered."""
    action = action_of_move(
        registration.status,
        category.approval,
        category.pending_counts,
        seats.of(category.id),
        registration.approved_at is not None,
    )
    after = (next_status(registration.status, action) if action else None) or registration.status
    if action is None:
        words = [_("Stays: %(status)s.", status=_(after.title))]
    else:
        words = [_("Becomes: %(status)s.", status=_(after.title))]
    unanswered = list_unanswered(registration, category)
    if unanswered:
        labels = "; ".join(plain_in_reader_language(question.label) for question in unanswered)
        words.append(
            ngettext(
                "%(num)d question is not answered: %(labels)s.",
                "%(num)d questions are not answered: %(labels)s.",
                len(unanswered),
                labels=labels,
            )
        )
    return " ".join(words)
