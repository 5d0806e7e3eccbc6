"""Materials for the public: those that are released for everybody. Of any other nothing shows, not even that it is there."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for

from eventreg.events.models import Event, Material
from eventreg.events.queries.materials import get_openable_file, list_openable_of
from eventreg.events.queries.public import get_credited_event
from eventreg.events.rules.materials import Reader
from eventreg.events.services.material_files import open_material_file
from eventreg.events.views.materials_shown import materials_shown
from eventreg.kernel.clock import now
from eventreg.site.views import blueprint
from eventreg.web.access import public
from eventreg.web.downloads import as_attachment


@blueprint.get("/events/<slug>/materials/<public_id>")
@public
def download_material(slug: str, public_id: str) -> Response:
    """Give the file of a material that everybody can open now."""
    event = get_credited_event(slug).event
    material = get_openable_file(event.id, public_id, Reader.ANYBODY, now())
    file = open_material_file(material.file_id)
    response = as_attachment(file, material.file_name, material.media_type, material.size)
    # Asked for again each time: another file may have taken its place, or it was taken back.
    response.cache_control.no_cache = True
    return response


def public_materials(event: Event, session_id: int | None = None) -> list[dict[str, Any]]:
    """Return what everybody can open now of a session, or of the whole event, for `components/documents.html`."""

    def address_of(material: Material) -> str:
        return url_for("site.download_material", slug=event.slug, public_id=material.public_id)

    return materials_shown(list_openable_of(event.id, session_id, Reader.ANYBODY, now()), address_of)
