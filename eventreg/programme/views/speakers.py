"""The speakers of an event on the desk."""

from typing import Any

from flask import abort, g, redirect, request, url_for
from flask_babel import gettext as _

from eventreg.audit.services import acting
from eventreg.events.models import Event, Speaker
from eventreg.events.queries import programme
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.kernel.text import folded
from eventreg.organizations.queries import list_known
from eventreg.programme.forms.programme import SpeakerForm
from eventreg.programme.rules.sessions import ProgrammeReason
from eventreg.programme.services import speakers
from eventreg.programme.views import blueprint
from eventreg.web import fields, templating
from eventreg.web.access import Answer, requires
from eventreg.web.refusals import Refusals


@blueprint.get("/manage/events/<slug>/speakers")
@requires(Permission.EDIT_PROGRAMME)
def list_speakers(slug: str) -> Answer:
    """List who speaks, with what is missing."""
    event: Event = g.event
    return render_desk(
        "programme/speakers.html",
        "speakers",
        speakers=programme.list_speakers(event.id),
    )


@blueprint.get("/manage/events/<slug>/speakers/<public_id>")
@requires(Permission.EDIT_PROGRAMME)
def edit_speaker(slug: str, public_id: str) -> Answer:
    """Show one speaker."""
    speaker = programme.get_speaker(g.event.id, public_id)
    return _page(speaker, _form(formdata=None, **_values(speaker)))


@blueprint.post("/manage/events/<slug>/speakers/<public_id>")
@requires(Permission.EDIT_PROGRAMME)
def save_speaker(slug: str, public_id: str) -> Answer:
    """Save a speaker, and go to the list or on to the next one, as the button says."""
    event: Event = g.event
    form = _form()
    revision = fields.whole_number(form.revision.data)
    if revision is None:
        abort(400)
    with Refusals() as outcome:
        speakers.edit_speaker(event.id, public_id, form.read(), event.languages, revision, acting())
        following = _next_of(event, public_id) if request.form.get("do") == "next" else None
        if following is not None:
            return redirect(url_for("programme.edit_speaker", slug=slug, public_id=following), 303)
        return redirect(url_for("programme.list_speakers", slug=slug, _anchor=f"speaker-{public_id}"), 303)
    speaker = programme.get_speaker(event.id, public_id)
    if outcome.is_for(ProgrammeReason.CHANGED_MEANWHILE):
        form.revision.data = str(speaker.revision)
    return _page(speaker, form, outcome.problem, _stored(speaker) if outcome.problem else []), outcome.status_code


@blueprint.post("/manage/events/<slug>/speakers/<public_id>/remove")
@requires(Permission.EDIT_PROGRAMME)
def remove_one_speaker(slug: str, public_id: str) -> Answer:
    """Remove a speaker from the event and from its sessions."""
    speakers.remove_speaker(g.event.id, public_id, acting())
    return redirect(url_for("programme.list_speakers", slug=slug), 303)


def _form(**values: Any) -> SpeakerForm:
    named = [(known.id, templating.plain_in_reader_language(known.name)) for known in list_known()]
    return SpeakerForm(g.event.languages, sorted(named, key=lambda each: folded(each[1])), **values)


def _values(speaker: Speaker) -> dict[str, Any]:
    return {
        "name": speaker.name,
        "position": speaker.position,
        "organization": str(speaker.organization_id or ""),
        "affiliation": speaker.affiliation,
        "biography": speaker.biography,
        "revision": str(speaker.revision),
    }


def _stored(speaker: Speaker) -> list[tuple[str, str]]:
    """Return (label, what is stored) of the texts of a speaker."""
    texts = [(_("Position"), speaker.position), (_("Biography"), speaker.biography)]
    return [(_("Name"), speaker.name), *((label, " | ".join(text.values())) for label, text in texts if text)]


def _next_of(event: Event, public_id: str) -> str | None:
    """Return the speaker after this one in the list; None after the last one."""
    ids = [speaker.public_id for speaker, _count in programme.list_speakers(event.id)]
    place = ids.index(public_id) + 1
    return ids[place] if place < len(ids) else None


def _page(
    speaker: Speaker, form: SpeakerForm, problem: str = "", differences: list[tuple[str, str]] | None = None
) -> str:
    event: Event = g.event
    return render_desk(
        "programme/speaker.html",
        "speakers",
        speaker=speaker,
        form=form,
        problem=problem,
        differences=differences or [],
        at=url_for("programme.edit_speaker", slug=event.slug, public_id=speaker.public_id),
    )
