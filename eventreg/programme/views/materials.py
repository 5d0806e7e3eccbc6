"""Materials on the desk: what there is, who can open it from when on, and one form to add the next.

Materials as `components/documents.html` takes them, for every page that lists some.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from flask import Response, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from eventreg.audit.services import acting
from eventreg.events.models import Event, Material
from eventreg.events.rules.programme import MaterialAudience
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.i18n.languages import own_name
from eventreg.kernel.clock import now
from eventreg.kernel.errors import NotFound
from eventreg.kernel.links import shown_host, web_address
from eventreg.kernel.text import LocalizedText
from eventreg.programme.forms.materials import MaterialForm
from eventreg.programme.queries import SessionOfDay, get_material, list_materials, list_sessions
from eventreg.programme.rules.materials import MaterialReason, Reader, may_open, type_name
from eventreg.programme.services import materials
from eventreg.programme.views import blueprint
from eventreg.web import downloads, templating, traffic
from eventreg.web.access import Answer, requires

blueprint.add_app_template_filter(type_name, "file_type")


@blueprint.app_template_filter("web_host")
def web_host(url: str) -> str:
    """Return the host that a link leads to."""
    return shown_host(urlsplit(url).hostname or "")


@blueprint.get("/manage/events/<slug>/materials", endpoint="list_materials")
@requires(Permission.EDIT_PROGRAMME)
def list_event_materials(slug: str) -> Answer:
    """List the materials by session, with the form for the next one, which begins like the last."""
    event, sessions = g.event, list_sessions(g.event.id)
    form = MaterialForm(
        event,
        sessions,
        formdata=None,
        session=request.args.get("session", ""),
        audience=request.args.get("audience", MaterialAudience.EVERYBODY.value),
    )
    return _list_page(event, sessions, form)


@blueprint.post("/manage/events/<slug>/materials")
@requires(Permission.EDIT_PROGRAMME)
@traffic.takes_files
def add_material(slug: str) -> Answer:
    """Add a file or a link."""
    event, sessions = g.event, list_sessions(g.event.id)
    form = MaterialForm(event, sessions)
    with form.refusals() as outcome:
        values = form.read()
        materials.add_material(event.id, values, form.sent_file(), acting())
        flash(_("The material is added. The form is ready for the next one."))
        audience = values["audience"].value
        address = url_for(
            "programme.list_materials", slug=slug, session=values["session"], audience=audience, _anchor="add"
        )
        return redirect(address, 303)
    form.say_that_the_file_is_gone()
    return _list_page(event, sessions, form), outcome.status_code


@blueprint.get("/manage/events/<slug>/materials/<public_id>")
@requires(Permission.EDIT_PROGRAMME)
def edit_material(slug: str, public_id: str) -> Answer:
    """Show what is said of a material as a form."""
    material, sessions = get_material(g.event.id, public_id), list_sessions(g.event.id)
    return _edit_page(material, MaterialForm(g.event, sessions, material))


@blueprint.post("/manage/events/<slug>/materials/<public_id>")
@requires(Permission.EDIT_PROGRAMME)
@traffic.takes_files
def save_material(slug: str, public_id: str) -> Answer:
    """Save a material; another file takes the place of the one that is there, under the same address."""
    event: Event = g.event
    form = MaterialForm(event, list_sessions(event.id))
    with form.refusals() as outcome:
        materials.change_material(event.id, public_id, form.read(), form.sent_file(), form.seen_revision, acting())
        flash(_("The material is saved."))
        return redirect(url_for("programme.list_materials", slug=slug), 303)
    form.say_that_the_file_is_gone()
    material = get_material(event.id, public_id)
    if outcome.is_for(MaterialReason.CHANGED_MEANWHILE):
        form.revision.data = str(material.revision)
    return _edit_page(material, form), outcome.status_code


@blueprint.post("/manage/events/<slug>/materials/<public_id>/move")
@requires(Permission.EDIT_PROGRAMME)
def move_material(slug: str, public_id: str) -> Answer:
    """Move a material up or down among those of its session."""
    step = 1 if request.form.get("step") == "down" else -1
    materials.move_material(g.event.id, public_id, step, acting())
    return redirect(url_for("programme.list_materials", slug=slug, _anchor=f"material-{public_id}"), 303)


@blueprint.post("/manage/events/<slug>/materials/<public_id>/remove")
@requires(Permission.EDIT_PROGRAMME)
def remove_material(slug: str, public_id: str) -> Answer:
    """Remove a material."""
    materials.remove_material(g.event.id, public_id, acting())
    flash(_("The material is removed."))
    return redirect(url_for("programme.list_materials", slug=slug), 303)


@blueprint.get("/manage/events/<slug>/materials/<public_id>/file")
@requires(Permission.ENTER)
def download_material(slug: str, public_id: str) -> Response:
    """Give the file of a material to the team, before its release too."""
    material = get_material(g.event.id, public_id)
    if not material.file_id:
        raise NotFound
    file = materials.open_material_file(material.file_id)
    return downloads.as_attachment(file, material.file_name, material.media_type, material.size)


def _list_page(event: Event, sessions: Sequence[SessionOfDay], form: MaterialForm) -> str:
    return _page("programme/materials.html", form, groups=_groups(event, sessions))


def _edit_page(material: Material, form: MaterialForm) -> str:
    return _page("programme/material.html", form, material=material)


def _page(template: str, form: MaterialForm, **values: Any) -> str:
    return render_desk(
        template,
        "materials",
        form=form,
        own_name=own_name,
        is_released=lambda material: may_open(material, Reader.CONFIRMED, now()),
        **values,
    )


def _groups(event: Event, sessions: Sequence[SessionOfDay]) -> list[tuple[SessionOfDay | None, list[Material]]]:
    """Return the materials of the whole event, then those of each session that has any, in the programme's order."""
    by_session: dict[int | None, list[Material]] = {}
    for material in list_materials(event.id):
        by_session.setdefault(material.session_id, []).append(material)
    places: list[tuple[SessionOfDay | None, int | None]] = [
        (None, None),
        *((each, each.session.id) for each in sessions),
    ]
    return [(place, by_session[id_]) for place, id_ in places if id_ in by_session]


def materials_shown(
    materials: Iterable[Material],
    address_of: Callable[[Material], str],
    titles: Mapping[int, LocalizedText] | None = None,
) -> list[dict[str, Any]]:
    """Return one item a material: its title, where it is, and what it is: "PDF, 1.2 MB, Español".

    `address_of` names the address of a file for this reader; `titles` of sessions are said where they are given.
    """
    return [
        {
            "text": templating.in_reader_language(material.title),
            "href": web_address(material.url) or address_of(material),
            "is_away": bool(material.url),
            "hreflang": material.language,
            "detail": ", ".join(_facts(material, titles or {})),
        }
        for material in materials
    ]


def _facts(material: Material, titles: Mapping[int, LocalizedText]) -> Iterable[str]:
    if material.url:
        yield shown_host(urlsplit(material.url).hostname or "")
    else:
        yield f"{type_name(material.media_type)}, {downloads.size_words(material.size)}"
    if material.language:
        yield own_name(material.language)
    title = titles.get(material.session_id or 0)
    if title is not None:
        yield templating.plain_in_reader_language(title)
