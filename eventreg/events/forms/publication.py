"""The reason of a cancellation, in each language of the event."""

from __future__ import annotations

from eventreg.events.rules.lifecycle import LONGEST_NOTE
from eventreg.web.forms import lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm


class CancellationForm(LocalizedForm):
    """Why the event does not take place: it stands on its page and in the messages."""

    note = LocalizedField(
        lazy_gettext("Why it does not take place"),
        kind="textarea",
        limit=LONGEST_NOTE,
        required="every",
        description=lazy_gettext(
            "A sentence or two. It stands on the event's page and in the message that everybody registered gets."
        ),
    )
