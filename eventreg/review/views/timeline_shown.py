"""Everything that happened about one registration in one order: acts, mails, exports; one kind alone by a link."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from eventreg.audit.queries import Trace
from eventreg.audit.trail import Group, group_of
from eventreg.events.models import Event
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language
from eventreg.questionnaires.kinds import Context
from eventreg.review.queries.dossier import Dossier
from eventreg.review.queries.messages import MessageLine
from eventreg.review.views.history_shown import history_shown

#: so many are on the page at once; the rest is folded
_AT_ONCE = 60


def timeline_shown(
    dossier: Dossier,
    event: Event,
    context: Context,
    *,
    has_contact_data: bool,
    has_messages: bool,
    exports: Sequence[Trace],
    only: Group | None,
    address: Callable[[str], str],
) -> dict[str, Any]:
    """Return what `review/_timeline.html` needs: the newest first, and the kinds with how many of each.

    `address` completes the address of the page with the list that it was reached from.
    """
    acts = history_shown(dossier, event, context, has_contact_data)
    found = [
        (trace.entry.at, trace.entry.position, group_of(trace.entry.action), item)
        for trace, item in zip(dossier.traces, acts, strict=True)
    ]
    found += [(trace.entry.at, trace.entry.position, Group.LOOKS, _export(trace, event)) for trace in exports]
    if has_messages:
        found += [(_moment(line), 0, Group.MAIL, _mail(line, event)) for line in dossier.messages]
    # What was written with an act stands above it.
    found.sort(key=lambda each: (each[0], each[2] is Group.MAIL, each[1]), reverse=True)
    counts = Counter(kind for _at, _position, kind, _item in found)
    items = [item for _at, _position, kind, item in found if only in (None, kind)]
    return {
        "timeline": items[:_AT_ONCE],
        "timeline_rest": items[_AT_ONCE:],
        "timeline_tabs": _tabs(dossier, event, counts, only, address),
    }


def _tabs(
    dossier: Dossier,
    event: Event,
    counts: Counter[Group],
    only: Group | None,
    address: Callable[[str], str],
) -> list[dict[str, Any]]:
    page = address(url_for("review.show_registration", slug=event.slug, reference=dossier.registration.reference))

    def tab(text: str, count: int, kind: Group | None) -> dict[str, Any]:
        query = urlencode({"kind": kind.value}) if kind else ""
        join = "&" if "?" in page else "?"
        href = f"{page}{join + query if query else ''}#history"
        return {"text": text, "count": count, "href": href, "current": only is kind}

    shown = [kind for kind in Group if counts[kind] or only is kind]
    return [tab(_("All"), counts.total(), None), *(tab(kind.title, counts[kind], kind) for kind in shown)]


def _mail(line: MessageLine, event: Event) -> dict[str, Any]:
    at = _moment(line)
    return {
        "title": _("Email"),
        "by": _("to the contact person") if line.audience == "contact" else _("to the participant"),
        "at": formats.short_instant(at, event.time_zone, current_language()),
        "iso": at.isoformat(timespec="seconds"),
        "mail": line,
    }


def _export(trace: Trace, event: Event) -> dict[str, Any]:
    entry, count = trace.entry, trace.detail.get("count")
    is_counted = isinstance(count, int) and count > 0
    words = ngettext("A list of %(num)d registration", "A list of %(num)d registrations", count) if is_counted else ""
    return {
        "title": _("The list was exported"),
        "by": "",
        "at": formats.short_instant(entry.at, event.time_zone, current_language()),
        "iso": entry.at.isoformat(timespec="seconds"),
        "body": f"{words}. {_('This one may be in it.')}" if words else _("This one may be in it."),
    }


def _moment(line: MessageLine) -> datetime:
    return line.sent_at or line.created_at
