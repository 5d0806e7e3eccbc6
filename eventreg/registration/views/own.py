"""One's own registration, read: the receipt, the page, the calendar file, one's own files."""

from __future__ import annotations

from flask import Response, abort, g, render_template
from werkzeug.wrappers import Response as BaseResponse

from eventreg.events.calendars import CalendarPerson, personal_calendar
from eventreg.i18n.languages import current_language
from eventreg.registration.emails import OWN_PAGE, sequence_of
from eventreg.registration.merged import find_merged_into
from eventreg.registration.queries.answers import find_day_ids
from eventreg.registration.queries.registrations import get_by_token
from eventreg.registration.rules.states import STANDING, Status
from eventreg.registration.services.uploads import open_upload
from eventreg.registration.views import blueprint
from eventreg.registration.views.own_page import OwnRegistration, yes_or_no
from eventreg.registration.views.own_requests import requests_shown
from eventreg.registration.views.own_sessions import belongings
from eventreg.registration.wording import status_explained, status_for_participant
from eventreg.web.access import personal
from eventreg.web.addresses import address_of
from eventreg.web.downloads import as_attachment


@blueprint.get("/my/<token>/received")
@personal
def show_receipt(token: str) -> str | BaseResponse:
    """Show what came of the form: the reference, the status, what happens next. Later on, one's own page says more."""
    own = OwnRegistration.open(token)
    if own.status not in STANDING or own.event.is_called_off:
        return own.back(code=302)
    return render_template(
        "registration/receipt.html",
        status_word=status_for_participant(own.status),
        status_sentence=status_explained(own.status),
        **own.frame(),
    )


@blueprint.get("/my/<token>")
@personal
def show_own(token: str) -> str:
    """Show one's own registration with everything that can be done about it."""
    own = OwnRegistration.open(token)
    return render_template(
        "registration/own.html",
        status_word=status_for_participant(own.status),
        status_sentence=status_explained(own.status),
        merged_into=find_merged_into(own.registration.id) if own.status is Status.CANCELLED else None,
        answers=own.answer_rows(),
        consents=own.consent_rows(),
        requests=requests_shown(own),
        yes_or_no=yes_or_no,
        **belongings(own),
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
        own.occasion.days_attended(find_day_ids(registration)),
        CalendarPerson(registration.full_name, registration.email),
        public_id=registration.public_id,
        method="PUBLISH",
        language=current_language(),
        url=address_of("site.show_event", slug=own.event.slug),
        sequence=sequence_of(own.event, registration),
        stamp=registration.status_changed_at,
    )
    return as_attachment(content.encode("utf-8"), f"{own.event.slug}.ics", "text/calendar; charset=utf-8")


@blueprint.get("/my/<token>/files/<public_id>")
@personal
def download_file(token: str, public_id: str) -> Response:
    """Return a file that the person uploaded."""
    registration = get_by_token(token, OWN_PAGE)
    file = open_upload(registration.event_id, registration.id, public_id)
    return as_attachment(file.content, file.name, file.media_type)
