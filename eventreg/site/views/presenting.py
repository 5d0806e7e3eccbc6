"""An event's rows as its page shows them."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from flask import make_response, request, url_for
from flask_babel import gettext as _
from jinja2.utils import urlize
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from eventreg.events.models import Event
from eventreg.events.queries.public import PublicEvent
from eventreg.events.rules.dates import common_hours
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.settings import AttendanceMode
from eventreg.events.wording import host_name, institutions_line
from eventreg.i18n import formats, languages
from eventreg.programme.calendars import day_bounds
from eventreg.site.views.sharing import sharing
from eventreg.web.instance import site_name
from eventreg.web.templating import in_reader_language, plain_in_reader_language


def hours_shown(event: Event) -> str:
    """Return "09:00–18:00" when all days have the same hours, else nothing: the programme says it then."""
    hours = common_hours(event.days)
    return _span(*hours) if hours else ""


def is_past(event: Event, now: datetime) -> bool:
    """Say whether the last day is over; an event whose days are not set is not past."""
    return bool(event.days) and day_bounds(event.days[-1], event.time_zone)[1] <= now


def is_over(event: Event, now: datetime) -> bool:
    """Say whether an event stands among the past ones: its last day is over, or it is archived."""
    return is_past(event, now) or event.publication is Publication.ARCHIVED


def practical_rows(event: Event, now: datetime) -> list[dict[str, Any]]:
    """Return practical information as rows of a summary list, the clock that the event goes by at the end."""
    rows = _rows_of_place(event)
    rows += [{"key": in_reader_language(item["label"]), "value": _practical_text(item)} for item in event.practical]
    at = day_bounds(event.days[0], event.time_zone)[0] if event.days else now
    return [*rows, {"key": _("Local time"), "value": f"{event.city}, {formats.zone_offset(at, event.time_zone)}"}]


def frame(found: PublicEvent, endpoint: str, **values: str) -> dict[str, Any]:
    """Return what the layout needs on the pages of an event: who hosts, the foot, the addresses (with `values`)."""
    event = found.event
    links = [(_("Privacy notice"), url_for("site.show_privacy", slug=event.slug))] if found.has_notice else []
    return {
        "host_name": host_name(event),
        "host_line": site_name(),
        "footer_line": institutions_line(event),
        "footer_links": [*links, (_("Accessibility"), url_for("site.show_accessibility"))],
        "sharing": sharing(endpoint, event, slug=event.slug, **values),
    }


def cacheable(page: str) -> Response:
    """Return a page that a browser may keep, and asks about before it shows it again."""
    response = make_response(page)
    response.add_etag(weak=True)
    return response.make_conditional(request)


def _practical_text(item: Mapping[str, Any]) -> Markup:
    text = _with_links(item["text"])
    if not item.get("is_demonstration"):
        return text
    return Markup('{} <span class="er-quiet">({})</span>').format(text, _("demonstration value"))


def _rows_of_place(event: Event) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    if event.attendance is not AttendanceMode.ONLINE and plain_in_reader_language(event.address):
        rows.append({"key": _("Address"), "value": _with_links(event.address)})
    if event.attendance is not AttendanceMode.ONSITE:
        told = _("Confirmed people receive the link by mail, and find it on the page of their registration.")
        rows.append({"key": _("Taking part online"), "value": told})
    return rows


def _with_links(text: Mapping[str, str]) -> Markup:
    """Return a plain text with its line breaks, and its web addresses as links."""
    shown, plain = in_reader_language(text), plain_in_reader_language(text)
    if shown == escape(plain):
        shown = Markup(urlize(plain, rel="noopener"))  # noqa: S704 - it escapes
    return Markup("<br>").join(shown.split("\n"))


def _span(starts_at: time, ends_at: time) -> str:
    return formats.span(starts_at, ends_at, languages.current_language(), bare=True)
