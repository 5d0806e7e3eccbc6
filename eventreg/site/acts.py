"""What the audit trail says of itself, and of the event's own page."""

from eventreg.audit import trail
from eventreg.web.forms import lazy_gettext as _

trail.add_acts(
    history_exported=_("Exported the audit log"),
)
trail.add_pages(event="site.manage_event")
trail.add_parts(
    filters=_("Filters"),
)
