"""The people of an event as its export has them: what figures are compared with (case 41)."""

from __future__ import annotations

import csv
import io
from typing import Any

from eventreg.events.models import Event
from eventreg.kernel.text import original
from tests.support.pages import Pages


def exported_rows(desk: Pages, event: Event, query: str = "", **fields: Any) -> list[dict[str, str]]:
    """Return everybody whom the list shows, every column by its title, as CSV brings them."""
    address = f"/manage/events/{event.slug}/registrations/export" + (f"?{query}" if query else "")
    form = {"format": "csv", "columns": "all", "with_contact_data": "y", **fields}
    answer = desk.post(address, form, 200, token=True)
    rows = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))
    return [{head: original(cell) for head, cell in zip(rows[0], row, strict=True)} for row in rows[1:]]
