"""The desk of an event: its areas and pages in one table, and the frame that all of its pages stand in."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from flask import current_app, g, render_template, request, url_for
from flask.globals import request_ctx
from flask_babel import gettext as _

from eventreg.events.announcing import Announcing
from eventreg.events.checks import calendar_updates, occupancy
from eventreg.events.models import Event
from eventreg.events.rules.team import Permission
from eventreg.kernel.errors import N_
from eventreg.web import access, templating


class Page(NamedTuple):
    """A page that the desk's navigation leads to: its key, its area, its title and who may open it.

    `beside`: the key of the page of the area that it belongs to, where it has no place of its own in the area's line.
    """

    key: str
    area: str
    title: str
    endpoint: str
    right: Permission
    beside: str = ""


#: the areas in the order of the header; each leads to the first of its pages that one may open
AREAS: Final = {
    "today": N_("Today"),
    "people": N_("People"),
    "messages": N_("Messages"),
    "event": N_("Event"),
    "team": N_("Team"),
}
#: by area, in the order of its line; which page is where, and why, is docs/look.md
PAGES: Final = (
    Page("overview", "today", N_("Overview"), "site.manage_event", Permission.ENTER),
    Page("figures", "today", N_("Figures"), "reports.show_figures", Permission.SEE_FIGURES),
    Page("registrations", "people", N_("Registrations"), "attendees.list_registrations", Permission.SEE_REGISTRATIONS),
    Page("invitations", "people", N_("Invitations"), "invitations.show_invitations", Permission.SEE_REGISTRATIONS),
    Page("codes", "people", N_("Access codes"), "invitations.list_access_codes", Permission.EDIT_EVENT, "invitations"),
    Page("duplicates", "people", N_("Likely duplicates"), "attendees.list_duplicates", Permission.ADD_PEOPLE),
    Page("tags", "people", N_("Tags"), "attendees.show_tags", Permission.DECIDE),
    Page("reasons", "people", N_("Ready-made reasons"), "attendees.list_ready_reasons", Permission.DECIDE, "tags"),
    Page("runs", "people", N_("Bulk actions"), "bulk.list_all_runs", Permission.SEE_REGISTRATIONS),
    Page("exports", "people", N_("Export history"), "exchange.list_exports", Permission.SEE_REGISTRATIONS, "runs"),
    Page("sent", "messages", N_("Messages"), "messages.list_messages", Permission.SEE_MESSAGES),
    Page("write", "messages", N_("Write"), "bulk.write", Permission.SEND_MESSAGES),
    Page("writings", "messages", N_("Drafts"), "bulk.list_writings", Permission.SEND_MESSAGES),
    Page("scheduled", "messages", N_("Scheduled"), "bulk.list_schedules", Permission.SEND_MESSAGES),
    Page("words", "messages", N_("Templates"), "messages.list_message_texts", Permission.EDIT_EVENT),
    Page("texts", "event", N_("Texts"), "events.edit_texts", Permission.EDIT_EVENT),
    Page("settings", "event", N_("Dates and places"), "events.edit_settings", Permission.EDIT_EVENT),
    Page("categories", "event", N_("Categories"), "events.list_categories", Permission.EDIT_EVENT),
    Page("draft", "event", N_("Questions"), "questionnaires.list_questions", Permission.EDIT_EVENT),
    Page("preview", "event", N_("Preview"), "registration.preview_questions", Permission.EDIT_EVENT, "draft"),
    Page("publish", "event", N_("Publish"), "questionnaires.review_publishing", Permission.EDIT_EVENT, "draft"),
    Page("versions", "event", N_("Versions"), "questionnaires.list_question_versions", Permission.EDIT_EVENT, "draft"),
    Page("sessions", "event", N_("Programme"), "programme.edit_programme", Permission.EDIT_PROGRAMME),
    Page("speakers", "event", N_("Speakers"), "programme.list_speakers", Permission.EDIT_PROGRAMME, "sessions"),
    Page("materials", "event", N_("Materials"), "programme.list_materials", Permission.EDIT_PROGRAMME, "sessions"),
    Page("outcomes", "event", N_("Conclusions"), "programme.list_outcomes", Permission.EDIT_PROGRAMME, "sessions"),
    Page("institutions", "event", N_("Institutions"), "events.list_partners", Permission.EDIT_EVENT),
    Page("notice", "event", N_("Privacy notice"), "privacy.edit_notice", Permission.EDIT_EVENT),
    Page("retention", "event", N_("Data and retention"), "privacy.show_retention", Permission.SEE_TO_DATA, "notice"),
    Page(
        "participants",
        "event",
        N_("List of participants"),
        "privacy.edit_participants",
        Permission.SEE_TO_DATA,
        "notice",
    ),
    Page("agreements", "event", N_("Sharing agreements"), "privacy.list_agreements", Permission.SEE_TO_DATA, "notice"),
    Page("erasures", "event", N_("Deleted data"), "privacy.list_erasures", Permission.SEE_TO_DATA, "notice"),
    Page("look", "event", N_("Appearance"), "events.edit_look", Permission.EDIT_EVENT),
    Page("publication", "event", N_("Publication"), "events.show_publication", Permission.PUBLISH),
    Page("team", "team", N_("Team"), "team.show_team", Permission.ENTER),
    # In the corner, beside help and account.
    Page("history", "", N_("Audit log"), "site.show_history", Permission.SEE_HISTORY),
)
_BY_KEY: Final = {page.key: page for page in PAGES}


def render_desk(template: str, page: str, /, at: str = "", **values: Any) -> str:
    """Return a page of the desk of the event at hand.

    `page` is the key of the page in `PAGES` that this is, or is reached from. `at` is the address whose page this is, for
    the switch of languages; without it the request's own, or the page's in the navigation where that answers no GET.
    """
    frame = desk(g.event, page)
    if not at and request.method not in ("GET", "HEAD"):
        adapter = request_ctx.url_adapter
        is_page = adapter is not None and adapter.test(request.path, "GET")
        at = request.path if is_page else url_for(_BY_KEY[page].endpoint, slug=g.event.slug)
    if at:
        frame["language_url"] = templating.language_url_at(at)
    return render_template(template, **frame | values)


def desk(event: Event, key: str) -> dict[str, Any]:
    """Return what `layouts/desk.html` needs; pages that the account may not open are left out, and areas without any."""
    here = _BY_KEY[key]
    line = here.beside or key
    pages = [page for page in PAGES if access.may(page.right) and page.endpoint in current_app.view_functions]
    firsts = {page.area: page for page in reversed(pages) if page.area}
    parts = [page for page in pages if page.area == here.area and not page.beside]
    beside = [page for page in pages if here.area and line in (page.key, page.beside)]
    return {
        "event": event,
        "is_changeable": event.publication.effects.is_changeable,
        "Permission": Permission,
        "desk_title": templating.plain_in_reader_language(event.title),
        "desk_url": url_for("site.manage_event", slug=event.slug),
        "desk_areas": [
            _entry(firsts[area], event.slug, title, is_current=area == here.area)
            for area, title in AREAS.items()
            if area in firsts
        ],
        "desk_parts": [_entry(page, event.slug, page.title, is_current=page.key == line) for page in parts],
        "desk_beside": [_entry(page, event.slug, page.title, is_current=page is here) for page in beside],
        "desk_corner": [_entry(page, event.slug, page.title) for page in pages if not page.area],
        "desk_area": _(AREAS[here.area]) if here.area else _(here.title),
        "public_url": url_for(
            "site.show_event" if event.publication.effects.is_public else "site.preview_for_team", slug=event.slug
        ),
    }


def moved_at(announcing: Announcing) -> dict[str, Any]:
    """Return what the address says of who moved up with an act, or has an update coming, for the page that it leads back to
    to tell."""
    said = {"updates": 1} if announcing.updates_calendars else {}
    return said | ({"moved": announcing.at.isoformat()} if announcing.at is not None and announcing.people else {})


def moved_up() -> dict[str, Any] | None:
    """Return what `components/announcement.html` tells of who moved up, as long as that can be taken back."""
    at = read_instant(request.args.get("moved", "")) if "moved" in request.args else None
    found = occupancy().moved_up(g.event.id, at) if at is not None else None
    if at is None or found is None:
        return None
    return {"at": at.isoformat(), "people": found.people, "has_mail": found.has_mail, "until": _second(found.mails_at)}


def updates_waiting() -> dict[str, Any] | None:
    """Return what `components/announcement.html` tells of calendars that follow a change, as long as it can be undone."""
    found = calendar_updates().waiting(g.event.id) if "updates" in request.args else None
    return {"people": found.people, "until": _second(found.due_at)} if found is not None else None


def _second(at: datetime) -> str:
    return at.astimezone(ZoneInfo(g.event.time_zone)).strftime("%H:%M:%S")


def read_instant(text: str) -> datetime | None:
    """Return the instant that an address or a form names; None for anything else."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def tab(text: str, href: str, count: int, is_current: bool, **more: str) -> dict[str, Any]:
    """Return one of the views of a list, as `components/tabs.html` takes it."""
    return {"text": text, "href": href, "count": count, "current": is_current, **more}


def tabs_by_state(
    states: Iterable[Any],
    counts: Mapping[Any, int],
    shown: Any,
    url: Callable[..., str],
    every: str,
    said: Callable[[Any], str] = lambda state: _(state.title),
) -> list[dict[str, Any]]:
    """Return the views of a list: everything, called `every`, and each state that something is in or that is shown.

    `url` returns the address of the list, of everything for `state=None`. `said`: what a state is called.
    """
    return [
        tab(every, url(state=None), sum(counts.values()), shown is None),
        *(
            tab(said(each), url(state=each.value), counts.get(each, 0), shown is each)
            for each in states
            if counts.get(each) or shown is each
        ),
    ]


def page_url(key: str, slug: str) -> str:
    """Return the address of a page of the navigation, or of a subject of it, as in "texts/place"; "" for none."""
    name, _slash, part = key.partition("/")
    return url_for(_BY_KEY[name].endpoint, slug=slug, part=part or None) if key else ""


def _entry(page: Page, slug: str, title: str, *, is_current: bool = False) -> dict[str, Any]:
    return {"text": _(title), "href": url_for(page.endpoint, slug=slug), "current": is_current}
