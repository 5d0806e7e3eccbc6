"""Calendar objects read back: by icalendar with dateutil, by vobject, and by ical.js in node."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import vobject
from dateutil.rrule import rruleset, rrulestr
from icalendar import Calendar

_NPM = Path(__file__).resolve().parents[2] / ".tools" / "node_modules"
#: says of an object from standard input: its method, identifiers, numbers, and when it begins and ends, in UTC
_SCRIPT = """
const ICAL = require(process.argv[1]).default ?? require(process.argv[1]);
const root = new ICAL.Component(ICAL.parse(require("fs").readFileSync(0, "utf8")));
for (const zone of root.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
const parts = root.getAllSubcomponents("vevent");
const main = new ICAL.Event(parts.find((part) => !part.hasProperty("recurrence-id")));
for (const part of parts) if (part.hasProperty("recurrence-id")) main.relateException(new ICAL.Event(part));
const utc = (time) => time.toJSDate().toISOString();
const spans = [], each = main.iterator();
for (let next; main.isRecurring() && spans.length < 400 && (next = each.next()); ) {
  const found = main.getOccurrenceDetails(next);
  spans.push([utc(found.startDate), utc(found.endDate)]);
}
if (!main.isRecurring()) spans.push([utc(main.startDate), utc(main.endDate)]);
console.log(JSON.stringify({
  method: root.getFirstPropertyValue("method"),
  uids: [...new Set(parts.map((part) => part.getFirstPropertyValue("uid")))],
  sequences: [...new Set(parts.map((part) => part.getFirstPropertyValue("sequence")))],
  spans: spans.sort(),
}));
"""

Span = tuple[datetime, datetime]


def by_icaljs(content: str) -> dict[str, Any]:
    """Return what ical.js reads; `spans` as instants."""
    script = str(_NPM / "ical.js" / "dist" / "ical.es5.cjs")
    done = subprocess.run(["node", "-e", _SCRIPT, script], input=content, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    found["spans"] = [tuple(datetime.fromisoformat(at) for at in span) for span in found["spans"]]
    return found


def by_icalendar(content: str) -> list[Span]:
    """Return when the entries of an object are, as icalendar reads it and dateutil expands it, in UTC."""
    entries = Calendar.from_ical(content).walk("VEVENT")
    main = next(entry for entry in entries if "RECURRENCE-ID" not in entry)
    moved = {
        entry["RECURRENCE-ID"].dt: (entry["DTSTART"].dt, entry["DTEND"].dt) for entry in entries if entry is not main
    }
    starts_at, lasts = main["DTSTART"].dt, main["DTEND"].dt - main["DTSTART"].dt
    zone = starts_at.tzinfo
    # By the clocks on the wall, as RFC 5545 has recurrences in local time: dateutil gets them without a zone.
    series = rruleset()
    if "RRULE" in main:
        series.rrule(rrulestr(main["RRULE"].to_ical().decode(), dtstart=starts_at.replace(tzinfo=None)))
    else:
        series.rdate(starts_at.replace(tzinfo=None))
    for name, put in (("RDATE", series.rdate), ("EXDATE", series.exdate)):
        for each in main[name].dts if name in main else ():
            put(each.dt.replace(tzinfo=None))
    on_the_wall = [at.replace(tzinfo=zone) for at in series]
    assert set(moved) <= set(on_the_wall), "what is moved is one of the series"
    spans = (moved.get(at, (at, at + lasts)) for at in on_the_wall)
    return sorted((start.astimezone(UTC), end.astimezone(UTC)) for start, end in spans)


def by_vobject(content: str) -> list[Span]:
    """Return when the entries of an object are, as vobject reads and expands it, in UTC."""
    # It keeps the rules of a zone that it read first: here every object is to be read by its own.
    vars(vobject.icalendar)["__tzidMap"].clear()
    entries = vobject.readOne(content).vevent_list
    main = next(entry for entry in entries if not hasattr(entry, "recurrence_id"))
    moved = {
        entry.recurrence_id.value: (entry.dtstart.value, entry.dtend.value) for entry in entries if entry is not main
    }
    lasts = main.dtend.value - main.dtstart.value
    starts = list(main.rruleset) if main.rruleset is not None else [main.dtstart.value]
    spans = (moved.get(at, (at, at + lasts)) for at in starts)
    return sorted((start.astimezone(UTC), end.astimezone(UTC)) for start, end in spans)


def occurrences(content: str) -> list[datetime]:
    """Return when the entries of an object begin."""
    return [start for start, _end in by_icalendar(content)]
