"""What the audit trail says of the site's settings and its legal pages."""

from eventreg.audit import trail
from eventreg.web.forms import lazy_gettext as _

trail.add_acts(
    settings_changed=_("Changed settings"),
    legal_page_made=_("Created a legal page"),
    legal_page_changed=_("Changed a legal page"),
    legal_page_moved=_("Moved a legal page"),
    legal_page_removed=_("Removed a legal page"),
)
trail.add_kinds(
    settings=_("Site settings"),
    legal_page=_("Legal page"),
)
trail.add_parts(
    language=_("Language"),
    logo=_("Logo"),
    logo_id=_("Logo"),
    is_published=_("Shown on the site"),
)
