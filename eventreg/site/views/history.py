"""What happened: on an event, for who may see its history, and on the instance, for who runs it.

The history as a file: RFC 4180, UTF-8 with a byte order mark, cells inert.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import g, redirect, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectField, StringField

from eventreg.audit import trail
from eventreg.audit.history import read_history, read_portion
from eventreg.audit.queries import Trace, TrailFilter, find_broken_position, find_head
from eventreg.audit.services import INSTANCE_CHAIN, acting
from eventreg.audit.telling import HistoryWords, Line
from eventreg.db import db
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import desk
from eventreg.i18n import formats, languages
from eventreg.kernel.text import inert
from eventreg.site.views import blueprint
from eventreg.site.views.manage import note_history_export
from eventreg.web import downloads, fields
from eventreg.web.access import Answer, administrators_only, requires
from eventreg.web.fields import whole_number
from eventreg.web.forms import BaseForm, lazy_gettext


class HistoryForm(BaseForm):
    """Which entries of the history are shown. Comes by the address, so that a view of it can be kept and sent on."""

    class Meta:
        csrf = False

    who = SelectField(lazy_gettext("Who"), validate_choice=False)
    kind = SelectField(lazy_gettext("Record"), validate_choice=False)
    act = SelectField(lazy_gettext("Action"), validate_choice=False)
    since = StringField(lazy_gettext("From"))
    until = StringField(lazy_gettext("To"))
    #: one record, like "session-12": by the link beside an entry
    record = HiddenField()

    def offer(self, people: Mapping[int, str]) -> None:
        """Fill the choices in; `people` are names of accounts by id."""
        named = sorted(people.items(), key=lambda person: person[1].casefold())
        self.who.choices = [
            ("", _("Everybody")),
            *((f"account-{account_id}", name) for account_id, name in named),
            ("participant", _("Participants")),
            ("system", _("Automatic")),
        ]
        self.kind.choices = [("", _("Everything")), *trail.kinds().items()]
        acts = sorted(trail.acts().items(), key=lambda act: act[1].casefold())
        self.act.choices = [("", _("Everything")), *acts]

    def trail_filter(self, zone: str) -> TrailFilter:
        """Return what is asked for, days being those of `zone`. What cannot be understood leaves nothing out."""
        actor_kind, actor_id = _split(self.who.data)
        record_kind, record_id = _split(self.record.data)
        is_known = actor_kind in ("participant", "system") or (actor_kind == "account" and actor_id is not None)
        return TrailFilter(
            actor_kind=actor_kind if is_known else "",
            actor_id=actor_id if actor_kind == "account" else None,
            record_kind=record_kind or (self.kind.data or "")[:24],
            record_id=record_id,
            action=(self.act.data or "")[:48],
            since=_midnight(self.since.data, zone),
            until=_midnight(self.until.data, zone, days=1),
        )

    def query(self) -> dict[str, str]:
        """Return the filters that are on, as they stand in the address."""
        values: dict[str, Any] = {
            name: getattr(self, name).data for name in ("who", "kind", "act", "since", "until", "record")
        }
        return {name: str(value) for name, value in values.items() if value}


def _split(text: str | None) -> tuple[str, int | None]:
    """Return ("session", 12) of "session-12", and a kind alone without a number."""
    kind, _hyphen, number = (text or "").partition("-")
    return kind[:24], whole_number(number)


def _midnight(text: str | None, zone: str, days: int = 0) -> datetime | None:
    try:
        day = date.fromisoformat((text or "").strip()) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    if not 1970 <= day.year <= 9000:
        return None
    return datetime.combine(day, time(), ZoneInfo(zone))


#: of the instance's history: it belongs to no place
_NOWHERE = "UTC"


@blueprint.get("/manage/events/<slug>/history")
@requires(Permission.SEE_HISTORY)
def show_history(slug: str) -> Answer:
    """Show what happened on an event."""
    return _page(g.event.id, g.event.time_zone, slug, **desk(g.event, "history"))


@blueprint.post("/manage/events/<slug>/history.csv")
@requires(Permission.SEE_HISTORY)
def export_history(slug: str) -> Answer:
    """Give what the page shows as a file, all pages of it, and record that."""
    return _file(g.event.id, g.event.time_zone, slug)


@blueprint.get("/manage/history")
@administrators_only
def show_instance_history() -> Answer:
    """Show what happened to accounts, the directory of institutions and the settings of the site."""
    return _page(INSTANCE_CHAIN, _NOWHERE, "")


@blueprint.post("/manage/history.csv")
@administrators_only
def export_instance_history() -> Answer:
    """Give it as a file, and record that."""
    return _file(INSTANCE_CHAIN, _NOWHERE, "")


def _page(chain: int, zone: str, slug: str, **frame: Any) -> Answer:
    form = HistoryForm(formdata=request.args)
    before, after = (fields.whole_number(request.args.get(name)) for name in ("before", "after"))
    history = read_history(chain, form.trail_filter(zone), before=before, after=after)
    form.offer(history.people)
    here = url_for("site.show_history", slug=slug) if slug else url_for("site.show_instance_history")
    if not history.traces and (before or after):
        return redirect(_address(here, form))
    telling = HistoryWords(history.names, slug)
    ends = [trace.entry.position for trace in (*history.traces[:1], *history.traces[-1:])]
    return render_template(
        "site/history.html",
        form=form,
        here=here,
        entries=[_shown(telling, trace, zone) for trace in history.traces],
        zone=zone,
        newer_url=_address(here, form, after=ends[0]) if history.has_newer else "",
        older_url=_address(here, form, before=ends[1]) if history.has_older else "",
        check=_check(chain) if "check" in request.args else None,
        file_address=url_for("site.export_history", slug=slug) if slug else url_for("site.export_instance_history"),
        is_filtered=bool(form.query()),
        **frame,
    )


def _file(chain: int, zone: str, slug: str) -> Response:
    form = HistoryForm(formdata=request.form)
    before = note_history_export(chain, form.query(), acting())
    content = history_chunks(chain, form.trail_filter(zone), before, zone, slug)
    name = f"history-{slug}.csv" if slug else "history.csv"
    return downloads.as_attachment(stream_with_context(content), name, "text/csv; charset=utf-8")


def _shown(telling: HistoryWords, trace: Trace, zone: str) -> dict[str, Any]:
    entry = trace.entry
    return {
        **telling.shown(trace, zone),
        "position": entry.position,
        "record": telling.record(trace),
        "page": telling.page(trace),
        "only": f"{entry.record_kind}-{entry.record_id}" if entry.record_id is not None else "",
        "lines": telling.lines(trace),
    }


def _check(chain: int) -> dict[str, int | None]:
    """Return up to which entry the chain is whole, and where it breaks."""
    head = find_head(chain)
    return {"broken": find_broken_position(chain), "whole": head.position if head else 0}


def _address(here: str, form: HistoryForm, **position: int) -> str:
    query = urlencode({**form.query(), **position})
    return f"{here}?{query}" if query else here


_PORTION = 500
#: tells Excel that the file is UTF-8, so that accents open right
_BOM = "\ufeff"


def history_chunks(chain: int, wanted: TrailFilter, before: int, zone: str, slug: str) -> Iterator[bytes]:
    """Yield the file, newest first: everything that the filter shows before a position, 500 entries in six statements at most."""
    head = [_("Number"), _("Time"), _("Who"), _("Action"), _("Record"), _("Details")]
    yield _written([head], _BOM)
    position = before
    while True:
        portion = read_portion(chain, wanted, position, _PORTION)
        telling = HistoryWords(portion.names, slug)
        rows = [_row(telling, trace, ZoneInfo(zone)) for trace in portion.traces]
        if rows:
            position = portion.traces[-1].entry.position
        is_last = len(rows) < _PORTION
        # A slow download holds no snapshot of the database.
        db.session.expunge_all()
        db.session.rollback()
        yield _written(rows)
        if is_last:
            return


def _row(telling: HistoryWords, trace: Trace, zone: ZoneInfo) -> list[str]:
    return [
        str(trace.entry.position),
        trace.entry.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
        telling.actor(trace),
        telling.action(trace),
        telling.record(trace),
        "; ".join(_plain(line) for line in telling.lines(trace)),
    ]


def _plain(line: Line) -> str:
    said = line.new if line.old is None else f"{line.old} → {line.new}"
    return f"{line.part}{formats.colon(languages.current_language())} {said}" if line.part else said


def _written(rows: Sequence[Sequence[str]], before: str = "") -> bytes:
    buffer = io.StringIO()
    buffer.write(before)
    csv.writer(buffer).writerows([inert(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8")
