"""Making events on the desk, anew, as a copy or from a file; and taking a whole one away as a file."""

import tempfile
from collections.abc import Iterator
from typing import IO, NamedTuple

from flask import Blueprint, Response as FlaskResponse, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from eventreg.audit.services import acting
from eventreg.events.bundles.fields import BundleInvalid
from eventreg.events.bundles.parts import TakeOut
from eventreg.events.bundles.reading import open_bundle
from eventreg.events.policies import may_create_events
from eventreg.events.queries.team import list_copyable_events, list_slugs
from eventreg.events.rules import slugs, starting
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.kernel.clock import now
from eventreg.kernel.errors import N_, Refused
from eventreg.making.forms import CopyForm, ExportForm, FoundingForm, ImportForm
from eventreg.making.rules import BLANK, next_year, title_for
from eventreg.making.services.founding import USUAL, Copying, copy_event, first_day_of, found_event, list_copyable
from eventreg.making.services.wholes import Placing, import_event, record_export, write_event
from eventreg.web import freshness, instance, templating, traffic
from eventreg.web.access import Answer, administrators_only, requires, signed_in

blueprint = Blueprint("making", __name__)


@blueprint.get("/manage/events/new")
@signed_in
def new_event() -> Answer:
    """Ask where to begin from; with that in the address (`from`), ask what an event needs."""
    _require_right()
    template = request.args.get("from", "")
    if template not in (*starting.TEMPLATES, BLANK):
        return _choosing(ImportForm(formdata=None))
    return _founding(FoundingForm(template, instance.config().time_zone, current_user))


@blueprint.post("/manage/events/new")
@signed_in
def create_event() -> Answer:
    """Make the event and lead to its overview, with what is still to be done."""
    _require_right()
    if request.form.get("template") not in (*starting.TEMPLATES, BLANK):
        return redirect(url_for("making.new_event"), 303)
    form = FoundingForm(request.form["template"], instance.config().time_zone, current_user, request.form)
    with form.refusals() as outcome:
        founding = form.read(current_user, list_slugs())
        found_event(founding, acting(), now())
        return redirect(url_for("site.manage_event", slug=founding.slug), 303)
    return _founding(form), outcome.status_code


@blueprint.post("/manage/events/new/file")
@administrators_only
@traffic.takes_files
def put_in_file() -> Answer:
    """Put in the event of a file. Whoever does it owns it."""
    form = ImportForm(formdata=request.form)
    with form.refusals() as outcome:
        slug = _put_in(form)
        return redirect(url_for("site.manage_event", slug=slug), 303)
    return _choosing(form), outcome.status_code


@blueprint.get("/manage/events/<slug>/copy")
@requires(Permission.EDIT_EVENT)
def show_copy(slug: str) -> Answer:
    """Show what a copy for next year would be, so that one button makes it."""
    _require_right()
    event = g.event
    first_day = first_day_of(event.id) or event.registration_closes_at.date()
    new_day = next_year(first_day)
    title = title_for(event.title, first_day.year, new_day.year)
    form = CopyForm(
        event.languages,
        formdata=None,
        title=title,
        first_day=new_day,
        slug=slugs.suggested_slug(title.get(event.languages[0], slug), new_day.year, list_slugs()),
        parts=sorted(USUAL),
    )
    return _copying(form)


@blueprint.post("/manage/events/<slug>/copy")
@requires(Permission.EDIT_EVENT)
def make_copy(slug: str) -> Answer:
    """Make the copy and lead to its overview."""
    _require_right()
    form = CopyForm(g.event.languages, formdata=request.form)
    with form.refusals() as outcome:
        first_day, new_slug = form.read(list_slugs())
        copying = Copying(new_slug, form.title.data, first_day, frozenset(form.parts.data or ()))
        try:
            copy_event(g.event.id, copying, acting(), now())
        except BundleInvalid as invalid:
            sentence = N_("The dates cannot be moved there: %(reason)s.")
            raise Refused(sentence, field="first_day", reason=str(invalid)) from invalid
        flash(_("This is the copy, a draft. Check what is missing, and its dates."))
        return redirect(url_for("site.manage_event", slug=new_slug), 303)
    return _copying(form), outcome.status_code


def _put_in(form: ImportForm) -> str:
    """Put in the event of the file that was sent, and return its name in addresses. Raises Refused."""
    sent = request.files.get("file")
    if not form.validate() or sent is None or not sent.filename:
        raise Refused(N_("Choose the file of an event"), field="file")
    actor = acting()
    try:
        with open_bundle(sent.stream) as bundle:
            slug = (form.slug.data or "").strip() or str(bundle.event.get("slug"))
            holds_mail = bool(form.hold_mail.data)
            import_event(bundle, Placing(slug, now(), actor, owner_id=actor.id, holds_mail=holds_mail))
            return slug
    except BundleInvalid as invalid:
        raise Refused(N_("The file cannot be imported: %(reason)s."), field="file", reason=str(invalid)) from invalid


def _require_right() -> None:
    if not may_create_events(current_user):
        abort(403)


def _choosing(form: ImportForm) -> str:
    return render_template(
        "making/new.html",
        form=form,
        beginnings=beginnings(),
        own_events=list_copyable_events(current_user.id),
        language_url=templating.language_url_at(url_for("making.new_event")),
    )


def _founding(form: FoundingForm) -> str:
    template = form.template.data or BLANK
    return render_template(
        "making/new_event.html",
        form=form,
        beginning=next(each for each in beginnings() if each.key == template),
        language_url=templating.language_url_at(f"{url_for('making.new_event')}?from={template}"),
    )


def _copying(form: CopyForm) -> str:
    parts = list_copyable()
    names = {key: label for key, label, _needs in parts}
    return render_desk(
        "making/copy.html",
        "overview",
        form=form,
        parts=[(key, label, [names[need] for need in names if need in needs]) for key, label, needs in parts],
        chosen=frozenset(form.parts.data or ()),
    )


class Beginning(NamedTuple):
    """Something to begin an event with."""

    key: str
    name: str
    #: what comes with it, in a line
    brings: str


def beginnings() -> list[Beginning]:
    """Return what an event can begin with, in the order of the page, in the language in force."""
    words = {
        "seminar": (_("Two-day seminar"), _("Invited experts whom organizers confirm, panels, working groups, recommendations.")),
        "workshop": (_("Half-day workshop"), _("Participants confirmed at once, group work, one morning.")),
        "webinar": (_("Webinar"), _("Online, an hour and a half, open until an hour before it begins.")),
        "conference": (_("Conference"), _("Three days, two rooms in parallel, speakers, students and press.")),
        BLANK: (_("Blank event"), _("Days, one category, a privacy notice and the basic form.")),
    }  # fmt: skip
    return [Beginning(key, *words[key]) for key in (*starting.TEMPLATES, BLANK)]


_BLOCK = 1 << 16


@blueprint.get("/manage/events/<slug>/export")
@requires(Permission.EXPORT_EVENT)
def show_export(slug: str) -> Answer:
    """Ask what of the event is taken away."""
    return render_desk("making/export.html", "overview", form=ExportForm(formdata=None, with_files=True))


@blueprint.post("/manage/events/<slug>/export")
@requires(Permission.EXPORT_EVENT)
def download_export(slug: str) -> Answer:
    """Send the event as one file, and write down who took what. With people only who proved lately who they are."""
    form = ExportForm(formdata=request.form)
    with_people = bool(form.with_people.data)
    if with_people and not freshness.is_sign_in_fresh():
        return freshness.lead_to_proof("making.show_export")
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
