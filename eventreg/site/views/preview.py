"""An event's pages before it is public: for its team, and for whoever has the preview link. Nobody registers here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import g, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventreg.db import found
from eventreg.events.models import ProgrammeSession
from eventreg.events.queries import events, programme
from eventreg.events.queries.public import PublicEvent, get_credited_event, get_public_event
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.team import Permission
from eventreg.privacy.notice import told
from eventreg.site.views import blueprint, presenting, programme_shown, public
from eventreg.site.views.programme import day_anchor, programme_page, session_page
from eventreg.web.access import personal, requires


@dataclass(frozen=True)
class _Way:
    """How somebody came to a preview, by its link or as one of the team, and where its other pages are for them."""

    slug: str
    #: "token" or "slug", and its value
    part: dict[str, Any]

    def to(self, page: str, **more: Any) -> str:
        """Return the address of a page of this preview: event, privacy, programme, session."""
        if "token" in self.part:
            return url_for(f"site.preview_{page}", **self.part, **more)
        name = "preview_for_team" if page == "event" else f"preview_{page}_for_team"
        return url_for(f"site.{name}", **self.part, **more)

    @property
    def desk_url(self) -> str:
        """Where one of the team goes on working; empty for whoever came by the link."""
        return "" if "token" in self.part else url_for("site.manage_event", slug=self.slug)

    def to_session(self, session: ProgrammeSession) -> str:
        """Return where a session of the programme is shown."""
        return self.to("session", public_id=session.public_id)


@blueprint.get("/preview/<token>")
@personal
def preview_event(token: str) -> str | Response:
    """Show a draft to whoever has its link; once it is public, lead to its page."""
    return _by_link("event", token)


@blueprint.get("/preview/<token>/privacy")
@personal
def preview_privacy(token: str) -> str | Response:
    """Show the privacy notice of a draft to whoever has its link."""
    return _by_link("privacy", token)


@blueprint.get("/preview/<token>/programme")
@personal
def preview_programme(token: str) -> str | Response:
    """Show the programme of a draft to whoever has its link."""
    return _by_link("programme", token)


@blueprint.get("/preview/<token>/sessions/<public_id>")
@personal
def preview_session(token: str, public_id: str) -> str | Response:
    """Show a session of a draft to whoever has its link."""
    return _by_link("session", token, public_id=public_id)


@blueprint.get("/manage/events/<slug>/preview")
@requires(Permission.ENTER)
def preview_for_team(slug: str) -> str | Response:
    """Show a draft to its team; once it is public, lead to its page."""
    return _for_team("event", slug)


@blueprint.get("/manage/events/<slug>/preview/privacy")
@requires(Permission.ENTER)
def preview_privacy_for_team(slug: str) -> str | Response:
    """Show the privacy notice of a draft to its team."""
    return _for_team("privacy", slug)


@blueprint.get("/manage/events/<slug>/preview/programme")
@requires(Permission.ENTER)
def preview_programme_for_team(slug: str) -> str | Response:
    """Show the programme of a draft to its team."""
    return _for_team("programme", slug)


@blueprint.get("/manage/events/<slug>/preview/sessions/<public_id>")
@requires(Permission.ENTER)
def preview_session_for_team(slug: str, public_id: str) -> str | Response:
    """Show a session of a draft to its team."""
    programme.get_session(g.event.id, public_id)
    return _for_team("session", slug, public_id=public_id)


def _by_link(page: str, token: str, **part: str) -> str | Response:
    slug, is_draft = events.get_slug_by_preview(token)
    return _shown(page, _Way(slug, {"token": token}), is_draft, **part)


def _for_team(page: str, slug: str, **part: str) -> str | Response:
    return _shown(page, _Way(slug, {"slug": slug}), g.event.publication is Publication.DRAFT, **part)


def _shown(page: str, way: _Way, is_draft: bool, **part: Any) -> str | Response:
    """Return a page of a draft; of an event that is public the way to its own."""
    if not is_draft:
        return redirect(url_for(f"site.show_{page}", slug=way.slug, **part))
    pages: dict[str, Callable[..., str]] = {
        "event": _event_page,
        "privacy": _notice_page,
        "programme": _programme_page,
        "session": _session_page,
    }
    return pages[page](way, **part)


def _event_page(way: _Way) -> str:
    found = get_public_event(way.slug, with_drafts=True)
    # Files and conclusions have addresses of their own, which open with the event.
    return public.render_event(
        found,
        **programme_shown.event_programme(found.event, way.to("programme"), way.to_session),
        **_framed(found, way),
        materials=[],
        has_conclusions=False,
    )


def _notice_page(way: _Way) -> str:
    draft = _draft(way)
    notice = found(events.find_current_notice(draft.event.id))
    shown = {**presenting.frame(draft, "site.show_privacy"), **_framed(draft, way), "footer_links": []}
    return render_template("site/privacy.html", event=draft.event, notice=notice, made=told(notice.made), **shown)


def _programme_page(way: _Way) -> str:
    found = _draft(way)
    return programme_page(found, way.to_session, **_framed(found, way))


def _session_page(way: _Way, public_id: str) -> str:
    found = _draft(way)
    shown = programme.get_session(found.event.id, public_id)
    programme_url = way.to("programme", _anchor=day_anchor(shown.day))
    return session_page(found, shown, **_framed(found, way), programme_url=programme_url, materials=[], outcomes={})


def _draft(way: _Way) -> PublicEvent:
    found = get_credited_event(way.slug, with_drafts=True)
    g.event = found.event
    return found


def _framed(found: PublicEvent, way: _Way) -> dict[str, Any]:
    """Return what every page of a preview has in place of the public one's: its links stay within the preview."""
    return {
        "is_preview": True,
        "event_url": way.to("event"),
        "brand_url": way.to("event"),
        "desk_url": way.desk_url,
        "footer_links": [(_("Privacy notice"), way.to("privacy"))] if found.has_notice else [],
    }
