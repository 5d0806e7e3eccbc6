"""The sessions one comes to, and the materials one can open: on one's own page."""

from collections.abc import Collection
from itertools import groupby
from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _

from eventreg.events.models import Event, Material
from eventreg.events.rules.publication import ALIVE
from eventreg.kernel.clock import now
from eventreg.kernel.errors import NotFound, Refused
from eventreg.programme.queries import get_openable_file, list_openable, list_sessions
from eventreg.programme.rules.materials import Reader
from eventreg.programme.services.materials import open_material_file
from eventreg.programme.views.materials import materials_shown
from eventreg.registration.queries.sessions import list_chosen, list_offered, offers_sessions
from eventreg.registration.rules.sessions import OfferedSession, SessionReason
from eventreg.registration.rules.states import Status
from eventreg.registration.services.places import choose_sessions
from eventreg.selfservice.views import blueprint
from eventreg.selfservice.views.page import OwnRegistration
from eventreg.web import downloads, limits
from eventreg.web.access import Answer, personal
from eventreg.web.refusals import REFUSAL, Refusals, said


@blueprint.get("/my/<token>/sessions")
@personal
def edit_own_sessions(token: str) -> Answer:
    """Show the sessions that one signs up for, with their free places."""
    own = OwnRegistration.open(token)
    if not _may_choose(own):
        return own.back(code=302)
    offered = list_offered(own.event, own.registration.id)
    return _page(own, offered, {each.public_id for each in offered if each.is_chosen})


@blueprint.post("/my/<token>/sessions")
@personal
@limits.limited("60 per 10 minutes")
def save_own_sessions(token: str) -> Answer:
    """Keep the choice as a whole, or say why not and show it again."""
    own = OwnRegistration.open(token)
    wanted = set(request.form.getlist("session"))
    if own.status is not Status.CONFIRMED:
        return own.back(said(Refused(SessionReason.NOT_CONFIRMED)), tone=REFUSAL)
    with Refusals() as outcome:
        chosen = choose_sessions(own.event.id, own.registration.id, wanted)
        return own.back(_("Your sessions are saved.") if chosen.is_change else _("Nothing was changed."))
    own = OwnRegistration.open(token)
    offered = list_offered(own.event, own.registration.id)
    return _page(own, offered, wanted, outcome.problem), outcome.status_code


@blueprint.get("/my/<token>/materials/<public_id>")
@personal
def download_own_material(token: str, public_id: str) -> Response:
    """Give the file of a material that is released to the confirmed, or to everybody."""
    own = OwnRegistration.open(token)
    if own.status is not Status.CONFIRMED:
        raise NotFound
    material = get_openable_file(own.event.id, public_id, Reader.CONFIRMED, now())
    file = open_material_file(material.file_id)
    return downloads.as_attachment(file, material.file_name, material.media_type, material.size)


def belongings(own: OwnRegistration) -> dict[str, Any]:
    """Return what one's own page says of sessions and materials; nothing but for the confirmed."""
    if own.status is not Status.CONFIRMED:
        return {"chosen_sessions": [], "may_choose_sessions": False, "materials": []}
    return {
        "chosen_sessions": list_chosen(own.registration.id),
        "may_choose_sessions": _may_choose(own),
        "materials": _materials(own.event, own.token),
    }


def _may_choose(own: OwnRegistration) -> bool:
    return own.status is Status.CONFIRMED and own.event.publication in ALIVE and offers_sessions(own.event.id)


def _materials(event: Event, token: str) -> list[dict[str, Any]]:
    found = list_openable(event.id, Reader.CONFIRMED, now())
    titles = {each.session.id: each.session.title for each in list_sessions(event.id)} if found else {}
    order = {id_: number for number, id_ in enumerate(titles)}
    found = sorted(found, key=lambda material: order.get(material.session_id or 0, -1))

    def address_of(material: Material) -> str:
        return url_for("selfservice.download_own_material", token=token, public_id=material.public_id)

    return materials_shown(found, address_of, titles)


def _page(own: OwnRegistration, offered: Collection[OfferedSession], wanted: Collection[str], problem: str = "") -> str:
    return render_template(
        "selfservice/sessions.html",
        days_of_sessions=[(held_on, list(group)) for held_on, group in groupby(offered, lambda each: each.held_on)],
        wanted=wanted,
        problem=problem,
        now=own.now,
        **own.frame(),
    )
