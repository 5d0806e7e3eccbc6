"""Writing to many: what the page of a draft asks and shows, the message in its frame, and the trial on oneself."""

from collections.abc import Mapping
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from eventreg.attendees.queries.messages import WRITTEN
from eventreg.attendees.rules.acts import RunAct
from eventreg.audit.services import acting
from eventreg.bulk.emails import written_message
from eventreg.bulk.forms import WriteRunForm
from eventreg.bulk.models import Run
from eventreg.bulk.queries.previews import RunFigures, get_figures
from eventreg.bulk.queries.runs import count_messages, count_statuses, find_person, get_run
from eventreg.bulk.services import runs, writing
from eventreg.bulk.views import blueprint
from eventreg.bulk.views.drafts import draft_of_ones_own, draft_page
from eventreg.bulk.views.pages import PAGES, ActPage, reading_languages
from eventreg.events.models import Event
from eventreg.events.organizers import organizer
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.team import Permission
from eventreg.i18n.languages import name_of, own_name
from eventreg.kernel.clock import now
from eventreg.kernel.errors import N_, Refused
from eventreg.mail.rules import DeliveryState
from eventreg.mail.services import OutgoingMessage
from eventreg.messages.emails import sample_person
from eventreg.registration.emails import Occasion
from eventreg.registration.emails.placeholders import offered
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import find_day_ids
from eventreg.registration.rules.messages import IN_WRITTEN_BODY
from eventreg.registration.rules.states import Status
from eventreg.web.access import Answer, requires

_RUN = "/manage/events/<slug>/registrations/runs/<public_id>"
#: whom one may not have meant to write to
_POINTED_OUT = (Status.DECLINED, Status.CANCELLED, Status.WAITLISTED)


class WritePage(ActPage):
    """A message: subject and words in the languages that the people read, shown as any of them gets it."""

    template = "bulk/_run_write.html"
    after_template = "bulk/_run_written.html"

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
            "readers": [(name_of(code), number) for code, number in figures.by_language.items()],
            "pointed_out": [(_(status.title), statuses[status]) for status in _POINTED_OUT if statuses.get(status)],
            "all_people": sum(statuses.values()),
            "placeholders": offered(IN_WRITTEN_BODY),
            "is_nobody": bool(run.details.get("who")) and _asked_for(run) is None,
            "own_address": current_user.email,
        }

    def writes(self, run: Run) -> bool:
        return bool(run.details.get("body"))

    def compose(self, occasion: Occasion, run: Run, person: Registration, *, waits: bool) -> OutgoingMessage | None:
        """Return the mail; of the people of a language, the one who was asked for is shown."""
        asked = _asked_for(run)
        shown = asked if asked is not None and asked.language == person.language else person
        return written_message(occasion, shown, find_day_ids(shown), writing.text_of(run), "preview", now())

    def after(self, event: Event, run: Run) -> Mapping[str, Any]:
        counts = count_messages(run, WRITTEN)
        text = writing.text_of(run)
        return {
            "texts": [
                (code, own_name(code), text.subject.get(code, ""), text.body.get(code, ""))
                for code in dict.fromkeys((*text.subject, *text.body))
            ],
            "waiting": counts.get(DeliveryState.QUEUED, 0) + counts.get(DeliveryState.HELD, 0),
            "gone": sum(counts.get(state, 0) for state in _GONE),
            "failed": counts.get(DeliveryState.FAILED, 0),
            "doubtful": counts.get(DeliveryState.DOUBTFUL, 0),
        }


#: what a server has, or is being given
_GONE = (DeliveryState.SENT, DeliveryState.SENDING)
PAGES[RunAct.WRITE] = WritePage()


@blueprint.post(f"{_RUN}/trial")
@requires(Permission.SEND_MESSAGES)
def try_run_message(slug: str, public_id: str) -> Answer:
    """Keep what was written, and send it to whoever wrote it, as one of the people would get it."""
    line = draft_of_ones_own(public_id, RunAct.WRITE)
    event, run = get_event_whole(g.event.id), line.run
    page = WritePage()
    form = page.form(event, run, get_figures(run))
    with form.refusals() as outcome:
        is_sound = form.validate()
        runs.save_details(run.id, page.details(form))
        if not is_sound:
            raise Refused("")
        if not form.body.data:
            raise Refused(N_("Write this text"), field="body")
        person = _asked_for(get_run(g.event.id, public_id, organizer()).run)
        person = person or find_person(run, g.event_access.scope) or sample_person(event, form.languages[0])
        writing.try_on_oneself(run.id, person, current_user.email, acting())
        flash(_("Sent to you at %(address)s. Nobody else has got anything yet.", address=current_user.email))
        return redirect(url_for("bulk.show_run", slug=slug, public_id=public_id), 303)
    return draft_page(line, form, outcome.problem), outcome.status_code


def _asked_for(run: Run) -> Registration | None:
    """Return whom among the people of a run its writer wants to see it as."""
    typed = str(run.details.get("who", ""))
    return find_person(run, g.event_access.scope, typed) if typed else None
