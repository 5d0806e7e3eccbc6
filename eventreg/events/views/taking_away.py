"""Taking a whole event away as a file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO

from flask import Response as FlaskResponse
from flask import g, request

from eventreg.audit.services import acting
from eventreg.events.bundles.parts import TakeOut
from eventreg.events.forms.making import ExportForm
from eventreg.events.rules.team import Permission
from eventreg.events.services.wholes import record_export, write_event
from eventreg.events.views import blueprint
from eventreg.events.views.desk import render_desk
from eventreg.kernel.clock import now
from eventreg.web.access import Answer, requires
from eventreg.web.freshness import is_sign_in_fresh, lead_to_proof

_BLOCK = 1 << 16


@blueprint.get("/manage/events/<slug>/export")
@requires(Permission.EXPORT_EVENT)
def show_export(slug: str) -> Answer:
    """Ask what of the event is taken away."""
    return render_desk("events/export.html", "overview", form=ExportForm(formdata=None, with_files=True))


@blueprint.post("/manage/events/<slug>/export")
@requires(Permission.EXPORT_EVENT)
def download_export(slug: str) -> Answer:
    """Send the event as one file, and write down who took what. With people only who proved lately who they are."""
    form = ExportForm(formdata=request.form)
    with_people = bool(form.with_people.data)
    if with_people and not is_sign_in_fresh():
        return lead_to_proof("events.show_export")
    options = TakeOut(
        with_people=with_people,
        with_sensitive=with_people and bool(form.with_sensitive.data),
        with_files=bool(form.with_files.data),
    )
    at, event_id = now(), g.event.id
    record_export(event_id, options, acting())
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it has been sent
    write_event(event_id, file, options, at)
    return _download(file, f"{slug}.zip")


def _download(file: IO[bytes], name: str) -> FlaskResponse:
    size = file.tell()
    file.seek(0)
    response = FlaskResponse(_blocks(file), mimetype="application/zip")
    response.headers["Content-Length"] = str(size)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    response.call_on_close(file.close)
    return response


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block
