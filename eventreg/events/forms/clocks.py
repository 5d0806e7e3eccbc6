"""Times of day as organizers type them."""

from __future__ import annotations

from datetime import time
from typing import Any

from flask_babel import gettext as _

from eventreg.events.rules.programme_entries import read_clock
from eventreg.kernel.typed import showable


def read_time(field: Any) -> time | None:
    """Return the time in a field, or None with the reason beside it, which names the field: two are filled in together."""
    field.data = showable(field.data or "")
    found = read_clock(field.data)
    if found is None:
        field.errors = [_("%(field)s: write a time like 09:30 or 2:30 pm", field=field.label.text)]
    return found
