"""What the audit trail says of institutions."""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from eventreg.audit import trail
from eventreg.db import db
from eventreg.kernel.text import LocalizedText
from eventreg.organizations.models import Organization
from eventreg.web.forms import lazy_gettext as _

trail.add_acts(
    organization_created=_("Added an institution to the directory"),
    organization_changed=_("Changed an institution"),
    organization_merged=_("Merged two institutions"),
    organizations_merged=_("Merged two institutions"),
    organization_merged_away=_("Merged two institutions"),
)
trail.add_kinds(
    organization=_("Institution"),
)
trail.add_parts(
    short_name=_("Short name"),
    acronym=_("Acronym"),
    website=_("Website"),
    organization=_("Institution"),
    organization_id=_("Institution"),
    stays=_("Merged into"),
    goes=_("Merged away"),
    moved=_("Moved"),
    partners=_("Partner institutions"),
)


def _names(_chain: int, keys: Collection[str]) -> Mapping[str, LocalizedText]:
    rows = db.session.execute(select(Organization.key, Organization.name).where(Organization.key.in_(keys)))
    return {row.key: row.name for row in rows}


trail.add_names(_names, "organization", "stays")
