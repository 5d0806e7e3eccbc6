"""Writing to many: what the page of a draft asks and shows, the message in its frame, and the trial on oneself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Response, flash, g, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from eventreg.events.models import Event
from eventreg.events.queries.for_registration import get_event_whole
from eventreg.events.rules.team import Permission
from eventreg.i18n.languages import own_name
from eventreg.kernel.clock import now
from eventreg.kernel.errors import Refusal
from eventreg.mail.markers import mask, mask_html
from eventreg.mail.rules import DeliveryState
from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails import Occasion
from eventreg.registration.emails.placeholders import offered
from eventreg.registration.emails.previews import sample_person
from eventreg.registration.emails.written import WRITTEN, written_message
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import find_day_ids
from eventreg.registration.rules.message_texts import IN_WRITTEN_BODY
from eventreg.registration.rules.states import Status
from eventreg.registration.wording import status_for_team
from eventreg.review.forms.run_writing import WriteRunForm
from eventreg.review.models import Run
from eventreg.review.queries.run_people import count_messages, count_statuses, find_person
from eventreg.review.queries.run_previews import RunFigures, get_figures
from eventreg.review.rules.runs import RunAct
from eventreg.review.services.run_writing import text_of, try_on_oneself
from eventreg.review.services.runs import save_details
from eventreg.review.views import blueprint
from eventreg.review.views.messages import MAIL_POLICY
from eventreg.review.views.run_drafts import draft_of_ones_own, draft_page
from eventreg.review.views.run_pages import PAGES, ActPage, reading_languages
from eventreg.review.wording.runs import run_refused
from eventreg.web.access import requires

Answer = str | BaseResponse | tuple[str, int]
_RUN = "/manage/events/<slug>/registrations/runs/<public_id>"
#: whom one may not have meant to write to
_POINTED_OUT = (Status.DECLINED, Status.CANCELLED, Status.WAITLISTED)


class Shown(NamedTuple):
    """The message as one of the people gets it."""

    subject: str
    text: str
    language: str
    name: str
    reference: str
    #: nobody among them is called as it was typed: it is the first
    is_another: bool


class WritePage(ActPage):
    """A message: subject and words in the languages that the people read, shown as any of them gets it."""

    template = "review/_run_write.html"
    after_template = "review/_run_written.html"

    def form(self, event: Event, run: Run, figures: RunFigures) -> WriteRunForm:
        details = run.details
        form = WriteRunForm(
            reading_languages(event, figures),
            subject=details.get("subject", {}),
            body=details.get("body", {}),
            falls_back=bool(details.get("falls_back")),
            who=details.get("who", ""),
        )
        if request.method == "GET":
            # What was saved to be looked at is told what is wrong with it as well.
            form.check_words()
        return form

    def details(self, form: WriteRunForm) -> dict[str, Any]:
        return {
            "subject": form.subject.data,
            "body": form.body.data,
            "falls_back": bool(form.falls_back.data),
            "who": form.typed_who,
        }

    def check(self, form: WriteRunForm, event: Event, run: Run, figures: RunFigures) -> bool:
        is_sound = bool(form.validate())
        return form.is_complete(figures.by_language) and is_sound

    def shown(self, form: WriteRunForm, event: Event, run: Run, figures: RunFigures) -> Mapping[str, Any]:
        statuses = count_statuses(run)
        return {
            "readers": [(own_name(code), number) for code, number in figures.by_language.items()],
            "pointed_out": [
                (status_for_team(status), statuses[status]) for status in _POINTED_OUT if statuses.get(status)
            ],
            "all_people": sum(statuses.values()),
            "placeholders": offered(IN_WRITTEN_BODY),
            "message": _shown(event, run) if run.details.get("body") else None,
            "own_address": current_user.email,
        }

    def after(self, event: Event, run: Run) -> Mapping[str, Any]:
        counts = count_messages(run, WRITTEN)
        text = text_of(run)
        return {
            "texts": [
                (code, own_name(code), text.subject.get(code, ""), text.body.get(code, ""))
                for code in dict.fromkeys((*text.subject, *text.body))
            ],
            "waiting": counts.get(DeliveryState.QUEUED, 0) + counts.get(DeliveryState.HELD, 0),
            "gone": counts.get(DeliveryState.SENT, 0) + counts.get(DeliveryState.SENDING, 0),
            "failed": counts.get(DeliveryState.FAILED, 0),
        }


PAGES[RunAct.WRITE] = WritePage()


@blueprint.get(f"{_RUN}/html")
@requires(Permission.SEND_MESSAGES)
def show_run_message_html(slug: str, public_id: str) -> Response:
    """Show the HTML part of a draft's message alone, for the frame of its page."""
    line = draft_of_ones_own(public_id, RunAct.WRITE)
    message, _person, _is_another = _message(get_event_whole(g.event.id), line.run)
    response = make_response(mask_html(message.html, message.marker, _("[personal link]")))
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@blueprint.post(f"{_RUN}/trial")
@requires(Permission.SEND_MESSAGES)
def try_run_message(slug: str, public_id: str) -> Answer:
    """Keep what was written, and send it to whoever wrote it, as one of the people would get it."""
    line = draft_of_ones_own(public_id, RunAct.WRITE)
    event, run = get_event_whole(g.event.id), line.run
    page = WritePage()
    form = page.form(event, run, get_figures(run))
    is_sound = bool(form.validate())
    save_details(run.id, page.details(form))
    if is_sound and not form.body.data:
        form.body.refuse(form.languages[0], _("Write this text"))
        is_sound = False
    if not is_sound:
        return draft_page(line, form), 422
    person = find_person(run, g.event_access.scope, form.typed_who) or find_person(run, g.event_access.scope)
    try:
        try_on_oneself(run.id, person or sample_person(event, form.languages[0]), current_user.email, current_user.id)
    except Refusal as refused:
        return draft_page(line, form, run_refused(refused)), 429
    flash(_("Sent to you at %(address)s. Nobody else has got anything yet.", address=current_user.email))
    return redirect(url_for("review.show_run", slug=slug, public_id=public_id), 303)


def _shown(event: Event, run: Run) -> Shown:
    message, person, is_another = _message(event, run)
    text = mask(message.text, message.marker, _("[personal link]"))
    return Shown(message.subject, text, message.language, person.full_name, person.reference, is_another)


def _message(event: Event, run: Run) -> tuple[OutgoingMessage, Registration, bool]:
    """Return a draft's message as the person asked for would get it, else as the first."""
    scope, typed = g.event_access.scope, str(run.details.get("who", ""))
    asked = find_person(run, scope, typed)
    person = asked or find_person(run, scope) or sample_person(event, event.languages[0])
    days = find_day_ids(person) if person.id else frozenset[int]()
    message = written_message(Occasion.load(event), person, days, text_of(run), "preview", now())
    return message, person, bool(typed) and asked is None
