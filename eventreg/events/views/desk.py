"""The desk of an event: its areas and pages in one table, and the frame that all of its pages stand in."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from flask import current_app, g, render_template, request, url_for
from flask.globals import request_ctx
from flask_babel import gettext as _

from eventreg.events.models import Event
from eventreg.events.rules.team import Permission
from eventreg.kernel.errors import N_
from eventreg.web import access, templating


class Page(NamedTuple):
    """A page that the navigation leads to: its key, its area ("" when it is one), its title and who may open it."""

    key: str
    area: str
    title: str
    endpoint: str
    right: Permission


#: in the order of the navigation; the first page of an area is where its name leads, and the only one shown there
PAGES: Final = (
    Page("overview", "", N_("Overview"), "site.manage_event", Permission.ENTER),
    Page("registrations", "", N_("Registrations"), "attendees.list_registrations", Permission.SEE_REGISTRATIONS),
    Page("invitations", "", N_("Invitations"), "invitations.show_invitations", Permission.SEE_REGISTRATIONS),
    Page("messages", "", N_("Messages"), "messages.list_messages", Permission.SEE_MESSAGES),
    Page("sent", "messages", N_("Messages"), "messages.list_messages", Permission.SEE_MESSAGES),
    Page("words", "messages", N_("Templates"), "messages.list_message_texts", Permission.EDIT_EVENT),
    Page("event", "", N_("Event"), "events.edit_texts", Permission.EDIT_EVENT),
    Page("texts", "event", N_("Texts"), "events.edit_texts", Permission.EDIT_EVENT),
    Page("settings", "event", N_("Dates and places"), "events.edit_settings", Permission.EDIT_EVENT),
    Page("categories", "event", N_("Categories"), "events.list_categories", Permission.EDIT_EVENT),
    Page("codes", "event", N_("Access codes"), "invitations.list_access_codes", Permission.EDIT_EVENT),
    Page("notice", "event", N_("Privacy notice"), "events.edit_notice", Permission.EDIT_EVENT),
    Page("look", "event", N_("Appearance"), "events.edit_look", Permission.EDIT_EVENT),
    Page("publication", "event", N_("Publication"), "events.show_publication", Permission.PUBLISH),
    Page("questions", "", N_("Questions"), "questionnaires.list_questions", Permission.EDIT_EVENT),
    Page("draft", "questions", N_("Questions"), "questionnaires.list_questions", Permission.EDIT_EVENT),
    Page("preview", "questions", N_("Preview"), "registration.preview_questions", Permission.EDIT_EVENT),
    Page("publish", "questions", N_("Publish"), "questionnaires.review_publishing", Permission.EDIT_EVENT),
    Page("versions", "questions", N_("Versions"), "questionnaires.list_question_versions", Permission.EDIT_EVENT),
    Page("programme", "", N_("Programme"), "programme.edit_programme", Permission.EDIT_PROGRAMME),
    Page("sessions", "programme", N_("Sessions"), "programme.edit_programme", Permission.EDIT_PROGRAMME),
    Page("speakers", "programme", N_("Speakers"), "programme.list_speakers", Permission.EDIT_PROGRAMME),
    Page("materials", "programme", N_("Materials"), "programme.list_materials", Permission.EDIT_PROGRAMME),
    Page("outcomes", "programme", N_("Conclusions"), "programme.list_outcomes", Permission.EDIT_PROGRAMME),
    Page("institutions", "", N_("Institutions"), "events.list_partners", Permission.EDIT_EVENT),
    Page("team", "", N_("Team"), "team.show_team", Permission.ENTER),
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


def desk(event: Event, page: str) -> dict[str, Any]:
    """Return what `layouts/desk.html` needs; pages that the account may not open are left out."""
    area = _BY_KEY[page].area or page
    return {
        "event": event,
        "is_changeable": event.publication.effects.is_changeable,
        "nav": area,
        "Permission": Permission,
        "desk_title": templating.plain_in_reader_language(event.title),
        "desk_line": event.city,
        "desk_url": url_for("site.manage_event", slug=event.slug),
        "desk_navigation": list(_open(event.slug, "")),
        "desk_parts": list(_open(event.slug, area)),
        "desk_part": page,
    }


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
    """Return the address of a page of the navigation; "" for none."""
    return url_for(_BY_KEY[key].endpoint, slug=slug) if key else ""


def _open(slug: str, area: str) -> Iterator[dict[str, str]]:
    for page in PAGES:
        if page.area == area and access.may(page.right) and page.endpoint in current_app.view_functions:
            yield {"key": page.key, "text": _(page.title), "href": url_for(page.endpoint, slug=slug)}
