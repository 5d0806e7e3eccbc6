"""The team moves somebody to another category."""

from __future__ import annotations

from typing import Any

from flask import flash, g, request
from flask_babel import gettext as _
from flask_babel import ngettext

from eventreg.events.models import Category
from eventreg.events.occupancy import occupancy
from eventreg.events.rules.seats import Seats
from eventreg.events.rules.team import Permission
from eventreg.registration.models import Registration
from eventreg.registration.rules.moving import action_of_move
from eventreg.registration.rules.refusals import ChangeRefused
from eventreg.registration.rules.states import next_status
from eventreg.registration.services.category_moves import Move, list_unanswered
from eventreg.registration.wording import status_for_team
from eventreg.review.forms.team_acts import MoveForm
from eventreg.review.queries.dossier import holds_place
from eventreg.review.services.on_behalf import move_in_scope
from eventreg.review.views import blueprint
from eventreg.review.views.acting import (
    act_of,
    act_page,
    back_to,
    newest_entry,
    the_event,
    the_registration,
)
from eventreg.review.views.listing import categories_in_sight
from eventreg.web.access import Answer, requires
from eventreg.web.templating import plain_in_reader_language

_ADDRESS = "/manage/events/<slug>/registrations/<reference>/category"


@blueprint.get(_ADDRESS)
@requires(Permission.DECIDE)
def choose_category(slug: str, reference: str) -> Answer:
    """Show the other categories, each with what would come of the status, and what is asked there and not answered."""
    registration = the_registration(reference)
    return _page(registration, _form(registration, is_sent=False))


@blueprint.post(_ADDRESS)
@requires(Permission.DECIDE)
def move_person(slug: str, reference: str) -> Answer:
    """Move the person."""
    registration = the_registration(reference)
    form = _form(registration, is_sent=True)
    key, words = form.read_category(), form.read_words()
    if key is None or words is None:
        return _page(registration, form), 422
    try:
        wish = Move(key, words, bool(form.asks.data))
        status = move_in_scope(g.event.id, reference, wish, act_of(form), g.event_access.scope)
    except ChangeRefused as refused:
        return _page(registration, form, refused), 409
    flash(_("Moved. The registration is now: %(status)s.", status=status_for_team(status)))
    return back_to(registration)


def _form(registration: Registration, *, is_sent: bool) -> MoveForm:
    form = MoveForm(request.form if is_sent else None, registration, newest_entry(registration))
    seats = occupancy().seats_of(the_event())
    if holds_place(registration.id):
        seats = seats.without(registration.category_id)
    others = [each for each in categories_in_sight() if each.id != registration.category_id]
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
        words = [_("Stays: %(status)s.", status=status_for_team(after))]
    else:
        words = [_("Becomes: %(status)s.", status=status_for_team(after))]
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


def _page(registration: Registration, form: MoveForm, refused: ChangeRefused | None = None) -> str:
    errors = form.errors_list() if form.keys else []
    values: dict[str, Any] = {"errors": errors, "category": registration.category}
    return act_page("review/move.html", registration, form, refused, **values)
