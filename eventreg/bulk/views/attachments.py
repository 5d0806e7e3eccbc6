"""Files that go with what is written: chosen for a draft, taken off it; and given to whoever it was written to."""

from flask import Response, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from eventreg.attendees.rules.acts import MOST_FILE_BYTES, RunAct
from eventreg.bulk.queries.previews import get_figures
from eventreg.bulk.services import runs
from eventreg.bulk.views import blueprint
from eventreg.bulk.views.drafts import draft_page, keep, open_draft
from eventreg.bulk.views.pages import PAGES
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.team import Permission
from eventreg.kernel.errors import N_, Refused
from eventreg.programme.services.materials import open_material_file
from eventreg.registration.emails import OWN_PAGE
from eventreg.registration.queries.registrations import get_by_token
from eventreg.web import downloads, traffic
from eventreg.web.access import Answer, personal, requires

_RUN = "/manage/events/<slug>/registrations/runs/<public_id>"


@blueprint.post(f"{_RUN}/files")
@requires(Permission.SEND_MESSAGES)
@traffic.takes_files
def attach(slug: str, public_id: str) -> Answer:
    """Keep what was written, and the file that was sent with it."""
    event, run, page = get_event_whole(g.event.id), open_draft(public_id, RunAct.WRITE).run, PAGES[RunAct.WRITE]
    form = page.form(event, run, get_figures(run, page.people(run)))
    with form.refusals() as outcome:
        form.validate()
        keep(run, page, form)
        if (file_id := request.form.get("detach")) is not None:
            runs.detach(run.id, file_id)
        elif (file := request.files.get("file")) is None or not file.filename:
            raise Refused(N_("Choose a file"), field="file")
        else:
            runs.attach(run.id, file.filename, file.read(MOST_FILE_BYTES + 1))
            flash(_("The file goes with the message."))
        return redirect(url_for("bulk.show_run", slug=slug, public_id=public_id), 303)
    return draft_page(open_draft(public_id), form, outcome.problem), outcome.status_code


@blueprint.get("/my/<token>/written/<public_id>")
@personal
def download_written(token: str, public_id: str) -> Response:
    """Give somebody a file that a message to them links to."""
    _id, name, media_type, size = runs.find_file(get_by_token(token, OWN_PAGE).id, public_id)
    return downloads.as_attachment(open_material_file(public_id), name, media_type, size)
