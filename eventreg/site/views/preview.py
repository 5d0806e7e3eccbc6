"""An event's pages before it is public: for its team, and for whoever has the preview link. Nobody registers here."""

from __future__ import annotations

from flask import g, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventreg.events.models import Event
from eventreg.events.queries.for_registration import find_current_notice
from eventreg.events.queries.previews import get_slug_by_preview
from eventreg.events.queries.public import get_credited_event, get_public_event
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.team import Permission
from eventreg.kernel.errors import NotFound
from eventreg.site.views import blueprint
from eventreg.site.views.presenting import frame
from eventreg.site.views.public import render_event
from eventreg.web.access import personal, requires


@blueprint.get("/preview/<token>")
@personal
def preview_event(token: str) -> str | Response:
    """Show a draft to whoever has its link; once it is public, lead to its page."""
    slug, is_draft = get_slug_by_preview(token)
    if not is_draft:
        return redirect(url_for("site.show_event", slug=slug))
    return _event_page(slug, url_for("site.preview_privacy", token=token))


@blueprint.get("/preview/<token>/privacy")
@personal
def preview_privacy(token: str) -> str | Response:
    """Show the privacy notice of a draft to whoever has its link."""
    slug, is_draft = get_slug_by_preview(token)
    if not is_draft:
        return redirect(url_for("site.show_privacy", slug=slug))
    return _notice_page(slug, url_for("site.preview_event", token=token))


@blueprint.get("/manage/events/<slug>/preview")
@requires(Permission.ENTER)
def preview_for_team(slug: str) -> str | Response:
    """Show a draft to its team; once it is public, lead to its page."""
    if _is_public():
        return redirect(url_for("site.show_event", slug=slug))
    return _event_page(slug, url_for("site.preview_privacy_for_team", slug=slug))


@blueprint.get("/manage/events/<slug>/preview/privacy")
@requires(Permission.ENTER)
def preview_privacy_for_team(slug: str) -> str | Response:
    """Show the privacy notice of a draft to its team."""
    if _is_public():
        return redirect(url_for("site.show_privacy", slug=slug))
    return _notice_page(slug, url_for("site.preview_for_team", slug=slug))


def _is_public() -> bool:
    event: Event = g.event
    return event.publication is not Publication.DRAFT


def _event_page(slug: str, privacy_url: str) -> str:
    found = get_public_event(slug, with_drafts=True)
    links = [(_("Privacy notice"), privacy_url)] if found.has_notice else []
    # Files and conclusions have addresses of their own, which open with the event.
    return render_event(found, is_preview=True, footer_links=links, materials=[], has_conclusions=False)


def _notice_page(slug: str, event_url: str) -> str:
    found = get_credited_event(slug, with_drafts=True)
    event = g.event = found.event
    notice = find_current_notice(event.id)
    if notice is None:
        raise NotFound
    variables = {**frame(found, "site.show_privacy"), "footer_links": [], "brand_url": event_url}
    return render_template(
        "site/privacy.html", event=event, notice=notice, is_preview=True, event_url=event_url, **variables
    )
