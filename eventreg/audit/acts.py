"""What the audit trail says of itself, and what stands in the details of every room's acts."""

from eventreg.audit import trail
from eventreg.web.forms import lazy_gettext as _

trail.add_acts(
    history_exported=_("Exported the audit log"),
)
trail.add_parts(
    filters=_("Filters"),
    name=_("Name"),
    key=_("Key"),
    text=_("Text"),
    note=_("Note"),
    body=_("Text"),
    position=_("Place in the order"),
    kind=_("Kind"),
    label=_("Question"),
    file=_("File"),
    format=_("Format"),
    count=_("Count"),
    reason=_("Reason"),
    changed=_("Changed"),
    added=_("Added"),
    to=_("To"),
    reference=_("Reference"),
    until=_("Until"),
)
trail.add_parts(**{"from": _("From")})
trail.add_values({"changed": _("changed")})
